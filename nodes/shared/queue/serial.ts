/** One after the other, for all that concerns the same. */

export class Serial {
	/** By what they concern; those that are over leave. */
	private readonly last = new Map<string, Promise<unknown>>();

	/**
	 * @param key the same for those that must not overtake each other
	 * @param begin what is done; its promise never rejects
	 * @returns what it gave, once all that was given before it with the same key is over
	 */
	async run<T>(key: string, begin: () => Promise<T>): Promise<T> {
		const before = this.last.get(key);
		const result = before ? before.then(begin) : begin();
		this.last.set(key, result);
		const value = await result;
		if (this.last.get(key) === result) this.last.delete(key);
		return value;
	}
}
