/** The chats of an instance, in the order that a list shows them, to be searched with every letter typed. */

import { type ChatId, phoneNumberOf, readChatId } from '../../shared/green-api/chatId';

/** A contact or group of the list that getContacts gives. */
export interface ListedChat {
	chatId: ChatId;
	/** What the user knows the chat by: the phone's address book first, then the chat's own name. */
	name: string | undefined;
	/** The id for people to read: a phone number with its plus where there is one. */
	number: string;
}

interface Entry {
	chat: ListedChat;
	/** What it can be found by: names and id, folded, each between line ends. */
	text: string;
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

function readEntry(entry: unknown): Entry | undefined {
	if (typeof entry !== 'object' || entry === null) return undefined;
	const { id, chatId: idElsewhere, name, contactName } = entry as Record<string, unknown>;
	// WhatsApp's entries have `id`, those of the other messengers `chatId`.
	const reading = readChatId(id ?? idElsewhere);
	if (!reading.ok) return undefined;

	const { chatId } = reading;
	const names = [contactName, name].filter(
		(text): text is string => typeof text === 'string' && text.trim() !== '',
	);
	const phone = phoneNumberOf(chatId.id);
	const number = phone === null ? chatId.id : `+${phone}`;
	const text = `\n${[...names, chatId.id].map(fold).join('\n')}\n`;
	return { chat: { chatId, name: names[0], number }, text };
}

const { compare } = new Intl.Collator();

/** By name; who has none comes last, as a list that starts with bare numbers tells its reader little. */
function inOrder({ chat: a }: Entry, { chat: b }: Entry): number {
	if (a.name === undefined || b.name === undefined) {
		const nameless = Number(a.name === undefined) - Number(b.name === undefined);
		return nameless || compare(a.number, b.number);
	}
	return compare(a.name, b.name) || compare(a.number, b.number);
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
	return text[end] === '\n' || text[end] === '@' ? RANK.whole : RANK.start;
}

/** What to look for, if anything: the text, and the digits of a phone number as people type it, "+7 (123)". */
function wantedIn(filter: string): string[] {
	const text = fold(filter.trim());
	const digits = /^[+\d\s().-]+$/.test(text) ? text.replace(/\D/g, '') : '';
	return [...new Set([text, digits])].filter((part) => part !== '');
}

/** Made once for a list as it was fetched: a search sorts nothing, and goes through one long text. */
export class AddressBook {
	private readonly chats: readonly ListedChat[];
	/** The texts of all chats, in their order. */
	private readonly text: string;
	/** Where the text of each chat ends. */
	private readonly ends: readonly number[];

	/** @param list getContacts' answer; what is no contact or group, e.g. the status feed, is left out */
	constructor(list: readonly unknown[]) {
		const entries = list.flatMap((entry) => readEntry(entry) ?? []).sort(inOrder);
		this.chats = entries.map(({ chat }) => chat);
		this.text = entries.map(({ text }) => text).join('');
		let end = 0;
		this.ends = entries.map(({ text }) => (end += text.length));
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
