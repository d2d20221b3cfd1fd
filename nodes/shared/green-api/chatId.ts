/** What GREEN-API takes as a chat id, and how people write it. */

import { clean } from './cleanNumber';
import {
	ACCEPTED_FORMS,
	type Bare,
	checkLength,
	isPhoneNumber,
	readPhoneNumber,
	refuseNumber,
} from './phoneNumber';
import { quote, refuse, type Rejection, shorten } from './rejection';

export type { Rejection } from './rejection';

/**
 * `person`: somebody's chat id; `lid`: WhatsApp's privacy id; `group`: a group chat. `phone` and
 * `username` are no chat ids: the messenger says whose they are.
 */
export type ChatKind = 'person' | 'lid' | 'group' | 'phone' | 'username';

export interface ChatId {
	kind: ChatKind;
	/**
	 * Normal form, as GREEN-API takes it. WhatsApp: `71234567890@c.us`, `…@lid`, `…@g.us`. Telegram and
	 * MAX: `10000000`, `-1001234567890` for groups; and `+71234567890`, `@ivan`, which are no ids.
	 */
	id: string;
}

export type ChatIdReading = ({ ok: true; chatId: ChatId } | { ok: false; rejection: Rejection }) &
	Bare;

export interface ReadChatIdOptions {
	/** Digits of the calling code of phone numbers written without one, e.g. `972`. */
	defaultCountryCode?: string;
}

/**
 * Reads a chat as people have it; never throws.
 *
 * @param value whatever the user's field or expression gave
 * @param options `defaultCountryCode` as `readCountryCode` gives it; empty or missing: there is
 *   none, and a number without its country code is refused
 * @returns the chat in normal form, or why there is none
 */
export type ReadChat = (value: unknown, options?: ReadChatIdOptions) => ChatIdReading;

interface ChatForm {
	/** What may stand after the `@`; the first is the normal form. */
	suffixes: readonly [string, ...string[]];
	kind: ChatKind;
	/** Set when the part before the `@` is not a phone number. */
	local?: RegExp;
}

/**
 * GREEN-API documentation, "Chat ID": people end in `@c.us`, groups in `@g.us`; WhatsApp's own
 * `@s.whatsapp.net` stands in some webhooks and means `@c.us`; `@lid` is a privacy id whose digits
 * are no phone number.
 */
const CHAT_FORMS: readonly ChatForm[] = [
	{ suffixes: ['c.us', 's.whatsapp.net'], kind: 'person' },
	{ suffixes: ['lid'], kind: 'lid', local: /^\d{1,20}$/ },
	{ suffixes: ['g.us'], kind: 'group', local: /^\d{1,20}(-\d{1,20})?$/ },
];

const NOT_A_CONTACT: ReadonlyArray<{ pattern: RegExp; what: string }> = [
	{ pattern: /^@\w+$/, what: 'looks like a Telegram username, and is no WhatsApp chat ID' },
	{ pattern: /^status@broadcast$/, what: 'is the WhatsApp status feed, not a contact' },
	{ pattern: /@broadcast$/, what: 'is a broadcast list, not a contact' },
	{ pattern: /@newsletter$/, what: 'is a WhatsApp channel, not a contact' },
];

/** Spaces, and the invisible characters that phone numbers are copied with. */
const SPACES = /\s+/g;
const MARKS = /[\p{Cf}\p{Default_Ignorable_Code_Point}]+/gu;
const LINE_BREAK = /[\n\v\f\r\u0085\u2028\u2029]/;
const DASHES = /[\u2010-\u2015\u2212\ufe58\ufe63]/g;
/** The forms of ASCII's characters that East Asian keyboards type. */
const FULL_WIDTH = /[\uff01-\uff5e]/g;
const FULL_WIDTH_OFFSET = 0xfee0;
/** Decimal digits of scripts other than ASCII's. */
const OTHER_DIGITS = /(?![0-9])\p{Nd}/gu;
const DIGIT = /^\p{Nd}$/u;

const LINK = /^(?:https?:\/\/|wa\.me\/|whatsapp:(?:\/\/|[^@]*\?))/i;

/** WhatsApp numbers the devices of a person: `71234567890:12@s.whatsapp.net`. */
const DEVICE = /:\d{1,5}$/;

function describeType(value: unknown): string {
	if (Array.isArray(value)) return 'a list';
	return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

const digitValues = new Map<string, string>();

/** @returns the value of a decimal digit: Unicode has those of a script in a row, from zero up */
function digitValue(digit: string): string {
	const known = digitValues.get(digit);
	if (known !== undefined) return known;
	const codePoint = digit.codePointAt(0) ?? 0;
	let zero = codePoint;
	while (DIGIT.test(String.fromCodePoint(zero - 1))) zero -= 1;
	const value = String((codePoint - zero) % 10);
	digitValues.set(digit, value);
	return value;
}

/** @returns the text with ASCII digits and punctuation, without invisible marks, spaces single */
function simplify(text: string): string {
	return text
		.replace(MARKS, '')
		.replace(SPACES, ' ')
		.replace(FULL_WIDTH, (character) =>
			String.fromCharCode(character.charCodeAt(0) - FULL_WIDTH_OFFSET),
		)
		.replace(OTHER_DIGITS, digitValue)
		.replace(DASHES, '-')
		.trim();
}

function readPerson(given: string, text: string, defaultCountryCode: string): ChatIdReading {
	const phone = readPhoneNumber(given, text, defaultCountryCode);
	return phone.ok
		? { ok: true, chatId: { kind: 'person', id: `${phone.digits}@c.us` }, bare: phone.bare }
		: phone;
}

/** Ids are in international form: "Default Country Code" is not about them. */
function readAddress(given: string, text: string): ChatIdReading {
	const cleaned = clean(text, '');
	if (cleaned === undefined) return refuseNumber(given, { why: 'text' });
	const address = cleaned.trim().replace(/ *@ */g, '@').toLowerCase();
	const notContact = NOT_A_CONTACT.find(({ pattern }) => pattern.test(address));
	if (notContact) {
		return refuse(
			`${quote(given)} ${notContact.what}`,
			'Take such chats out before this node, e.g. with a Filter node.',
		);
	}

	const [, local = '', suffix = ''] = /^(.*)@([^@]*)$/.exec(address) ?? [];
	const form = CHAT_FORMS.find(({ suffixes }) => suffixes.includes(suffix));
	if (!form) {
		return refuse(
			`${quote(given)} is no WhatsApp chat ID`,
			'Chat IDs end in @c.us (people), @lid (privacy IDs) or @g.us (groups). A phone number alone works too.',
		);
	}

	const name = form.kind === 'group' ? local : local.replace(DEVICE, '');
	const normal = (id: string): ChatIdReading => ({
		ok: true,
		chatId: { kind: form.kind, id: `${id}@${form.suffixes[0]}` },
	});
	if (form.local) {
		return form.local.test(name)
			? normal(name)
			: refuse(
					`${quote(given)} is malformed: only digits stand before @${form.suffixes[0]}`,
					ACCEPTED_FORMS,
				);
	}
	// WhatsApp's own ids differ from the numbering plan in Mexico, Argentina and elsewhere.
	if (/^[1-9]\d*$/.test(name)) {
		const id = checkLength(name);
		return typeof id === 'string' ? normal(id) : refuseNumber(given, id);
	}
	// "7 (123) 456-78-90@c.us" is in international form, as all ids are.
	const number = cleaned.slice(0, cleaned.lastIndexOf('@')).trim().replace(DEVICE, '');
	return readPerson(given, number.replace(/^(?!\(? ?(?:\+|00))/, '+'), '');
}

/**
 * Reads a messenger's chats.
 *
 * @param given what the user wrote, for messages
 * @param text the same on one line, with ASCII digits and punctuation, spaces single and none at its
 *   ends
 */
type ReadText = (given: string, text: string, defaultCountryCode: string) => ChatIdReading;

/** Digits alone, as text has them; of an integer beyond 2^53 JavaScript has lost some. */
function integerText(value: unknown): string | undefined {
	const isWhole = typeof value === 'bigint' || Number.isSafeInteger(value);
	return isWhole ? String(value) : undefined;
}

/**
 * @param forms what the user may enter
 * @param readText reads what is written
 * @returns a reader of whatever a field or expression gives: text, numbers, and what is neither
 */
export function chatReader(forms: string, readText: ReadText): ReadChat {
	return (value, { defaultCountryCode = '' } = {}) => {
		if (value === undefined || value === null) {
			return refuse(
				'The contact is missing',
				`${forms} If an expression fills the field, the item has no value there: check the name of the input field.`,
			);
		}
		const written = typeof value === 'string' ? value : integerText(value);
		if (written === undefined) {
			return typeof value === 'number'
				? refuse(`The number ${shorten(String(value))} is no phone number`, forms)
				: refuse(
						`The contact is ${describeType(value)}, not a chat ID or phone number`,
						'Let the expression give one value, e.g. {{ $json.chatId }}.',
					);
		}
		const given = written.trim();
		const text = simplify(written);
		if (text === '') return refuse('The contact is empty', forms);
		if (LINE_BREAK.test(given)) {
			const [first = ''] = given.split(LINE_BREAK);
			// A list may have others that are written as its first number is.
			const { bare } = readText(first.trim(), simplify(first), defaultCountryCode);
			const refusal = refuse(
				'The contact has more than one line',
				'Give each contact an item of its own, e.g. with a Split Out node.',
			);
			return { ...refusal, bare };
		}
		return readText(given, text, defaultCountryCode);
	};
}

/**
 * Reads a WhatsApp chat id or phone number as people have it.
 *
 * @param value whatever the user's field or expression gave: `71234567890@c.us`,
 *   `71234567890:12@s.whatsapp.net`, `…@lid`, `…@g.us`, `+7 (123) 456-78-90`, `0071234567890`,
 *   `tel:+71234567890`, `https://wa.me/71234567890`, a number; digits of any script; spaces around
 *   and invisible direction marks are ignored
 * @param options `defaultCountryCode` as `readCountryCode` gives it; empty or missing: there is
 *   none, and a number without its country code is refused
 * @returns the chat id in normal form, or why there is none; never throws
 */
export const readChatId = chatReader(ACCEPTED_FORMS, (given, text, defaultCountryCode) => {
	// A link may have an "@" in a text that goes with it.
	return text.includes('@') && !LINK.test(text)
		? readAddress(given, text)
		: readPerson(given, text, defaultCountryCode);
});

/** @returns whether it is a chat id, and not the name of one that the messenger has to be asked for */
export function isChatId({ kind }: ChatId): boolean {
	return kind !== 'phone' && kind !== 'username';
}

/**
 * @param chatId a chat id in normal form
 * @returns the phone number's digits, or null where the id holds none: `@lid`, groups, and digits
 *   that no country's numbers look like, which getContacts was seen to give (`102388094480549@c.us`)
 */
export function phoneNumberOf(chatId: string): string | null {
	const digits = /^(\d+)@c\.us$/.exec(chatId)?.[1] ?? '';
	return isPhoneNumber(digits) ? digits : null;
}
