/** Whether a request that failed is tried again, and when. Decides only: it neither waits nor sends. */

import type { Failure } from '../green-api/failures';
import type { MethodEffect } from '../green-api/methods';

/** The longest that one wait can be, in ms. */
const LONGEST_WAIT_MS = 30_000;
const FIRST_WAIT_MS = 1_000;

/**
 * The limit opens by itself, and with many processes on an instance one of them may wait for long:
 * only when nothing at all gets through for so long is it given up. 5 minutes at one a second.
 */
const PATIENCE_SPACINGS = 300;

/** The tries of a request so far. */
export interface Tries {
	/** How often it was refused with 429. */
	refusals: number;
	/** How often it failed for other reasons. */
	failures: number;
}

export interface RetryPolicy {
	/** How often a request is tried again; 0: never. */
	maxRetries: number;
	/** The time between requests, in ms, as documented or longer; 0: they are not paced. */
	spacingMs: number;
	/** For how long the limit has refused every request, in ms. */
	refusedForMs: number;
	/** Whether, and how, the request changes something. */
	effect: MethodEffect;
}

/** The facts of the decision: why the last try failed, and the tries before it. */
interface Failed extends Tries, RetryPolicy {
	failure: Failure;
	isRefused: boolean;
	isPaced: boolean;
	/** How often it failed as it counts for Max Retries: refusals don't where the pace moves with them. */
	counted: number;
}

/**
 * The first row that fits decides: to end, to ask for the next turn at once, or to wait first, longer
 * each time and by chance between 0 and the most ("full jitter": Marc Brooker, "Exponential Backoff
 * And Jitter", AWS Architecture Blog), so that requests which failed together don't come back together.
 */
const RULES: ReadonlyArray<[then: 'end' | 'ask' | 'wait', fits: (failed: Failed) => boolean]> = [
	['end', ({ failure }) => failure.kind !== 'transient'],
	['end', ({ maxRetries }) => maxRetries === 0],
	// It must not be done twice, and may have been done.
	['end', ({ failure, effect }) => effect === 'write' && !failure.isUndone],
	[
		'ask',
		({ isRefused, isPaced, refusals, maxRetries }) =>
			isRefused && isPaced && refusals <= maxRetries,
	],
	// The limit lets others through: which of the requests on an instance it refuses is chance.
	[
		'ask',
		({ isRefused, isPaced, refusedForMs, spacingMs }) =>
			isRefused && isPaced && refusedForMs < PATIENCE_SPACINGS * spacingMs,
	],
	['end', ({ isRefused, isPaced }) => isRefused && isPaced],
	['end', ({ counted, maxRetries }) => counted > maxRetries],
	['wait', () => true],
];

/**
 * @param failure why the last try failed
 * @param tries the tries so far, the last one included
 * @param policy the user's settings, and the pace
 * @param random gives numbers from 0 up to, but not including, 1
 * @returns after how many ms to ask for the next turn; undefined: not at all
 */
export function waitBeforeRetry(
	failure: Failure,
	tries: Tries,
	policy: RetryPolicy,
	random: () => number,
): number | undefined {
	const isPaced = policy.spacingMs > 0;
	const isRefused = failure.id === 'rateLimited';
	const counted = tries.failures + (isPaced ? 0 : tries.refusals);
	const failed = { failure, ...tries, ...policy, isRefused, isPaced, counted };
	const then = RULES.find(([, fits]) => fits(failed))?.[0];
	if (then === 'wait')
		return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (counted - 1)) * random();
	return then === 'ask' ? 0 : undefined;
}

/**
 * @param failure a failure that may hold how long the server asks to wait
 * @returns for how long nothing should be sent to the instance, in ms
 */
export function pauseAfter({ retryAfterMs = 0 }: Failure): number {
	return Math.min(LONGEST_WAIT_MS, retryAfterMs);
}
