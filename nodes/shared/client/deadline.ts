/** An end to waiting for a reply that nothing stretches. */

import type { Reply } from '../green-api/answer';
import { failureOfNetwork } from '../green-api/failures';
import { CANCELLED, Cancellation } from '../time/cancellation';
import type { Timetable } from '../time/timetable';

/**
 * n8n's helpers have a time-out of their own, which starts anew with every byte that comes, and no
 * way to end a request from outside: `abortSignal` is overwritten (`n8n-core`,
 * `httpRequestWithAuthentication`).
 *
 * @param reply what a request brings, never rejected; goes on by itself when it is too late
 * @param ms how long it may take, from now
 * @param timetable of this process
 * @returns the reply, or in its place what stands for a time-out of the network
 */
export async function replyInTime(
	reply: Promise<Reply>,
	ms: number,
	timetable: Timetable,
): Promise<Reply> {
	const deadline = new Cancellation();
	const takeOff = timetable.after(ms, () => deadline.cancel());
	const inTime = await deadline.race(reply);
	takeOff();
	return inTime === CANCELLED ? { ok: false, failure: failureOfNetwork('ETIMEDOUT') } : inTime;
}
