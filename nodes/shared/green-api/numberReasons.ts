/** Why a text is refused as a phone number, and what to do: other things that it can be, and unclear readings. */

/** Why a phone number can't be read, and what to do: `{code}` is the calling code it is about. */

export const ACCEPTED_FORMS =
	'Enter a phone number in international form, e.g. +7 123 456-78-90, or a chat ID, e.g. 71234567890@c.us.';

const NO_CODE = 'is written without its country code';
const ADD_CODE = 'Add it, e.g. +972 50 123 4567, or set "Default Country Code" in the options.';
const LENGTH = 'An international number has 7 to 15 digits';

export const NUMBER_REASONS = {
	noCode: [NO_CODE, ADD_CODE],
	inList: [
		"can't be told from a national number: others in this list are written without their country code",
		ADD_CODE,
	],
	zero: [
		NO_CODE,
		'Write it in international form: the country code instead of the leading zero, e.g. +972501234567.',
	],
	unknownCode: [
		"begins with no country's calling code",
		'Check the digits after the plus or 00, e.g. +972 for Israel.',
	],
	partOfCode: [
		"begins with {code}, which is no country's calling code",
		'Write the whole calling code after the plus, e.g. +7 instead of 8 for Russia.',
	],
	doubled: ['has the calling code {code} twice', 'Take one of them out.'],
	ambiguous: [
		'can be read as two different numbers of {code}',
		'Write it as it is dialled from abroad: with {code}, and nothing after it that is not dialled from there.',
	],
	foreign: ['can be read as a number of {code}', 'Write it with a plus and its country code.'],
	unfit: ['does not fit the phone numbers of {code}', 'Check the digits after {code}.'],
	unfitAtHome: [
		'does not fit the phone numbers of {code}, the "Default Country Code"',
		'Check the digits. A number of another country needs a plus and its country code, e.g. +972 50 123 4567.',
	],
	renumbered: [
		'is an old number of {code}, where numbers have ten digits now',
		"Take the new number: Benin put 01 before its numbers in 2024, Côte d'Ivoire 01, 05 or 07 in 2021.",
	],
	abroad: [
		'begins with {code}, which is dialled before numbers of other countries',
		'Write a plus instead of {code}.',
	],
	short: ['is too short for a phone number', `${LENGTH}, country code included.`],
	long: [
		'is too long for a phone number',
		`${LENGTH}. A group's ID ends in @g.us, a privacy ID in @lid.`,
	],
	text: ['is longer than a phone number and what people write around it', ACCEPTED_FORMS],
	unwritten: ['is not written as phone numbers are', ACCEPTED_FORMS],
	appendix: [
		'holds more than one number, or an extension',
		'Give each contact an item of its own, e.g. with a Split Out node.',
	],
} as const satisfies Record<string, readonly [what: string, todo: string]>;

const OWN_ITEM = 'Give each contact an item of its own, e.g. with a Split Out node.';
const IN_FULL = 'Take the phone number from a source that has it in full.';
const OTHER_FIELD = 'Check which input field the expression names.';
const AS_TEXT = 'Format the column as text where the number comes from, and enter the number anew.';

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
const EXTENSION =
	/\d ?[,;]? ?\(? ?(?:ext(?:n|ension)?|extensi[oó]n|доб(?:авочный)?|вн(?:утр)?|dw|durchwahl|anexo|ramal|poste|int)\.? ?[:=]? ?\d+ ?\)?$|(?:\d[ ().-]{0,2}){7},? ?\(?x\.? ?\d{1,6}\)?$|\d ?# ?\d/iu;

type Things = ReadonlyArray<readonly [pattern: RegExp, what: string, todo: string]>;

/** What is no phone number, however it is written. The first that fits is told. */
const OTHER_THINGS: Things = [
	[
		/^(?:[-._/?]+|#?n\/?a|null|none|nil|nan|undefined|нет)$/i,
		'is how an empty cell is written',
		'Take such items out before this node, e.g. with a Filter node.',
	],
	[
		/^-/,
		'begins with a minus sign, as IDs of groups in Telegram and MAX do',
		`The "Messenger" of the credential is WhatsApp. ${ACCEPTED_FORMS}`,
	],
	[DATE, 'is a date', OTHER_FIELD],
	[
		/^-?\d{1,3}\.\d{2,} ?[ ,;/] ?-?\d{1,3}\.\d{2,}$/,
		'looks like coordinates of a place',
		OTHER_FIELD,
	],
	[
		/^\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?$/,
		'looks like an IP address',
		`If it is a phone number, write it without dots. ${ACCEPTED_FORMS}`,
	],
	[
		/^[+-]?\d+(?:[.,]\d+)?e[+-]?\d+$/i,
		'is a number in scientific notation, which has lost digits',
		AS_TEXT,
	],
	[/^\+?\d{7,}(?:\.\d+|,\d{1,6})$/, 'has a decimal fraction', AS_TEXT],
	// "+1.4155552671" is how domain registries write numbers, and "030.1234567" has an area code.
	[/^(?:0|[1-9]\d{0,2})[.,]\d{5,}$/, 'has a decimal fraction', OTHER_FIELD],
];

/** What can be a part of a phone number, or more than one. The first that fits is told. */
const NO_SINGLE_NUMBERS: Things = [
	[EXTENSION, 'has an extension, and messengers have none', 'Give the number without it.'],
	[
		// Google's exports put ":::" between the numbers of one person.
		/^\D*\d[^,;|&]*[,;|&]|:::|\d ?(?:or|or:|oder|und|ou|et|o|y|and|и|или) ?[+(]?\d/iu,
		'holds more than one number',
		OWN_ITEM,
	],
	[
		/^(?:https?:\/\/|wa\.me\b|chat\.whatsapp\.com\b|whatsapp:\/\/)/i,
		'is a link without a phone number',
		ACCEPTED_FORMS,
	],
	[/^\+?\d[\d ().-]*\p{L}[\d ().-]*\d$/u, 'has a letter in it', IN_FULL],
	[
		/^\D*[\p{L}№º°][ .]*[1-9][.)/-]?[ (]/u,
		'begins with a label and a digit, which can be part of either',
		'Write the number alone, with a plus and its country code.',
	],
	[/\p{L}/u, 'has letters in it and is no chat ID or phone number', ACCEPTED_FORMS],
	[/[^\d +().\-/]/, 'has characters that no chat ID or phone number has', ACCEPTED_FORMS],
	[/^\D*\d[^+]*\+/, 'holds more than one number', OWN_ITEM],
	[/[-/(]$/, 'ends in the middle', IN_FULL],
];

/**
 * A number as people write it at home, whatever is before and behind it: without plus or `00`, or
 * with a zero behind them. `0` alone is how some exports write an empty cell.
 */
const WITHOUT_CODE = /^[^\d+:]*(?:(?!00\D*[1-9])\d|\+[ (]*0)(?:[ ().\-/]*\d){4}/;

/** @returns whether a cleaned text begins with five digits at least, and no country code */
export function isWithoutCode(text: string): boolean {
	return WITHOUT_CODE.test(text);
}

/** What a cleaned text is; `hasNumber`: a phone number may be part of it. */
export interface OtherThing {
	what: string;
	todo: string;
	hasNumber: boolean;
}

/** @returns what a cleaned text is, and what to do; undefined where it may be a phone number */
export function otherThing(text: string): OtherThing | undefined {
	const fits = ([pattern]: Things[number]) => pattern.test(text);
	const other = OTHER_THINGS.find(fits);
	const [, what, todo] = other ?? NO_SINGLE_NUMBERS.find(fits) ?? [];
	return what !== undefined && todo !== undefined ? { what, todo, hasNumber: !other } : undefined;
}
