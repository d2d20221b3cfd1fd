/** What getContacts answers with. */

import { type ChatId, readChatId } from './chatId';

export interface ListedChat {
	chatId: ChatId;
	/** Names that the user knows the chat by; what the address book says comes first. */
	names: string[];
	/** Whether the phone's address book has a name for it. */
	isSaved: boolean;
}

function isName(value: unknown): value is string {
	return typeof value === 'string' && value.trim() !== '';
}

/**
 * @param entry of getContacts' answer: `{ id, name, contactName, type }`, and `newChatId` where a
 *   privacy id has changed (GREEN-API documentation, "GetContacts")
 * @returns the chat by the id that holds now, or undefined where the entry is no contact or group,
 *   e.g. the status feed
 */
export function readListedChat(entry: unknown): ListedChat | undefined {
	if (typeof entry !== 'object' || entry === null) return undefined;
	const { id, newChatId, name, contactName } = entry as Record<string, unknown>;
	const reading = readChatId(newChatId || id);
	if (!reading.ok) return undefined;
	return {
		chatId: reading.chatId,
		names: [contactName, name].filter(isName),
		isSaved: isName(contactName),
	};
}

/**
 * @param chat whose names and id are looked at
 * @param search part of a name in any case, of a phone number however it is punctuated, or of a
 *   chat id; nothing fits all
 */
export function matches({ chatId: { id }, names }: ListedChat, search: string): boolean {
	const wanted = search.trim().toLocaleLowerCase();
	if (id.includes(wanted)) return true;
	if (names.some((name) => name.toLocaleLowerCase().includes(wanted))) return true;
	// A phone number, as people type it: "+7 (123)".
	const digits = /^[+\d\s().-]+$/.test(wanted) ? wanted.replace(/\D/g, '') : '';
	return digits !== '' && id.includes(digits);
}
