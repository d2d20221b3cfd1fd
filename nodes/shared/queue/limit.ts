/**
 * When the next request of one instance and method may go. Who met nobody sends a little further
 * apart than the limit's spacing, and polls after a refusal. Who got through only after several has
 * met others, and *shares* from then on: all who share cut the time into the same slots, ten to a
 * frame, and each cedes those in which it was refused. Who has ceded all polls again. Now and then
 * each tries a ceded one: more often with few slots, so that shares become even, and the longer
 * nothing was refused, so that free slots are found. With all slots and no refusal in 15 it is alone
 * again.
 */

import { MARGIN, plannedAt, type SentRequest } from './sentRequest';

/** From a refusal to the next try. Four are 1.004: each spacing tries another part of others' MARGIN. */
const POLL = 0.251;
/** 30 find any gap. Then the wait grows, as some limits may count refused requests, too. */
const POLLS_BEFORE_SLOWING = 35;
/** In a row, or two in the same time: jitter, a busy n8n and a slow first request rarely do that. */
const REFUSALS_THAT_MEAN_OTHERS = 3;
/** Length of a slot: room for 50 ms between clocks or on the way, at one a second. */
const SLOT = 1.05;
/** Slots in a frame: enough for 2 to 5 processes, few enough to be shared out within a minute. */
const FRAME = 10;
/** With each frame without a refusal, a try gets so much likelier: one comes within a minute or so. */
const QUIET_GROWTH = 2.2;

/** Times are in ms, by a clock that never goes back; all above are counts, or parts of the spacing. */
export class Limit {
	/** The shortest time between two requests that the limit is believed to allow. */
	spacingMs: number;
	private nextAt = -Infinity;
	private last: SentRequest | undefined;
	private refusalsInARow = 0;
	private firstRefusedAt = -Infinity;
	private isSharing = false;
	private isOftenLate = false;
	private slotZeroAt = 0;
	private slot = 0;
	private lastRefusedSlot = 0;
	private readonly ceded = new Set<number>();

	/**
	 * @param requestsPerSecond the documented limit, until an answer says another one
	 * @param random gives numbers from 0 up to, but not including, 1
	 * @param wallNow gives ms since a moment that is the same for all who share the limit
	 */
	constructor(
		requestsPerSecond: number,
		private readonly random: () => number,
		private readonly wallNow: () => number,
	) {
		this.spacingMs = 1000 / requestsPerSecond;
	}

	/** @returns when the next request may be sent; in the past when it may at once */
	nextSlot(now: number): number {
		const breakMs = (FRAME + 1) * SLOT * this.spacingMs;
		if (this.last && now > this.last.sentAt + breakMs) this.startOver(-Infinity);
		// A process that is late for once leaves the slot: it would take the next one from its owner.
		const most = (this.isOftenLate ? 0.5 : SLOT - 1) * this.spacingMs;
		while (this.isSharing && this.nextAt < now - most) {
			this.isOftenLate = true;
			this.chooseSlot();
		}
		return this.nextAt;
	}

	/** @returns the request that goes out now, for `accepted` or `refused` */
	sent(now: number, isCapped = false): SentRequest {
		const slot = this.isSharing ? this.slot : undefined;
		this.isOftenLate = isCapped || this.nextAt < now - (SLOT - 1) * this.spacingMs;
		const sentAt = plannedAt(this.nextAt, now, this.spacingMs);
		this.last = { sentAt, spacingMs: this.spacingMs, slot, isCapped };
		// A refusal hints at jitter: with a little more room for a while, fewer requests are refused.
		const isRefusedLately = sentAt - this.firstRefusedAt < FRAME * this.spacingMs;
		if (this.isSharing) this.chooseSlot();
		else this.nextAt = sentAt + (isRefusedLately ? SLOT : 1 + MARGIN) * this.spacingMs;
		return this.last;
	}

	accepted(request: SentRequest, now: number): void {
		if (this.isOutdated(request)) return;
		const refusedFor = (request.sentAt - this.firstRefusedAt) / this.spacingMs;
		const hasMet = this.refusalsInARow > 1 && refusedFor >= REFUSALS_THAT_MEAN_OTHERS * POLL;
		this.refusalsInARow = 0;
		if (request.slot !== undefined) {
			this.ceded.delete(request.slot % FRAME);
			this.isSharing = this.ceded.size > 0 || request.slot - this.lastRefusedSlot < 1.5 * FRAME;
		} else if (!request.isCapped && (hasMet || this.ceded.size === FRAME)) this.share(request, now);
	}

	refused(request: SentRequest, now: number): void {
		if (this.isOutdated(request)) return;
		if (this.refusalsInARow === 0) this.firstRefusedAt = request.sentAt;
		this.refusalsInARow += 1;
		if (request.slot !== undefined) {
			this.ceded.add(request.slot % FRAME);
			this.lastRefusedSlot = request.slot;
			this.isSharing = this.ceded.size < FRAME;
			if (this.isSharing) return;
		} else if (request !== this.last && this.refusalsInARow < REFUSALS_THAT_MEAN_OTHERS) return;
		// Processes that share by caps wait by chance: equal waits would make them collide again.
		const poll = request.isCapped ? POLL * (1 - this.random()) : POLL;
		const wait = poll * Math.max(1, this.refusalsInARow / POLLS_BEFORE_SLOWING) * this.spacingMs;
		// The fourth try comes a little later: another process's first request had to connect.
		const more = this.refusalsInARow === REFUSALS_THAT_MEAN_OTHERS ? MARGIN / 2 : 0;
		// Only whole waits find gaps: late timers and slow answers may not stretch one, or two.
		const took = Math.ceil((now - request.sentAt) / wait);
		const due = request.sentAt + (took === 2 ? 2 : 1) * wait + more * this.spacingMs;
		this.nextAt = Math.max(now, due);
	}

	/** @param requestsPerSecond what an answer says the limit is */
	follow(requestsPerSecond: number): void {
		if (1000 / requestsPerSecond === this.spacingMs) return;
		this.spacingMs = 1000 / requestsPerSecond;
		this.startOver((this.last?.sentAt ?? -Infinity) + (1 + MARGIN) * this.spacingMs);
	}

	private isOutdated({ slot, spacingMs }: SentRequest): boolean {
		return (slot !== undefined) !== this.isSharing || spacingMs !== this.spacingMs;
	}

	private startOver(nextAt: number): void {
		this.isSharing = false;
		this.ceded.clear();
		this.refusalsInARow = 0;
		this.nextAt = nextAt;
	}

	private share({ sentAt }: SentRequest, now: number): void {
		this.slotZeroAt = now - this.wallNow();
		const slotAt = (time: number) => (time - this.slotZeroAt) / (SLOT * this.spacingMs);
		this.isSharing = true;
		// The request that got through keeps others out of the slot that begins next.
		this.ceded.delete(Math.ceil(slotAt(sentAt)) % FRAME);
		this.slot = this.lastRefusedSlot = Math.ceil(slotAt(Math.max(now, this.nextAt))) - 1;
		this.nextAt = sentAt;
		this.chooseSlot();
	}

	/** Takes the next own slot, or by chance a ceded one before it: more likely with few slots. */
	private chooseSlot(): void {
		const own = FRAME - this.ceded.size;
		const growth = QUIET_GROWTH ** ((this.slot - this.lastRefusedSlot) / FRAME);
		const isCeded = () => this.ceded.has(this.slot % FRAME);
		do this.slot += 1;
		while (isCeded() && this.random() >= growth / (2 * FRAME * own ** 2));
		// The first request gets through: only who has few slots tries before the owner sends.
		const tryAt = own < FRAME / 2 ? -MARGIN : MARGIN;
		const at = this.slotZeroAt + (this.slot * SLOT + (isCeded() ? tryAt : 0)) * this.spacingMs;
		// Next to a try, an own request keeps half a slot's room, so that the two don't collide.
		this.nextAt = Math.max(at, this.nextAt + ((1 + SLOT) / 2) * this.spacingMs);
	}
}
