/**
 * What all executions in one n8n process share: a limit counts every request of an instance,
 * whichever workflow sent it. n8n loads this module once in a process.
 */

import { type GreenApiMethod, METHODS } from '../green-api/methods';
import { type Clock, systemClock } from './clock';
import { Limit } from './limit';
import { SendQueue, type Window } from './sendQueue';
import { SharedAnswers } from './sharing';

/** At GREEN-API's one a second, more than a few are in flight only while it hardly answers. */
const PACED: Window = { first: 64, most: 64 };
/** Nothing holds these back: a token that is wrong has to be known before all are out. */
const UNPACED: Window = { first: 1, most: 64 };

const MAX_KEPT_ANSWERS = 10_000;
/** A business can have thousands of products. */
const MAX_KEPT_CHARACTERS = 50_000_000;

export interface Surroundings {
	clock: Clock;
	/** Gives numbers from 0 up to, but not including, 1. */
	random: () => number;
	answers: SharedAnswers;
	/**
	 * @param instance stands for the instance that the requests go to
	 * @param method GREEN-API limits each method by itself
	 * @param isPaced requests that are not paced have a queue of their own
	 * @returns the one queue of these requests
	 */
	queueOf(instance: string, method: GreenApiMethod, isPaced: boolean): SendQueue;
}

/**
 * @param clock what time it is
 * @param random gives numbers from 0 up to, but not including, 1
 * @returns queues and answers as a process has them when it starts: none yet
 */
export function newSurroundings(clock: Clock, random: () => number): Surroundings {
	// One small object for each instance that this process ever looked up with.
	const queues = new Map<string, SendQueue>();
	return {
		clock,
		random,
		answers: new SharedAnswers(clock, MAX_KEPT_ANSWERS, MAX_KEPT_CHARACTERS),
		queueOf(instance, method, isPaced) {
			const key = JSON.stringify([instance, method, isPaced]);
			const window = isPaced ? PACED : UNPACED;
			const { requestsPerSecond } = METHODS[method];
			const limit = new Limit(requestsPerSecond, random, () => clock.wallNow());
			const queue = queues.get(key) ?? new SendQueue(clock, limit, window);
			queues.set(key, queue);
			return queue;
		},
	};
}

export const processWide = newSurroundings(systemClock, Math.random);
