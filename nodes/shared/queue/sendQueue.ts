/** Lets requests go one by one, at the pace that the limit allows, each batch in its turn. */

import type { Clock } from './clock';
import { type Limit, MOST_LATENESS, type PacedRequest } from './limit';
import type { ServerLimit } from '../green-api/serverLimit';

/** Timers of Node.js can't be set to more than 2^31 - 1 ms. */
const LONGEST_SLEEP_MS = 2 ** 30;

/** What keeps this process busy makes its timers as late as its requests; so often one is looked at. */
const LOOK_EVERY_MS = 5;
/** A timer may be that late in a process that has nothing to do. */
const USUAL_LATENESS_MS = 2;
/** So many timers in a row that were not late: the request is on its way. */
const ENOUGH_ON_TIME = 4;

/** What became of a request, as far as the limit goes; `unknown` where no answer came. */
export type Verdict = 'accepted' | 'refused' | 'unknown';

export interface Told {
	pauseMs?: number;
	limit?: ServerLimit;
}

/** A slot that was given to a request. */
export interface Turn {
	/**
	 * Says what became of the request. Every turn has to end, or it counts as in flight for ever; only
	 * the first end counts.
	 *
	 * @param verdict whether the limit let it through
	 * @param told what the answer says besides: how long everyone is to wait, in ms, and the limit
	 */
	end(verdict: Verdict, told?: Told): void;
}

export interface TurnOptions {
	/** The user's own limit, which holds where it is the lower one; 0: not paced at all. */
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

interface Waiting extends Required<Omit<TurnOptions, 'requestsPerSecond'>> {
	requestsPerSecond: number | undefined;
	grant: (turn: Turn | undefined) => void;
	next: Waiting | undefined;
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

class Queue {
	private first: Waiting | undefined;
	private last: Waiting | undefined;
	isClosed = false;
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
	private queues: Queue[] = [];
	private inFlight = 0;
	/** How many may be in flight now. */
	private open: number;
	private wakesAt: number | undefined;
	private usedAt = -Infinity;

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
	}

	/**
	 * @returns a lane for one batch; lanes take turns, so that a batch of one waits for one request
	 *   of each other batch, not for all of them
	 */
	openLane(): Lane {
		const queue = new Queue();
		return {
			takeTurn: async (options) => await this.takeTurn(queue, options),
			close: () => {
				queue.close();
				this.queues = this.queues.filter((other) => other !== queue);
				this.dispatch();
			},
		};
	}

	/** The time between requests as far as GREEN-API's limit goes, in ms. */
	get spacingMs(): number {
		return 1000 / this.limit.requestsPerSecond;
	}

	/** Whether nobody waits and nothing is in flight. */
	get isIdle(): boolean {
		return this.inFlight === 0 && this.queues.length === 0;
	}

	/** When a turn was asked for or ended last, in ms. */
	get lastUsedAt(): number {
		return this.usedAt;
	}

	/** @returns for how long every request has been refused, in ms; 0 when the last was not */
	refusedFor(): number {
		return this.limit.refusedFor(this.clock.now());
	}

	private async takeTurn(
		queue: Queue,
		{ requestsPerSecond, refusals = 0, ahead = false, claim = () => true }: TurnOptions,
	): Promise<Turn | undefined> {
		if (queue.isClosed) return undefined;
		this.usedAt = this.clock.now();
		return await new Promise((grant) => {
			if (!queue.head) this.queues.push(queue);
			queue.add({ requestsPerSecond, refusals, ahead, claim, grant, next: undefined });
			this.dispatch();
		});
	}

	private dispatch(): void {
		while (this.inFlight < this.open) {
			if (this.queues.length === 0) {
				if (this.inFlight === 0) this.open = this.window.first;
				return;
			}
			const now = this.clock.now();
			// Where workflows set different rates, one that is low holds up nobody else.
			const spacingMs = Math.min(...this.queues.map(({ head }) => this.spacingOf(head)));
			const slot = this.limit.nextSlot(spacingMs, now);
			const slots = this.queues.map((queue) => Math.max(slot, this.ownSlot(queue, spacingMs)));
			const next = slots.findIndex((own) => own <= now);
			const queue = this.queues[next];
			if (!queue) {
				this.wakeAt(Math.min(...slots), now);
				return;
			}
			this.takeHead(queue, next, spacingMs, now);
		}
	}

	private spacingOf(waiting: Waiting | undefined): number {
		const { requestsPerSecond = Infinity } = waiting ?? {};
		if (requestsPerSecond === 0) return 0;
		const spacingMs = Math.max(1000 / requestsPerSecond, this.spacingMs);
		return Math.min(Number.MAX_SAFE_INTEGER, spacingMs);
	}

	/** When the batch may go on as far as its own rate goes, where others have a higher one. */
	private ownSlot({ head, lastSentAt }: Queue, spacingMs: number): number {
		const own = this.spacingOf(head);
		return own > spacingMs ? lastSentAt + own : -Infinity;
	}

	private takeHead(queue: Queue, place: number, spacingMs: number, now: number): void {
		const waiting = queue.head;
		this.queues.splice(place, 1);
		queue.takeHead();
		const isWanted = waiting?.claim() ?? false;
		// Who is not wanted leaves the turn of its batch to the one behind it.
		if (queue.head && isWanted) this.queues.push(queue);
		else if (queue.head) this.queues.splice(place, 0, queue);
		if (!isWanted) {
			waiting?.grant(undefined);
			return;
		}
		queue.lastSentAt = now;
		if (waiting) this.give(waiting, spacingMs, now);
	}

	private give({ refusals, grant }: Waiting, spacingMs: number, now: number): void {
		this.inFlight += 1;
		this.limit.sent(spacingMs, now);
		const request: PacedRequest = { spacingMs, sentAt: now, refusals };
		const turn = { isOver: false };
		void this.watchDelay(request, turn);
		grant({
			end: (verdict, { pauseMs, limit } = {}) => {
				if (turn.isOver) return;
				turn.isOver = true;
				const endedAt = this.clock.now();
				this.usedAt = endedAt;
				this.inFlight -= 1;
				if (limit) this.limit.requestsPerSecond = limit.requestsPerSecond;
				this.open = Math.min(this.window.most, this.open + 1);
				if (verdict !== 'unknown') this.limit[verdict](request, endedAt);
				if (pauseMs !== undefined) this.limit.pauseUntil(endedAt + pauseMs);
				this.dispatch();
			},
		});
	}

	/** Tells the pace what holds the request up in this process, until it is on its way or answered. */
	private async watchDelay(request: PacedRequest, turn: { isOver: boolean }): Promise<void> {
		const end = request.sentAt + MOST_LATENESS * request.spacingMs;
		let now = request.sentAt;
		let onTime = 0;
		while (now < end && onTime < ENOUGH_ON_TIME) {
			const due = now + LOOK_EVERY_MS;
			await this.clock.sleep(LOOK_EVERY_MS);
			if (turn.isOver) return;
			now = this.clock.now();
			const isLate = now - due > USUAL_LATENESS_MS;
			onTime = isLate ? 0 : onTime + 1;
			if (isLate) this.limit.delayed(request, now - due);
		}
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
