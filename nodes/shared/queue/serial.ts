/** One after the other, for all that concerns the same. */

import { CANCELLED, type Cancellation } from '../time';

export class Serial {
	/** By what they concern; those that are over leave. */
	private readonly last = new Map<string, Promise<void>>();

	/** How many wait or are under way, counted by what they concern. */
	get size(): number {
		return this.last.size;
	}

	/**
	 * @param key the same for those that must not overtake each other
	 * @param closing ends the waiting for those before it
	 * @param begin what is done; its promise never rejects
	 * @returns what it gave, once all that was given before it with the same key is over; `CANCELLED`
	 *   where it was not begun
	 */
	async run<T>(
		key: string,
		closing: Cancellation,
		begin: () => Promise<T>,
	): Promise<T | typeof CANCELLED> {
		const before = this.last.get(key);
		let leave!: () => void;
		const own = new Promise<void>((resolve) => (leave = resolve));
		const over = Promise.all([before, own]).then(() => {
			if (this.last.get(key) === over) this.last.delete(key);
		});
		this.last.set(key, over);
		const isFree = !before || (await closing.race(before)) !== CANCELLED;
		const value = isFree ? await begin() : CANCELLED;
		leave();
		return value;
	}
}
