/** A clock whose time passes when a test says so. */

import type { Clock, Timers } from '@package/nodes/shared/queue/clock';

interface Timer {
	at: number;
	wake: () => void;
	/** Whether time goes on for it alone. */
	isReferenced: boolean;
}

/** Lets every promise chain that can go on do so. */
export async function settle(): Promise<void> {
	await new Promise(setImmediate);
}

export class VirtualClock implements Clock, Timers {
	private time = 0;
	private timers: Timer[] = [];

	now(): number {
		return this.time;
	}

	async sleep(ms: number): Promise<void> {
		await new Promise<void>((resolve) => this.at(this.time + Math.max(0, ms), resolve));
	}

	/** Calls `wake` when it is `at`, in ms. */
	at(at: number, wake: () => void): void {
		this.add({ at, wake, isReferenced: true });
	}

	start(ms: number, wake: () => void): () => void {
		const timer = { at: this.time + Math.max(0, ms), wake, isReferenced: false };
		this.add(timer);
		return () => {
			this.timers = this.timers.filter((other) => other !== timer);
		};
	}

	private add(timer: Timer): void {
		const later = this.timers.findIndex((other) => other.at > timer.at);
		this.timers.splice(later === -1 ? this.timers.length : later, 0, timer);
	}

	/** How many timers wait. */
	get pending(): number {
		return this.timers.filter(({ isReferenced }) => isReferenced).length;
	}

	/** How many timers wait that keep no process alive. */
	get unreferenced(): number {
		return this.timers.length - this.pending;
	}

	/**
	 * Lets time pass, from one timer to the next.
	 *
	 * @param ms how much; until only unreferenced timers are left, if left out
	 */
	async pass(ms = Infinity): Promise<void> {
		const end = this.time + ms;
		await settle();
		const isOver = () => ms === Infinity && !this.timers.some(({ isReferenced }) => isReferenced);
		for (let [next] = this.timers; next && next.at <= end && !isOver(); [next] = this.timers) {
			this.timers.shift();
			this.time = next.at;
			next.wake();
			await settle();
		}
		if (ms !== Infinity) this.time = end;
	}
}
