/** Time, as something that tests can bring along. */

import { sleep } from 'n8n-workflow';

export interface Clock {
	/** @returns ms since some moment; never goes back */
	now(): number;
	/** @returns ms since 1970: what time it is for other processes, too */
	wallNow(): number;
	/** @param ms how long; a timer may fire up to 1 ms early, so look at the time again */
	sleep(ms: number): Promise<void>;
}

export const systemClock: Clock = {
	now: () => performance.now(),
	wallNow: () => Date.now(),
	sleep,
};
