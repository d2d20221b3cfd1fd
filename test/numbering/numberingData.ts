/** Makes the product's numbering data from the metadata of libphonenumber-js. */

import { version } from 'libphonenumber-js/package.json';
import metadata from 'libphonenumber-js/metadata.max.json';

/** Where the data lies, from the repository's top. */
export const NUMBERING_FILE = 'nodes/shared/green-api/numberingData.ts';

/** One kind of number (mobile, fixed line, …): pattern, and lengths where they are not the region's. */
type MetadataKind = readonly [pattern?: string, lengths?: readonly number[]];

/** A region, as libphonenumber-js stores it: 0 stands for what is missing. */
interface MetadataRegion {
	0: string;
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

/** WhatsApp's numbers come without a plus; those as short as national ones are held to more. */
const SHORTEST_BARE_NUMBER = 10;
const NOTHING = '-';

function kindsOf(region: MetadataRegion): { fixed?: MetadataKind; mobile?: MetadataKind } {
	const [fixed, mobile] = region[11] ?? [];
	return {
		...(fixed && fixed[0] !== undefined ? { fixed } : {}),
		...(mobile && mobile[0] !== undefined ? { mobile } : {}),
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

/** @returns the line of one calling code; its columns are described in the data file */
function lineOf(callingCode: string, regions: readonly MetadataRegion[]): string {
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
	const short =
		mobile.length > 0 && callingCode.length + mobile[0]! <= SHORTEST_BARE_NUMBER
			? unique(kinds.flatMap((kind) => alternativesOf(kind.mobile?.[0] ?? ''))).join('|')
			: '';
	const span = mobile.length > 0 ? mobile : all;
	return [
		callingCode,
		trunk || NOTHING,
		transform || NOTHING,
		(lengths.length > 0 ? lengths : all).join(','),
		`${span[0]}-${span.at(-1)}`,
		unique(regions.flatMap((region) => alternativesOf(region[2]))).join('|'),
		short || NOTHING,
	].join(' ');
}

function linesOf(codes: Record<string, readonly MetadataRegion[]>): string {
	return Object.entries(codes)
		.map(([code, regions]) => lineOf(code, regions))
		.join('\n');
}

/** @returns the data file's text, for the installed version of libphonenumber-js */
export function numberingFile(): string {
	const geographic = Object.fromEntries(
		Object.entries(regionsOf)
			.filter(([code]) => !(code in nonGeographic))
			.map(([code, regions]) => [code, regions.map((name) => countries[name]!)]),
	);
	const shared = Object.fromEntries(
		Object.entries(nonGeographic).map(([code, region]) => [code, [region]]),
	);
	const text = `/*!
 * What phone numbers look like, by calling code. Made by \`npm run generate:numbering\`; don't edit.
 * From the metadata of libphonenumber-js ${version}, MIT License, Copyright (c) 2016 @catamphetamine,
 * which derives from Google's libphonenumber, Apache License 2.0; shortened and put in this form here.
 */

/**
 * A line for each calling code of a country, or of several that share it. Its columns, with "-" for
 * nothing: the calling code; a pattern of what stands before a national number; what that becomes,
 * with its groups as $1 and $2; how many digits fixed and mobile numbers have; how many the
 * shortest and the longest mobile number have; a pattern of all national numbers; where such
 * numbers with the code have ten digits or fewer, a pattern of the mobile ones.
 */
export const COUNTRY_NUMBERING = String.raw\`
${linesOf(geographic)}\`;

/** The same for calling codes that are no country's, such as international freephone. */
export const SHARED_NUMBERING = String.raw\`
${linesOf(shared)}\`;
`;
	if (/\$\{/.test(text)) throw new Error('The data would be read as a template');
	return text;
}
