/** Time, as something that tests can bring along. */

import { sleep } from 'n8n-workflow';

export interface Clock {
	/** @returns ms since some moment; never goes back */
	now(): number;
	/**
	 * @param ms how long; a timer may fire up to 1 ms early, so look at the time again
	 * @param signal ends the timer and rejects; n8n before 2 lets the timer run on
	 */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = { now: () => performance.now(), sleep };
