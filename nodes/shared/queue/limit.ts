/**
 * When the next request of one instance and method may go. Decides only: it sends and waits
 * nowhere. Who met nobody sends requests a little further apart than the limit's spacing, and polls
 * after a refusal. Who got through only after several has met others, and *shares* from then on:
 * all that share cut the time since 1970 into the same slots, ten to a frame. Each begins with all
 * of them, and cedes one in which it was refused. Who has ceded all polls again. Now and then each
 * tries a ceded one: more often with few slots, so that shares become even, and the longer it met
 * no refusal, so that what others leave is found. With all slots and no refusal in 15 slots it is
 * alone again.
 */

import type { ServerLimit } from '../green-api/serverLimit';

/** Above the spacing: with 50 ms of jitter at one a second, 2.5 % of the requests come too early. */
export const MARGIN = 0.039;
/** From a refusal to the next try. Four are 1.008: each spacing tries another part of others' MARGIN. */
const POLL = 0.252;
/** 30 find any gap. Then the wait grows: a limit that counts refused requests, too, has to open. */
const POLLS_BEFORE_SLOWING = 35;
/** In a row, or two in as long: a slow first request, jitter and a busy n8n rarely bring them. */
const REFUSALS_THAT_MEAN_OTHERS = 3;
/** Length of a slot: room for 50 ms between clocks or on the way, at one a second. */
const SLOT = 1.05;
/** Slots in a frame: they divide well among 2 to 5 processes. */
const FRAME = 10;
/** The chance to try a ceded slot grows by this factor with each frame without a refusal. */
const QUIET_GROWTH = 2.2;

/** `slot` only where the process shares; where a cap keeps it below the limit, it needs no slots. */
export interface SentRequest {
	sentAt: number;
	spacingMs: number;
	slot: number | undefined;
	isCapped: boolean;
}

/** @returns what counts for the next request: a timer that was a little late delays nothing */
export function plannedAt(slot: number, now: number, spacingMs: number): number {
	return now - slot <= (MARGIN / 2) * spacingMs ? slot : now;
}

/** Times are in ms, by a clock that never goes back; all above are counts, or parts of the spacing. */
export class Limit {
	/** The shortest time between two requests that the limit is believed to allow. */
	spacingMs: number;
	private nextAt = -Infinity;
	private last: SentRequest | undefined;
	private refusalsInARow = 0;
	private firstRefusedAt = 0;
	private isSharing = false;
	private isOftenLate = false;
	private slotZeroAt = 0;
	private slot = 0;
	private lastRefusedSlot = 0;
	/** Places in the frame that are others'. */
	private readonly ceded = new Set<number>();

	/**
	 * @param requestsPerSecond the documented limit, until an answer says another one
	 * @param random gives numbers from 0 up to, but not including, 1
	 * @param wallNow gives the ms since 1970: what time it is for other processes
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
		// Who is late for once leaves the slot: his request would take the next one from its owner.
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
		this.last = { sentAt: now, spacingMs: this.spacingMs, slot, isCapped };
		if (this.isSharing) this.chooseSlot();
		else this.nextAt = plannedAt(this.nextAt, now, this.spacingMs) + (1 + MARGIN) * this.spacingMs;
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
		// By chance where caps share the limit: equal steps lead from one collision to the next.
		const poll = request.isCapped ? POLL * this.random() : POLL;
		// The others' first request had to connect: one spacing after one's own is too early.
		const more = this.refusalsInARow === REFUSALS_THAT_MEAN_OTHERS ? MARGIN / 2 : 0;
		const wait = poll * Math.max(1, this.refusalsInARow / POLLS_BEFORE_SLOWING) + more;
		this.nextAt = Math.max(now, request.sentAt + wait * this.spacingMs);
	}

	/** An answer said what the limit is. */
	follow({ requestsPerSecond }: ServerLimit): void {
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
		this.ceded.delete(Math.round(slotAt(sentAt)) % FRAME);
		this.slot = this.lastRefusedSlot = Math.ceil(slotAt(Math.max(now, this.nextAt))) - 1;
		this.chooseSlot();
	}

	/** The next of its own, or by chance a ceded one before it: more likely with few slots. */
	private chooseSlot(): void {
		const own = FRAME - this.ceded.size;
		const growth = QUIET_GROWTH ** ((this.slot - this.lastRefusedSlot) / FRAME);
		const isCeded = () => this.ceded.has(this.slot % FRAME);
		do this.slot += 1;
		while (isCeded() && this.random() >= growth / (2 * FRAME * own ** 2));
		// The first one gets through: a try takes the slot from its owner only for who has few.
		const tryAt = own < FRAME / 2 ? -MARGIN : MARGIN;
		this.nextAt = this.slotZeroAt + (this.slot * SLOT + (isCeded() ? tryAt : 0)) * this.spacingMs;
	}
}
