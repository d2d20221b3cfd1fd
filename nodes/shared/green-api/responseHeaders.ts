/** Reads the headers of an answer that say how fast, and when, to ask again. */

/** GREEN-API's rate limit, as `X-RateLimit-…` has it: the names are those of a gateway's token bucket. */
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

/**
 * Reads Retry-After (RFC 9110, 10.2.3), which proxies before GREEN-API may send.
 *
 * @param header the header's value, if there is one: seconds or a date
 * @param nowMs what time it is, in ms since 1970
 * @returns how long to wait, in ms, at least 0; undefined where the header says nothing
 */
export function readRetryAfter(header: unknown, nowMs: number): number | undefined {
	const text = String(header ?? '').trim();
	if (/^\d+$/.test(text)) return Number(text) * 1000;
	// Dates have a day's name at their start; Date.parse would take much else for a date.
	const time = /^[A-Z][a-z]+, /.test(text) ? Date.parse(text) : NaN;
	return Number.isNaN(time) ? undefined : Math.max(0, time - nowMs);
}
