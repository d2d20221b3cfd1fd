/** The numbering plans of the world's calling codes, as far as telling numbers apart takes them. */

import { NUMBERING } from './numberingData';

export interface NumberingPlan {
	callingCode: string;
	/** ISO 3166, the main one of those that share the code; null for no country's, such as +800. */
	region: string | null;
	/** Matches what stands before a national number when it is dialled inside the country. */
	trunk: RegExp | null;
	/** What the match becomes where its last group is there; else it is dropped. */
	transform: string | null;
	/** How many digits fixed and mobile numbers have. */
	lengths: ReadonlySet<number>;
	/** How many digits mobile numbers have, at least and at most. */
	mobile: { min: number; max: number };
	/** Matches every national number, whole. */
	national: RegExp;
	/**
	 * Matches mobile numbers, whole. It is exact where calling code and number have at most 10 digits,
	 * and goes by first digits and length where national mobiles have 10 or more. Null: not needed.
	 */
	mobilePattern: RegExp | null;
	/** Matches what is dialled before a number abroad; null where that is 00. */
	abroad: RegExp | null;
}

/** Shorter ones are also numbers of another kind with a zero before them, as on Ascension. */
const LONG_MOBILE = 10;
/** Of codes that no single country's name fits. */
const SHARED_NAMES: Readonly<Record<string, string>> = {
	'1': 'North America',
	'7': 'Russia or Kazakhstan',
};

let lines: Map<string, readonly string[]> | undefined;
const plans = new Map<string, NumberingPlan>();
let countries: readonly NumberingPlan[] | undefined;

/** In the numbering data, "-" is nothing. */
function pattern(column = '-', end = '$'): RegExp | null {
	return column === '-' ? null : new RegExp(`^(?:${column})${end}`);
}

function linesOfCodes(): Map<string, readonly string[]> {
	lines ??= new Map(NUMBERING.split('\n').map((line) => [line.split(' ')[0]!, line.split(' ')]));
	return lines;
}

/**
 * @param callingCode digits, e.g. `972`
 * @returns its plan, or undefined where there is no such code
 */
export function planOf(callingCode: string): NumberingPlan | undefined {
	const known = plans.get(callingCode);
	const columns = known ? undefined : linesOfCodes().get(callingCode);
	if (!columns) return known;
	const [, region = '-', trunk, transform = '-', lengths = '', mobile = '', ...patterns] = columns;
	const [min = 0, max = 0] = mobile.split('-').map(Number);
	const plan: NumberingPlan = {
		callingCode,
		region: region === '-' ? null : region,
		trunk: pattern(trunk, ''),
		transform: transform === '-' ? null : transform,
		lengths: new Set(lengths.split(',').map(Number)),
		mobile: { min, max },
		national: pattern(patterns[0])!,
		mobilePattern: pattern(patterns[1]),
		abroad: pattern(patterns[2], ''),
	};
	plans.set(callingCode, plan);
	return plan;
}

/** @returns the plans of all countries */
export function countryPlans(): readonly NumberingPlan[] {
	const all = () => [...linesOfCodes().keys()].flatMap((code) => planOf(code) ?? []);
	return (countries ??= all().filter(({ region }) => region !== null));
}

/** @returns the country's name in English, or one for all that share the calling code */
export function countryName({ callingCode, region }: NumberingPlan): string {
	const names = new Intl.DisplayNames('en', { type: 'region' });
	return SHARED_NAMES[callingCode] ?? names.of(region ?? 'ZZ') ?? `+${callingCode}`;
}

/** @returns whether the country has mobile numbers that begin and are as long as this national one */
export function isMobile({ mobile, mobilePattern }: NumberingPlan, number: string): boolean {
	const { length } = number;
	return mobile.min <= length && length <= mobile.max && mobilePattern?.test(number) !== false;
}

/**
 * @returns whether a number of a country without a trunk prefix begins with a zero, and is a mobile
 *   number of the longest without it: Italy's 0333 123 4567, of which the zero is hardly part
 */
export function hasDoubtfulZero({ trunk, mobile, mobilePattern }: NumberingPlan, number: string) {
	const rest = number.slice(1);
	const isLong = rest.length === mobile.max && mobile.max >= LONG_MOBILE;
	return trunk === null && number.startsWith('0') && isLong && mobilePattern?.test(rest) === true;
}

/**
 * @param digits of a number in international form
 * @returns the plan of its calling code, or undefined where it begins with none; no code begins
 *   with another (ITU-T E.164), so there is one at most
 */
export function planOfNumber(digits: string): NumberingPlan | undefined {
	return [1, 2, 3].map((length) => planOf(digits.slice(0, length))).find((plan) => plan);
}

/**
 * @param written a national number as somebody wrote it, with or without a trunk prefix
 * @returns the numbers of the country that it can be: `plain` as it is, `dialled` with its trunk
 *   prefix dropped
 */
export function nationalNumbers(
	{ trunk, transform, national }: NumberingPlan,
	written: string,
): { plain: boolean; dialled: string[] } {
	const match = trunk?.exec(written);
	const isReplaced = transform !== null && match?.at(-1) !== undefined;
	const rest = isReplaced ? written.replace(trunk!, transform) : written.slice(match?.[0].length);
	const isDialled = match !== undefined && match !== null && match[0] !== '' && national.test(rest);
	return { plain: national.test(written), dialled: isDialled ? [rest] : [] };
}

/** WhatsApp's own ids of one country: their pattern, and all forms that are the same person. */
interface OwnIds {
	pattern: RegExp;
	forms: readonly string[];
}

/**
 * Accounts keep the id that they were made with, also where a country has renumbered since: Mexico
 * dropped the 1 of mobile numbers in 2019, and Brazil put a 9 before them. Argentina writes a 9 when
 * a mobile number is called from abroad. Brazil's fixed lines begin with 2 to 5, and are other
 * people's numbers with a 9 before them (GREEN-API documentation, "CheckWhatsapp"; Anatel 553/2010).
 */
const OWN_IDS: readonly OwnIds[] = [
	{ pattern: /^521?([2-9]\d{9})(@c\.us)?$/, forms: ['52$1$2', '521$1$2'] },
	{ pattern: /^549?([1-3]\d{9})(@c\.us)?$/, forms: ['54$1$2', '549$1$2'] },
	{ pattern: /^55([1-9]{2})9?([6-9]\d{7})(@c\.us)?$/, forms: ['55$1$2$3', '55$19$2$3'] },
];

/**
 * @param id digits in international form, with or without `@c.us` behind them
 * @returns every id that can be the same person's, itself among them, in the form of the given one;
 *   of other countries, and of ids of another kind, itself alone
 */
export function idsOf(id: string): readonly string[] {
	const own = OWN_IDS.find(({ pattern }) => pattern.test(id));
	return own ? own.forms.map((form) => id.replace(own.pattern, form)) : [id];
}
