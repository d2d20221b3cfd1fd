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

	async sleep(ms: number, signal?: AbortSignal): Promise<void> {
		await new Promise<void>((resolve, reject) => {
			const timer = this.at(this.time + Math.max(0, ms), () => {
				signal?.removeEventListener('abort', end);
				resolve();
			});
			const end = () => {
				this.timers = this.timers.filter((other) => other !== timer);
				reject(new Error('The sleep was ended'));
			};
			signal?.addEventListener('abort', end);
		});
	}

	/** Calls `wake` when it is `at`, in ms; returns what stands for that. */
	at(at: number, wake: () => void): Timer {
		return this.add({ at, wake, isReferenced: true });
	}

	start(ms: number, wake: () => void): () => void {
		const timer = this.add({ at: this.time + Math.max(0, ms), wake, isReferenced: false });
		return () => {
			this.timers = this.timers.filter((other) => other !== timer);
		};
	}

	private add(timer: Timer): Timer {
		const later = this.timers.findIndex((other) => other.at > timer.at);
		this.timers.splice(later === -1 ? this.timers.length : later, 0, timer);
		return timer;
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
