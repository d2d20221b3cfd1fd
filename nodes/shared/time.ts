/** Clocks, timers, and the end of waiting. Tests bring a clock of their own. */

import { sleep } from 'n8n-workflow';

export interface Clock {
	/** @returns ms since the process began; never goes back */
	now(): number;
	/**
	 * @param ms how long; may end early, by 1 ms or after 12 days, so look at the time again
	 * @param signal ends the timer and rejects; n8n before 2 lets the timer run on
	 */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Timers that keep no process alive. */
export interface Timers {
	/** @returns ms since some moment; never goes back */
	now(): number;
	/**
	 * @param ms how long; may fire early, by 1 ms or after 12 days
	 * @param wake is called once
	 */
	start(ms: number, wake: () => void): void;
}

/** Timers of Node.js that are set to more than 2^31 - 1 ms fire at once. */
const LONGEST_TIMER_MS = 2 ** 30;

export const systemClock: Clock = {
	now: () => performance.now(),
	sleep: async (ms, signal) => await sleep(Math.min(ms, LONGEST_TIMER_MS), signal),
};

/** n8n's `sleep` would keep the process alive. */
export const systemTimers: Timers = {
	now: () => performance.now(),
	start(ms, wake) {
		const signal = AbortSignal.timeout(Math.min(Math.ceil(ms), LONGEST_TIMER_MS));
		signal.addEventListener('abort', wake, { once: true });
	},
};

interface Entry {
	at: number;
	act: () => void;
}

/** All that a process has to do at some later time, by one timer: none when there is nothing to do. */
export class Timetable {
	private readonly entries = new Set<Entry>();
	private wakesAt = Infinity;

	/** @param timers what time it is, and what wakes at some time */
	constructor(private readonly timers: Timers) {}

	/** How much is still to be done. */
	get size(): number {
		return this.entries.size;
	}

	/**
	 * @param ms how long from now
	 * @param act what is to be done then; never done before
	 * @returns takes it off the timetable
	 */
	after(ms: number, act: () => void): () => void {
		const entry = { at: this.timers.now() + ms, act };
		this.entries.add(entry);
		this.wakeAt(entry.at);
		return () => this.entries.delete(entry);
	}

	/**
	 * @param work what is waited for; goes on by itself when the waiting ends
	 * @param ms how long it may take, from now
	 * @returns what `work` gives, or `CANCELLED` where it takes longer
	 * @throws what `work` throws
	 */
	async inTime<T>(work: Promise<T>, ms: number): Promise<T | typeof CANCELLED> {
		const deadline = new Cancellation();
		const takeOff = this.after(ms, () => deadline.cancel());
		try {
			return await deadline.race(work);
		} finally {
			takeOff();
		}
	}

	/** A timer whose entry was taken off is left to fire: the next entry is most likely just behind. */
	private wakeAt(at: number): void {
		if (at >= this.wakesAt) return;
		this.wakesAt = at;
		this.timers.start(Math.max(0, at - this.timers.now()), () => {
			if (this.wakesAt === at) this.look();
		});
	}

	private look(): void {
		const now = this.timers.now();
		let next = Infinity;
		for (const entry of this.entries) {
			if (entry.at > now) {
				next = Math.min(next, entry.at);
			} else {
				this.entries.delete(entry);
				entry.act();
			}
		}
		this.wakesAt = Infinity;
		this.wakeAt(next);
	}
}

export const processTimetable = new Timetable(systemTimers);

export const CANCELLED = Symbol('cancelled');

/** A promise that never settles would hold on to each that was raced with it; this lets go. */
export class Cancellation {
	private readonly waiting = new Set<() => void>();
	private happened = false;

	get isCancelled(): boolean {
		return this.happened;
	}

	/** Ends all waiting at once, and what comes later before it begins. */
	cancel(): void {
		this.happened = true;
		for (const end of this.waiting) end();
		this.waiting.clear();
	}

	/**
	 * @param work what is waited for; goes on by itself when the waiting ends
	 * @returns what `work` gives, or `CANCELLED` as soon as that is not wanted any more
	 * @throws what `work` throws
	 */
	async race<T>(work: Promise<T>): Promise<T | typeof CANCELLED> {
		if (this.happened) {
			work.catch(() => undefined);
			return CANCELLED;
		}
		return await new Promise((resolve, reject) => {
			const end = () => resolve(CANCELLED);
			this.waiting.add(end);
			const over =
				<Result>(settle: (result: Result) => void) =>
				(result: Result) => {
					this.waiting.delete(end);
					settle(result);
				};
			work.then(over(resolve), over(reject));
		});
	}
}
