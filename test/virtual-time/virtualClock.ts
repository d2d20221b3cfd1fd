/** A clock whose time passes when a test says so. */

import type { Clock, Timers } from '@package/nodes/shared/time';

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
	private readonly timers: Timer[] = [];

	now(): number {
		return this.time;
	}

	/** Time has passed before anything began. */
	skip(ms: number): void {
		this.time += ms;
	}

	/** @returns the same clock for a process that began so many ms before this one, or after it */
	shiftedBy(ms: number): VirtualClock {
		const seen = Object.create(this) as VirtualClock;
		seen.now = () => this.now() + ms;
		return seen;
	}

	/** @returns the same clock for a process whose sleepers wake late, by so many ms */
	wakingLate(lateMs: () => number): VirtualClock {
		const seen = Object.create(this) as VirtualClock;
		seen.sleep = async (ms, signal) => await this.sleep(ms + lateMs(), signal);
		return seen;
	}

	async sleep(ms: number, signal?: AbortSignal): Promise<void> {
		await new Promise<void>((resolve, reject) => {
			const timer = this.at(this.time + Math.max(0, ms), () => {
				signal?.removeEventListener('abort', end);
				resolve();
			});
			const end = () => {
				this.remove(timer);
				reject(new Error('The sleep was ended'));
			};
			signal?.addEventListener('abort', end);
		});
	}

	/** Calls `wake` when it is `at`, in ms; returns what stands for that. */
	at(at: number, wake: () => void): Timer {
		return this.add({ at, wake, isReferenced: true });
	}

	start(ms: number, wake: () => void): void {
		this.add({ at: this.time + Math.max(0, ms), wake, isReferenced: false });
	}

	/** In place, as a clock that wakes late has the same timers. */
	private remove(timer: Timer): void {
		const place = this.timers.indexOf(timer);
		if (place !== -1) this.timers.splice(place, 1);
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
