/**
 * A rate limit for which refused requests count, too: a request is let through only when none at
 * all came for 1 / limit seconds. GREEN-API's documentation does not say that its limit is not like
 * that (see `RateLimiter`).
 */
export class StrictRateLimiter {
	private readonly lastSeen = new Map<string, number>();

	/** @param requestsPerSecond more than 0, fractions allowed */
	constructor(private readonly requestsPerSecond: number) {}

	/**
	 * @param key whose requests are counted together
	 * @param nowMs when the request came, in ms
	 * @returns whether it is let through
	 */
	accept(key: string, nowMs: number): boolean {
		const last = this.lastSeen.get(key) ?? -Infinity;
		this.lastSeen.set(key, nowMs);
		return nowMs - last >= 1000 / this.requestsPerSecond;
	}
}
