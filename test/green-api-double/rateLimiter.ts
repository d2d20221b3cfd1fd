/**
 * GREEN-API's rate limit for one method. It measures spacing, not a quota for each second: a
 * request is refused when less than 1 / limit seconds have passed since the one before it
 * (GREEN-API documentation, "Rate limiter").
 *
 * Assumption: "the one before it" is the last request that was accepted. If refused requests
 * counted, a client that retries quickly would be locked out for ever.
 */
export class RateLimiter {
	private readonly spacingMs: number;
	private readonly lastAccepted = new Map<string, number>();

	/**
	 * @param requestsPerSecond more than 0, fractions allowed; Infinity accepts everything
	 * @throws RangeError when `requestsPerSecond` is not more than 0
	 */
	constructor(requestsPerSecond: number) {
		if (!(requestsPerSecond > 0)) {
			throw new RangeError(`A rate limit is more than 0 requests a second: ${requestsPerSecond}`);
		}
		this.spacingMs = 1000 / requestsPerSecond;
	}

	/**
	 * @param key whose requests are counted together: an instance id
	 * @param nowMs when the request came, in ms, by any clock that never goes back
	 * @returns whether GREEN-API would answer the request; if not, it would be a 429
	 */
	accept(key: string, nowMs: number): boolean {
		const last = this.lastAccepted.get(key);
		if (last !== undefined && nowMs - last < this.spacingMs) return false;
		this.lastAccepted.set(key, nowMs);
		return true;
	}
}
