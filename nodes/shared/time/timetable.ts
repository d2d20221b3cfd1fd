/** All that a process has to do at some later time, by one timer: none when there is nothing to do. */

import { systemTimers, type Timers } from './clock';

interface Entry {
	at: number;
	act: () => void;
}

export class Timetable {
	private readonly entries = new Set<Entry>();
	private wakesAt = Infinity;

	/** @param timers what time it is, and what wakes at some time */
	constructor(private readonly timers: Timers) {}

	/** How much is still to be done. */
	get size(): number {
		return this.entries.size;
	}

	/**
	 * @param ms how long from now
	 * @param act what is to be done then; never done before
	 * @returns takes it off the timetable
	 */
	after(ms: number, act: () => void): () => void {
		const entry = { at: this.timers.now() + ms, act };
		this.entries.add(entry);
		this.wakeAt(entry.at);
		return () => this.entries.delete(entry);
	}

	/** A timer whose entry was taken off is left to fire: the next entry is most likely just behind. */
	private wakeAt(at: number): void {
		if (at >= this.wakesAt) return;
		this.wakesAt = at;
		this.timers.start(Math.max(0, at - this.timers.now()), () => {
			if (this.wakesAt === at) this.look();
		});
	}

	private look(): void {
		const now = this.timers.now();
		let next = Infinity;
		for (const entry of this.entries) {
			if (entry.at > now) {
				next = Math.min(next, entry.at);
			} else {
				this.entries.delete(entry);
				entry.act();
			}
		}
		this.wakesAt = Infinity;
		this.wakeAt(next);
	}
}

export const processTimetable = new Timetable(systemTimers);
