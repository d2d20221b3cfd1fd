/** Time, as something that tests can bring along. */

import { sleep } from 'n8n-workflow';

export interface Clock {
	/** @returns ms since some moment; never goes back */
	now(): number;
	/** @returns ms since 1970: what time it is for other processes, too */
	wallNow(): number;
	/**
	 * @param ms how long; a timer may fire up to 1 ms early, so look at the time again
	 * @param signal ends the timer and rejects; n8n before 2 lets the timer run on
	 */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Timers that keep no process alive, and can be taken back. */
export interface Timers {
	/** @returns ms since some moment; never goes back */
	now(): number;
	/**
	 * @param ms how long; may fire up to 1 ms early
	 * @param wake is called once
	 * @returns takes the timer back
	 */
	start(ms: number, wake: () => void): () => void;
}

export const systemClock: Clock = {
	now: () => performance.now(),
	wallNow: () => Date.now(),
	sleep,
};

/** Node.js's timers can't be set to more than 2^31 - 1 ms. */
const LONGEST_TIMER_MS = 2 ** 30;

/** n8n's `sleep` can't be taken back; Node.js lets go of a signal that nobody listens to. */
export const systemTimers: Timers = {
	now: () => performance.now(),
	start(ms, wake) {
		const signal = AbortSignal.timeout(Math.min(Math.ceil(ms), LONGEST_TIMER_MS));
		signal.addEventListener('abort', wake, { once: true });
		return () => signal.removeEventListener('abort', wake);
	},
};
