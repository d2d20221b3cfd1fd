/** What getContacts answers with. */

import type { IDataObject } from 'n8n-workflow';
import { type ChatId, isChatId } from './chatId';
import type { Messenger } from './messengers';

export interface ListedChat {
	chatId: ChatId;
	/** Names that the user knows the chat by; what the address book says comes first. */
	names: string[];
	/** Whether the phone's address book has a name for it. */
	isSaved: boolean;
	/** Digits, or null where it has none, or hides it. */
	phoneNumber: string | null;
}

function isName(value: unknown): value is string {
	return typeof value === 'string' && value.trim() !== '';
}

/**
 * @param entry of getContacts' answer: `{ id, name, contactName, type }`, and `newChatId` where a
 *   privacy id has changed; Telegram and MAX have `chatId` in place of `id`, and `phoneNumber`
 *   (GREEN-API documentation, "GetContacts")
 * @param messenger whose list it is
 * @returns the chat by the id that holds now, or undefined where the entry is no contact or group,
 *   e.g. the status feed
 */
export function readListedChat(entry: unknown, messenger: Messenger): ListedChat | undefined {
	if (typeof entry !== 'object' || entry === null) return undefined;
	const fields = entry as IDataObject;
	const { id, chatId, newChatId, name, contactName, username } = fields;
	const reading = messenger.readChat(newChatId || id || chatId);
	if (!reading.ok || !isChatId(reading.chatId)) return undefined;
	return {
		chatId: reading.chatId,
		names: [contactName, name, username].filter(isName),
		isSaved: isName(contactName),
		phoneNumber: messenger.phoneNumberOf(fields, reading.chatId.id),
	};
}

/**
 * @param chat whose names and id are looked at
 * @param search part of a name in any case, of a phone number however it is punctuated, or of a
 *   chat id; nothing fits all
 */
export function matches(
	{ chatId: { id }, names, phoneNumber }: ListedChat,
	search: string,
): boolean {
	const wanted = search.trim().toLocaleLowerCase();
	if (id.includes(wanted)) return true;
	if (names.some((name) => name.toLocaleLowerCase().includes(wanted))) return true;
	// A phone number, as people type it: "+7 (123)".
	const digits = /^[+\d\s().-]+$/.test(wanted) ? wanted.replace(/\D/g, '') : '';
	return digits !== '' && [id, phoneNumber ?? ''].some((text) => text.includes(digits));
}
