/** A clock whose time passes when a test says so. */

import type { Clock } from '@package/nodes/shared/queue/clock';

/** When virtual time begins, in ms since 1970. */
const START_MS = 1_800_000_000_000;

interface Timer {
	at: number;
	wake: () => void;
}

/** Lets every promise chain that can go on do so. */
export async function settle(): Promise<void> {
	await new Promise(setImmediate);
}

export class VirtualClock implements Clock {
	private time = 0;
	private timers: Timer[] = [];

	now(): number {
		return this.time;
	}

	wallNow(): number {
		return START_MS + this.time;
	}

	/** Time has passed before anything began. */
	skip(ms: number): void {
		this.time += ms;
	}

	/** @returns the same clock for a process whose wall clock is ahead */
	seenAhead(ms: number): VirtualClock {
		const seen = Object.create(this) as VirtualClock;
		seen.wallNow = () => this.wallNow() + ms;
		return seen;
	}

	async sleep(ms: number): Promise<void> {
		await new Promise<void>((resolve) => this.at(this.time + Math.max(0, ms), resolve));
	}

	/** Calls `wake` when it is `at`, in ms. */
	at(at: number, wake: () => void): void {
		const later = this.timers.findIndex((timer) => timer.at > at);
		this.timers.splice(later === -1 ? this.timers.length : later, 0, { at, wake });
	}

	/** How many timers wait. */
	get pending(): number {
		return this.timers.length;
	}

	/**
	 * Lets time pass, from one timer to the next.
	 *
	 * @param ms how much; all there is to wait for, if left out
	 */
	async pass(ms = Infinity): Promise<void> {
		const end = this.time + ms;
		await settle();
		for (let [next] = this.timers; next && next.at <= end; [next] = this.timers) {
			this.timers.shift();
			this.time = next.at;
			next.wake();
			await settle();
		}
		if (ms !== Infinity) this.time = end;
	}
}
