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
});
