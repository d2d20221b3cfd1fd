/** One question to GREEN-API: how it is asked, and what it brings. */

import type { Answer, Reply } from '../green-api/answer';
import type { Failure } from '../green-api/failures';
import { type GreenApiMethod, type GreenApiRequest, METHODS } from '../green-api/methods';

/** How one lookup may use the instance. */
export interface LookUpPolicy {
	/**
	 * The user's own limit, fractions allowed, which holds where it is lower than GREEN-API's; absent:
	 * GREEN-API's alone. 0: neither, requests are not paced. Holds for each method, in this process.
	 */
	requestsPerSecond?: number;
	/** How often a request that failed for the moment is tried again; 0: never. */
	maxRetries: number;
	/** How old a kept answer may be, and for how long a new one is kept; 0: neither. */
	cacheSeconds: number;
}

export interface LookUpRequest extends GreenApiRequest {
	policy: LookUpPolicy;
	/** Whether there is another way after this failure, so that `stopOnFailure` doesn't end the batch. */
	tolerates?: (failure: Failure) => boolean;
	/** The method that is asked before this one, for its sake alone: it ends together with it. */
	firstStep?: GreenApiMethod;
}

/**
 * What a lookup brought. `inherited` marks the failure of another lookup, which ended the batch, or
 * all of it that asks the same method, before this one had its own outcome.
 */
export type LookUpOutcome =
	| { ok: true; value: Answer }
	| { ok: false; failure: Failure; inherited: boolean };

/** Asks one question; the promise never rejects. */
export type LookUp = (request: LookUpRequest) => Promise<LookUpOutcome>;

/** Sends one request, once, unless the signal ends it; the promise never rejects. */
export type Send = (request: GreenApiRequest, signal: AbortSignal) => Promise<Reply>;

/** @returns the same for all requests that have the same answer */
export function questionOf({ method, path, query, body, also }: GreenApiRequest): string {
	return JSON.stringify([method, path, query, body, also]);
}

/** @returns whether nothing changes by asking: only then is an answer shared or kept */
export function isRead({ method }: GreenApiRequest): boolean {
	return METHODS[method].effect === 'read';
}
