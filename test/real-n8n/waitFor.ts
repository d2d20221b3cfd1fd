import { setTimeout as sleep } from 'node:timers/promises';

/**
 * @param what named where it never comes, e.g. `n8n to be ready`
 * @param check asked every 200 ms until it gives a value other than undefined and false; what it
 *   throws counts as "not yet"
 * @param patienceMs generous: the time after which waiting is pointless, in ms
 * @returns what `check` gave
 * @throws Error naming what did not come, with what `check` threw last
 */
export async function waitFor<T>(
	what: string,
	check: () => T | Promise<T>,
	patienceMs = 300_000,
): Promise<Exclude<T, undefined | false>> {
	const end = performance.now() + patienceMs;
	let last: unknown;
	while (performance.now() < end) {
		try {
			const value = await check();
			if (value !== undefined && value !== false) {
				return value as Exclude<T, undefined | false>;
			}
			last = undefined;
		} catch (thrown) {
			last = thrown;
		}
		await sleep(200);
	}
	throw new Error(`Waited ${patienceMs / 1000} s for ${what}, in vain`, { cause: last });
}
