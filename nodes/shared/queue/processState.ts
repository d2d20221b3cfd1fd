/**
 * What all executions in one n8n process share: a limit counts every request of an instance,
 * whichever workflow sent it. n8n loads this module once in a process.
 */

import type { GreenApiMethod } from '../green-api/methods';
import { type Clock, processTimetable, systemClock, type Timetable } from '../time';
import { AnswerCache } from './answerCache';
import { Answers } from './answers';
import { Limit } from './limit';
import { RetriedRuns } from './retriedRuns';
import { SendQueue } from './sendQueue';

const MAX_KEPT_ANSWERS = 10_000;
/** A business can have thousands of products. */
const MAX_KEPT_CHARACTERS = 50_000_000;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export class ProcessState {
	readonly retriedRuns = new RetriedRuns();
	private readonly cache: AnswerCache;
	readonly answers: Answers;
	private readonly queues = new Map<string, SendQueue>();
	private isSweeping = false;

	/**
	 * @param clock what time it is
	 * @param random gives numbers from 0 up to, but not including, 1
	 * @param timetable what has to be done later
	 */
	constructor(
		readonly clock: Clock,
		readonly random: () => number,
		readonly timetable: Timetable,
	) {
		this.cache = new AnswerCache(clock, MAX_KEPT_ANSWERS, MAX_KEPT_CHARACTERS);
		this.answers = new Answers(this.cache);
	}

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
	held(): { queues: number; answers: number; questions: number } {
		return {
			queues: this.queues.size,
			answers: this.cache.size,
			questions: this.answers.questions,
		};
	}

	/** Lets go of what is too old, again every minute while anything is held. */
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
