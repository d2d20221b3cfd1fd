import fc from 'fast-check';
import { readRetryAfter, readServerLimit } from '@package/nodes/shared/green-api/responseHeaders';

const read = (rate: unknown, remaining?: unknown) =>
	readServerLimit({ 'x-ratelimit-replenish-rate': rate, 'x-ratelimit-remaining': remaining });

describe('what an answer says of the limit', () => {
	it('is the rate, and what is left of it', () => {
		expect(read('100', '99')).toEqual({ requestsPerSecond: 100, remaining: 99 });
		expect(read('1', '0')).toEqual({ requestsPerSecond: 1, remaining: 0 });
		expect(read('0.5')).toEqual({ requestsPerSecond: 0.5 });
		expect(read('0.25')).toEqual({ requestsPerSecond: 0.25 });
		expect(read(' 10 ', ' 3 ')).toEqual({ requestsPerSecond: 10, remaining: 3 });
		expect(read('1000', '1000')).toEqual({ requestsPerSecond: 1_000, remaining: 1_000 });
		expect(read(10, 3)).toEqual({ requestsPerSecond: 10, remaining: 3 });
	});

	it.each([
		['0'],
		['0.0001'],
		['-1'],
		['many'],
		['1e9'],
		['1000000000'],
		['1001'],
		[''],
		[undefined],
		[null],
		['NaN'],
		['Infinity'],
		['0x10'],
		[['1', '2']],
	])('is nothing where it can’t be meant: %j', (rate) => {
		expect(read(rate, '5')).toBeUndefined();
	});

	it.each(['-1', 'many', '1e9', ''])('leaves out what is left when it says nothing: %j', (left) => {
		expect(read('10', left)).toEqual({ requestsPerSecond: 10 });
	});

	it('is from 0.1 to 1,000 whatever is sent', () => {
		fc.assert(
			fc.property(fc.oneof(fc.string(), fc.double().map(String), fc.integer()), (header) => {
				const limit = read(header, header);
				if (!limit) return;
				expect(limit.requestsPerSecond).toBeGreaterThanOrEqual(0.1);
				expect(limit.requestsPerSecond).toBeLessThanOrEqual(1_000);
				if (limit.remaining !== undefined) expect(limit.remaining).toBeGreaterThanOrEqual(0);
			}),
		);
	});
});

const NOW = Date.UTC(2026, 0, 15, 12, 0, 0);

describe('how long a server asks to wait', () => {
	it.each([
		['0', 0],
		['1', 1_000],
		['120', 120_000],
		[' 5 ', 5_000],
		['007', 7_000],
		[3, 3_000],
	])('in seconds: %j', (header, ms) => {
		expect(readRetryAfter(header, NOW)).toBe(ms);
	});

	it.each([
		['Thu, 15 Jan 2026 12:00:30 GMT', 30_000],
		['Thu, 15 Jan 2026 12:00:00 GMT', 0],
		['Thursday, 15-Jan-26 12:01:00 GMT', 60_000],
		['Fri, 16 Jan 2026 12:00:00 GMT', 86_400_000],
	])('until a time: %s', (header, ms) => {
		expect(readRetryAfter(header, NOW)).toBe(ms);
	});

	it('until a time that is over: nothing', () => {
		expect(readRetryAfter('Thu, 15 Jan 2026 11:59:59 GMT', NOW)).toBe(0);
		expect(readRetryAfter('Fri, 31 Dec 1999 23:59:59 GMT', NOW)).toBe(0);
	});

	it('is the same for every time that a server can name', () => {
		const second = fc.integer({ min: 0, max: 4_102_444_799 });
		fc.assert(
			fc.property(second, second, (at, now) => {
				const header = new Date(at * 1000).toUTCString();
				expect(readRetryAfter(header, now * 1000)).toBe(Math.max(0, at - now) * 1000);
			}),
		);
	});

	it.each([
		undefined,
		null,
		'',
		' ',
		'soon',
		'soon, Thu, 15 Jan 2026 12:00:30 GMT',
		'-1',
		'1.5',
		'1e3',
		'0x10',
		'5 seconds',
		'1, 2',
		'2026-01-15',
		'2026-01-15T12:00:30Z',
		'15 Jan 2026 12:00:30 GMT',
		'Thu, sometime',
		'May 5',
		['5', '6'],
		{},
	])('is not known where the header says nothing that counts: %j', (header) => {
		expect(readRetryAfter(header, NOW)).toBeUndefined();
	});

	it('is never less than nothing, whatever the header', () => {
		const header = fc.oneof(fc.string(), fc.array(fc.string()), fc.nat());
		fc.assert(
			fc.property(header, (value) => {
				const ms = readRetryAfter(value, NOW);
				if (ms !== undefined) expect(ms).toBeGreaterThanOrEqual(0);
			}),
		);
	});
});
