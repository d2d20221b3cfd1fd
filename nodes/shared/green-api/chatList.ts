/** What getContacts and getChats answer with. */

import type { IDataObject } from 'n8n-workflow';
import { type ChatId, isChatId } from './chatId';
import { hasLostDigits, lidIn } from './contact';
import type { Messenger } from './messengers';

export interface ListedChat {
	chatId: ChatId;
	/** What its id was before, or null where it has not changed. */
	formerChatId: string | null;
	/** `…@lid`, or null where the list does not tell it. */
	lid: string | null;
	/** Names that the user knows the chat by; what the address book says comes first. */
	names: string[];
	/** Whether the phone's address book has a name for it. */
	isSaved: boolean;
	/** Digits, or null where it has none, or hides it. */
	phoneNumber: string | null;
	/** The id for people to read: a phone number with its plus where there is one. */
	number: string;
}

/** No id is longer, and reading takes longer with each character. */
const LONGEST_ID = 100;

/**
 * @param value of a field that holds a chat id
 * @param messenger whose id it is
 * @returns the chat in normal form; undefined where it is none
 */
export function readListedId(
	value: unknown,
	{ listedId, readChat }: Messenger,
): ChatId | undefined {
	const text = String(value);
	if (text.length > LONGEST_ID || !listedId.test(text)) return undefined;
	const reading = readChat(value);
	return reading.ok && isChatId(reading.chatId) ? reading.chatId : undefined;
}

/**
 * @param entry of a list
 * @returns whether the id that it has by now has lost digits
 */
export function isLost(entry: unknown): boolean {
	if (typeof entry !== 'object' || entry === null) return false;
	const { id, chatId, newChatId } = entry as IDataObject;
	return [id ?? chatId, newChatId].some(hasLostDigits);
}

function isName(value: unknown): value is string {
	return typeof value === 'string' && value.trim() !== '';
}

/**
 * @param contacts getContacts' answer
 * @param chats getChats', which has people and groups, without the names of the address book
 * @returns one list: the contacts, and of the chats what is no person's
 */
export function joinLists(contacts: unknown[], chats: unknown[]): unknown[] {
	return [...contacts, ...chats.filter((chat) => (chat as IDataObject | null)?.type !== 'user')];
}

/**
 * @param entry of getContacts' answer: `{ id, name, contactName, type }`, and `newChatId` where a
 *   privacy id has changed; Telegram and MAX have `chatId` in place of `id`, and `phoneNumber`; or of
 *   getChats', which has channels, too (GREEN-API documentation, "GetContacts" and "GetChats")
 * @param messenger whose list it is
 * @returns the chat by the id that holds now, or undefined where the entry is no contact or group,
 *   e.g. the status feed or a channel
 */
export function readListedChat(entry: unknown, messenger: Messenger): ListedChat | undefined {
	if (typeof entry !== 'object' || entry === null) return undefined;
	const fields = entry as IDataObject;
	const { name, contactName, username } = fields;
	if (fields.type === 'channel' || isLost(fields)) return undefined;
	const former = readListedId(fields.id, messenger) ?? readListedId(fields.chatId, messenger);
	const chatId = readListedId(fields.newChatId, messenger) ?? former;
	if (!chatId) return undefined;
	const phoneNumber =
		messenger.phoneNumberOf(fields, chatId.id) ??
		messenger.phoneNumberOf({}, former?.id ?? chatId.id);
	return {
		chatId,
		formerChatId: former && former.id !== chatId.id ? former.id : null,
		lid: lidIn(fields.lid),
		names: [contactName, name, username].filter(isName),
		isSaved: isName(contactName),
		phoneNumber,
		number: phoneNumber === null ? chatId.id : `+${phoneNumber}`,
	};
}
