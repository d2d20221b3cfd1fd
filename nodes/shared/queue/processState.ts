/**
 * What all executions in one n8n process share: a limit counts every request of an instance,
 * whichever workflow sent it. n8n loads this module once in a process.
 */

import { type GreenApiMethod, METHODS } from '../green-api/methods';
import { AnswerCache } from './answerCache';
import { Answers } from './answers';
import { type Clock, systemClock } from './clock';
import { Coalescer } from './coalesce';
import { Limit } from './limit';
import { RetriedRuns } from './retriedRuns';
import { SendQueue, type Window } from './sendQueue';
import { processTimetable, type Timetable } from './timetable';

/** At GREEN-API's one a second, more than a few are in flight only while it hardly answers. */
const PACED: Window = { first: 64, most: 64 };
/** Nothing holds these back: a token that is wrong has to be known before all are out. */
const UNPACED: Window = { first: 1, most: 64 };

const MAX_KEPT_ANSWERS = 10_000;
/** A business can have thousands of products. */
const MAX_KEPT_CHARACTERS = 50_000_000;

const HOUR_MS = 3_600_000;
/** What was not used for an hour is looked for so often. */
const LOOK_FOR_UNUSED_MS = HOUR_MS / 4;

export interface ProcessState {
	clock: Clock;
	timetable: Timetable;
	/** Gives numbers from 0 up to, but not including, 1. */
	random: () => number;
	answers: Answers;
	retriedRuns: RetriedRuns;
	/**
	 * @param instance stands for the instance that the requests go to
	 * @param method GREEN-API limits each method by itself
	 * @param isPaced requests that are not paced have a queue of their own
	 * @returns the one queue of these requests; not to be held on to by who does not use it
	 */
	queueOf(instance: string, method: GreenApiMethod, isPaced: boolean): SendQueue;
	/** @returns how much is held in memory for executions to come */
	held(): { queues: number; answers: number; questions: number };
}

/**
 * @param clock what time it is
 * @param random gives numbers from 0 up to, but not including, 1
 * @param timetable what has to be done later
 * @returns the state of a process that starts: no queues, no answers
 */
export function newProcessState(
	clock: Clock,
	random: () => number,
	timetable: Timetable,
): ProcessState {
	const cache = new AnswerCache(clock, timetable, MAX_KEPT_ANSWERS, MAX_KEPT_CHARACTERS);
	const coalescer = new Coalescer();
	const queues = new Map<string, SendQueue>();

	function dropUnused(): void {
		for (const [key, { isIdle, lastUsedAt }] of queues) {
			if (isIdle && clock.now() - lastUsedAt >= HOUR_MS) queues.delete(key);
		}
		if (queues.size > 0) timetable.after(LOOK_FOR_UNUSED_MS, dropUnused);
	}

	return {
		clock,
		timetable,
		random,
		answers: new Answers(cache, coalescer),
		retriedRuns: new RetriedRuns(),
		queueOf(instance, method, isPaced) {
			const key = JSON.stringify([instance, method, isPaced]);
			const former = queues.get(key);
			if (former) return former;
			if (queues.size === 0) timetable.after(LOOK_FOR_UNUSED_MS, dropUnused);
			const limit = new Limit(METHODS[method].requestsPerSecond, random, () => clock.wallNow());
			const queue = new SendQueue(clock, limit, isPaced ? PACED : UNPACED);
			queues.set(key, queue);
			return queue;
		},
		held: () => ({ queues: queues.size, answers: cache.size, questions: coalescer.size }),
	};
}

export const processState = newProcessState(systemClock, Math.random, processTimetable);
