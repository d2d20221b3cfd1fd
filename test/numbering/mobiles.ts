/** Random mobile numbers, as libphonenumber's patterns have them, written as at home without a code. */

import fc from 'fast-check';
import metadata from 'libphonenumber-js/metadata.max.json';
import { withWildcards } from './numberingData';

type Kinds = ReadonlyArray<readonly [pattern?: string, lengths?: readonly number[]] | 0>;
interface Region {
	0: string;
	3: readonly number[];
	11?: Kinds;
}

const regions = metadata.countries as unknown as Record<string, Region>;

/** ISO 3166 codes of all regions with mobile numbers of their own kind. */
export const REGIONS = Object.keys(regions).filter((region) => patternOf(region) !== '');

/** The sixty with most people. */
export const POPULOUS =
	'IN CN US ID PK NG BR BD RU ET MX JP PH EG CD VN IR TR DE TH TZ GB FR ZA IT KE MM CO KR SD UG ES DZ IQ AR AF PL CA MA SA UA AO UZ YE PE MY GH MZ NP MG CI VE CM NE AU KP TW ML BF SY'.split(
		' ',
	);

function patternOf(region: string): string {
	const [fixed, mobile] = regions[region]?.[11] ?? [];
	// An empty pattern: the same as that of fixed numbers.
	return mobile ? mobile[0] || (fixed ? (fixed[0] ?? '') : '') : '';
}

/** @returns the digits of the region's calling code */
export function callingCodeOf(region: string): string {
	return regions[region]?.[0] ?? '';
}

/** How many digits of a number are chosen among those that the pattern allows; the rest by chance. */
const CHOSEN = 5;

/** @returns every beginning of numbers of the length, as far as CHOSEN digits */
function beginningsOf(pattern: string, length: number): string[] {
	const known = withWildcards(pattern);
	let beginnings = [''];
	for (let depth = 0; depth < CHOSEN; depth += 1) {
		beginnings = beginnings
			.flatMap((beginning) => [...'0123456789'].map((digit) => beginning + digit))
			.filter((beginning) => known.test(beginning.padEnd(length, 'x')));
	}
	return beginnings;
}

/** @returns how many digits the region's mobile numbers can have */
export function mobileLengthsOf(region: string): readonly number[] {
	const [, mobile] = regions[region]?.[11] ?? [];
	return (mobile && mobile[1]) || regions[region]?.[3] || [];
}

/**
 * @param region ISO 3166 code
 * @param length of the numbers
 * @param count how many; none where the region has no mobile numbers of the length
 * @returns national numbers, digits alone, without a trunk prefix, each as likely as any other; the
 *   same ones each time
 */
export function randomMobiles(region: string, length: number, count: number): string[] {
	const pattern = patternOf(region);
	const whole = new RegExp(`^(?:${pattern})$`);
	const beginnings = beginningsOf(pattern, length);
	if (beginnings.length === 0) return [];
	const rest = fc.stringMatching(new RegExp(`^\\d{${length - CHOSEN}}$`));
	const number = fc.tuple(fc.constantFrom(...beginnings), rest).map((parts) => parts.join(''));
	return fc.sample(
		number.filter((digits) => whole.test(digits)),
		{ numRuns: count, seed: 22 },
	);
}
