import fc from 'fast-check';
import {
	type Failure,
	failureOf,
	failureOfNetwork,
	failureOfStatus,
} from '@package/nodes/shared/green-api/failures';
import {
	pauseAfter,
	type RetryPolicy,
	type Tries,
	waitBeforeRetry,
} from '@package/nodes/shared/queue/retry';

const RATE_LIMITED = failureOfStatus(429, '');
const DOWN = failureOfStatus(503, '');
const LONGEST_WAIT_MS = 30_000;
/** As close to 1 as a chance gets. */
const ALMOST_ONE = 1 - 2 ** -32;

const POLICY: RetryPolicy = { maxRetries: 4, spacingMs: 1_000, refusedForMs: 0, effect: 'read' };

function decide(
	failure: Failure,
	tries: Partial<Tries>,
	{ chance = 0, ...policy }: Partial<RetryPolicy> & { chance?: number } = {},
) {
	return waitBeforeRetry(
		failure,
		{ refusals: 0, failures: 0, ...tries },
		{ ...POLICY, ...policy },
		() => chance,
	);
}

function waitOf(...given: Parameters<typeof decide>): number {
	const waitMs = decide(...given);
	if (waitMs === undefined) throw new Error('Not tried again');
	return waitMs;
}

const TRANSIENT: Array<[what: string, failure: Failure]> = [
	['GREEN-API is down', DOWN],
	['the instance is starting', failureOfStatus(400, 'instance in starting process')],
	['the connection is reset', failureOfNetwork('ECONNRESET')],
	['no answer in time', failureOfNetwork('ETIMEDOUT')],
	['an answer that is cut off', failureOf('notJson', '200')],
];
const LASTING: Array<[what: string, failure: Failure]> = [
	['a wrong chat ID', failureOfStatus(400, '')],
	['a quota of chats', failureOfStatus(466, '{"correspondentsStatus":{}}')],
	['a wrong token', failureOfStatus(401, '')],
	['an instance without a phone', failureOfStatus(400, 'not authorized')],
	['a host that does not exist', failureOfNetwork('ENOTFOUND')],
	['an execution that was stopped', failureOfNetwork('ERR_CANCELED')],
];

describe('a request that failed for the moment', () => {
	it.each(TRANSIENT)(
		'is tried again as often as the user allows, no more: %s',
		(_what, failure) => {
			for (const maxRetries of [1, 4, 10]) {
				for (let failures = 1; failures <= maxRetries; failures++) {
					expect(decide(failure, { failures }, { maxRetries })).toBeDefined();
				}
				expect(decide(failure, { failures: maxRetries + 1 }, { maxRetries })).toBeUndefined();
			}
		},
	);

	it.each([...TRANSIENT, ['the limit', RATE_LIMITED] as const])(
		'is not tried again where the user wants no retries: %s',
		(_what, failure) => {
			for (const spacingMs of [0, 1_000]) {
				const policy = { maxRetries: 0, spacingMs };
				expect(decide(failure, { failures: 1 }, policy)).toBeUndefined();
				expect(decide(failure, { refusals: 1 }, policy)).toBeUndefined();
			}
		},
	);

	it('waits up to twice as long each time, and never more than 30 s', () => {
		const most = [1, 2, 3, 4, 5, 6, 7, 1_000, 5_000].map((failures) =>
			waitOf(DOWN, { failures }, { maxRetries: 10_000, chance: ALMOST_ONE }),
		);
		expect(most.map(Math.round)).toEqual([
			1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000,
		]);
	});

	it('waits by chance, from nothing to the most, so that all do not come back together', () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 20 }), (failures) => {
				const wait = (chance: number) => waitOf(DOWN, { failures }, { maxRetries: 20, chance });
				const most = wait(ALMOST_ONE);
				expect(wait(0)).toBe(0);
				expect(wait(0.25)).toBeCloseTo(most / 4, 3);
				expect(wait(0.5)).toBeCloseTo(most / 2, 3);
			}),
		);
	});

	it('has everyone wait for as long as the server asks, but never more than 30 s', () => {
		for (const [askedMs, pauseMs] of [
			[7_000, 7_000],
			[0, 0],
			[3_600_000, LONGEST_WAIT_MS],
			[Infinity, LONGEST_WAIT_MS],
		] as const) {
			expect(pauseAfter({ ...DOWN, retryAfterMs: askedMs })).toBe(pauseMs);
		}
		expect(pauseAfter(DOWN)).toBe(0);
	});

	it('does not count how often the limit refused it before', () => {
		const tries = { refusals: 50, failures: 1 };
		expect(waitOf(DOWN, tries, { chance: ALMOST_ONE })).toBeCloseTo(1_000, 3);
		expect(decide(DOWN, { ...tries, failures: 5 })).toBeUndefined();
	});
});

describe('a request that failed for good', () => {
	it.each(LASTING)('is not tried again: %s', (_what, failure) => {
		for (const spacingMs of [0, 1_000]) {
			expect(decide(failure, { failures: 1 }, { spacingMs })).toBeUndefined();
		}
	});

	it.each(LASTING)('nor where the server asks to wait: %s', (_what, failure) => {
		expect(decide({ ...failure, retryAfterMs: 1 }, { failures: 1 })).toBeUndefined();
	});
});

describe('a request that the limit refused', () => {
	it('is tried again at the pace, without a wait of its own', () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 1_000 }), (refusals) => {
				expect(waitOf(RATE_LIMITED, { refusals }, { chance: 0.9 })).toBe(0);
			}),
		);
	});

	it('leaves a pause that the server asks for to the pace, which holds for everyone', () => {
		const asking = { ...RATE_LIMITED, retryAfterMs: 5_000 };
		expect(waitOf(asking, { refusals: 1 })).toBe(0);
		expect(pauseAfter(asking)).toBe(5_000);
	});

	it('uses no retries up as long as the limit lets others through', () => {
		const policy = { maxRetries: 1, refusedForMs: 0 };
		expect(decide(RATE_LIMITED, { refusals: 1_000 }, policy)).toBeDefined();
	});

	it('is given up when nothing gets through for 300 slots, after its retries', () => {
		const given = (refusals: number, refusedForMs: number) =>
			decide(RATE_LIMITED, { refusals }, { maxRetries: 3, spacingMs: 100, refusedForMs });
		expect(given(1_000, 29_999)).toBeDefined();
		expect(given(3, 30_000)).toBeDefined();
		expect(given(4, 30_000)).toBeUndefined();
	});

	it('has more time where the pace is slower', () => {
		const given = (refusedForMs: number, spacingMs: number) =>
			decide(RATE_LIMITED, { refusals: 10 }, { refusedForMs, spacingMs });
		expect(given(299_999, 1_000)).toBeDefined();
		expect(given(300_000, 1_000)).toBeUndefined();
		expect(given(2_999_999, 10_000)).toBeDefined();
		expect(given(3_000_000, 10_000)).toBeUndefined();
	});

	it('is like any other that failed for the moment where there is no pacing', () => {
		const policy = { spacingMs: 0, chance: ALMOST_ONE };
		expect(waitOf(RATE_LIMITED, { refusals: 1 }, policy)).toBeCloseTo(1_000, 3);
		expect(waitOf(RATE_LIMITED, { refusals: 2, failures: 2 }, policy)).toBeCloseTo(8_000, 3);
		expect(waitOf(DOWN, { refusals: 1, failures: 1 }, policy)).toBeCloseTo(2_000, 3);
		expect(decide(RATE_LIMITED, { refusals: 3, failures: 2 }, policy)).toBeUndefined();
	});
});

describe('whatever happened before', () => {
	const failure = fc
		.record({
			meaning: fc.constantFrom(...TRANSIENT, ...LASTING, ['', RATE_LIMITED] as const),
			retryAfterMs: fc.option(fc.double({ min: 0, noNaN: true }), { nil: undefined }),
		})
		.map(({ meaning: [, meant], retryAfterMs }): Failure => {
			return { ...meant, ...(retryAfterMs !== undefined && { retryAfterMs }) };
		});
	const tries = fc.record({ refusals: fc.nat({ max: 2_000 }), failures: fc.nat({ max: 2_000 }) });

	it('a wait is from 0 to 30 s, and a pause for all as well', () => {
		const policy = fc.record({
			maxRetries: fc.nat({ max: 5_000 }),
			spacingMs: fc.oneof(fc.constant(0), fc.double({ min: 0.001, max: 1e9, noNaN: true })),
			refusedForMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
			effect: fc.constantFrom('read', 'idempotentWrite', 'write'),
		});
		const chance = fc.double({ min: 0, max: ALMOST_ONE, noNaN: true });
		fc.assert(
			fc.property(failure, tries, policy, chance, (why, before, allowed, random) => {
				const counted = { ...before, failures: before.failures + 1 };
				const waitMs = waitBeforeRetry(why, counted, allowed, () => random) ?? 0;
				for (const ms of [waitMs, pauseAfter(why)]) {
					expect(ms).toBeGreaterThanOrEqual(0);
					expect(ms).toBeLessThanOrEqual(LONGEST_WAIT_MS);
				}
			}),
		);
	});
});

describe('a request that changes something', () => {
	const known = [
		['the limit', RATE_LIMITED],
		['the instance is starting', failureOfStatus(400, 'instance in starting process')],
		['the request did not arrive whole', failureOfStatus(408, '')],
		['nobody was there', failureOfNetwork('ECONNREFUSED')],
		['no name was found', failureOfNetwork('EAI_AGAIN')],
	] as const;
	const open = [
		['GREEN-API is down', DOWN],
		['a gateway gave up', failureOfStatus(504, '')],
		['the client was gone', failureOfStatus(499, '')],
		['the connection is reset', failureOfNetwork('ECONNRESET')],
		['no answer in time', failureOfNetwork('ETIMEDOUT')],
		['an answer that is cut off', failureOf('notJson', '200')],
	] as const;

	it.each([...known, ...open])(
		'is tried again where twice is the same as once: %s',
		(_what, why) => {
			const policy = { effect: 'idempotentWrite' as const };
			expect(decide(why, { failures: 1 }, policy)).toBeDefined();
		},
	);

	it.each(known)('is tried again where it is known that nothing happened: %s', (_what, why) => {
		expect(decide(why, { failures: 1 }, { effect: 'write' })).toBeDefined();
	});

	it.each(open)('is not where it may have happened: %s', (_what, why) => {
		expect(decide(why, { failures: 1 }, { effect: 'write' })).toBeUndefined();
	});
});
