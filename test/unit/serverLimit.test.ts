import fc from 'fast-check';
import { readServerLimit } from '@package/nodes/shared/green-api/serverLimit';

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
