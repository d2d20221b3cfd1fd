/** How much memory a run takes, by what is still in use after a full garbage collection. */

function heapInUseNow(): number {
	if (!gc) throw new Error('Node.js has to be started with --expose-gc');
	gc();
	return process.memoryUsage().heapUsed;
}

/** @returns the heap in use, garbage aside, in bytes */
export async function heapInUse(): Promise<number> {
	// What the calling function has just let go of, the engine may hold until the function pauses.
	await new Promise(setImmediate);
	return heapInUseNow();
}

export interface Watched<T> {
	value: T;
	/** The most heap that was in use, garbage aside, in bytes. */
	peakBytes: number;
	/** For how long it kept the run from going on, in ms. */
	watchingMs: number;
}

/**
 * @param everyMs how often to look; once more when the run is over, with all that it holds
 * @param run what is watched
 */
export async function watchHeap<T>(everyMs: number, run: () => Promise<T>): Promise<Watched<T>> {
	let peakBytes = 0;
	let watchingMs = 0;
	const look = () => {
		const before = performance.now();
		peakBytes = Math.max(peakBytes, heapInUseNow());
		watchingMs += performance.now() - before;
	};
	const timer = setInterval(look, everyMs);
	try {
		const value = await run();
		const duringRunMs = watchingMs;
		look();
		return { value, peakBytes, watchingMs: duringRunMs };
	} finally {
		clearInterval(timer);
	}
}
