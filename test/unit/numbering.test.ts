/** libphonenumber-js is the oracle: where ours reads a number, it reads the same one. */

import { readFileSync, statSync } from 'node:fs';
import fc from 'fast-check';
import { type CountryCode, parsePhoneNumber } from 'libphonenumber-js/max';
import metadata from 'libphonenumber-js/metadata.max.json';
import { readChatId } from '@package/nodes/shared/green-api/chatId';
import { NUMBERING_FILE, numberingFile } from '../numbering/numberingData';

type Kinds = ReadonlyArray<readonly [pattern?: string] | 0>;
type Regions = Record<string, { 0: string; 11?: Kinds }>;

const regions = Object.entries(metadata.countries as unknown as Regions);
const EXAMPLES_OF_A_KIND = 15;

interface Example {
	region: string;
	callingCode: string;
	number: ReturnType<typeof parsePhoneNumber>;
	digits: string;
}

/** libphonenumber-js has examples of mobile numbers alone: those of other kinds are made of its patterns. */
const examples: Example[] = regions.flatMap(([region, { 0: callingCode, 11: kinds = [] }]) =>
	kinds
		.flatMap((kind) => (kind && kind[0] ? [kind[0]] : []))
		.flatMap((pattern) =>
			fc.sample(fc.stringMatching(new RegExp(`^(?:${pattern})$`)), {
				numRuns: EXAMPLES_OF_A_KIND,
				seed: 11,
			}),
		)
		.map((national) => {
			const number = parsePhoneNumber(`+${callingCode}${national}`);
			return { region, callingCode, number, digits: number.number.slice(1) };
		}),
);

/** @returns the oracle's digits, with a country or, where that has several, a calling code as default */
function oracle(text: string, callingCode = ''): string | undefined {
	try {
		const options = callingCode === '' ? {} : { defaultCallingCode: callingCode };
		return parsePhoneNumber(text, { ...options, extract: false }).number.slice(1);
	} catch {
		return undefined;
	}
}

/** @returns whether the digits differ for a prefix of calls that the oracle knows, and no caller abroad dials */
function isKnownDifference(international: string, digits: string): boolean {
	const dialled = international.replace(/\D/g, '');
	// Colombia: the oracle takes a zero and the next digit for a carrier, finds no number, and stops.
	const hasZero = digits === dialled.replace(/^570/, '57') && oracle(international) === dialled;
	// Brazil: 90 begins a collect call. Digits alone, as GREEN-API has them, are taken as they are.
	return hasZero || (dialled === digits && digits.startsWith('5590'));
}

/** @returns the oracle's digits, with a country as default */
function oracleAtHome(text: string, region: string): string | undefined {
	try {
		return parsePhoneNumber(text, region as CountryCode).number.slice(1);
	} catch {
		return undefined;
	}
}

function read(text: string, defaultCountryCode = '') {
	const reading = readChatId(text, { defaultCountryCode });
	return reading.ok
		? { digits: reading.chatId.id.replace('@c.us', ''), why: '' }
		: { digits: undefined, why: reading.rejection.message };
}

/** Counts readings by what is said against them; fails on one that is another number. */
function compare(
	readings: ReadonlyArray<{ text: string; digits: string | undefined; code?: string }>,
) {
	const refused: Record<string, number> = {};
	const others: string[] = [];
	for (const { text, digits, code } of readings) {
		const ours = read(text, code);
		if (ours.digits === undefined) {
			const why = ours.why.replace(/".*?" /, '').replace(/\+\d+/, '+…');
			refused[why] = (refused[why] ?? 0) + 1;
		} else if (ours.digits !== digits) {
			others.push(`${text} (${code}): ${ours.digits}, not ${digits}`);
		}
	}
	expect(others).toEqual([]);
	return { count: readings.length, refused };
}

function sum(counts: Record<string, number>): number {
	return Object.values(counts).reduce((total, count) => total + count, 0);
}

describe('the numbering data', () => {
	it('is compared with the oracle by as many numbers as the documents say', () => {
		expect(readFileSync('docs/phone-numbers.md', 'utf8')).toContain(
			`${examples.length.toLocaleString('en')} numbers of ${regions.length} regions`,
		);
	});

	it('is what the installed version of libphonenumber-js gives', () => {
		expect(readFileSync(NUMBERING_FILE, 'utf8')).toBe(numberingFile());
	});

	it('takes at most 20 kB in the package, and names its licences there', () => {
		const built = `dist/${NUMBERING_FILE.replace(/\.ts$/, '.js')}`;
		expect(statSync(built).size).toBeLessThan(20_000);
		expect(readFileSync(built, 'utf8')).toMatch(/MIT License[^]*Apache License 2\.0/);
	});
});

describe(`of ${examples.length} numbers of ${regions.length} countries and every kind`, () => {
	const SEPARATORS = [' ', '-', '.', '\u00a0', '\u2011', ''];

	it.each([
		['E.164', ({ digits }: Example) => `+${digits}`],
		['00', ({ digits }: Example) => `00${digits}`],
		['international', ({ number }: Example) => number.formatInternational()],
		['RFC 3966', ({ number }: Example) => number.getURI()],
	])('%s spelling is read with the same digits', (_what, spell) => {
		const { count, refused } = compare(
			examples.flatMap((example) =>
				SEPARATORS.map((separator) => ({
					text: spell(example).replaceAll(/(?<=\d)[ -](?=\d)/g, separator),
					digits: example.digits,
				})),
			),
		);
		// Those that E.164 has no room for, service numbers below 7 digits, +49 49….
		expect(Object.keys(refused).sort()).toEqual([
			'has the calling code +… twice',
			'is too long for a phone number',
			'is too short for a phone number',
		]);
		expect(sum(refused) / count).toBeLessThan(0.005);
	});

	it('national spelling is read with the same digits, with the default country', () => {
		const { count, refused } = compare(
			examples.map(({ number, region, callingCode }) => {
				const text = number.formatNational();
				return { text, digits: oracleAtHome(text, region), code: callingCode };
			}),
		);
		expect(Object.keys(refused).sort()).toEqual(
			[
				// Service numbers, shorter than a mobile number and without a trunk prefix.
				'does not fit the phone numbers of +…, the "Default Country Code"',
				// Freephone numbers that begin with 00 at home.
				'can be read as two different numbers of +…',
				// Voicemail and freephone numbers as long as international ones.
				'can be read as a number of +… and as one of +1',
				'can be read as a number of +… and as one of +374',
				'can be read as a number of +… and as one of +93',
				// 24.10.90 in New Caledonia.
				'is a date',
				'is too long for a phone number',
				'is too short for a phone number',
			].sort(),
		);
		expect(sum(refused) / count).toBeLessThan(0.03);
	});

	it('mobile numbers are read in digits alone, also where they are as short as national ones', () => {
		const { count, refused } = compare(
			examples
				.filter(({ number }) => /MOBILE/.test(number.getType() ?? ''))
				.map(({ digits }) => ({ text: digits, digits })),
		);
		// Of islands with fewer than ten digits, country code included.
		expect(Object.keys(refused)).toEqual(['is written without its country code']);
		expect(sum(refused) / count).toBeLessThan(0.08);
	});

	it('a number of another country in digits alone is refused, or a mobile one of the default country', () => {
		const foreign = examples.filter(
			({ number, digits }, index) =>
				index % 7 === 0 && digits.length >= 10 && /MOBILE/.test(number.getType() ?? ''),
		);
		const exceptions: string[] = [];
		let count = 0;
		for (const code of new Set(examples.map(({ callingCode }) => callingCode))) {
			for (const { digits } of foreign.filter(({ callingCode }) => callingCode !== code)) {
				count += 1;
				const ours = read(digits, code).digits;
				const type = ours === undefined ? 'MOBILE' : parsePhoneNumber(`+${ours}`).getType();
				if (!/MOBILE/.test(type ?? '')) exceptions.push(`${code} ${digits}`);
			}
		}
		expect(count).toBeGreaterThan(50_000);
		// Where a trunk prefix is a country's code (+7, +55, +375), and the first three digits tell too little.
		expect(exceptions.filter((line) => !/^(?:1|7|54|55|91|375) /.test(line))).toEqual([]);
		expect(exceptions.length / count).toBeLessThan(0.001);
	});

	it('a number in digits alone is never another one with the default country', () => {
		const exceptions: string[] = [];
		for (const { digits, callingCode } of examples) {
			const ours = read(digits, callingCode).digits;
			const theirs = oracle(digits, callingCode);
			if (ours !== undefined && ours !== theirs) exceptions.push(`${callingCode} ${ours}`);
			// The contract: what begins with the code and is too long to be national is international.
			if (ours !== theirs && ours !== undefined) expect(ours).toBe(digits);
		}
		expect(new Set(exceptions.map((line) => line.split(' ')[0]))).toEqual(new Set(['49', '383']));
	});
});

describe('of random and mutated text', () => {
	const codes = fc.constantFrom('', ...new Set(regions.map(([, { 0: code }]) => code)));
	const piece = fc.oneof(
		{ weight: 6, arbitrary: fc.stringMatching(/^\d{1,5}$/) },
		fc.constantFrom(
			' ',
			'-',
			'.',
			'/',
			'(',
			')',
			'(0)',
			'+',
			'00',
			'0',
			'8',
			' / ',
			', ',
			'x',
			'#',
		),
	);
	const random = fc
		.array(piece, { maxLength: 9 })
		.map((pieces) => pieces.join(''))
		// The contract: a spreadsheet's 71234567890.0 is read without its fraction.
		.filter((text) => !/[.,]0+\s*$/.test(text));
	const mutated = fc
		.tuple(
			fc.constantFrom(...examples),
			fc.boolean(),
			fc.array(fc.tuple(fc.nat(20), fc.nat(1), piece), { maxLength: 3 }),
		)
		.map(([{ number }, isNational, edits]) => {
			let text = isNational ? number.formatNational() : number.formatInternational();
			for (const [at, dropped, inserted] of edits) {
				text = text.slice(0, at) + inserted + text.slice(at + dropped);
			}
			return text;
		});

	it.each([
		['random', random],
		['mutated', mutated],
	])(
		'%s: what is read in international form, the oracle reads with the same digits',
		(_w, text) => {
			fc.assert(
				fc.property(text, (written) => {
					const { digits } = read(written);
					if (digits === undefined) return;
					const international = written
						.replace(/[, ]+$/, '')
						.replace(/^[, (]*(?:\++(?:00)?|00)?/, '+');
					if (isKnownDifference(international, digits)) return;
					expect(oracle(international)).toBe(digits);
				}),
				{ numRuns: 20_000 },
			);
		},
	);

	it.each([
		['random', random],
		['mutated', mutated],
	])(
		'%s: what is read with a default country, the oracle reads with the same digits',
		(_w, text) => {
			fc.assert(
				fc.property(text, codes, (written, code) => {
					const { digits } = read(written, code);
					if (digits === undefined || code === '' || /^[, (]*(?:\+|0[^\d]?0)/.test(written)) return;
					const bare = written.replaceAll(/\D/g, '');
					// Colombia: the oracle takes 09 for a carrier code, also where no number is behind it.
					if (code === '57' && /^0[3579]/.test(bare)) return;
					// The contract: what begins with the code and is too long to be national is international.
					if (digits !== oracle(bare, code)) expect(oracle(`+${bare}`)).toBe(digits);
				}),
				{ numRuns: 20_000 },
			);
		},
	);
});
