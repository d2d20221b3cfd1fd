/** A deadline for replies, which nothing extends. */

import type { Reply } from '../green-api/answer';
import { failureOfNetwork } from '../green-api/failures';
import { type Cancellation, CANCELLED, type Timetable } from '../time';

/**
 * n8n's helpers have a time-out of their own, which starts anew with every byte that comes.
 *
 * @param send sends a request, which the signal ends; its promise never rejects
 * @param ms how long the reply may take, from now
 * @param aborted ends the waiting early
 * @param timetable of this process
 * @returns the reply; a network time-out where it is late; `CANCELLED` where the waiting was ended.
 *   In the last two cases the request is ended
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
