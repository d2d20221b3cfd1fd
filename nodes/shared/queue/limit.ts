/** When the next request of one account and method may go. Times are in ms, `random` gives 0 up to 1. */

/** Room for 50 ms of jitter, in spacings: 2 % of the requests come too early then, at one a second. */
export const MARGIN = 0.039;
/** A refusal widens the gap by so many spacings, an acceptance narrows it by a quarter of that. */
const STEP = 0.07;
/** The widest gap, in spacings: four processes fit. With a wider one, much of the limit stays unused. */
const WIDEST = 4.5;
/** Longest wait after a refusal, in spacings. By chance, as equal waits meet again; short enough to find a MARGIN. */
const POLL = 0.1;

export class Limit {
	/** The shortest time between two requests that the limit is believed to allow. */
	spacingMs: number;
	/** When the next request may be sent; in the past when it may at once. */
	nextAt = -Infinity;
	private gapMs = 0;
	private longestMs: number;
	private lastSentAt = -Infinity;
	private refusedSince: number | undefined;

	constructor(
		private readonly documentedMs: number,
		private readonly random: () => number,
	) {
		this.spacingMs = this.longestMs = documentedMs;
	}

	sent(at: number): void {
		// After so long a break, the processes that shared the limit may be gone.
		if (at - this.nextAt > WIDEST * this.spacingMs) this.gapMs = 0;
		this.gapMs = Math.max(this.gapMs, (1 + MARGIN) * this.spacingMs);
		this.lastSentAt = at;
		// After a refusal the next try waits for the answer to this one, but not for long.
		const tryMs = (this.longestMs * (1 + this.random())) / 2;
		this.nextAt = at + (this.refusedSince === undefined ? this.gapMs : tryMs);
	}

	accepted(): void {
		if (this.refusedSince === undefined) this.gapMs -= (STEP / 4) * this.unitMs;
		else this.nextAt = this.lastSentAt + this.gapMs;
		this.refusedSince = undefined;
	}

	/** An answer says `now` that the limit refused the request that was sent at `sentAt`. */
	refused(sentAt: number, now: number): void {
		this.gapMs = Math.min(WIDEST * this.longestMs, this.gapMs + STEP * this.unitMs);
		this.refusedSince ??= now;
		// A later request is on its way: the next one keeps its distance from that, at first.
		if (this.refusedSince === now && sentAt < this.lastSentAt) return;
		// The longer nothing gets through, the longer the wait: refused requests may count, too.
		const refusedMs = Math.min(40 * this.longestMs, (now - this.refusedSince) / 3);
		this.nextAt = now + POLL * Math.max(this.unitMs, refusedMs) * this.random();
	}

	/** An answer says what the limit is (`X-RateLimit-Replenish-Rate`). One that refuses promises no more. */
	follow(requestsPerSecond: number, isAccepted: boolean): void {
		const spacingMs = 1000 / requestsPerSecond;
		if (spacingMs === this.spacingMs || (spacingMs < this.spacingMs && !isAccepted)) return;
		this.spacingMs = spacingMs;
		this.longestMs = Math.max(spacingMs, this.documentedMs);
		this.gapMs = (1 + MARGIN) * spacingMs;
		this.nextAt = this.lastSentAt + this.gapMs;
	}

	/** Unit of STEP and POLL: the documented or the announced spacing, the slower; at most the gap. */
	private get unitMs(): number {
		return Math.min(this.longestMs, this.gapMs);
	}
}
