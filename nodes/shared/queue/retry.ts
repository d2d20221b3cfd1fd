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

/** What has happened to a request so far. */
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
	/** What the request changes. */
	effect: MethodEffect;
}

/**
 * Paced requests that were refused with 429 are tried again as long as the limit lets other
 * requests through: the pace has moved with the refusal, and which of the requests on an instance
 * meets it is a matter of chance. All else waits longer each time, by chance between 0 and the most
 * ("full jitter": Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog), so that
 * what failed together does not come back together. What must not be done twice is tried again only
 * where it was not done.
 *
 * @param failure why the last try failed
 * @param tries what has happened so far, the last try included
 * @param policy what the user allows, and what the pace is
 * @param random gives numbers from 0 up to, but not including, 1
 * @returns after how many ms to ask for the next turn; undefined: not at all
 */
export function waitBeforeRetry(
	failure: Failure,
	{ refusals, failures }: Tries,
	{ maxRetries, spacingMs, refusedForMs, effect }: RetryPolicy,
	random: () => number,
): number | undefined {
	if (failure.kind !== 'transient' || maxRetries === 0) return undefined;
	if (effect === 'write' && !failure.isUndone) return undefined;

	const isPaced = spacingMs > 0;
	if (failure.id === 'rateLimited' && isPaced) {
		const isHopeful = refusals <= maxRetries || refusedForMs < PATIENCE_SPACINGS * spacingMs;
		return isHopeful ? 0 : undefined;
	}
	const counted = isPaced ? failures : failures + refusals;
	if (counted > maxRetries) return undefined;
	return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (counted - 1)) * random();
}

/**
 * @param failure a failure that may hold how long the server asks to wait
 * @returns for how long nothing should be sent to the instance, in ms
 */
export function pauseAfter({ retryAfterMs = 0 }: Failure): number {
	return Math.min(LONGEST_WAIT_MS, retryAfterMs);
}
