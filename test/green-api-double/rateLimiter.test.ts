import { RateLimiter } from './rateLimiter';

describe('the rate limiter', () => {
	it.each([
		[1, 999.9, 1000],
		[10, 99.9, 100],
		[0.5, 1999.9, 2000],
	])('at %d a second, refuses after %d ms and accepts after %d ms', (limit, early, due) => {
		const limiter = new RateLimiter(limit);
		expect(limiter.accept('1', 0)).toBe(true);
		expect(limiter.accept('1', early)).toBe(false);
		expect(limiter.accept('1', due)).toBe(true);
	});

	it('measures from the last accepted request: retrying quickly locks nobody out', () => {
		const limiter = new RateLimiter(1);
		const times = Array.from({ length: 21 }, (_, index) => index * 100);
		expect(times.filter((time) => limiter.accept('1', time))).toEqual([0, 1000, 2000]);
	});

	it('measures spacing: a long pause earns no burst', () => {
		const limiter = new RateLimiter(1);
		limiter.accept('1', 0);
		expect(limiter.accept('1', 60_000)).toBe(true);
		expect(limiter.accept('1', 60_001)).toBe(false);
	});

	it('counts each key for itself', () => {
		const limiter = new RateLimiter(1);
		expect(limiter.accept('1', 0)).toBe(true);
		expect(limiter.accept('2', 0)).toBe(true);
		expect(limiter.accept('1', 0)).toBe(false);
	});

	it('accepts everything at Infinity', () => {
		const limiter = new RateLimiter(Infinity);
		expect([0, 0, 0].every((time) => limiter.accept('1', time))).toBe(true);
	});

	it.each([0, -1, NaN])('refuses a limit of %d', (limit) => {
		expect(() => new RateLimiter(limit)).toThrow(RangeError);
	});

	it('follows a rate that changes', () => {
		const limiter = new RateLimiter(1);
		expect(limiter.accept('1', 0)).toBe(true);
		limiter.requestsPerSecond = 10;
		expect(limiter.accept('1', 100)).toBe(true);
		limiter.requestsPerSecond = 0.5;
		expect(limiter.accept('1', 2099)).toBe(false);
		expect(limiter.accept('1', 2100)).toBe(true);
		expect(() => (limiter.requestsPerSecond = 0)).toThrow(RangeError);
	});
});

describe('the rate limiter by whole seconds', () => {
	it.each([1, 3, 50])('lets %d through in each second of the clock', (limit) => {
		const limiter = new RateLimiter(limit, 'second');
		for (const second of [0, 1, 7]) {
			const times = Array.from({ length: 100 }, (_, index) => second * 1000 + 10 * index);
			const accepted = times.filter((time) => limiter.accept('1', time));
			expect(accepted).toEqual(times.slice(0, limit));
		}
	});

	it('lets two through 50 ms apart where a second ends between them, and no other ones', () => {
		const limiter = new RateLimiter(1, 'second');
		expect(limiter.accept('1', 980)).toBe(true);
		expect(limiter.accept('1', 1030)).toBe(true);
		expect(limiter.accept('1', 1980)).toBe(false);
		expect(limiter.accept('1', 2000)).toBe(true);
	});

	it('counts longer at less than one a second', () => {
		const limiter = new RateLimiter(0.5, 'second');
		const times = Array.from({ length: 60 }, (_, index) => 100 * index);
		expect(times.filter((time) => limiter.accept('1', time))).toEqual([0, 2000, 4000]);
	});

	it('says how many it would let through', () => {
		const limiter = new RateLimiter(3, 'second');
		expect(limiter.remaining('1', 0)).toBe(3);
		limiter.accept('1', 0);
		limiter.accept('1', 1);
		expect(limiter.remaining('1', 999)).toBe(1);
		expect(limiter.remaining('2', 999)).toBe(3);
		expect(limiter.remaining('1', 1000)).toBe(3);
	});

	it('accepts everything at Infinity', () => {
		const limiter = new RateLimiter(Infinity, 'second');
		for (let time = 0; time < 100; time++) expect(limiter.accept('1', 0)).toBe(true);
	});
});
