/** Recognises what is clearly something else than one phone number. */

import { ACCEPTED_FORMS } from './numberReasons';

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

/** The first that fits is told. */
const OTHER_THINGS: ReadonlyArray<readonly [pattern: RegExp, what: string, todo: string]> = [
	[
		/^(?:[-._/?]+|#?n\/?a|null|none|nil|nan|undefined|нет)$/i,
		'is how an empty cell is written',
		'Take such items out before this node, e.g. with a Filter node.',
	],
	[EXTENSION, 'has an extension, and messengers have none', 'Give the number without it.'],
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
	[/\p{L}/u, 'has letters in it and is no chat ID or phone number', ACCEPTED_FORMS],
	[/[^\d +().\-/]/, 'has characters that no chat ID or phone number has', ACCEPTED_FORMS],
	[/^\D*\d[^+]*\+/, 'holds more than one number', OWN_ITEM],
	[/[-/(]$/, 'ends in the middle', IN_FULL],
];

/** @returns what a cleaned text is, and what to do; undefined where it may be a phone number */
export function otherThing(text: string): readonly [what: string, todo: string] | undefined {
	const [, ...reason] = OTHER_THINGS.find(([pattern]) => pattern.test(text)) ?? [];
	return reason.length === 2 ? reason : undefined;
}
