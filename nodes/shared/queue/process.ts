/**
 * The state that all executions in one n8n process share: a limit counts every request of an instance,
 * whichever workflow sent it. n8n loads this module once in a process.
 */

import type { GreenApiMethod } from '../green-api/methods';
import {
	CANCELLED,
	type Cancellation,
	type Clock,
	processTimetable,
	systemClock,
	type Timetable,
} from '../time';
import { Limit } from './limit';
import { AnswerCache, RunMemory } from './memory';
import { SendQueue } from './sendQueue';

const MAX_KEPT_ANSWERS = 10_000;
/** A business can have thousands of products. */
const MAX_KEPT_CHARACTERS = 50_000_000;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Runs tasks with the same key one after the other. */
class Serial {
	/** The last task of each key; keys whose tasks are over leave. */
	private readonly last = new Map<string, Promise<void>>();

	/** How many keys have tasks that wait or run. */
	get size(): number {
		return this.last.size;
	}

	/**
	 * @param key the same for those that must not overtake each other
	 * @param closing ends the waiting for those before it
	 * @param begin runs the task; its promise never rejects
	 * @returns its result, once all earlier tasks with the same key are over; `CANCELLED`
	 *   where it was not begun
	 */
	async run<T>(
		key: string,
		closing: Cancellation,
		begin: () => Promise<T>,
	): Promise<T | typeof CANCELLED> {
		const before = this.last.get(key);
		let leave!: () => void;
		const own = new Promise<void>((resolve) => (leave = resolve));
		const over = Promise.all([before, own]).then(() => {
			if (this.last.get(key) === over) this.last.delete(key);
		});
		this.last.set(key, over);
		const isFree = !before || (await closing.race(before)) !== CANCELLED;
		const value = isFree ? await begin() : CANCELLED;
		leave();
		return value;
	}
}

export class ProcessState {
	readonly runs = new RunMemory();
	/** By account and chat: a write that is tried again undoes none that came after it. */
	readonly writes = new Serial();
	private readonly queues = new Map<string, SendQueue>();
	private isSweeping = false;

	/**
	 * @param clock what time it is
	 * @param random gives numbers from 0 up to, but not including, 1
	 * @param timetable of this process
	 * @param cache the kept answers
	 */
	constructor(
		readonly clock: Clock,
		readonly random: () => number,
		readonly timetable: Timetable,
		readonly cache = new AnswerCache(clock, MAX_KEPT_ANSWERS, MAX_KEPT_CHARACTERS),
	) {}

	/**
	 * @param account the key of the account that asks
	 * @param method GREEN-API limits each method by itself
	 * @param documented its limit until an answer says another one, in requests per second
	 * @returns the one queue of these requests; ask anew each time, as an unused one is dropped after an hour
	 */
	queueOf(account: string, method: GreenApiMethod, documented: number): SendQueue {
		const key = JSON.stringify([account, method]);
		const former = this.queues.get(key);
		if (former) return former;
		const limit = new Limit(1000 / documented, this.random);
		const queue = new SendQueue(this.clock, limit);
		this.queues.set(key, queue);
		if (!this.isSweeping) this.sweep();
		return queue;
	}

	/** @returns how much is held in memory for executions to come */
	held(): { queues: number; answers: number; questions: number; writes: number } {
		return {
			queues: this.queues.size,
			answers: this.cache.size,
			questions: [...this.queues.values()].reduce((sum, { asked }) => sum + asked, 0),
			writes: this.writes.size,
		};
	}

	/** Drops answers and queues that are too old, every minute while there are any. */
	private sweep(): void {
		this.cache.dropExpired();
		for (const [key, queue] of this.queues) {
			if (queue.idleFor() >= HOUR_MS) this.queues.delete(key);
		}
		this.isSweeping = this.queues.size + this.cache.size > 0;
		if (this.isSweeping) this.timetable.after(MINUTE_MS, () => this.sweep());
	}
}

export const processState = new ProcessState(systemClock, Math.random, processTimetable);
