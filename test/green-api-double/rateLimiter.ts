/**
 * GREEN-API's rate limit for one method. It is not known which of two models is right; both fit what
 * is known of it (GREEN-API documentation, "Rate limiter", and the headers of its answers):
 *
 * - `spacing`: a request is refused when less than 1 / limit seconds have passed since the last one
 *   that was let through.
 * - `second`: a token bucket that is refilled as each second of the server's clock begins; at less
 *   than one a second, as each 1 / limit seconds begin.
 *
 * In both, refused requests take nothing: a client that retries quickly is not locked out for ever.
 */

export type LimiterModel = 'spacing' | 'second';

const SECOND_MS = 1000;

export class RateLimiter {
	/** Of requests that were let through: since when they count, and how many there were since. */
	private readonly used = new Map<string, { since: number; count: number }>();
	private rate: number;

	/**
	 * @param requestsPerSecond more than 0, fractions allowed; Infinity accepts everything
	 * @param model which model
	 * @throws RangeError when `requestsPerSecond` is not more than 0
	 */
	constructor(
		requestsPerSecond: number,
		private readonly model: LimiterModel = 'spacing',
	) {
		this.rate = checked(requestsPerSecond);
	}

	get requestsPerSecond(): number {
		return this.rate;
	}

	/** @throws RangeError when it is not more than 0 */
	set requestsPerSecond(requestsPerSecond: number) {
		this.rate = checked(requestsPerSecond);
	}

	/**
	 * @param key whose requests are counted together: an instance id
	 * @param nowMs when the request came, in ms, by any clock that never goes back
	 * @returns whether GREEN-API would answer the request; if not, it would be a 429
	 */
	accept(key: string, nowMs: number): boolean {
		const remaining = this.remaining(key, nowMs);
		if (remaining < 1) return false;
		const since = this.model === 'spacing' ? nowMs : this.windowOf(nowMs);
		this.used.set(key, { since, count: this.capacity - remaining + 1 });
		return true;
	}

	/** @returns how many requests would be let through now */
	remaining(key: string, nowMs: number): number {
		const { since, count } = this.used.get(key) ?? { since: -Infinity, count: 0 };
		const isOver =
			this.model === 'spacing'
				? nowMs - since >= SECOND_MS / this.rate
				: this.windowOf(nowMs) !== since;
		return isOver ? this.capacity : Math.max(0, this.capacity - count);
	}

	private get capacity(): number {
		return this.model === 'spacing' ? 1 : Math.max(1, Math.floor(this.rate));
	}

	/** When the tokens came that are there now. */
	private windowOf(nowMs: number): number {
		const windowMs = Math.max(SECOND_MS, SECOND_MS / this.rate);
		return Math.floor(nowMs / windowMs) * windowMs;
	}
}

function checked(requestsPerSecond: number): number {
	if (requestsPerSecond > 0) return requestsPerSecond;
	throw new RangeError(`A rate limit is more than 0 requests a second: ${requestsPerSecond}`);
}
