/** What GREEN-API takes as a chat id, and how people write it. */

/** `person`: a phone number; `lid`: WhatsApp's privacy id; `group`: a group chat. */
export type ChatKind = 'person' | 'lid' | 'group';

export interface ChatId {
	kind: ChatKind;
	/** Normal form, as GREEN-API takes it: `71234567890@c.us`, `…@lid`, `…@g.us`. */
	id: string;
}

/** Why a value is no chat id, in the user's words, and what to do about it. */
export interface Rejection {
	message: string;
	description: string;
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

/** E.164 allows 15 digits; the shortest international numbers have 7. */
const PHONE_DIGITS = { min: 7, max: 15 };

const ACCEPTED_FORMS =
	'Enter a phone number in international form, e.g. +7 123 456-78-90, or a chat ID, e.g. 71234567890@c.us.';

/** Spaces, and the invisible direction marks that phone numbers are copied with. */
const INVISIBLE = /[\s\p{Cf}]+/gu;
const LINE_BREAK = /[\n\v\f\r\u0085\u2028\u2029]/;
const PHONE_PUNCTUATION = /[().\-/\u2010-\u2015\u2212]/g;
const LONGEST_QUOTE = 40;

function reject(message: string, description: string): ChatIdReading {
	return { ok: false, rejection: { message, description } };
}

/** The user's own value, short enough for a message, and no character of it cut in two. */
function shorten(text: string): string {
	if (text.length <= LONGEST_QUOTE) return text;
	const characters = [...text.slice(0, 2 * LONGEST_QUOTE)].slice(0, LONGEST_QUOTE);
	return `${characters.join('')}…`;
}

function quote(text: string): string {
	return `"${shorten(text)}"`;
}

function describeType(value: unknown): string {
	if (Array.isArray(value)) return 'a list';
	return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

type PhoneReading = { ok: true; digits: string } | { ok: false; rejection: Rejection };

/** @param given what the user wrote, for messages; @param compact the number in it, without spaces */
function readPhoneNumber(given: string, compact: string): PhoneReading {
	const international = /^\(?(?:\+|00)(.*)$/.exec(compact)?.[1];
	// "+44 (0)20 …": the bracketed zero is dialled inside the country only.
	const written = international === undefined ? compact : international.replace('(0)', '');
	const digits = written.replace(PHONE_PUNCTUATION, '');
	const refuse = (what: string, description: string): PhoneReading => ({
		ok: false,
		rejection: { message: `${quote(given)} ${what}`, description },
	});

	if (/\p{L}/u.test(digits)) {
		return refuse('has letters in it and is no chat ID or phone number', ACCEPTED_FORMS);
	}
	if (!/^\d*$/.test(digits)) {
		return refuse('has characters that no chat ID or phone number has', ACCEPTED_FORMS);
	}
	if (digits.startsWith('0')) {
		return refuse(
			'is a phone number without its country code',
			'Write it in international form: the country code instead of the leading zero, e.g. +972501234567.',
		);
	}
	if (digits.length < PHONE_DIGITS.min) {
		return refuse(
			'is too short for a phone number',
			`An international number has ${PHONE_DIGITS.min} to ${PHONE_DIGITS.max} digits, country code included.`,
		);
	}
	if (digits.length > PHONE_DIGITS.max) {
		return refuse(
			'is too long for a phone number',
			`An international number has ${PHONE_DIGITS.min} to ${PHONE_DIGITS.max} digits. A group's ID ends in @g.us, a privacy ID in @lid.`,
		);
	}
	return { ok: true, digits };
}

function readText(text: string): ChatIdReading {
	const given = text.trim();
	const compact = text.replace(INVISIBLE, '');
	if (compact === '') {
		return reject('The contact is empty', ACCEPTED_FORMS);
	}
	if (LINE_BREAK.test(given)) {
		return reject(
			'The contact has more than one line',
			'Give each contact an item of its own, e.g. with a Split Out node.',
		);
	}

	const at = compact.lastIndexOf('@');
	if (at === -1) {
		const phone = readPhoneNumber(given, compact);
		return phone.ok ? { ok: true, chatId: { kind: 'person', id: `${phone.digits}@c.us` } } : phone;
	}

	const address = compact.toLowerCase();
	const notContact = NOT_A_CONTACT.find(({ pattern }) => pattern.test(address));
	if (notContact) {
		return reject(
			`${quote(given)} ${notContact.what}`,
			'Take such chats out before this node, e.g. with a Filter node.',
		);
	}

	const suffix = address.slice(at + 1);
	const form = CHAT_FORMS.find(({ suffixes }) => suffixes.includes(suffix));
	if (!form) {
		return reject(
			`${quote(given)} is no WhatsApp chat ID`,
			'Chat IDs end in @c.us (people), @lid (privacy IDs) or @g.us (groups). A phone number alone works too.',
		);
	}

	const local = address.slice(0, at);
	const normal = (name: string): ChatIdReading => ({
		ok: true,
		chatId: { kind: form.kind, id: `${name}@${form.suffixes[0]}` },
	});
	if (!form.local) {
		const phone = readPhoneNumber(given, local);
		return phone.ok ? normal(phone.digits) : phone;
	}
	return form.local.test(local)
		? normal(local)
		: reject(
				`${quote(given)} is malformed: only digits stand before @${form.suffixes[0]}`,
				ACCEPTED_FORMS,
			);
}

/**
 * Reads a chat id or phone number as people have it.
 *
 * @param value whatever the user's field or expression gave: `71234567890@c.us`,
 *   `71234567890@s.whatsapp.net`, `…@lid`, `…@g.us`, `+7 (123) 456-78-90`, `0071234567890`, a
 *   number; spaces around and inside, and invisible direction marks, are ignored
 * @returns the chat id in normal form, or why there is none; never throws
 */
export function readChatId(value: unknown): ChatIdReading {
	if (value === undefined || value === null) {
		return reject(
			'The contact is missing',
			`${ACCEPTED_FORMS} If an expression fills the field, the item has no value there: check the name of the input field.`,
		);
	}
	if (typeof value === 'string') return readText(value);
	if (typeof value === 'number' || typeof value === 'bigint') {
		return /^\d+$/.test(String(value))
			? readText(String(value))
			: reject(`The number ${shorten(String(value))} is no phone number`, ACCEPTED_FORMS);
	}
	return reject(
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
