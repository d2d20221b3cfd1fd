/** Time, as something that tests can bring along. */

import { sleep } from 'n8n-workflow';

export interface Clock {
	/** @returns ms since some moment; never goes back */
	now(): number;
	/** @returns ms since 1970: what time it is for other processes, too */
	wallNow(): number;
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
	wallNow: () => Date.now(),
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
