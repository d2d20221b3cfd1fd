/** What stands apart between the messengers that GREEN-API sells its API for: one row each. */

import type { IDataObject } from 'n8n-workflow';
import { phoneNumberOf, type ReadChat, readChatId } from './chatId';
import { digitChatReader } from './telegramMaxChatId';
import type { Failure } from './failures';
import { type GreenApiMethod, type GreenApiRequest, METHODS } from './methods';
import { phoneNumberIn } from './contact';

/** Which chats of an instance. */
export type ChatType = 'all' | 'people' | 'groups';

type ChatListRequest = Pick<GreenApiRequest, 'method' | 'query' | 'also'>;

export interface Messenger {
	/** As people call it. */
	label: string;
	/** As GREEN-API calls it in getSettings and in notifications. */
	typeInstance: string;
	/** Reads what people enter as a chat. */
	readChat: ReadChat;
	/** Every id that it gives: another kind in a list tells that the instance is another messenger's. */
	listedId: RegExp;
	/** The methods of this package that its instances don't have. */
	lacks: readonly GreenApiMethod[];
	/** The method that says who has a phone number. */
	check: 'checkWhatsapp' | 'checkAccount';
	hasProducts: boolean;
	/** What gives its chats, so far as it has to be asked for those that are wanted. */
	chatLists: Readonly<Record<ChatType, ChatListRequest>>;
	/** The documented limits that differ from WhatsApp's, in requests per second. */
	limits: Partial<Record<GreenApiMethod, number>>;
	/** What simplified contacts have besides the fields of all. */
	ownFields: readonly string[];
	/**
	 * @param contact a contact, list entry or participant
	 * @param chatId its chat id, or the phone number that was asked about
	 * @returns the digits of its phone number, or null where it is hidden
	 */
	phoneNumberOf(contact: IDataObject, chatId: string): string | null;
	/** @returns what getGroupData is asked with */
	groupBody(chatId: string): NonNullable<GreenApiRequest['body']>;
}

const WHATSAPP: Messenger = {
	label: 'WhatsApp',
	typeInstance: 'whatsapp',
	readChat: readChatId,
	listedId: /@/,
	lacks: ['checkAccount'],
	check: 'checkWhatsapp',
	hasProducts: true,
	chatLists: {
		all: { method: 'getContacts' },
		people: { method: 'getContacts', query: { group: false } },
		groups: { method: 'getContacts', query: { group: true } },
	},
	limits: {},
	ownFields: [],
	phoneNumberOf: ({ phoneNumber }, chatId) => phoneNumberIn(phoneNumber) ?? phoneNumberOf(chatId),
	groupBody: (groupId) => ({ groupId }),
};

/** What Telegram and MAX have in common. */
const WITH_DIGITS = {
	listedId: /^-?\d+$/,
	lacks: ['addContact', 'editContact', 'deleteContact', 'checkWhatsapp'],
	check: 'checkAccount',
	hasProducts: false,
	/** getContacts has people alone. */
	chatLists: {
		all: { method: 'getContacts', also: 'getChats' },
		people: { method: 'getContacts' },
		groups: { method: 'getChats' },
	},
	limits: {},
	ownFields: ['username'],
	phoneNumberOf: ({ phoneNumber }, chatId) =>
		phoneNumberIn(phoneNumber) ?? /^\+(\d+)$/.exec(chatId)?.[1] ?? null,
} satisfies Partial<Messenger>;

const TELEGRAM: Messenger = {
	...WITH_DIGITS,
	label: 'Telegram',
	typeInstance: 'telegram',
	readChat: digitChatReader({
		label: 'Telegram',
		forms:
			'Enter a chat ID, e.g. 10000000 or -1001234567890 for a group, a username, e.g. @ivan_petrov, or a phone number with a plus, e.g. +7 900 123-45-67.',
		username: /^@[a-z]\w{3,31}$/i,
	}),
	groupBody: (chatId) => ({ chatId }),
};

const MAX: Messenger = {
	...WITH_DIGITS,
	label: 'MAX',
	typeInstance: 'v3',
	// getGroupData: GREEN-API documentation for MAX, "Rate limiter"; the others: two public clients
	// that name the same page.
	limits: { checkAccount: 10, getAvatar: 10, getContactInfo: 10, getGroupData: 10 },
	readChat: digitChatReader({
		label: 'MAX',
		forms:
			'Enter a chat ID, e.g. 10000000 or -10000000000000 for a group, or a phone number with a plus, e.g. +7 900 123-45-67.',
		callingCodes: ['7', '375'],
	}),
	// Its documentation says groupId, GREEN-API's own client for it chatId.
	groupBody: (id) => ({ groupId: id, chatId: id }),
};

/** By what the credential has in `messenger`: saved credentials hold these names. */
const MESSENGERS: Readonly<Record<string, Messenger>> = {
	whatsapp: WHATSAPP,
	telegram: TELEGRAM,
	max: MAX,
};

export const DEFAULT_MESSENGER = 'whatsapp';

/** For the credential's field. */
export const MESSENGER_OPTIONS = Object.entries(MESSENGERS)
	.map(([value, { label }]) => ({ name: label, value }))
	.sort((a, b) => a.name.localeCompare(b.name, 'en'));

/**
 * @param name as the credential has it; one that was saved before the field existed has none
 * @returns the messenger; WhatsApp where there is no such name
 */
export function messengerNamed(name: unknown): Messenger {
	return Object.entries(MESSENGERS).find(([known]) => known === name)?.[1] ?? WHATSAPP;
}

/**
 * @param method any
 * @param messenger of the instance; without it, WhatsApp's limits
 * @returns the documented limit of the method on the messenger's instances, in requests per second
 */
export function requestsPerSecond(method: GreenApiMethod, messenger?: Messenger): number {
	return messenger?.limits[method] ?? METHODS[method].requestsPerSecond;
}

/** @returns what simplified contacts have besides the fields of all, null where there is nothing */
export function ownFieldsOf(contact: IDataObject, { ownFields }: Messenger): IDataObject {
	return Object.fromEntries(ownFields.map((field) => [field, contact[field] || null]));
}

/**
 * @param typeInstance as getSettings has it
 * @param expected the messenger that the credential is for
 * @returns that the instance is of another one; undefined where it is not, or GREEN-API does not say
 */
export function otherMessenger(typeInstance: unknown, expected: Messenger): Failure | undefined {
	const actual = Object.values(MESSENGERS).find((row) => row.typeInstance === typeInstance);
	if (!actual || actual === expected) return undefined;
	return {
		id: 'otherMessenger',
		kind: 'instance',
		message: `The GREEN-API instance is of ${actual.label}, and the "Messenger" of the credential is ${expected.label}`,
		description: `Set "Messenger" to ${actual.label} in the credential, or copy the values of a ${expected.label} instance into it.`,
		code: 'OTHER_MESSENGER',
	};
}
