/**
 * When the next request of one instance and method may go. Decides only: it sends nothing, waits
 * for nothing, and is told what time it is. GREEN-API refuses with 429 what comes faster than its
 * limit, whichever process sent what came before. There are three modes:
 *
 * - `alone`: one after the other, a little further apart than the limit's spacing.
 * - `searching`: the very first request was refused, so others use the limit. Polls until one gets
 *   through: that has found a slot.
 * - `sharing`: all processes that know of others cut the time into the same slots, by the wall
 *   clock. Each keeps the slots of a frame in which it got through last time, drops those in which
 *   it was refused, and tries another one now and then. Who has few slots tries more, so that shares
 *   become even; who met no refusal for long tries more, so that the slots of a process that left
 *   are found.
 *
 * Quantities without a unit are parts of the limit's spacing. Together they reach what
 * `test/unit/queue/limit.simulation.test.ts` asks for; most may be a fifth more or less.
 */

import type { ServerLimit } from '../green-api/serverLimit';

/** Above the spacing: with 50 ms of jitter at one a second, 2.5 % of the requests come too early. */
export const MARGIN = 0.039;
/** From a request that came too early to its next try, and twice as much each time. */
const RETRY = 0.08;
/** So many refusals in a row, over half a spacing, are neither jitter's nor a busy n8n's doing. */
const REFUSALS_BY_OTHERS = 4;

/** Between polls: each of the five in a spacing meets another part of the gap that MARGIN leaves. */
const SEARCH = 0.2;
/** Polls until the wait grows: twice what finds the gap. If refusals count, too, growth ends it. */
const MOST_POLLS = 50;
/** The wait grows to no more: a limit that counts refusals is open after one spacing. */
const LONGEST_WAIT = 2;

/** Slots in a frame: they divide well among 2 to 5 processes. */
const FRAME = 10;
/** Length of a slot: room for 45 ms between clocks or on the way, at one a second. */
const SLOT = 1.045;
/** A try in a slot that is not one's own comes so much before its owner's request. */
const EARLIER = 0.02;
/** Chance to try such a slot, for who has one slot … */
const TRY = 0.22;
/** … and for who has n, so many powers of n less … */
const EVENNESS = 1.3;
/** … and so many times as much with each frame without a refusal. */
const QUIET_GROWTH = 1.5;
/** Who is later than this for a slot leaves it to others. */
const LATE = 0.25;

type Mode = 'alone' | 'searching' | 'sharing';

/** What has to be known of a request to learn from what became of it. */
export interface SentRequest {
	sentAt: number;
	spacingMs: number;
	mode: Mode;
	slot: number;
	/** Nothing was sent for a frame before it. */
	isFirst: boolean;
	/** The user's cap keeps this process below the limit, so that it needs no slots. */
	isCapped: boolean;
}

/** @returns what counts for the next request: a timer that was a little late delays nothing */
export function plannedAt(slot: number, now: number, spacingMs: number): number {
	return now - slot <= (MARGIN / 2) * spacingMs ? slot : now;
}

/** Times are in ms, by a clock that never goes back. */
export class Limit {
	private mode: Mode = 'alone';
	private spacing: number;
	private nextAt = -Infinity;
	private last: SentRequest | undefined;
	/** In a row, in this mode. */
	private refusals = 0;
	/** When slot 0 began. */
	private origin = 0;
	private slot = 0;
	private lastRefusedSlot = 0;
	/** Places in the frame. */
	private readonly own = new Set<number>();

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
		this.spacing = 1000 / requestsPerSecond;
	}

	/** The shortest time between two requests that the limit is believed to allow. */
	get spacingMs(): number {
		return this.spacing;
	}

	/** @returns when the next request may be sent; in the past when it may at once */
	nextSlot(now: number): number {
		if (this.isAfterBreak(now)) this.beAlone(-Infinity);
		while (this.mode === 'sharing' && this.nextAt < now - LATE * this.spacing) this.chooseSlot();
		return this.nextAt;
	}

	/** @returns the request that goes out now, for `accepted` or `refused` */
	sent(now: number, isCapped = false): SentRequest {
		const { mode, slot, spacing: spacingMs } = this;
		const isFirst = this.isAfterBreak(now);
		this.last = { sentAt: now, spacingMs, mode, slot, isFirst, isCapped };
		if (mode === 'sharing') this.chooseSlot();
		else this.nextAt = this.spacedFrom(plannedAt(this.nextAt, now, spacingMs));
		return this.last;
	}

	accepted(request: SentRequest, now: number): void {
		if (request.mode !== this.mode || request.spacingMs !== this.spacing) return;
		if (this.mode === 'alone') this.refusals = 0;
		if (this.mode === 'searching') return this.share(now, request);
		if (this.mode === 'sharing') this.own.add(request.slot % FRAME);
		if (this.own.size === FRAME) this.beAlone(this.spacedFrom(this.last?.sentAt ?? now));
	}

	/** With 429; it took nothing of the limit. */
	refused(request: SentRequest, now: number): void {
		if (request.mode !== this.mode || request.spacingMs !== this.spacing) return;
		if (this.mode === 'sharing') {
			if (this.own.size > 1) this.own.delete(request.slot % FRAME);
			this.lastRefusedSlot = request.slot;
			return;
		}
		this.refusals += 1;
		if (this.mode === 'alone' && !request.isCapped) {
			if (request.isFirst) this.mode = 'searching';
			else if (this.refusals >= REFUSALS_BY_OTHERS) return this.share(now);
		}
		const retry = Math.min(SEARCH, RETRY * 2 ** (this.refusals - 1));
		const poll = this.mode === 'searching' ? SEARCH : retry;
		const wait = Math.min(LONGEST_WAIT, poll * Math.max(1, this.refusals / MOST_POLLS) ** 2);
		if (request === this.last) this.nextAt = Math.max(now, request.sentAt + wait * this.spacing);
	}

	/** An answer said what the limit is. */
	follow({ requestsPerSecond }: ServerLimit): void {
		if (1000 / requestsPerSecond === this.spacing) return;
		this.spacing = 1000 / requestsPerSecond;
		this.beAlone(this.spacedFrom(this.last?.sentAt ?? -Infinity));
	}

	private spacedFrom(time: number): number {
		return time + this.spacing * (1 + MARGIN);
	}

	private isAfterBreak(now: number): boolean {
		return !this.last || now > this.last.sentAt + FRAME * this.spacing;
	}

	private beAlone(nextAt: number): void {
		this.mode = 'alone';
		this.refusals = 0;
		this.own.clear();
		this.nextAt = nextAt;
	}

	/** Begins with the slot of this request, or with every other one. */
	private share(now: number, found?: SentRequest): void {
		const slotAt = (time: number) => (time - this.origin) / (SLOT * this.spacing);
		this.mode = 'sharing';
		this.origin = now - this.wallNow();
		this.slot = Math.ceil(slotAt(Math.max(now, (this.last?.sentAt ?? now) + this.spacing))) - 1;
		this.lastRefusedSlot = this.slot - FRAME;
		this.own.clear();
		if (found) this.own.add(Math.round(slotAt(found.sentAt)) % FRAME);
		else for (let next = 1; next < FRAME; next += 2) this.own.add((this.slot + next) % FRAME);
		this.chooseSlot();
	}

	private chooseSlot(): void {
		const quietFrames = (this.slot - this.lastRefusedSlot) / FRAME;
		const chance = (TRY * QUIET_GROWTH ** quietFrames) / this.own.size ** EVENNESS;
		let isOwn: boolean;
		do {
			this.slot += 1;
			isOwn = this.own.has(this.slot % FRAME);
		} while (!isOwn && this.random() >= chance);
		const start = this.origin + this.slot * SLOT * this.spacing;
		this.nextAt = isOwn ? start : start - EARLIER * this.spacing;
	}
}
