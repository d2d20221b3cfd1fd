/** What GREEN-API takes as a chat id, and how people write it. */

import { ACCEPTED_FORMS, checkLength, readPhoneNumber } from './phoneNumber';
import { quote, refuse, type Rejection, shorten } from './rejection';

export type { Rejection } from './rejection';

/** `person`: a phone number; `lid`: WhatsApp's privacy id; `group`: a group chat. */
export type ChatKind = 'person' | 'lid' | 'group';

export interface ChatId {
	kind: ChatKind;
	/** Normal form, as GREEN-API takes it: `71234567890@c.us`, `…@lid`, `…@g.us`. */
	id: string;
}

export type ChatIdReading = { ok: true; chatId: ChatId } | { ok: false; rejection: Rejection };

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
	{ pattern: /^status@broadcast$/, what: 'is the WhatsApp status feed, not a contact' },
	{ pattern: /@broadcast$/, what: 'is a broadcast list, not a contact' },
	{ pattern: /@newsletter$/, what: 'is a WhatsApp channel, not a contact' },
];

/** Spaces, and the invisible direction marks that phone numbers are copied with. */
const SPACES = /\s+/g;
const MARKS = /\p{Cf}+/gu;
const LINE_BREAK = /[\n\v\f\r\u0085\u2028\u2029]/;
const DASHES = /[\u2010-\u2015\u2212\ufe58\ufe63]/g;
/** The forms of ASCII's characters that East Asian keyboards type. */
const FULL_WIDTH = /[\uff01-\uff5e]/g;
const FULL_WIDTH_OFFSET = 0xfee0;
/** Decimal digits of scripts other than ASCII's. */
const OTHER_DIGITS = /(?![0-9])\p{Nd}/gu;
const DIGIT = /^\p{Nd}$/u;

const LINK = /^(?:https?:\/\/|wa\.me\/|whatsapp:)/i;

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
	return phone.ok ? { ok: true, chatId: { kind: 'person', id: `${phone.digits}@c.us` } } : phone;
}

/** @param at where the `@` is in the text */
function readAddress(
	given: string,
	text: string,
	at: number,
	defaultCountryCode: string,
): ChatIdReading {
	const address = text.replaceAll(' ', '').toLowerCase();
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
		const id = checkLength(given, name);
		return id.ok ? normal(id.digits) : id;
	}
	return readPerson(given, text.slice(0, at).trim().replace(DEVICE, ''), defaultCountryCode);
}

function readText(text: string, defaultCountryCode: string): ChatIdReading {
	const given = text.trim();
	const simple = simplify(text);
	if (simple === '') return refuse('The contact is empty', ACCEPTED_FORMS);
	if (LINE_BREAK.test(given)) {
		return refuse(
			'The contact has more than one line',
			'Give each contact an item of its own, e.g. with a Split Out node.',
		);
	}
	// A link may have an "@" in a text that goes with it.
	const at = LINK.test(simple) ? -1 : simple.lastIndexOf('@');
	return at === -1
		? readPerson(given, simple, defaultCountryCode)
		: readAddress(given, simple, at, defaultCountryCode);
}

export interface ReadChatIdOptions {
	/** Digits of the calling code of phone numbers written without one, e.g. `972`. */
	defaultCountryCode?: string;
}

/**
 * Reads a chat id or phone number as people have it.
 *
 * @param value whatever the user's field or expression gave: `71234567890@c.us`,
 *   `71234567890:12@s.whatsapp.net`, `…@lid`, `…@g.us`, `+7 (123) 456-78-90`, `0071234567890`,
 *   `tel:+71234567890`, `https://wa.me/71234567890`, a number; digits of any script; spaces around
 *   and invisible direction marks are ignored
 * @param options `defaultCountryCode` as `readCountryCode` gives it; empty or missing: there is
 *   none, and a number without its country code is refused
 * @returns the chat id in normal form, or why there is none; never throws
 */
export function readChatId(
	value: unknown,
	{ defaultCountryCode = '' }: ReadChatIdOptions = {},
): ChatIdReading {
	if (value === undefined || value === null) {
		return refuse(
			'The contact is missing',
			`${ACCEPTED_FORMS} If an expression fills the field, the item has no value there: check the name of the input field.`,
		);
	}
	if (typeof value === 'string') return readText(value, defaultCountryCode);
	if (typeof value === 'number' || typeof value === 'bigint') {
		return /^\d+$/.test(String(value))
			? readText(String(value), defaultCountryCode)
			: refuse(`The number ${shorten(String(value))} is no phone number`, ACCEPTED_FORMS);
	}
	return refuse(
		`The contact is ${describeType(value)}, not a chat ID or phone number`,
		'Let the expression give one value, e.g. {{ $json.chatId }}.',
	);
}

/**
 * @param chatId a chat id in normal form
 * @returns the phone number's digits, or null where the id holds none (`@lid`, groups)
 */
export function phoneNumberOf(chatId: string): string | null {
	return /^(\d+)@c\.us$/.exec(chatId)?.[1] ?? null;
}
