/** How From List and Get Many find a chat, and the list of chats that is searched with every letter typed. */

import { readChatId } from '../shared/green-api/chatId';
import { type ListedChat, readListedChat } from '../shared/green-api/chatList';
import type { Messenger } from '../shared/green-api/messengers';
import { idsOf } from '../shared/green-api/numberingPlan';

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

/** Alike in all ids of a kind, so that it tells nobody by itself. */
const SUFFIX = /@.*$/;
/** Ends an id, and is in no folded text. */
const ID_END = '\t';

/**
 * @returns what the chat is found by, folded, a line each: its names, its phone number, WhatsApp's
 *   other ids of the person, its own id by now and before, and its privacy id
 */
function searchTextOf({ chatId, names, phoneNumber, formerChatId, lid }: ListedChat): string {
	const ids = [chatId.id, formerChatId, lid].flatMap((id) => id?.replace(SUFFIX, '') ?? []);
	const numbers = [...new Set([...idsOf(phoneNumber ?? ''), ...ids])];
	const lines = [...names.map(fold), ...numbers.map((number) => fold(number) + ID_END)];
	return `\n${lines.join('\n')}\n`;
}

/** The end of an id, folded, with as much of its suffix as was typed. */
const TYPED_ID = /^(-?(?:\d+- )?\d+)@(?: (?:[cg](?:\.(?: us?)?)?|l(?:id?)?))?$/;

/**
 * @param search part of a name in any case, of a phone number however it is punctuated, or of a
 *   chat id
 * @returns what to look for: the text, the digits of a phone number as people type it, "+7 (123)",
 *   and those of a whole number, "+44 (0)20 7946 0958"; nothing where all are wanted
 */
export function wantedIn(search: string): string[] {
	const text = fold(search.trim());
	const id = TYPED_ID.exec(text)?.[1];
	if (id !== undefined) return [text, id + ID_END];
	const typed = /^[+\d\s().-]+$/.test(text) ? text.replace(/\D/g, '') : '';
	const read = readChatId(search);
	const number = read.ok && read.chatId.kind === 'person' ? read.chatId.id.replace(SUFFIX, '') : '';
	return [...new Set([text, typed, number])].filter((part) => part !== '');
}

/**
 * @param chat that may be wanted
 * @param wanted as `wantedIn` gives it; nothing fits all
 */
export function isFound(chat: ListedChat, wanted: readonly string[]): boolean {
	if (wanted.length === 0) return true;
	const text = searchTextOf(chat);
	return wanted.some((part) => text.includes(part));
}

const { compare } = new Intl.Collator();

/** By name; who has none comes last, as a list that starts with bare numbers tells its reader little. */
function inOrder(
	{ names: [aName], number: aNumber }: ListedChat,
	{ names: [bName], number: bNumber }: ListedChat,
): number {
	if (aName === undefined || bName === undefined) {
		const nameless = Number(aName === undefined) - Number(bName === undefined);
		return nameless || compare(aNumber, bNumber);
	}
	return compare(aName, bName) || compare(aNumber, bNumber);
}

/**
 * How well a chat fits, the best first: a name or number is what was typed, begins with it, has a
 * word that begins with it, has it anywhere.
 */
const RANK = { whole: 0, start: 1, word: 2, inside: 3, none: 4 } as const;

/** @returns the rank of what stands in the text from `at` to `end` */
function rankAt(text: string, at: number, end: number): number {
	const before = text[at - 1];
	if (before !== '\n') return before === ' ' ? RANK.word : RANK.inside;
	const isWhole = [text[end], text[end - 1]].includes(ID_END) || text[end] === '\n';
	return isWhole ? RANK.whole : RANK.start;
}

/** Made once for a list as it was fetched: a search sorts nothing, and goes through one long text. */
export class AddressBook {
	private readonly chats: readonly ListedChat[];
	/** The texts of all chats, in their order. */
	private readonly text: string;
	/** Where the text of each chat ends. */
	private readonly ends: readonly number[];

	/**
	 * @param list getContacts' answer; what is no contact or group, e.g. the status feed, is left out
	 * @param messenger whose list it is
	 */
	constructor(list: readonly unknown[], messenger: Messenger) {
		this.chats = list.flatMap((entry) => readListedChat(entry, messenger) ?? []).sort(inOrder);
		const searchTexts = this.chats.map(searchTextOf);
		this.text = searchTexts.join('');
		let end = 0;
		this.ends = searchTexts.map((text) => (end += text.length));
	}

	/**
	 * @param filter part of a name in any case, of a phone number however it is punctuated, or of a
	 *   chat id; nothing finds all
	 * @returns the chats that fit, the best first, as `RANK` has them; those that fit as well by
	 *   name, those without a name last
	 */
	search(filter: string): readonly ListedChat[] {
		const wanted = wantedIn(filter);
		if (wanted.length === 0) return this.chats;
		const ranks = new Uint8Array(this.chats.length).fill(RANK.none);
		for (const text of wanted) this.rank(text, ranks);
		const found: ListedChat[][] = [[], [], [], []];
		for (const [index, chat] of this.chats.entries()) found[ranks[index] ?? RANK.none]?.push(chat);
		return found.flat();
	}

	/** Puts the rank of each chat that has the text where it is better than what is there. */
	private rank(wanted: string, ranks: Uint8Array): void {
		let index = 0;
		let at = this.text.indexOf(wanted);
		while (at !== -1) {
			while (at >= (this.ends[index] ?? Infinity)) index += 1;
			const rank = rankAt(this.text, at, at + wanted.length);
			ranks[index] = Math.min(rank, ranks[index] ?? RANK.none);
			at = this.text.indexOf(wanted, at + 1);
		}
	}
}
