/** What instances of Telegram and MAX answer otherwise than those of WhatsApp. */

import { type OtherMessenger } from './accounts';
import { type AnswerFault, faults, invalid } from './faults';
import {
	type AnswerSource,
	type GreenApiMethod,
	type JsonObject,
	type MethodDefinition,
	METHODS,
} from './methods';

export type DoubleMessenger = 'whatsapp' | OtherMessenger;

/** As GREEN-API names them. */
export const TYPE_INSTANCES: Readonly<Record<DoubleMessenger, string>> = {
	whatsapp: 'whatsapp',
	telegram: 'telegram',
	max: 'v3',
};

const CHAT_ID = /^-?[1-9]\d{0,15}$/;
const USERNAME = /^@[a-z]\w{3,}$/i;

const BAD_CHAT_ID = invalid("'chatId' must be one of the next formats: 'user_id' or '-group_id'");
const BAD_ACCOUNT = invalid("'phoneNumber' or 'username' must be specified");
const MAX_NUMBERS_ALONE = invalid("'phoneNumber' must have the calling code 7 or 375");

function refuseId(id: unknown): AnswerFault | undefined {
	return typeof id === 'string' && CHAT_ID.test(id) ? undefined : BAD_CHAT_ID;
}

function refusePerson({ chatId }: JsonObject): AnswerFault | undefined {
	return (
		refuseId(chatId) ?? (String(chatId).startsWith('-') ? faults.groupNotSupported : undefined)
	);
}

const REFUSE_ACCOUNT: Record<OtherMessenger, (body: JsonObject) => AnswerFault | undefined> = {
	telegram: ({ phoneNumber, username }) =>
		Number.isInteger(phoneNumber) || USERNAME.test(String(username)) ? undefined : BAD_ACCOUNT,
	max({ phoneNumber }) {
		if (!Number.isInteger(phoneNumber)) return BAD_ACCOUNT;
		return /^(7\d{10}|375\d{9})$/.test(String(phoneNumber)) ? undefined : MAX_NUMBERS_ALONE;
	},
};

/** Telegram's documentation names the group `chatId`, that for MAX `groupId`. */
const GROUP_FIELD = { telegram: 'chatId', max: 'groupId' } as const;

type Otherwise = Partial<Pick<MethodDefinition, 'refuse' | 'answer' | 'requestsPerSecond'>>;

/** Of MAX: its own table for getGroupData, two public clients for the others. */
const MAX_LIMIT = { requestsPerSecond: 10 };

function otherwise(messenger: OtherMessenger): Partial<Record<GreenApiMethod, Otherwise>> {
	const groupField = GROUP_FIELD[messenger];
	const limit = messenger === 'max' ? MAX_LIMIT : undefined;
	return {
		getContactInfo: {
			...limit,
			refuse: refusePerson,
			answer: ({ body, addressBook, linkTo }) =>
				addressBook.account(String(body.chatId), messenger, linkTo),
		},
		getContacts: { answer: ({ addressBook }) => addressBook.accounts(messenger) },
		getChats: { answer: ({ addressBook }) => addressBook.accountChats(messenger) },
		getAvatar: { refuse: ({ chatId }) => refuseId(chatId) },
		getGroupData: {
			...limit,
			refuse: (body) =>
				refuseId(body[groupField]) ??
				(String(body[groupField]).startsWith('-') ? undefined : BAD_CHAT_ID),
			answer: ({ body, addressBook }: AnswerSource) =>
				addressBook.accountGroup(String(body[groupField]), messenger),
		},
		checkAccount: {
			...limit,
			refuse: REFUSE_ACCOUNT[messenger],
			answer: ({ body, addressBook }) => addressBook.checkAccount(body),
		},
	};
}

const OTHERWISE = { telegram: otherwise('telegram'), max: otherwise('max') };

const LACKING: Readonly<Record<DoubleMessenger, readonly GreenApiMethod[]>> = {
	whatsapp: ['checkAccount'],
	telegram: ['checkWhatsapp', 'addContact', 'editContact', 'deleteContact'],
	max: ['checkWhatsapp', 'addContact', 'editContact', 'deleteContact'],
};

/** @returns the method as instances of the messenger have it, or undefined where they have none */
export function methodOf(
	name: GreenApiMethod,
	messenger: DoubleMessenger = 'whatsapp',
): MethodDefinition | undefined {
	if (LACKING[messenger].includes(name)) return undefined;
	return messenger === 'whatsapp'
		? METHODS[name]
		: { ...METHODS[name], ...OTHERWISE[messenger][name] };
}
