/** An end to waiting for a reply that nothing stretches. */

import type { Reply } from '../green-api/answer';
import { failureOfNetwork } from '../green-api/failures';
import { type Cancellation, CANCELLED, type Timetable } from '../time';

/**
 * n8n's helpers have a time-out of their own, which starts anew with every byte that comes.
 *
 * @param send sends a request, which the signal ends; what it gives is never rejected
 * @param ms how long the reply may take, from now
 * @param aborted ends the waiting early
 * @param timetable of this process
 * @returns the reply, in its place what stands for a time-out of the network, or `CANCELLED`; what
 *   is not waited for any more is ended
 */
export async function replyInTime(
	send: (signal: AbortSignal) => Promise<Reply>,
	ms: number,
	aborted: Cancellation,
	timetable: Timetable,
): Promise<Reply | typeof CANCELLED> {
	const request = new AbortController();
	const reply = await aborted.race(timetable.inTime(send(request.signal), ms));
	if (reply !== CANCELLED) return reply;
	request.abort();
	return aborted.isCancelled ? CANCELLED : { ok: false, failure: failureOfNetwork('ETIMEDOUT') };
}
