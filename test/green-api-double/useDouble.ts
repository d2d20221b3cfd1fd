import {
	type GreenApiDouble,
	type GreenApiDoubleOptions,
	startGreenApiDouble,
} from './greenApiDouble';

/**
 * Gives each test of a file a double of its own, without rate limits, and ends it afterwards.
 *
 * @param use called with each double that starts
 * @returns a function that starts another in its place, e.g. with rate limits
 */
export function useDouble(
	use: (double: GreenApiDouble) => void,
): (options?: GreenApiDoubleOptions) => Promise<void> {
	let running: GreenApiDouble | undefined;

	async function start(options: GreenApiDoubleOptions = {}): Promise<void> {
		await running?.close();
		running = await startGreenApiDouble({ rateFactor: Infinity, ...options });
		use(running);
	}

	beforeEach(async () => await start());
	afterEach(async () => await running?.close());
	return start;
}
