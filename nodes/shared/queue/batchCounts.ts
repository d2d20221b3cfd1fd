/** What a batch has done so far, for those who tell the user. */

import type { GreenApiMethod } from '../green-api/methods';
import type { Found } from './answers';

export interface BatchCounts {
	/** Sent, tries included. */
	requests: number;
	/** Tried again because the limit refused them, with 429. */
	refusals: number;
	/** Tried again for other reasons. */
	retries: number;
	/** Lookups that brought the answer of another lookup's request. */
	shared: number;
	/** Lookups that brought an answer from the cache. */
	cached: number;
	/** Lookups that brought what an earlier try of the same run found. */
	retained: number;
	/**
	 * How many requests the limit let through, of the method with the most to wait for, and how long
	 * it makes so many take, in ms.
	 */
	pacedRequests: number;
	pacedMs: number;
}

const COUNTED_AS = {
	request: undefined,
	shared: 'shared',
	cache: 'cached',
	earlierTry: 'retained',
} as const;

export class BatchCounter {
	readonly counts: BatchCounts = {
		requests: 0,
		refusals: 0,
		retries: 0,
		shared: 0,
		cached: 0,
		retained: 0,
		pacedRequests: 0,
		pacedMs: 0,
	};
	private readonly paced = new Map<GreenApiMethod, { requests: number; ms: number }>();

	/** A lookup has an answer. */
	found(source: Found['source']): void {
		const counted = COUNTED_AS[source];
		if (counted) this.counts[counted] += 1;
	}

	/** The limit let a request through and makes the next one wait for so many ms. */
	letThrough(method: GreenApiMethod, spacingMs: number): void {
		const { requests, ms } = this.paced.get(method) ?? { requests: 0, ms: 0 };
		const sum = { requests: requests + 1, ms: ms + spacingMs };
		this.paced.set(method, sum);
		if (sum.ms < this.counts.pacedMs) return;
		this.counts.pacedRequests = sum.requests;
		this.counts.pacedMs = sum.ms;
	}
}
