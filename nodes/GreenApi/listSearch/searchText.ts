/** What a chat is found by, and what is looked for in it: From List and Get Many search alike. */

import { readChatId } from '../../shared/green-api/chatId';
import type { ListedChat } from '../../shared/green-api/chatList';
import { idsOf } from '../../shared/green-api/whatsappIds';

export interface SearchText {
	/** Names, phone number, WhatsApp's other ids of the person, and the id, folded, a line each. */
	text: string;
	/** Where the chat's own part of it ends: behind that, all ids of a kind are alike, e.g. `@c.us`. */
	end: number;
}

const PUNCTUATION_BEFORE_WORD = /[^\p{L}\p{M}\p{N}\s](?=[\p{L}\p{N}])/gu;

/**
 * @returns a text that is the same for any case, any white space and letters that only look
 *   different, with a space or nothing before each word
 */
function fold(text: string): string {
	return text
		.normalize('NFKC')
		.toLowerCase()
		.replace(/\s+/g, ' ')
		.replace(PUNCTUATION_BEFORE_WORD, '$& ');
}

/** @returns what the chat is found by; what is wanted fits where it begins before `end` */
export function searchTextOf({ chatId, names, phoneNumber }: ListedChat): SearchText {
	const id = fold(chatId.id);
	// WhatsApp's ids begin with the number.
	const numbers = idsOf(phoneNumber ?? '').filter((number) => !id.startsWith(number));
	const text = `\n${[...[...names, ...numbers].map(fold), id].join('\n')}\n`;
	const [suffix = ''] = /@.*$/.exec(id) ?? [];
	return { text, end: text.length - 1 - suffix.length };
}

/**
 * @param search part of a name in any case, of a phone number however it is punctuated, or of a
 *   chat id
 * @returns what to look for: the text, the digits of a phone number as people type it, "+7 (123)",
 *   and those of a whole number, "+44 (0)20 7946 0958"; nothing where all are wanted
 */
export function wantedIn(search: string): string[] {
	const text = fold(search.trim());
	const typed = /^[+\d\s().-]+$/.test(text) ? text.replace(/\D/g, '') : '';
	const read = readChatId(search);
	const number = read.ok && read.chatId.kind === 'person' ? read.chatId.id.replace(/@.*/, '') : '';
	return [...new Set([text, typed, number])].filter((part) => part !== '');
}

/**
 * @param chat that may be wanted
 * @param wanted as `wantedIn` gives it; nothing fits all
 */
export function isFound(chat: ListedChat, wanted: readonly string[]): boolean {
	if (wanted.length === 0) return true;
	const { text, end } = searchTextOf(chat);
	return wanted.map((part) => text.indexOf(part)).some((at) => at !== -1 && at < end);
}
