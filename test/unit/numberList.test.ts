import { readFileSync } from 'node:fs';
import { type ChatIdReading, readChatId } from '@package/nodes/shared/green-api/chatId';
import {
	tellBareNumbers,
	tellRejections,
	withOneVoice,
} from '@package/nodes/shared/green-api/numberList';
import { expectPlainWords } from '../assertions/words';
import { callingCodeOf, mobileLengthsOf, POPULOUS, randomMobiles } from '../numbering/mobiles';
import { tableOfShares } from '../numbering/readAbroad';

function readList(texts: readonly unknown[], defaultCountryCode = ''): readonly ChatIdReading[] {
	return withOneVoice(texts.map((text) => readChatId(text, { defaultCountryCode })));
}

/** @returns for each text its id, or what is said against it */
function outcomes(texts: readonly unknown[], defaultCountryCode = ''): string[] {
	return readList(texts, defaultCountryCode).map((reading) =>
		reading.ok ? reading.chatId.id : reading.rejection.message,
	);
}

const OTHERS = 'others in this list are written without their country code';

describe('a list in which one number is refused because its country code is missing', () => {
	it('is not believed where it has 10 or 11 digits alone: a Brazilian export', () => {
		const list = ['51987650001', '41987650002', '11987650003', '(85) 98765-0007'];
		expect(outcomes(list)).toEqual([
			expect.stringContaining(OTHERS),
			expect.stringContaining(OTHERS),
			expect.stringContaining('is written without its country code'),
			expect.stringContaining('is written without its country code'),
		]);
		for (const reading of readList(list)) if (!reading.ok) expectPlainWords(reading.rejection);
	});

	it.each([
		['a plus', '+51987650001', '51987650001@c.us'],
		['00', '0051987650001', '51987650001@c.us'],
		['its ending', '51987650001@c.us', '51987650001@c.us'],
		['its ending, in quotes', "'51987650001@c.us", '51987650001@c.us'],
		['a link', 'wa.me/51987650001', '51987650001@c.us'],
		['more digits than a national number', '972501234567', '972501234567@c.us'],
		['a privacy id', '51987650001@lid', '51987650001@lid'],
	])('is believed where a number has %s', (_what, text, id) => {
		expect(outcomes([text, '050-123-4567'])[0]).toBe(id);
	});

	it('is not believed where a number of 12 digits is also a national one', () => {
		expect(outcomes(['819012345678', '0812-3456-7890'])[0]).toContain(OTHERS);
	});

	it('is read with a default country', () => {
		expect(outcomes(['51987650001', '(85) 98765-0007', '123'], '55').slice(0, 2)).toEqual([
			'5551987650001@c.us',
			'5585987650007@c.us',
		]);
	});

	it.each([
		'22998765432',
		'(11) 98765-0003 / (11) 3456-7890',
		'(11) 98765-0003 ::: (11) 3456-7890',
		'(11) 3456-7890 ramal 12',
		'1198765X003',
		'98765-0003',
		'650-03',
		'Tel: 650-03',
		'Fone 1 (21) 3456-7890',
		'(11) 98765-',
		'+0501234567',
		'0501234567@c.us',
		'(85) 98765-0007\n(85) 3456-7890',
	])('is not believed where another is refused that has no country code: %s', (other) => {
		expect(outcomes(['51987650001', other])[0]).toContain(OTHERS);
	});

	it.each([
		undefined,
		'',
		'Ivan',
		'n/a',
		'#N/A',
		'-',
		'0',
		'+49 171 1234567 ext. 5',
		'00 49 171 1234567 ext. 5',
		'+229 97 12 34 56',
		'79123456789, 79123456780',
		'972501234567 ::: 972501234568',
		'Tel: 79123456789 ext. 5',
		'15.01.2024',
		'192.168.0.1',
		'55.7558 37.6173',
		'7.91235E+10',
		'972501234567.5',
		'44.7911123456',
		'https://example.com/12345',
		'ivan12345@example.com',
	])('is believed where another is refused that is no national number: %j', (other) => {
		const list = ['51987650001', '79123456789', '71234567890', other];
		expect(outcomes(list).slice(0, 3)).toEqual(list.slice(0, 3).map((digits) => `${digits}@c.us`));
	});

	it.each([10, 3])('is never looked up abroad: random Brazilian mobiles, %i in a list', (size) => {
		for (const areas of [['22', '51'], ['22', '51', '41', '71'], undefined]) {
			const mobiles = randomMobiles('BR', 11, 3_000).map((digits, index) =>
				areas ? `${areas[index % areas.length]}${digits.slice(2)}` : digits,
			);
			for (let start = 0; start < mobiles.length; start += size) {
				const list = mobiles.slice(start, start + size);
				const isRefused = list.some((text) => !readChatId(text).ok);
				if (isRefused) expect(readList(list).filter(({ ok }) => ok)).toEqual([]);
			}
		}
	});

	it.each(POPULOUS)(
		'is never looked up in another country: 1,000 mobile numbers of %s',
		(region) => {
			const lengths = mobileLengthsOf(region).filter((length) => length >= 7);
			const mobiles = lengths.flatMap((length) =>
				randomMobiles(region, length, Math.ceil(1_200 / lengths.length)),
			);
			expect(mobiles.length).toBeGreaterThanOrEqual(1_000);
			const own = callingCodeOf(region);
			const abroad: string[] = [];
			for (let start = 0; start + 10 <= mobiles.length; start += 9) {
				const [first = '', ...others] = mobiles.slice(start, start + 10);
				const refused = `(${first.slice(0, 2)}) ${first.slice(2)}`;
				const [reading, ...readings] = readList([refused, ...others]);
				expect(reading).toMatchObject({
					rejection: { kind: 'is written without its country code' },
				});
				abroad.push(
					...readings.flatMap((one, index) =>
						one.ok && one.chatId.id !== `${own}${others[index]}@c.us` ? (others[index] ?? '') : [],
					),
				);
			}
			expect(abroad).toEqual([]);
		},
	);
});

describe('a number that comes alone and without a code', () => {
	it('is looked up in another country as often as the documents say', () => {
		const document = readFileSync('docs/phone-numbers.md', 'utf8');
		const rows = document.match(/^\| Country +\| Digits [^]*?\n\n/m)?.[0].split('\n') ?? [];
		const table = rows
			.filter((row) => /\w/.test(row))
			.map((row) =>
				row
					.split('|')
					.map((cell) => cell.trim())
					.slice(1, -1)
					.join(' | '),
			);
		expect(table.join('\n')).toBe(tableOfShares());
	});
});

describe('what is told of numbers that were read without a plus', () => {
	it('is their countries, where there are several', () => {
		const peru = Array.from({ length: 7 }, (_, index) => `5198765000${index}`);
		const switzerland = Array.from({ length: 5 }, (_, index) => `4198765000${index}`);
		expect(tellBareNumbers(readList([...switzerland, ...peru]))).toEqual([
			expect.stringMatching(
				/^12 numbers without \+ were read as Peru \(7\), Switzerland \(5\)\. .*"Default Country Code"/,
			),
		]);
	});

	it.each([
		[['51987650001'], /^1 number without \+ was read as Peru \(1\)/],
		[['13124538233', '13124538234'], /read as North America \(2\)/],
		[['79991234567'], /read as Russia or Kazakhstan \(1\)/],
		[['447911123456', '4915911234567'], /read as United Kingdom \(1\), Germany \(1\)/],
	])(
		'is the country where a default country would have read them otherwise: %j',
		(texts, words) => {
			expect(tellBareNumbers(readList(texts))).toEqual([expect.stringMatching(words)]);
		},
	);

	it.each([
		[['972501234567', '972501234568']],
		[['79123456789', '79001234567']],
		[['71234567890']],
		[['+51987650001', '+41987650002']],
		[['51987650001@c.us', '41987650002@c.us']],
		[['050-123-4567']],
		[[]],
	])('is nothing where none is in doubt: %j', (texts) => {
		expect(tellBareNumbers(readList(texts))).toEqual([]);
	});

	it('is nothing with a default country', () => {
		expect(tellBareNumbers(readList(['51987650001', '41987650002'], '55'))).toEqual([]);
	});
});

describe('what is told of refused items', () => {
	function tell(texts: readonly unknown[], code = ''): string[] {
		return tellRejections(
			readList(texts, code).flatMap((reading) => (reading.ok ? [] : reading.rejection)),
		);
	}

	it('is what to do, once for each kind, the most frequent first', () => {
		expect(tell(['15.01.2024', '050-1234567', '(415) 555-2671', '050-1234568'])).toEqual([
			'3 items were refused: each is written without its country code. Add it, e.g. +972 50 123 4567, or set "Default Country Code" in the options.',
			'1 item was refused: it is a date. Check which input field the expression names.',
		]);
	});

	it('is one kind for numbers of several countries, and quotes none of them', () => {
		const hints = tell(['+44 7911 1234', '+49 03944', '+7 9123456789.0']);
		expect(hints).toEqual([
			expect.stringMatching(/^3 items were refused: each does not fit the phone numbers of \+…\./),
		]);
		expect(hints.join()).not.toContain('7911');
	});

	it('is the same for what holds no number', () => {
		expect(tell([undefined, undefined])).toEqual([
			expect.stringMatching(/^2 items were refused\. .*check the name of the input field/),
		]);
	});

	it('is nothing where nothing is refused', () => {
		expect(tell(['+44 7911 123456'])).toEqual([]);
	});
});
