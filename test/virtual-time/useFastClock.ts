import { systemClock } from '@package/nodes/shared/time';

/**
 * Makes time pass faster for pacing and retries in all tests of a file, while requests take as long
 * as they take: what waits a minute waits 60 ms at a factor of 1000.
 *
 * @param factor how many times as fast
 */
export function useFastClock(factor: number): void {
	const { now, sleep } = systemClock;

	beforeAll(() => {
		jest.spyOn(systemClock, 'now').mockImplementation(() => now() * factor);
		jest.spyOn(systemClock, 'sleep').mockImplementation(async (ms) => await sleep(ms / factor));
	});
	afterAll(() => jest.restoreAllMocks());
}
