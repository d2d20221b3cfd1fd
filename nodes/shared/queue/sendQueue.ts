/** Lets requests go one by one, as the limit allows, each batch in its turn. */

import type { ServerLimit } from '../green-api/serverLimit';
import type { Clock } from './clock';
import { type Limit, MARGIN, plannedAt } from './limit';

/** Timers of Node.js can't be set to more than 2^31 - 1 ms. */
const LONGEST_SLEEP_MS = 2 ** 30;

/** 35 years: longer is no different, and has to stay a number to reckon with. */
const LONGEST_CAP_MS = 2 ** 40;

/** Refusals further apart are not one row; longer than any pause that a server's wish leads to. */
const LONGEST_ROW_GAP_MS = 60_000;

/** What became of a request, as far as the limit goes; `unknown` where no answer came. */
export type Verdict = 'accepted' | 'refused' | 'unknown';

/** What an answer said besides. */
export interface Told {
	/** How long the server asks everyone to wait, in ms. */
	pauseMs?: number;
	limit?: ServerLimit;
}

/** Leave to send one request. */
export interface Turn {
	/**
	 * Says what became of the request. Every turn has to end, or it counts as in flight for ever; only
	 * the first end counts.
	 */
	end(verdict: Verdict, told?: Told): void;
}

export interface TurnOptions {
	/** The user's cap, fractions allowed; absent: the limit alone; 0: not paced. */
	requestsPerSecond?: number;
	/** How often this request was refused before. */
	refusals?: number;
	/** Before the others of its batch: it had its turn already. */
	ahead?: boolean;
	/** Is asked when the turn has come; where it says no, the turn goes to the next who waits. */
	claim?: () => boolean;
}

/** How many requests may wait for their answers at once: one more with each answer that comes. */
export interface Window {
	/** When nothing is in flight yet. */
	first: number;
	most: number;
}

/** The requests of one batch that wait, in their order. */
export interface Lane {
	/**
	 * @param options when it may go
	 * @returns the turn, as soon as the request may be sent; undefined once the lane is closed, or
	 *   when `claim` says no
	 */
	takeTurn(options: TurnOptions): Promise<Turn | undefined>;
	/** Lets go of everything that waits and of what comes later; turns that were given stay. */
	close(): void;
}

interface Waiting extends TurnOptions {
	/** The shortest time between two requests that the user's cap allows, in ms. */
	capMs: number;
	grant: (turn: Turn | undefined) => void;
	next: Waiting | undefined;
}

/** The requests of one batch. */
class Batch {
	private first: Waiting | undefined;
	private last: Waiting | undefined;
	isClosed = false;
	/** When its last request that the limit did not refuse went out. */
	lastSentAt = -Infinity;

	get head(): Waiting | undefined {
		return this.first;
	}

	add(waiting: Waiting): void {
		if (!this.first || !this.last) {
			this.first = this.last = waiting;
		} else if (waiting.ahead) {
			waiting.next = this.first;
			this.first = waiting;
		} else {
			this.last.next = waiting;
			this.last = waiting;
		}
	}

	takeHead(): void {
		this.first = this.first?.next;
	}

	close(): void {
		this.isClosed = true;
		for (let waiting = this.first; waiting; waiting = waiting.next) waiting.grant(undefined);
		this.first = undefined;
	}
}

/** The requests of one instance and method, from all executions in this process. */
export class SendQueue {
	/** Those in which someone waits, in the order of their turns. */
	private batches: Batch[] = [];
	private inFlight = 0;
	/** How many may be in flight now. */
	private open: number;
	private wakesAt: number | undefined;
	private usedAt: number;
	/** When the last request that the limit did not refuse went out. */
	private lastSentAt = -Infinity;
	private pausedUntil = -Infinity;
	private refusedSince: number | undefined;
	private lastRefusedAt = -Infinity;

	/**
	 * @param clock what time it is
	 * @param limit when the next request may go
	 * @param window how many requests may wait for their answers at once
	 */
	constructor(
		private readonly clock: Clock,
		private readonly limit: Limit,
		private readonly window: Window,
	) {
		this.open = window.first;
		this.usedAt = clock.now();
	}

	/**
	 * @returns a lane for one batch; lanes take turns, so that a batch of one waits for one request
	 *   of each other batch, not for all of them
	 */
	openLane(): Lane {
		const batch = new Batch();
		return {
			takeTurn: async (options) => await this.takeTurn(batch, options),
			close: () => {
				batch.close();
				this.batches = this.batches.filter((other) => other !== batch);
				this.dispatch();
			},
		};
	}

	/** @returns for how long every request has been refused, in ms; 0 when the last was not */
	refusedFor(): number {
		return this.refusedSince === undefined ? 0 : this.clock.now() - this.refusedSince;
	}

	/** The shortest time between two requests that the limit is believed to allow, in ms. */
	get spacingMs(): number {
		return this.limit.spacingMs;
	}

	/** Nothing waits, and nothing is in flight. */
	get isIdle(): boolean {
		return this.batches.length === 0 && this.inFlight === 0;
	}

	/** When a turn was last asked for or ended, by the clock. */
	get lastUsedAt(): number {
		return this.usedAt;
	}

	private async takeTurn(batch: Batch, options: TurnOptions): Promise<Turn | undefined> {
		if (batch.isClosed) return undefined;
		this.usedAt = this.clock.now();
		const { requestsPerSecond: cap = Infinity } = options;
		// With the limit's own margin, so that processes which share it by caps meet no refusals.
		const capMs = cap > 0 ? Math.min(LONGEST_CAP_MS, (1000 / cap) * (1 + MARGIN)) : 0;
		return await new Promise((grant) => {
			if (!batch.head) this.batches.push(batch);
			batch.add({ ...options, capMs, grant, next: undefined });
			this.dispatch();
		});
	}

	private dispatch(): void {
		while (this.inFlight < this.open) {
			if (this.batches.length === 0) {
				if (this.inFlight === 0) this.open = this.window.first;
				return;
			}
			const now = this.clock.now();
			const slots = this.slots(now);
			const place = slots.findIndex((slot) => slot <= now);
			const batch = this.batches[place];
			if (!batch) {
				this.wakeAt(Math.min(...slots), now);
				return;
			}
			this.takeHead(batch, place, slots[place] ?? now, now);
		}
	}

	/** When each batch may go on: where users set different caps, a low one holds up nobody else. */
	private slots(now: number): number[] {
		const limitAt = this.limit.nextSlot(now);
		const leastCapMs = Math.min(...this.batches.map(({ head }) => head?.capMs ?? Infinity));
		const commonAt = Math.max(this.pausedUntil, limitAt, this.lastSentAt + leastCapMs);
		return this.batches.map(({ head, lastSentAt }) => {
			if (!head || head.requestsPerSecond === 0) return this.pausedUntil;
			return Math.max(commonAt, lastSentAt + head.capMs);
		});
	}

	private takeHead(batch: Batch, place: number, slot: number, now: number): void {
		const waiting = batch.head;
		this.batches.splice(place, 1);
		batch.takeHead();
		const isWanted = waiting?.claim?.() ?? true;
		// Who is not wanted leaves the turn of its batch to the one behind it.
		if (batch.head && isWanted) this.batches.push(batch);
		else if (batch.head) this.batches.splice(place, 0, batch);
		if (waiting && isWanted) this.give(waiting, batch, slot, now);
		else waiting?.grant(undefined);
	}

	private give(waiting: Waiting, batch: Batch, slot: number, now: number): void {
		this.inFlight += 1;
		const isCapped = waiting.capMs > this.limit.spacingMs * (1 + MARGIN);
		const isPaced = waiting.requestsPerSecond !== 0;
		const request = isPaced ? this.limit.sent(now, isCapped) : undefined;
		const sentAt = plannedAt(slot, now, waiting.capMs);
		this.lastSentAt = batch.lastSentAt = sentAt;
		let isOver = false;
		waiting.grant({
			end: (verdict, { pauseMs, limit } = {}) => {
				if (isOver) return;
				isOver = true;
				const endedAt = this.clock.now();
				this.usedAt = endedAt;
				this.inFlight -= 1;
				this.open = Math.min(this.window.most, this.open + 1);
				if (limit) this.limit.follow(limit);
				if (verdict !== 'unknown' && request) this.limit[verdict](request, endedAt);
				if (verdict === 'accepted') this.refusedSince = undefined;
				if (verdict === 'refused') {
					this.countRefusal(endedAt);
					if (this.lastSentAt === sentAt) this.lastSentAt = -Infinity;
					if (batch.lastSentAt === sentAt) batch.lastSentAt = -Infinity;
				}
				if (pauseMs !== undefined) {
					this.pausedUntil = Math.max(this.pausedUntil, endedAt + pauseMs);
				}
				this.dispatch();
			},
		});
	}

	private countRefusal(now: number): void {
		if (now - this.lastRefusedAt > LONGEST_ROW_GAP_MS) this.refusedSince = undefined;
		this.refusedSince ??= now;
		this.lastRefusedAt = now;
	}

	/** One timer is enough as long as it is not too late: it looks for the slot that there is then. */
	private wakeAt(slot: number, now: number): void {
		if (this.wakesAt !== undefined && this.wakesAt <= slot) return;
		this.wakesAt = slot;
		void this.clock.sleep(Math.min(slot - now, LONGEST_SLEEP_MS)).then(() => {
			if (this.wakesAt !== slot) return;
			this.wakesAt = undefined;
			this.dispatch();
		});
	}
}
