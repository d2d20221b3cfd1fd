/** Makes the product's numbering data from the metadata of libphonenumber-js. */

import { version } from 'libphonenumber-js/package.json';
import metadata from 'libphonenumber-js/metadata.max.json';

/** How most countries call abroad, and the form that numbers without a plus have anywhere. */
const USUAL_PREFIX_FOR_ABROAD = '00';

/** Where the data lies, from the repository's top. */
export const NUMBERING_FILE = 'nodes/shared/green-api/numberingData.ts';

/** One kind of number (mobile, fixed line, …): pattern, and lengths where they are not the region's. */
type MetadataKind = readonly [pattern?: string, lengths?: readonly number[] | undefined];

/** A region, as libphonenumber-js stores it: 0 stands for what is missing. */
interface MetadataRegion {
	0: string;
	1?: string | 0;
	2: string;
	3: readonly number[];
	5?: string | 0;
	7?: string | 0;
	8?: string | 0;
	11?: ReadonlyArray<MetadataKind | 0>;
}

const { countries, country_calling_codes: regionsOf } = metadata as unknown as {
	countries: Record<string, MetadataRegion>;
	country_calling_codes: Record<string, readonly string[]>;
};
const nonGeographic = metadata.nonGeographic as unknown as Record<string, MetadataRegion>;

/**
 * Numbers without a plus are believed to be international from this length on; those as short as
 * national ones are held to more, and national ones as long as these are held against them.
 */
const SHORTEST_BARE_NUMBER = 10;
/** How many digits tell a mobile number: Brazil's have two of the area, then a 9. */
const MOBILE_PREFIX = 3;
const NOTHING = '-';

function kindsOf(region: MetadataRegion): { fixed?: MetadataKind; mobile?: MetadataKind } {
	const [fixed, mobile] = region[11] ?? [];
	return {
		...(fixed && fixed[0] !== undefined ? { fixed } : {}),
		// An empty pattern: the same as that of fixed numbers.
		...(mobile && mobile[0] !== undefined
			? { mobile: [mobile[0] || (fixed && fixed[0]) || '', mobile[1]] as const }
			: {}),
	};
}

function lengthsOf(region: MetadataRegion, kind: MetadataKind | undefined): readonly number[] {
	if (!kind) return [];
	return kind[1] ?? region[3];
}

/** @returns the alternatives of a pattern; what stands in brackets stays together */
function alternativesOf(pattern: string): string[] {
	const alternatives = [''];
	let depth = 0;
	for (const character of pattern) {
		if (character === '(') depth += 1;
		if (character === ')') depth -= 1;
		if (character === '|' && depth === 0) alternatives.push('');
		else alternatives.push(alternatives.pop() + character);
	}
	return alternatives;
}

/**
 * What people write before a national number. Carrier and relay codes are left out, and so are the
 * rules that add an area code to a local number: which one is a guess.
 */
function trunkOf(region: MetadataRegion): { trunk: string; transform: string } {
	const prefix = region[5] || '';
	const rule = region[7] || prefix;
	const transform = region[8] || '';
	if (transform !== '' && !rule.includes(')$')) return { trunk: rule, transform };
	const short = alternativesOf(rule).filter((part) => /^[\d[\]?]{1,5}$/.test(part));
	return { trunk: short.join('|') || prefix, transform: '' };
}

/** @returns the same pattern, where "x" stands for any digit that a place may have */
export function withWildcards(pattern: string): RegExp {
	const places = pattern.replaceAll(/\{[\d,]+\}|\\d|\[[\d-]+\]|\d/g, (part) =>
		part.startsWith('{') ? part : `(?:${part}|x)`,
	);
	return new RegExp(`^(?:${places})$`);
}

/** @returns the digits as a character class: "024-6" */
function classOf(digits: readonly string[]): string {
	if (digits.length === 10) return '\\d';
	const runs: string[] = [];
	for (const digit of digits) {
		const run = runs.at(-1);
		if (run !== undefined && Number(digit) === Number(run.at(-1)) + 1)
			runs.push(runs.pop() + digit);
		else runs.push(digit);
	}
	const short = runs.map((run) => (run.length > 2 ? `${run[0]}-${run.at(-1)}` : run)).join('');
	return digits.length === 1 ? short : `[${short}]`;
}

/** @returns a pattern of how numbers of a length begin, as far as `depth` more digits tell */
function beginningsOf(known: RegExp, length: number, depth: number, before = ''): string {
	if (depth === 0) return '';
	const digitsOf = new Map<string, string[]>();
	for (const digit of '0123456789') {
		const beginning = before + digit;
		if (!known.test(beginning.padEnd(length, 'x'))) continue;
		const after = beginningsOf(known, length, depth - 1, beginning);
		digitsOf.set(after, [...(digitsOf.get(after) ?? []), digit]);
	}
	const parts = [...digitsOf].map(([after, digits]) => classOf(digits) + after);
	return parts.length > 1 ? `(?:${parts.join('|')})` : parts.join('');
}

function unique<T>(values: readonly T[]): T[] {
	return [...new Set(values)];
}

function only<T>(values: readonly T[], what: string): T {
	const [value, ...others] = unique(values);
	if (value === undefined || others.length > 0) throw new Error(`No single ${what}`);
	return value;
}

function ascending(numbers: readonly number[]): number[] {
	return unique(numbers).sort((a, b) => a - b);
}

/** @returns a pattern of mobile numbers, as exact as telling them from others takes */
function mobileColumn(callingCode: string, pattern: string, lengths: readonly number[]): string {
	const [min, max] = [lengths[0] ?? 0, lengths.at(-1) ?? 0];
	if (min > 0 && callingCode.length + min <= SHORTEST_BARE_NUMBER) return pattern;
	if (max < SHORTEST_BARE_NUMBER) return '';
	const known = withWildcards(pattern);
	const restOf = new Map<string, number[]>();
	for (const length of lengths) {
		const beginning = beginningsOf(known, length, MOBILE_PREFIX);
		restOf.set(beginning, [...(restOf.get(beginning) ?? []), length - MOBILE_PREFIX]);
	}
	return [...restOf]
		.map(
			([beginning, [least, ...more]]) => `${beginning}\\d{${[least, ...more.slice(-1)].join(',')}}`,
		)
		.join('|');
}

/** @returns the line of one calling code; its columns are described in the data file */
function lineOf(callingCode: string, name: string, regions: readonly MetadataRegion[]): string {
	const kinds = regions.map((region) => ({ region, ...kindsOf(region) }));
	const mobile = ascending(kinds.flatMap((kind) => lengthsOf(kind.region, kind.mobile)));
	const lengths = ascending([
		...mobile,
		...kinds.flatMap((kind) => lengthsOf(kind.region, kind.fixed)),
	]);
	const all = ascending(regions.flatMap((region) => region[3]));
	// Regions that share a code differ in what follows a national prefix, not in the prefix.
	const { trunk, transform } = trunkOf(regions[0]!);
	only(
		regions.map((region) => trunkOf(region).trunk),
		`trunk prefix of ${callingCode}`,
	);
	const abroad = unique(regions.flatMap((region) => region[1] || [])).join('|');
	const mobilePattern = unique(
		kinds.flatMap((kind) => (kind.mobile ? alternativesOf(kind.mobile[0]!) : [])),
	).join('|');
	const span = mobile.length > 0 ? mobile : all;
	return [
		callingCode,
		name,
		trunk || NOTHING,
		transform || NOTHING,
		(lengths.length > 0 ? lengths : all).join(','),
		`${span[0]}-${span.at(-1)}`,
		unique(regions.flatMap((region) => alternativesOf(region[2]))).join('|'),
		mobileColumn(callingCode, mobilePattern, mobile) || NOTHING,
		...(abroad === '' || abroad === USUAL_PREFIX_FOR_ABROAD ? [] : [abroad]),
	].join(' ');
}

/** @returns the data file's text, for the installed version of libphonenumber-js */
export function numberingFile(): string {
	const lines = Object.entries(regionsOf).map(([code, names]) => {
		const shared = nonGeographic[code];
		return shared
			? lineOf(code, NOTHING, [shared])
			: lineOf(
					code,
					names[0]!,
					names.map((name) => countries[name]!),
				);
	});
	const others = Object.entries(nonGeographic).filter(([code]) => !(code in regionsOf));
	for (const [code, shared] of others) lines.push(lineOf(code, NOTHING, [shared]));
	const text = `/*!
 * What phone numbers look like, by calling code. Made by \`npm run generate:numbering\`; don't edit.
 * From the metadata of libphonenumber-js ${version}, MIT License, Copyright (c) 2016 @catamphetamine,
 * which derives from Google's libphonenumber, Apache License 2.0; shortened and put in this form here.
 */

/**
 * A line for each calling code. Its columns, with "-" for nothing: the calling code; the main region
 * that has it, nothing for codes that are no country's, such as international freephone; a pattern
 * of what stands before a national number; what that becomes, with its groups as $1 and $2; how many
 * digits fixed and mobile numbers have; how many the shortest and the longest mobile number have; a
 * pattern of all national numbers; a pattern of the mobile ones, where such numbers with the code
 * have ten digits or fewer, or, as far as their first three digits tell them, where they have ten or
 * more without it; a pattern of what stands before a call abroad, left out where that is 00.
 */
export const NUMBERING = String.raw\`${lines.join('\n')}\`;
`;
	if (/\$\{/.test(text)) throw new Error('The data would be read as a template');
	return text;
}
