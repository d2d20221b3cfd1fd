/** An end to waiting that nothing stretches. */

import { processTimetable, type Timetable } from './timetable';

export const TOO_LATE = Symbol('too late');

/**
 * n8n's helpers have a time-out of their own, which starts anew with every byte that comes, and no
 * way to end a request from outside: `abortSignal` is overwritten (`n8n-core`,
 * `httpRequestWithAuthentication`).
 *
 * @param work what is waited for; goes on by itself when it is too late, and nobody hears of it
 * @param ms how long it may take, from now
 * @param timetable by default, the one of this process
 * @returns what `work` gives, or `TOO_LATE`
 * @throws what `work` throws in time
 */
export async function withDeadline<T>(
	work: Promise<T>,
	ms: number,
	timetable: Timetable = processTimetable,
): Promise<T | typeof TOO_LATE> {
	return await new Promise((resolve, reject) => {
		const takeOff = timetable.after(ms, () => resolve(TOO_LATE));
		const inTime =
			<Result>(settle: (result: Result) => void) =>
			(result: Result) => {
				takeOff();
				settle(result);
			};
		work.then(inTime(resolve), inTime(reject));
	});
}
