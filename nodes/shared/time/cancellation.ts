/** Ends waiting for what is no longer wanted. */

export const CANCELLED = Symbol('cancelled');

/** A promise that never settles would hold on to each that was raced with it; this lets go. */
export class Cancellation {
	private readonly waiting = new Set<() => void>();
	private happened = false;

	get isCancelled(): boolean {
		return this.happened;
	}

	/** Ends all waiting at once, and what comes later before it begins. */
	cancel(): void {
		this.happened = true;
		for (const end of this.waiting) end();
		this.waiting.clear();
	}

	/**
	 * @param work what is waited for; goes on by itself when the waiting ends
	 * @returns what `work` gives, or `CANCELLED` as soon as that is not wanted any more
	 * @throws what `work` throws
	 */
	async race<T>(work: Promise<T>): Promise<T | typeof CANCELLED> {
		if (this.happened) {
			work.catch(() => undefined);
			return CANCELLED;
		}
		return await new Promise((resolve, reject) => {
			const end = () => resolve(CANCELLED);
			this.waiting.add(end);
			const over =
				<Result>(settle: (result: Result) => void) =>
				(result: Result) => {
					this.waiting.delete(end);
					settle(result);
				};
			work.then(over(resolve), over(reject));
		});
	}
}
