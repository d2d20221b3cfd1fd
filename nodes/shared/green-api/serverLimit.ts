/** Reads what an answer says of GREEN-API's rate limit (`X-RateLimit-…`, a gateway's token bucket). */

export interface ServerLimit {
	/** What the limit is for this instance and method. */
	requestsPerSecond: number;
	/** How many requests it would let through right now. */
	remaining?: number;
}

/** Ten times GREEN-API's highest documented limit: more is no limit but nonsense. */
const MOST_PER_SECOND = 1_000;
/** A tenth of GREEN-API's lowest documented limit: less would hold everyone up for good. */
const LEAST_PER_SECOND = 0.1;

/** @returns the number, or NaN where the header is no plain number */
function readNumber(header: unknown): number {
	const text = String(header ?? '').trim();
	return /^\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : NaN;
}

/**
 * @param headers an answer's, refused ones included, with names in lower case
 * @returns the limit, or undefined where the answer says nothing that can be meant
 */
export function readServerLimit(headers: Record<string, unknown>): ServerLimit | undefined {
	const requestsPerSecond = readNumber(headers['x-ratelimit-replenish-rate']);
	if (!(requestsPerSecond >= LEAST_PER_SECOND && requestsPerSecond <= MOST_PER_SECOND)) {
		return undefined;
	}
	const remaining = readNumber(headers['x-ratelimit-remaining']);
	return remaining <= MOST_PER_SECOND ? { requestsPerSecond, remaining } : { requestsPerSecond };
}
