/** GREEN-API's methods, as far as the double has them. */

import { type AddressBook } from './addressBook';
import { type AnswerFault, faults, invalid, refusal } from './faults';
import { type LinkTo } from './media';
import { type NotificationQueue } from './notificationQueue';

export type GreenApiMethod =
	| 'getContactInfo'
	| 'getContacts'
	| 'getChats'
	| 'getGroupData'
	| 'getAvatar'
	| 'checkAccount'
	| 'checkWhatsapp'
	| 'addContact'
	| 'editContact'
	| 'deleteContact'
	| 'getStateInstance'
	| 'getSettings'
	| 'setSettings'
	| 'receiveNotification'
	| 'deleteNotification';

export type JsonObject = Record<string, unknown>;

/**
 * @param value parsed JSON
 * @returns whether it is an object with fields: neither a list nor null
 */
export function isJsonObject(value: unknown): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What an answer is made from. */
export interface AnswerSource {
	/** The request's body, valid for its method; empty for GET. */
	body: JsonObject;
	/** What stands behind the `?` of the URL. */
	query: JsonObject;
	stateInstance: string;
	addressBook: AddressBook;
	linkTo: LinkTo;
	queue: NotificationQueue;
	/** What the path has behind the token; empty where there is none. */
	receiptId: string;
}

export interface MethodDefinition {
	httpMethod: 'GET' | 'POST' | 'DELETE';
	/** GREEN-API documentation, "Rate limiter": for each instance. */
	requestsPerSecond: number;
	/** Set when the method answers whatever the instance's state is. */
	inEveryState?: true;
	/** The refusal of a body that won't do, or of a request that the instance's settings rule out. */
	refuse?: (body: JsonObject, queue: NotificationQueue) => AnswerFault | undefined;
	/** The answer as JSON text, or what comes in its place. */
	answer: (source: AnswerSource) => string | AnswerFault;
}

const CHAT_ID = /^(\d{7,16}@c\.us|\d+@lid|\d+(-\d+)?@g\.us)$/;
const GROUP_ID = /^\d+(-\d+)?@g\.us$/;

/** GREEN-API documentation, "CheckWhatsapp": 11 to 16 digits, of the older request alone. */
const PHONE_NUMBER = /^\d{11,16}$/;

function fits(pattern: RegExp, value: unknown): boolean {
	return typeof value === 'string' && pattern.test(value);
}

function refuseChatId({ chatId }: JsonObject): AnswerFault | undefined {
	return fits(CHAT_ID, chatId) ? undefined : faults.validationFailed;
}

/** The documentation has no text for these two; the wording is made after that for `chatId`. */
const INVALID_GROUP_ID = invalid("'groupId' must be in the next format: 'group_id@g.us'");
const INVALID_FIRST_NAME = invalid("'firstName' must not be empty");
const INVALID_PHONE_NUMBER = invalid("'phoneNumber' must be a number of 11 to 16 digits");

function refusePhoneNumber({ phoneNumber }: JsonObject): AnswerFault | undefined {
	return typeof phoneNumber === 'number' && PHONE_NUMBER.test(String(phoneNumber))
		? undefined
		: INVALID_PHONE_NUMBER;
}

function refuseChecked(body: JsonObject): AnswerFault | undefined {
	return refuseChatId(body) ?? (fits(GROUP_ID, body.chatId) ? faults.badPhoneNumber : undefined);
}

const PERSON_ID = /^(\d{7,16}@c\.us|\d+@lid)$/;

function refusePerson({ chatId }: JsonObject): AnswerFault | undefined {
	return fits(PERSON_ID, chatId) ? undefined : faults.validationFailed;
}

function refuseName(body: JsonObject): AnswerFault | undefined {
	return refusePerson(body) ?? (fits(/\S/, body.firstName) ? undefined : INVALID_FIRST_NAME);
}

/** GREEN-API's documentation has no limits for the methods that change contacts. */
const changing = { httpMethod: 'POST', requestsPerSecond: 1 } as const;

function nameIn({ firstName, lastName = '' }: JsonObject): string {
	return `${String(firstName)} ${String(lastName)}`.trim();
}

const WEBHOOK_URL_IS_SET = refusal(
	400,
	'Message cannot be received because custom webhook url is set',
);

/** Every method the double has, by its documented name. */
export const METHODS: Readonly<Record<GreenApiMethod, MethodDefinition>> = {
	getContactInfo: {
		httpMethod: 'POST',
		requestsPerSecond: 1,
		refuse: refuseChatId,
		answer: ({ body, addressBook, linkTo }) => addressBook.contactInfo(String(body.chatId), linkTo),
	},
	getContacts: {
		httpMethod: 'GET',
		requestsPerSecond: 1,
		answer: ({ query, addressBook }) => addressBook.contacts(query.group),
	},
	getChats: {
		httpMethod: 'GET',
		requestsPerSecond: 1,
		answer: ({ addressBook }) => addressBook.contacts(),
	},
	getGroupData: {
		httpMethod: 'POST',
		requestsPerSecond: 1,
		refuse: ({ groupId }) => (fits(GROUP_ID, groupId) ? undefined : INVALID_GROUP_ID),
		answer: ({ body, addressBook }) => addressBook.groupData(String(body.groupId)),
	},
	getAvatar: {
		httpMethod: 'POST',
		requestsPerSecond: 10,
		refuse: refuseChatId,
		answer: ({ body, addressBook, linkTo }) => addressBook.avatar(String(body.chatId), linkTo),
	},
	checkAccount: {
		httpMethod: 'POST',
		requestsPerSecond: 1,
		// Telegram and MAX answer it, each in its own way.
		answer: () => faults.notFound,
	},
	checkWhatsapp: {
		httpMethod: 'POST',
		requestsPerSecond: 10,
		refuse: (body) => ('chatId' in body ? refuseChecked(body) : refusePhoneNumber(body)),
		answer: ({ body, addressBook }) =>
			'chatId' in body
				? addressBook.checkChatId(String(body.chatId))
				: addressBook.checkPhoneNumber(Number(body.phoneNumber)),
	},
	addContact: {
		...changing,
		refuse: refuseName,
		answer: ({ body, addressBook }) => addressBook.add(String(body.chatId), nameIn(body)),
	},
	editContact: {
		...changing,
		refuse: refuseName,
		answer: ({ body, addressBook }) => addressBook.edit(String(body.chatId), nameIn(body)),
	},
	deleteContact: {
		...changing,
		refuse: refusePerson,
		answer: ({ body, addressBook }) => addressBook.delete(String(body.chatId)),
	},
	getStateInstance: {
		httpMethod: 'GET',
		requestsPerSecond: 1,
		inEveryState: true,
		answer: ({ stateInstance }) => JSON.stringify({ stateInstance }),
	},
	getSettings: {
		httpMethod: 'GET',
		requestsPerSecond: 1,
		answer: ({ queue }) => JSON.stringify(queue.settings),
	},
	setSettings: {
		httpMethod: 'POST',
		requestsPerSecond: 1,
		answer: ({ body, queue }) => {
			Object.assign(queue.settings, body);
			return '{"saveSettings":true}';
		},
	},
	receiveNotification: {
		httpMethod: 'GET',
		requestsPerSecond: 100,
		refuse: (_body, { settings }) => (settings.webhookUrl ? WEBHOOK_URL_IS_SET : undefined),
		answer: ({ queue }) => queue.head(),
	},
	deleteNotification: {
		httpMethod: 'DELETE',
		requestsPerSecond: 100,
		answer: ({ queue, receiptId }) => queue.delete(receiptId),
	},
};

const BY_LOWER_CASE = new Map(
	(Object.keys(METHODS) as GreenApiMethod[]).map((name) => [name.toLowerCase(), name]),
);

/**
 * @param name a method's name in any case, as GREEN-API accepts it
 * @returns the documented spelling, or undefined where the double has no such method
 */
export function methodNamed(name: string): GreenApiMethod | undefined {
	return BY_LOWER_CASE.get(name.toLowerCase());
}
