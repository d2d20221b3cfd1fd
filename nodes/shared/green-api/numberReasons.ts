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
	unwritten: ['is not written as phone numbers are', ACCEPTED_FORMS],
	appendix: [
		'holds more than one number, or an extension',
		'Give each contact an item of its own, e.g. with a Split Out node.',
	],
} as const satisfies Record<string, readonly [what: string, todo: string]>;
