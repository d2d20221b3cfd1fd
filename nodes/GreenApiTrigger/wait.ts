import type { Clock } from '../shared/time';

/**
 * @param signal ends the waiting
 * @param ms how long, at most; Infinity: until the signal
 */
export async function wait(clock: Clock, signal: AbortSignal, ms: number): Promise<void> {
	if (signal.aborted) return;
	await new Promise<void>((resolve) => {
		const end = () => {
			signal.removeEventListener('abort', end);
			resolve();
		};
		signal.addEventListener('abort', end);
		if (ms < Infinity) clock.sleep(ms, signal).then(end, end);
	});
}
