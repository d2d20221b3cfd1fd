/** Reads phone numbers as people write them: for certain, or not at all. */

import {
	hasDoubtfulZero,
	isMobile,
	type NumberingPlan,
	nationalNumbers,
	planOf,
	planOfNumber,
} from './numberingPlan';
import { quote, refuse, type Refusal } from './rejection';
import { idsOf } from './whatsappIds';
import { digitsBefore, hasAppendix, takeApart, type WrittenNumber } from './writtenNumber';

export type PhoneReading = { ok: true; digits: string } | Refusal;
export type CountryCodeReading = { ok: true; code: string } | Refusal;

/** E.164 allows 15 digits; the shortest international numbers have 7. */
const PHONE_DIGITS = { min: 7, max: 15 };

export const ACCEPTED_FORMS =
	'Enter a phone number in international form, e.g. +7 123 456-78-90, or a chat ID, e.g. 71234567890@c.us.';

/** With a prefix for abroad and a trunk prefix that are not part of it. */
const MOST_WRITTEN_DIGITS = 20;

/**
 * Without plus or default country, a number this long or shorter could be a national one of many
 * countries; only mobile numbers are believed to be international then.
 */
const BARE_DIGITS = { min: 10, national: 11 };

/** How the national numbers of North America and Brazil stand in groups: 507-555-1234. */
const NATIONAL_SHAPES = ['3-3-4', '2-5-4'];

/** In North America, neither the area code nor what follows it begins with 0 or 1. */
const NORTH_AMERICAN = /^[2-9]\d\d[2-9]\d{6}$/;

const ADD_COUNTRY_CODE =
	'Add it, e.g. +972 50 123 4567, or set "Default Country Code" in the options.';

interface Reason {
	pattern: RegExp;
	what: string;
	todo: string;
}

const OWN_ITEM = 'Give each contact an item of its own, e.g. with a Split Out node.';
const IN_FULL = 'Take the phone number from where it stands in full.';

const DAY_OR_MONTH = '(?:0?[1-9]|[12]\\d|3[01])';
const YEAR = '(?:19|20)\\d\\d';
const BETWEEN = '(?:\\. ?|[-/ ])';
// With spaces, "24 10 90" is a phone number of New Caledonia.
const DATE = new RegExp(
	`^(?:${YEAR}${BETWEEN}${DAY_OR_MONTH}${BETWEEN}${DAY_OR_MONTH}|` +
		`${DAY_OR_MONTH}${BETWEEN}${DAY_OR_MONTH}${BETWEEN}${YEAR}|` +
		`${DAY_OR_MONTH}[-./]${DAY_OR_MONTH}[-./]\\d\\d)` +
		'\\.?(?:[ T-]\\d{1,2}[:. -]?\\d\\d.{0,20})?$',
	'i',
);

/** What is clearly something else than one phone number; the first that fits is told. */
const OTHER_THINGS: readonly Reason[] = [
	{
		pattern:
			/\d ?[,;]? ?\(? ?(?:ext(?:n|ension)?|extensi[oó]n|x|доб(?:авочный)?|вн(?:утр)?|dw|durchwahl|anexo|ramal|poste|int)\.? ?[:=]? ?\d+ ?\)?$|\d ?#/iu,
		what: 'has an extension, and messengers have none',
		todo: 'Give the phone number without its extension.',
	},
	{
		pattern: /^-/,
		what: 'begins with a minus sign, as IDs of groups in Telegram and MAX do',
		todo: `The "Messenger" of the credential is WhatsApp. ${ACCEPTED_FORMS}`,
	},
	{
		pattern: DATE,
		what: 'is a date',
		todo: 'Check which input field the expression names.',
	},
	{
		pattern: /^-?\d{1,3}\.\d{2,} ?[ ,;/] ?-?\d{1,3}\.\d{2,}$/,
		what: 'looks like coordinates of a place',
		todo: 'Check which input field the expression names.',
	},
	{
		pattern: /^\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?$/,
		what: 'looks like an IP address',
		todo: `If it is a phone number, write it without dots. ${ACCEPTED_FORMS}`,
	},
	{
		pattern: /^[+-]?\d+(?:[.,]\d+)?e[+-]?\d+$/i,
		what: 'is a number in scientific notation, which has lost digits',
		todo: 'Format the column as text where the number comes from, and enter the number anew.',
	},
	{
		pattern: /^\+?\d{7,}(?:\.\d+|,\d{1,6})$/,
		what: 'has a decimal fraction',
		todo: 'Format the column as text where the number comes from.',
	},
	{
		pattern: /[,;|&]|\d ?(?:or|or:|oder|ou|o|y|and|и|или) ?[+(]?\d/iu,
		what: 'holds more than one number',
		todo: OWN_ITEM,
	},
	{
		pattern: /^(?:https?:\/\/|wa\.me\b|chat\.whatsapp\.com\b|whatsapp:\/\/)/i,
		what: 'is a link without a phone number',
		todo: ACCEPTED_FORMS,
	},
	{
		pattern: /\p{L}/u,
		what: 'has letters in it and is no chat ID or phone number',
		todo: ACCEPTED_FORMS,
	},
	{
		pattern: /[^\d +().\-/]/,
		what: 'has characters that no chat ID or phone number has',
		todo: ACCEPTED_FORMS,
	},
	{
		pattern: /^\D*\d[^+]*\+/,
		what: 'holds more than one number',
		todo: OWN_ITEM,
	},
	{
		pattern: /[-/(]$/,
		what: 'ends in the middle',
		todo: IN_FULL,
	},
];

const LINK_WITH_PATH = /^(?:https?:\/\/)?(?:www\.)?wa\.me\/([^/?#]*)\/?(?:[?#].*)?$/i;
const LINK_WITH_QUERY =
	/^(?:(?:https?:\/\/)?(?:api\.|web\.|www\.)?whatsapp\.com\/send\/?|whatsapp:\/\/send\/?)\?(.*)$/i;
const SCHEME = /^(?:tel|whatsapp|sms|callto): ?(?!\/)/i;

/** What people write before a number: "Tel.: +972 …". */
const LABEL = /^(?:tel(?:ephone)?|phone|mobile|тел(?:ефон)?)(?:\.|(?=[ :]))(?: ?:)? ?(?=[+(\d])/iu;

/** @returns the digits of a link's part, or undefined where it holds more than these */
function readLinkPart(part: string): string | undefined {
	const written = part.replaceAll(/%20|[ +]|%2b/gi, '');
	return /^\d+$/.test(written) ? written : undefined;
}

/**
 * @returns the digits of a WhatsApp link; the part of WhatsApp's documentation on links asks for
 *   the international form without a plus
 */
function readLink(text: string): string | undefined {
	const path = LINK_WITH_PATH.exec(text)?.[1];
	if (path !== undefined) return readLinkPart(path);
	const query = LINK_WITH_QUERY.exec(text)?.[1] ?? '';
	return readLinkPart(/(?:^|&)phone=([^&#]*)/i.exec(query)?.[1] ?? '');
}

/** @returns the phone number of a `tel:` address, or the text as it is */
function unwrap(text: string): string {
	if (!SCHEME.test(text)) return text;
	const number = text.replace(SCHEME, '').replace(/\?[a-z]+=.*$/i, '');
	// RFC 3966: "tel:7946-0958;phone-context=+44-20" is a number in two parts.
	const local = /^([^+;][^;]*);phone-context=(\+[\d-]+)$/i.exec(number);
	return local ? `${local[2]} ${local[1]}` : number;
}

/** @returns the text without a label, quotes and signs that say "text" to a spreadsheet */
function undress(text: string): string {
	return text
		.replace(/^=?(["'])(.*)\1$/, '$2')
		.replace(/^(?:'(?=[+\d])|=(?=\+))/, '')
		.replace(LABEL, '')
		.replaceAll(/(?<=\d)[·•](?=\d)/g, '.')
		.replaceAll('[', '(')
		.replaceAll(']', ')');
}

/** Spreadsheets write 71234567890 as 71234567890.0, or as 7.123456789E+10 with all its digits. */
function undoSpreadsheet(text: string): string {
	const whole = /^(\+?\d{7,})[.,]0+$/.exec(text)?.[1];
	if (whole !== undefined) return whole;
	const [, first = '', decimals = '', exponent = ''] =
		/^(\d)[.,](\d{6,14})e\+?(\d{1,2})$/i.exec(text) ?? [];
	return first !== '' && decimals.length === Number(exponent) ? first + decimals : text;
}

/**
 * @param digits of an id of WhatsApp's
 * @returns whether a country has numbers like these, or WhatsApp has ids like these for its numbers
 */
export function isPhoneNumber(digits: string): boolean {
	const plan = planOfNumber(digits);
	const rest = digits.slice(plan?.callingCode.length);
	return plan !== undefined && (readRest(plan, rest) === rest || idsOf(digits).length > 1);
}

/** Where a zero is in brackets, it is left out or kept; the other way there must be no number. */
function bracketedZeroIsClear(plan: NumberingPlan, { groups }: WrittenNumber, rest: string) {
	const zero = groups.some(({ digits, inBrackets }) => inBrackets && digits === '0');
	return !zero || !nationalNumbers(plan, rest).plain || !nationalNumbers(plan, rest.slice(1)).plain;
}

/**
 * @param rest what stands after the calling code
 * @returns what the number is: its national number, or why it is not clear
 */
function readRest(plan: NumberingPlan, rest: string): string | 'none' | 'several' | 'doubled' {
	const { plain, dialled } = nationalNumbers(plan, rest);
	const numbers = [...new Set(plain ? [rest, ...dialled] : dialled)];
	const { callingCode, lengths, mobile } = plan;

	const inner = rest.startsWith(callingCode) ? rest.slice(callingCode.length) : '';
	const isDoubled =
		plan.national.test(inner) &&
		!numbers.includes(inner) &&
		(numbers.length === 0 || rest.length > mobile.max);
	if (isDoubled) return 'doubled';
	if (numbers.length > 1) return 'several';
	const [number] = numbers;
	if (number !== undefined) return hasDoubtfulZero(plan, number) ? 'several' : number;
	return lengths.has(rest.length) && (isSevenAndTen(plan, rest) || !rest.startsWith('0'))
		? rest
		: 'none';
}

/** GREEN-API's documentation writes 71234567890, which no number of the country looks like. */
function isSevenAndTen({ callingCode }: NumberingPlan, rest: string): boolean {
	return callingCode === '7' && rest.length === 10;
}

interface Place {
	given: string;
	written: WrittenNumber;
	/** International form: calling code and national number, perhaps with a trunk prefix. */
	digits: string;
	/** How many digits the first group has of these. */
	firstGroup: number;
}

/** What stands after a plus, `00`, or in a link. */
function readInternational(
	{ given, written, digits, firstGroup }: Place,
	prefix: '+' | '00' | 'link',
): PhoneReading {
	const plan = planOfNumber(digits);
	if (digits.startsWith('0')) {
		return refuse(
			`${quote(given)} is a phone number without its country code`,
			'Write it in international form: the country code instead of the leading zero, e.g. +972501234567.',
		);
	}
	if (!plan) {
		return refuse(
			`${quote(given)} begins with no country's calling code`,
			'Check the digits after the plus or 00, e.g. +972 for Israel.',
		);
	}
	const { callingCode } = plan;
	// "+8 (495) …" is a Russian number with its trunk prefix, not one of Vietnam (+84).
	if (firstGroup === 1 && callingCode.length > 1) {
		return refuse(
			`${quote(given)} begins with +${digits[0]}, which is no country's calling code`,
			'Write the whole calling code after the plus, e.g. +7 instead of 8 for Russia.',
		);
	}
	const rest = digits.slice(callingCode.length);
	// "0011" is how Australians dial abroad, not a number of North America.
	const national = prefix === '00' && digits.startsWith('11') ? 'none' : readRest(plan, rest);
	if (national === 'doubled') {
		return refuse(
			`${quote(given)} has the calling code +${callingCode} twice`,
			'Take one of them out.',
		);
	}
	if (national === 'several' || !bracketedZeroIsClear(plan, written, rest)) {
		return ambiguous(given, plan);
	}
	if (national === 'none') {
		// WhatsApp's own ids, which its links hold, differ from the numbering plan in Mexico.
		if (prefix === 'link') return checkLength(given, digits);
		if (digits.length > PHONE_DIGITS.max) return tooLong(given);
		return refuse(
			`${quote(given)} does not fit the phone numbers of +${callingCode}`,
			`Check the digits after +${callingCode}. An ID of WhatsApp's own that differs from the phone number goes with its ending, e.g. 5215512345678@c.us.`,
		);
	}
	return checkLength(given, callingCode + national);
}

function ambiguous(given: string, { callingCode }: NumberingPlan): Refusal {
	return refuse(
		`${quote(given)} can be read as two different numbers of +${callingCode}`,
		`Write it as it is dialled from abroad: with +${callingCode}, and nothing after it that is not dialled from there.`,
	);
}

function tooShort(given: string): Refusal {
	return refuse(
		`${quote(given)} is too short for a phone number`,
		`An international number has ${PHONE_DIGITS.min} to ${PHONE_DIGITS.max} digits, country code included.`,
	);
}

function tooLong(given: string): Refusal {
	return refuse(
		`${quote(given)} is too long for a phone number`,
		`An international number has ${PHONE_DIGITS.min} to ${PHONE_DIGITS.max} digits. A group's ID ends in @g.us, a privacy ID in @lid.`,
	);
}

/**
 * @param given what the user wrote, for messages
 * @param digits of a number in international form
 * @returns the digits, when E.164 has room for so many
 */
export function checkLength(given: string, digits: string): PhoneReading {
	if (digits.length < PHONE_DIGITS.min) return tooShort(given);
	return digits.length > PHONE_DIGITS.max ? tooLong(given) : { ok: true, digits };
}

/** @returns the national numbers that the digits are in international form */
function internationalOf(plan: NumberingPlan, digits: string): string[] {
	if (!digits.startsWith(plan.callingCode)) return [];
	const rest = digits.slice(plan.callingCode.length);
	const { plain, dialled } = nationalNumbers(plan, rest);
	return [...(plain ? [rest] : []), ...dialled];
}

/** @returns the national numbers that the digits can be, without plus or `00` before them */
function numbersIn(plan: NumberingPlan, { digits, groups }: WrittenNumber): string[] {
	const { callingCode, lengths, mobile, trunk } = plan;
	const { plain, dialled } = nationalNumbers(plan, digits);
	const hasTrunk = trunk !== null;
	const written = internationalOf(plan, digits);
	// "39 085 9595": the code stands alone before an Italian number, or is part of a mobile one.
	const [first] = groups;
	if (plain && groups.length > 1 && first?.digits === callingCode && !first.inBrackets) {
		const isOwn = plan.mobilePattern?.test(digits) === true;
		const others = written.filter(({ length }) => lengths.has(length) || !isOwn);
		if (others.length > 0) return [...dialled, ...others, digits];
	}
	// A plain number is the usual form where there is no trunk prefix: Poland's 481956914.
	const fewest = plain && !hasTrunk ? mobile.min : 0;
	const international = written.filter(({ length }) => length >= fewest && lengths.has(length));
	if (international.length > 0) {
		const isTooLong = digits.length > mobile.max;
		return [...dialled, ...international, ...(plain && !isTooLong ? [digits] : [])];
	}
	// Where people write a trunk prefix, a shorter number without it may lack its area code, too.
	const isWhole = plain && (!hasTrunk || digits.length >= mobile.min);
	return isWhole ? [...dialled, digits] : dialled;
}

/**
 * @returns the prefix for calls abroad that the number begins with, if a whole number of another
 *   country is behind it: "8 10 49 …" in Russia; "00" is read everywhere, and is none
 */
function prefixForAbroad(given: string, written: WrittenNumber, { abroad }: NumberingPlan) {
	const prefix = abroad?.exec(written.digits)?.[0] ?? '';
	if (prefix === '' || prefix === '00') return '';
	const { groups } = written;
	// Where "0049 171 …" is written, the prefix is 00, also in a country that dials 004.
	const endsGroup = groups.some((_, index) => digitsBefore(groups, index + 1) === prefix.length);
	if (prefix.startsWith('00') && groups.length > 1 && !endsGroup) return '';
	const digits = written.digits.slice(prefix.length);
	const place = { given, written, digits, firstGroup: digits.length };
	const isCountry = planOfNumber(digits)?.isCountry === true;
	return isCountry && readInternational(place, '+').ok ? prefix : '';
}

/** Whether the groups of a bare number are those of a national one. */
function looksNational({ groups, digits }: WrittenNumber, { callingCode }: NumberingPlan): boolean {
	const [first] = groups;
	if (groups.length < 2 || !first) return false;
	if (first.inBrackets) return true;
	if (NATIONAL_SHAPES.includes(groups.map((group) => group.digits.length).join('-'))) return true;
	// "8 (495) …" is no number of Vietnam (+84), nor "138 1234 5678" one of North America (+1).
	if (first.digits === callingCode) return false;
	// Ukrainians write their code as part of it and their trunk prefix: 38 067 123 45 67.
	return digits.length <= BARE_DIGITS.national || `${first.digits}0` !== callingCode;
}

/** A number without plus or `00`, of a workflow that names no country. */
function readBare(given: string, written: WrittenNumber): PhoneReading {
	const { digits, groups } = written;
	const withoutCode = refuse(
		`${quote(given)} is written without its country code`,
		ADD_COUNTRY_CODE,
	);
	if (digits.length > PHONE_DIGITS.max) return tooLong(given);
	const plan = planOfNumber(digits);
	if (!plan?.isCountry || digits.length < BARE_DIGITS.min) return withoutCode;

	const { callingCode } = plan;
	const rest = digits.slice(callingCode.length);
	const zero = groups[1];
	if (groups[0]?.digits === callingCode && zero?.inBrackets && zero.digits === '0') {
		return readInternational({ given, written, digits, firstGroup: callingCode.length }, '+');
	}
	if (looksNational(written, plan)) return withoutCode;
	if (callingCode === '1' && !NORTH_AMERICAN.test(rest)) return withoutCode;
	if (hasDoubtfulZero(plan, rest)) return ambiguous(given, plan);
	const isNumber =
		digits.length === BARE_DIGITS.min
			? plan.mobilePattern?.test(rest) === true
			: plan.national.test(rest) && plan.lengths.has(rest.length);
	return isNumber || isSevenAndTen(plan, rest) ? checkLength(given, digits) : withoutCode;
}

/** A number without plus or `00`, of a workflow that names the country of such numbers. */
function readWithDefault(given: string, written: WrittenNumber, plan: NumberingPlan): PhoneReading {
	const { callingCode } = plan;
	const { digits } = written;
	const [number, ...others] = new Set(numbersIn(plan, written));
	if (number === undefined) {
		if (digits.length > PHONE_DIGITS.max) return tooLong(given);
		return refuse(
			`${quote(given)} does not fit the phone numbers of +${callingCode}, the "Default Country Code"`,
			'Check the digits. A number of another country needs a plus and its country code, e.g. +972 50 123 4567.',
		);
	}
	if (others.length > 0 || hasDoubtfulZero(plan, number)) return ambiguous(given, plan);
	// Chat lists and webhooks give numbers of all countries as digits alone.
	const foreign = planOfNumber(digits);
	if (
		foreign &&
		foreign !== plan &&
		number === digits &&
		!isMobile(plan, number) &&
		readBare(given, written).ok
	) {
		return refuse(
			`${quote(given)} can be read as a number of +${callingCode} and as one of +${foreign.callingCode}`,
			'Write it with a plus and its country code.',
		);
	}
	return checkLength(given, callingCode + number);
}

/**
 * Reads a phone number. Whatever can be read in two ways, or only by supposing something, is
 * refused: a wrong guess would look somebody else up.
 *
 * @param given what the user wrote, for messages
 * @param text the same with ASCII digits and punctuation, spaces single and none at its ends
 * @param defaultCountryCode digits of the calling code of numbers written without one, as
 *   `readCountryCode` gives it; empty: there is none
 * @returns 7 to 15 digits, calling code first, or why there are none; never throws
 */
export function readPhoneNumber(
	given: string,
	text: string,
	defaultCountryCode: string,
): PhoneReading {
	const linked = readLink(text);
	const number =
		linked === undefined ? undoSpreadsheet(undress(unwrap(text)).trim()) : `+${linked}`;
	const reason = OTHER_THINGS.find(({ pattern }) => pattern.test(number));
	if (reason) return refuse(`${quote(given)} ${reason.what}`, reason.todo);

	const plan = planOf(defaultCountryCode);
	const hasCountry = plan !== undefined;
	const allDigits = number.replaceAll(/\D/g, '');
	if (allDigits.length > MOST_WRITTEN_DIGITS) return tooLong(given);
	if (allDigits.length < PHONE_DIGITS.min && !hasCountry) return tooShort(given);

	const written = takeApart(number);
	if (!written)
		return refuse(`${quote(given)} is not written as phone numbers are`, ACCEPTED_FORMS);
	if (hasAppendix(written)) {
		return refuse(`${quote(given)} holds more than one number, or an extension`, OWN_ITEM);
	}

	const { digits, groups, hasPlus } = written;
	const firstGroup = groups[0]?.digits.length ?? 0;
	if (hasPlus) {
		const place = { given, written, digits, firstGroup };
		return readInternational(place, linked === undefined ? '+' : 'link');
	}
	const abroad = hasCountry ? prefixForAbroad(given, written, plan) : '';
	if (abroad !== '') {
		return refuse(
			`${quote(given)} begins with ${abroad}, which is dialled before numbers of other countries`,
			`Write a plus instead of ${abroad}.`,
		);
	}
	if (groups[0]?.digits.startsWith('00')) {
		// Some countries have numbers that begin with 00 at home, e.g. 001 800 … in Thailand.
		if (hasCountry && nationalNumbers(plan, digits).plain) return ambiguous(given, plan);
		// Of "00 8 (495) …", the group behind the 00.
		const afterPrefix = firstGroup - 2 || (groups[1]?.digits.length ?? 0);
		const place = { given, written, digits: digits.slice(2), firstGroup: afterPrefix };
		return readInternational(place, '00');
	}
	return hasCountry ? readWithDefault(given, written, plan) : readBare(given, written);
}

const COUNTRY_CODE_FORMS =
	'Enter the digits of the calling code, e.g. 972 for Israel or 1 for the United States, or remove the option.';

/**
 * Reads the option "Default Country Code".
 *
 * @param value what the option holds: `972`, `+972`, `00972` as text, 972 as a number, with spaces
 *   around; nothing or an empty text where it is not set
 * @returns the code's digits, empty when it is not set, or why it is no country's calling code
 */
export function readCountryCode(value: unknown): CountryCodeReading {
	if (value === undefined || value === null) return { ok: true, code: '' };
	if (typeof value !== 'string' && typeof value !== 'number') {
		return refuse('"Default Country Code" is no text', COUNTRY_CODE_FORMS);
	}
	const written = String(value).trim();
	if (written === '') return { ok: true, code: '' };
	const code = /^(?:\+ ?|00)?([1-9]\d{0,2})$/.exec(written)?.[1] ?? '';
	return planOf(code)?.isCountry
		? { ok: true, code }
		: refuse(
				`"Default Country Code" is ${quote(written)}, which is no country's calling code`,
				COUNTRY_CODE_FORMS,
			);
}
