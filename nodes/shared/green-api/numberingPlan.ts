/** The numbering plans of the world's calling codes, as far as telling numbers apart takes them. */

import { COUNTRY_NUMBERING, SHARED_NUMBERING } from './numberingData';

export interface NumberingPlan {
	callingCode: string;
	/** False for codes that belong to no country, such as +800. */
	isCountry: boolean;
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
	 * Matches mobile numbers, whole: where such numbers are as short as national ones of many
	 * countries, those alone; where they are as long as international ones, what begins as they do.
	 */
	mobilePattern: RegExp | null;
	/** Matches what is dialled before a number abroad; null where that is 00. */
	abroad: RegExp | null;
}

const LONGEST_CALLING_CODE = 3;
/** Shorter ones are also numbers of another kind with a zero before them, as on Ascension. */
const LONG_MOBILE = 10;

let lines: Map<string, { columns: string[]; isCountry: boolean }> | undefined;
const plans = new Map<string, NumberingPlan>();

function readLines(data: string, isCountry: boolean) {
	return data
		.trim()
		.split('\n')
		.map((line) => {
			const columns = line.split(' ');
			return [columns[0]!, { columns, isCountry }] as const;
		});
}

function whole(pattern: string): RegExp {
	return new RegExp(`^(?:${pattern})$`);
}

/**
 * @param callingCode digits, e.g. `972`
 * @returns its plan, or undefined where there is no such code
 */
export function planOf(callingCode: string): NumberingPlan | undefined {
	const known = plans.get(callingCode);
	if (known) return known;

	lines ??= new Map([...readLines(COUNTRY_NUMBERING, true), ...readLines(SHARED_NUMBERING, false)]);
	const line = lines.get(callingCode);
	if (!line) return undefined;
	// "-" stands for nothing.
	const [, trunk, transform, lengths, mobile, national, mobilePattern, abroad] = line.columns as [
		...Array<string>,
	] as [string, string, string, string, string, string, string, string | undefined];
	const [min, max] = mobile.split('-').map(Number) as [number, number];
	const plan: NumberingPlan = {
		callingCode,
		isCountry: line.isCountry,
		trunk: trunk === '-' ? null : new RegExp(`^(?:${trunk})`),
		transform: transform === '-' ? null : transform,
		lengths: new Set(lengths.split(',').map(Number)),
		mobile: { min, max },
		national: whole(national),
		mobilePattern: mobilePattern === '-' ? null : whole(mobilePattern),
		abroad: abroad === undefined ? null : new RegExp(`^(?:${abroad})`),
	};
	plans.set(callingCode, plan);
	return plan;
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
	for (let length = 1; length <= LONGEST_CALLING_CODE; length += 1) {
		const plan = planOf(digits.slice(0, length));
		if (plan) return plan;
	}
	return undefined;
}

/**
 * @param written a national number as somebody wrote it, with or without a trunk prefix
 * @returns the number without the prefix, where it has one
 */
function withoutTrunk({ trunk, transform }: NumberingPlan, written: string): string[] {
	const match = trunk?.exec(written);
	if (!trunk || !match || match[0] === '') return [];
	const isReplaced = transform !== null && match.at(-1) !== undefined;
	return [isReplaced ? written.replace(trunk, transform) : written.slice(match[0].length)];
}

/**
 * @param written a national number as somebody wrote it, with or without a trunk prefix
 * @returns what it can stand for: `plain` when it is a number of the country as it is, `dialled`
 *   the numbers that it is with its trunk prefix dropped
 */
export function nationalNumbers(
	plan: NumberingPlan,
	written: string,
): { plain: boolean; dialled: string[] } {
	const fits = (number: string) => plan.national.test(number);
	return {
		plain: fits(written),
		dialled: withoutTrunk(plan, written).filter(fits),
	};
}
