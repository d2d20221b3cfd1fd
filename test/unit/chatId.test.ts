import fc from 'fast-check';
import { phoneNumberOf, readChatId, type Rejection } from '@package/nodes/shared/green-api/chatId';
import { expectPlainWords } from '../assertions/words';

const INVISIBLE_MARKS = ['\u200e', '\u200f', '\u202a', '\u202c', '\u2060', '\u2066', '\ufeff'];
const SPACES = [' ', '\t', '\u00a0', '\u2009', '\u202f'];
const SEPARATORS = ['-', '.', '\u2010', '\u2011', '\u2013', '\u2014', '\u2212', ...SPACES];

function idOf(value: unknown): string {
	const reading = readChatId(value);
	if (!reading.ok) throw new Error(`Refused: ${reading.rejection.message}`);
	return reading.chatId.id;
}

function rejectionOf(value: unknown): Rejection {
	const reading = readChatId(value);
	if (reading.ok) throw new Error(`Taken as ${reading.chatId.id}`);
	return reading.rejection;
}

/** Digits as WhatsApp's ids of people have them. */
const phoneDigits = fc
	.tuple(
		fc.constantFrom(...'123456789'),
		fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 6, maxLength: 14 }),
	)
	.map((parts) => parts.join(''));

/** What people have before and after the digits. */
const blanks = fc.string({ unit: fc.constantFrom(...SPACES, ...INVISIBLE_MARKS), maxLength: 3 });

/** A phone number as somebody might have it, and its digits. */
const writtenPhone = fc
	.tuple(
		blanks,
		fc.constantFrom('+', '00', '+ ', '\uff0b', '(+', ' 00'),
		fc.stringMatching(/^[1-9]\d{9}$/),
		fc.array(fc.constantFrom('', ...SEPARATORS, ...INVISIBLE_MARKS), {
			minLength: 9,
			maxLength: 9,
		}),
		blanks,
	)
	.map(([before, prefix, national, between, after]) => ({
		digits: `7${national}`,
		written: [
			before,
			`${prefix}7${prefix.startsWith('(') ? ')' : ''}`,
			...[...national].map((digit, index) => digit + (between[index] ?? '')),
			after,
		].join(''),
	}));

describe('reading a chat id', () => {
	it.each([
		['a chat id', '71234567890@c.us', 'person', '71234567890@c.us'],
		['WhatsApp’s own form', '71234567890@s.whatsapp.net', 'person', '71234567890@c.us'],
		['a privacy id', '123456789012345@lid', 'lid', '123456789012345@lid'],
		[
			'a privacy id that is longer than any number',
			'12345678901234567890@lid',
			'lid',
			'12345678901234567890@lid',
		],
		['a privacy id that is shorter than any number', '7@lid', 'lid', '7@lid'],
		['a privacy id with a zero in front', '0123456@lid', 'lid', '0123456@lid'],
		['a group', '120363144038483540@g.us', 'group', '120363144038483540@g.us'],
		['an older group', '79876543210-1581234048@g.us', 'group', '79876543210-1581234048@g.us'],
		['a phone number for people to read', '+7 (123) 456-78-90', 'person', '71234567890@c.us'],
		['a phone number with 00', '0071234567890', 'person', '71234567890@c.us'],
		['a phone number with 00 and spaces', '00 7 123 456 78 90', 'person', '71234567890@c.us'],
		['bare digits', '71234567890', 'person', '71234567890@c.us'],
		['a number', 71_234_567_890, 'person', '71234567890@c.us'],
		['a big integer', 71_234_567_890n, 'person', '71234567890@c.us'],
		['a zero that is dialled at home only', '+44 (0)20 7946 0958', 'person', '442079460958@c.us'],
		[
			'a British number with 00 and such a zero',
			'0044 (0) 2079460958',
			'person',
			'442079460958@c.us',
		],
		['the shortest number', '+290 1234', 'person', '2901234@c.us'],
		['the longest id', '123456789012345@c.us', 'person', '123456789012345@c.us'],
		['the longest number', '+49 30 12345678901', 'person', '493012345678901@c.us'],
		[
			"an id that is no number of its country's",
			'5215512345678@c.us',
			'person',
			'5215512345678@c.us',
		],
		['a device', '71234567890:12@s.whatsapp.net', 'person', '71234567890@c.us'],
		['a device of a privacy id', '123456789012345:3@lid', 'lid', '123456789012345@lid'],
		['Arabic digits', '+٧١٢٣٤٥٦٧٨٩٠', 'person', '71234567890@c.us'],
		['Arabic digits in an id', '٧١٢٣٤٥٦٧٨٩٠@c.us', 'person', '71234567890@c.us'],
		['full-width digits', '＋７（１２３）４５６－７８－９０', 'person', '71234567890@c.us'],
		['spaces around', '  71234567890@c.us\n', 'person', '71234567890@c.us'],
		['spaces within', '71234567890 @ c.us', 'person', '71234567890@c.us'],
		['several spaces in a row', '+7   123   456-78-90', 'person', '71234567890@c.us'],
		['capitals', '71234567890@C.US', 'person', '71234567890@c.us'],
		['capitals in a group', '120363144038483540@G.us', 'group', '120363144038483540@g.us'],
		['a readable number with an ending', '+7 (123) 456-78-90@c.us', 'person', '71234567890@c.us'],
		['a national look with an ending', '7 (123) 456-78-90@c.us', 'person', '71234567890@c.us'],
		['a device of a readable number', '+7 123 456-78-90:12 @ c.us', 'person', '71234567890@c.us'],
		['a device that stands apart', '+7 123 456-78-90 :12@c.us', 'person', '71234567890@c.us'],
		['00 with an ending', '0071234567890@s.whatsapp.net', 'person', '71234567890@c.us'],
		['marks a number is copied with', '\u202a+7 123 456 78 90\u202c', 'person', '71234567890@c.us'],
		['brackets around the country code', '(+7) 123 456-78-90', 'person', '71234567890@c.us'],
	])('takes %s', (_what, value, kind, id) => {
		expect(readChatId(value)).toMatchObject({ ok: true, chatId: { kind, id } });
	});

	it('takes a phone number however it is punctuated', () => {
		fc.assert(
			fc.property(writtenPhone, ({ digits, written }) => {
				expect(readChatId(written)).toEqual({
					ok: true,
					chatId: { kind: 'person', id: `${digits}@c.us` },
				});
			}),
		);
	});

	it('takes a phone number that ends like a chat id however it is punctuated', () => {
		const ending = fc.constantFrom('@c.us', '@s.whatsapp.net', '@C.US', ' @c.us ');
		fc.assert(
			fc.property(writtenPhone, ending, ({ digits, written }, suffix) => {
				expect(idOf(written + suffix)).toBe(`${digits}@c.us`);
			}),
		);
	});

	it('takes a phone number that comes as a number', () => {
		fc.assert(
			fc.property(fc.stringMatching(/^7\d{10}$/), (digits) => {
				expect(idOf(Number(digits))).toBe(`${digits}@c.us`);
				expect(idOf(BigInt(digits))).toBe(`${digits}@c.us`);
			}),
		);
	});

	it('reads its own normal form as it is', () => {
		const digits = fc.string({
			unit: fc.constantFrom(...'0123456789'),
			minLength: 1,
			maxLength: 20,
			size: 'max',
		});
		const anyForm = fc.oneof(
			writtenPhone.map(({ written }) => written),
			digits.map((local) => `${local}@lid`),
			digits.map((local) => `${local}@g.us`),
			fc.tuple(digits, digits).map(([creator, time]) => `${creator}-${time}@g.us`),
		);
		fc.assert(
			fc.property(anyForm, (value) => {
				const first = readChatId(value);
				expect(first.ok).toBe(true);
				expect(readChatId(idOf(value))).toEqual(first);
			}),
		);
	});

	it('takes an id that has its ending as it stands, whatever the default country', () => {
		fc.assert(
			fc.property(phoneDigits, fc.constantFrom('', '1', '7', '972'), (digits, code) => {
				const id = `${digits}@c.us`;
				expect(readChatId(id, { defaultCountryCode: code })).toEqual(readChatId(id));
				expect(idOf(id)).toBe(id);
			}),
		);
	});

	it('gives a chat id that GREEN-API takes, or plain words, for whatever it is handed', () => {
		const value = fc.oneof(
			fc.anything({ withBigInt: true, withDate: true, withMap: true, withSparseArray: true }),
			fc.anything({ withBoxedValues: true, withNullPrototype: true, withTypedArray: true }),
			fc.string({ unit: 'binary' }),
			fc.string({ unit: fc.constantFrom(...'0123456789+@-().cuslidg ') }),
			fc.double(),
		);
		fc.assert(
			fc.property(value, (given) => {
				const reading = readChatId(given);
				if (reading.ok) {
					expect(reading.chatId.id).toMatch(
						/^([1-9]\d{6,14}@c\.us|\d{1,20}@lid|\d{1,20}(-\d{1,20})?@g\.us)$/,
					);
				} else {
					expect(reading.rejection.message.length).toBeLessThan(200);
					expect(reading.rejection.description.length).toBeGreaterThan(10);
				}
			}),
			{ numRuns: 2_000 },
		);
	});
});

describe('refusing what is no chat id', () => {
	const badInputs: Array<[what: string, value: unknown, words: RegExp]> = [
		['two numbers, one a line', '1234567\n7654321', /more than one line/],
		['a row number before an ID', '5 79001234567@c.us', /no country's calling code/],
		['a row number before a privacy ID', '2 84567890123456@lid', /malformed/],
		['an address over two lines', '71234567890\r\n@c.us', /more than one line/],
		['nothing', undefined, /contact is missing/],
		['null', null, /contact is missing/],
		['an empty text', '', /contact is empty/],
		['spaces', ' \t ', /contact is empty/],
		['invisible marks alone', '\u200e\u2060', /contact is empty/],
		['an object', { chatId: '71234567890@c.us' }, /is an object/],
		['a list', ['71234567890@c.us'], /is a list/],
		['a boolean', true, /is a boolean/],
		['a number that is too short', '12345', /"12345" is too short/],
		['an ending alone', '@c.us', /too short/],
		['letters', 'Ivan', /"Ivan" has letters/],
		['letters before the ending', 'Ivan@c.us', /has letters/],
		['letters in a privacy id', 'Ivan@lid', /only digits stand before @lid/],
		['letters before the digits of a privacy id', 'Ivan1@lid', /only digits stand before @lid/],
		['letters behind the digits of a privacy id', '1Ivan@lid', /only digits stand before @lid/],
		['a privacy id of too many digits', `${'1'.repeat(21)}@lid`, /only digits stand/],
		['letters in a group’s id', 'Ivan@g.us', /only digits stand before @g\.us/],
		['a device of a group', '120363144038483540:3@g.us', /only digits stand before @g\.us/],
		['letters before the digits of a group’s id', 'Ivan1@g.us', /only digits stand before @g\.us/],
		['letters behind the digits of a group’s id', '1Ivan@g.us', /only digits stand before @g\.us/],
		['the status feed', 'status@broadcast', /status feed, not a contact/],
		['a channel', '120363144038483540@newsletter', /channel, not a contact/],
		['a broadcast list', '1581234048@broadcast', /broadcast list, not a contact/],
		['the status feed in capitals', 'Status@Broadcast', /status feed, not a contact/],
		[
			'a broadcast list called like the feed',
			'my-status@broadcast',
			/broadcast list, not a contact/,
		],
		[
			'more than a device behind a privacy id',
			'1234567:123456@lid',
			/only digits stand before @lid/,
		],
		['more than a device behind a number', '71234567:123456@c.us', /characters that no chat ID/],
		['an e-mail address and a link', 'ivan@example.com https://wa.me/71234567890', /no WhatsApp/],
		['an e-mail address of a broadcaster', 'ivan@broadcast.com', /no WhatsApp chat ID/],
		['an e-mail address of the status of one', 'status@broadcast.com', /no WhatsApp chat ID/],
		['an e-mail address of a newsletter', 'ivan@newsletter.com', /no WhatsApp chat ID/],
		['an e-mail address', 'ivan@example.com', /"ivan@example.com" is no WhatsApp chat ID/],
		['an emoji', '🙂', /"🙂" has characters that no/],
		['a plus alone', '+', /too short/],
		['two numbers', '71234567890,79001234567', /more than one number/],
		['a number too long', '1234567890123456', /too long/],
		['not a number', NaN, /number NaN is no phone number/],
		['infinity', Infinity, /number Infinity is no phone number/],
		['a number below zero', -5, /minus sign, as IDs of groups in Telegram and MAX/],
		['a group of another messenger', '-1001234567890', /minus sign, as .* Telegram and MAX/],
		['a username', '@ivan_petrov', /Telegram username/],
		['a big integer below zero', -5n, /minus sign/],
		['a fraction', 1.5, /number 1\.5 is no phone number/],
		['a number too short', 5, /too short/],
		['a number too large', 12_345_678_901_234_567_000, /is no phone number/],
		['a number of astronomic size', 1e21, /number 1e\+21 is no phone number/],
		['a number without its country code', '0501234567', /without its country code/],
		['one with a plus before its zero', '+0501234567', /without its country code/],
	];

	it.each(badInputs)('%s: says so', (_what, value, words) => {
		expect(rejectionOf(value).message).toMatch(words);
		expectPlainWords(rejectionOf(value));
	});

	it.each(['\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029'])(
		'two numbers with %j between them are two lines',
		(lineBreak) => {
			const value = `1234567${lineBreak}7654321`;
			expect(rejectionOf(value).message).toMatch(/more than one line/);
		},
	);

	it('tells different things in different words', () => {
		const kinds = [undefined, '', {}, [], true, '12345', 'Ivan', '🙂', 'ivan@example.com', NaN];
		const moreKinds = [
			'status@broadcast',
			'1@newsletter',
			'1@broadcast',
			'1'.repeat(16),
			'0501234',
		];
		const messages = [...kinds, ...moreKinds].map((value) =>
			// What the user entered makes no message another one.
			rejectionOf(value).message.replace(/"[^"]*"/, '…'),
		);
		expect(new Set(messages).size).toBe(messages.length);
	});

	it.each([
		['a text', 'x'.repeat(100_000)],
		['digits', '7'.repeat(100_000)],
		['punctuation', '-'.repeat(100_000)],
		['brackets', '+' + '(0)'.repeat(30_000)],
		['something before an ending', `${'x'.repeat(100_000)}@c.us`],
		['something before a group’s ending', `${'1-'.repeat(50_000)}@g.us`],
		['something after the @', `7@${'x'.repeat(100_000)}`],
		['a list', Array.from({ length: 100_000 }, () => '7')],
		['an integer below zero', -(10n ** 5_000n)],
	])('%s of great length: the message stays short', (_what, value) => {
		expect(rejectionOf(value).message.length).toBeLessThan(200);
	});

	it.each([
		["'6596234567@c.us", '6596234567@c.us'],
		['"79001234567@c.us"', '79001234567@c.us'],
		['="79001234567@c.us"', '79001234567@c.us'],
		['“79001234567@c.us”', '79001234567@c.us'],
		['79001234567@c.us;', '79001234567@c.us'],
		['"79001234567@c.us",', '79001234567@c.us'],
		['WhatsApp: 79001234567@c.us', '79001234567@c.us'],
		['p:6596234567@c.us', '6596234567@c.us'],
		['tel:79001234567@c.us', '79001234567@c.us'],
		['65-9623-4567@c.us', '6596234567@c.us'],
		['+65 9623 4567@c.us', '6596234567@c.us'],
		["'79001234567:12@s.whatsapp.net", '79001234567@c.us'],
		['123456789012345@lid;', '123456789012345@lid'],
		['"123456789012345@lid"', '123456789012345@lid'],
		["'120363043968066561@g.us", '120363043968066561@g.us'],
		['"79001234567-1581234048@g.us",', '79001234567-1581234048@g.us'],
	])('%s is the id in it, whatever the default country is', (written, id) => {
		for (const defaultCountryCode of ['', '1', '55', '972', '7']) {
			expect(readChatId(written, { defaultCountryCode })).toEqual({
				ok: true,
				chatId: { kind: expect.any(String), id },
			});
		}
	});

	it.each(['0501234567@c.us', '050-123-4567@c.us', "'0501234567@c.us"])(
		'%s is refused, whatever the default country is',
		(written) => {
			for (const defaultCountryCode of ['', '972', '49']) {
				expect(readChatId(written, { defaultCountryCode }).ok).toBe(false);
			}
		},
	);

	it.each([
		'phone number ',
		'mobile phone ',
		'tel:',
		';',
		"'",
		'☎',
		'= ',
		'1-',
		'(',
		'x@',
		'[',
		'_1',
	])('of many %j is refused at once, not in time that doubles with each', (part) => {
		for (const length of [200, 1_000_000]) {
			for (const ends of ['', '1']) {
				const text = `${ends}${part.repeat(Math.floor(length / part.length) - 1)}x`;
				expect(rejectionOf(text).message.length).toBeLessThan(200);
			}
		}
	});

	it('is too long for a phone number, and says so, but for a link with a text', () => {
		const { message } = rejectionOf(`Call +44 7911 123456 ${'or write '.repeat(30)}`);
		expect(message).toMatch(/is longer than a phone number and what people write around it$/);
		const link = `https://wa.me/447911123456?text=${'x'.repeat(5_000)}`;
		expect(idOf(link)).toBe('447911123456@c.us');
	});

	it('shows as much of a long value as helps to find it', () => {
		const { message } = rejectionOf(`Ivan Petrov, Moscow${'x'.repeat(100)}`);
		expect(message).toMatch(/^"Ivan ?Petrov, ?Moscow\w*…"/);
	});

	it('shows a value of 40 characters in full', () => {
		expect(rejectionOf('x'.repeat(40)).message).toContain(`"${'x'.repeat(40)}"`);
		expect(rejectionOf('x'.repeat(41)).message).toContain(`"${'x'.repeat(40)}…"`);
	});

	it('cuts a long value between characters, not inside an emoji', () => {
		const { message } = rejectionOf(`x${'🙂'.repeat(50)}`);
		// Half an emoji has no UTF-8 form.
		expect(Buffer.from(message).toString()).toBe(message);
	});

	it('says how a right value looks', () => {
		for (const value of [undefined, '', 'Ivan', '🙂', NaN]) {
			expect(rejectionOf(value).description).toContain('+7 123 456-78-90');
			expect(rejectionOf(value).description).toContain('71234567890@c.us');
		}
	});

	it('points a missing value at the expression and the input field', () => {
		expect(rejectionOf(undefined).description).toMatch(/expression.*input field/);
	});

	it('gives an example of an expression where the value is no text', () => {
		for (const value of [{}, [], false]) {
			expect(rejectionOf(value).description).toContain('{{ $json.chatId }}');
		}
	});

	it('does not hold what it was handed against later values', () => {
		expect(readChatId('Ivan').ok).toBe(false);
		expect(readChatId('+7 123 456-78-90').ok).toBe(true);
		expect(readChatId('+7 123 456-78-90').ok).toBe(true);
	});
});

describe('the phone number of a chat id', () => {
	it.each([
		'71234567890',
		'972501234567',
		'6591234567',
		'5215512345678',
		'554789210000',
		'2906560',
	])('is the digits of a person’s id: %s', (digits) =>
		expect(phoneNumberOf(`${digits}@c.us`)).toBe(digits),
	);

	it.each([
		'102388094480549@c.us',
		'999501234567@c.us',
		'null@c.us',
		'0501234567@c.us',
		'123456789012345@lid',
		'120363144038483540@g.us',
		'71234567890',
		'',
		'@c.us',
		'x@c.us',
		'x7123@c.us',
		'7123@c.us.x',
	])('is null where the id holds none: %j', (chatId) => {
		expect(phoneNumberOf(chatId)).toBeNull();
	});
});
