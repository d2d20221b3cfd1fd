/** The tries of one lookup: each takes a turn, is sent, and has a deadline. */

import { replyInTime } from '../n8n/deadline';
import type { Answer, Outcome } from '../green-api/answer';
import { afterTries, type Failure } from '../green-api/failures';
import { METHODS } from '../green-api/methods';
import { CANCELLED, type Cancellation } from '../time';
import type { LookUpRequest, Send } from './lookUp';
import type { ProcessState } from './processState';
import { waitBeforeRetry, type Tries } from './retry';
import type { Lane, SendQueue } from './sendQueue';

/** What the tries of a lookup use of their batch and their process. */
export interface AttemptContext {
	send: Send;
	queue: SendQueue;
	/** The documented limit, in requests per second. */
	documented: number;
	lane: Lane;
	/** Ends the waiting for requests in flight, too. */
	aborted: Cancellation;
	process: Pick<ProcessState, 'clock' | 'timetable' | 'random'>;
	/** Counts what is tried again, as `BatchCounts` has it. */
	tally: { refusals: number; retries: number };
	/** Counts what the limit let through, and how long it makes so many take, in ms. */
	paced: { requests: number; ms: number };
	/** Is told of the last failure before its turn ends: the end of a turn may send the next request. */
	onFailure: (failure: Failure) => void;
}

/**
 * @param request what to ask, and how often
 * @param context what it uses of its batch and process
 * @param claim is asked when the first turn comes: whether this one is to send the request
 * @returns the outcome after the last try, or `CANCELLED` where there is none: it was not to send,
 *   or the batch is over
 */
export async function attempt(
	request: LookUpRequest,
	{ send, queue, documented, lane, aborted, process, tally, paced, onFailure }: AttemptContext,
	claim: () => boolean,
): Promise<Outcome<Answer> | typeof CANCELLED> {
	const { requestsPerSecond, maxRetries } = request.policy;
	const { effect } = METHODS[request.method];
	const tries: Tries = { refusals: 0, failures: 0 };

	for (let isFirst = true; ; isFirst = false) {
		const order = isFirst ? { claim } : { ahead: true };
		const endTurn = await queue.takeTurn(lane, { requestsPerSecond, ...order });
		if (!endTurn) return CANCELLED;
		const reply = lane.closing.isCancelled
			? CANCELLED
			: await replyInTime(
					async (signal) => await send(request, signal),
					request.timeout,
					aborted,
					process.timetable,
				);
		if (reply === CANCELLED) {
			endTurn();
			return CANCELLED;
		}
		const spacingMs = queue.spacingUnder(requestsPerSecond);
		const isRefused = !reply.ok && reply.failure.id === 'rateLimited';
		if (!isRefused) {
			paced.requests += 1;
			paced.ms += spacingMs;
		}
		if (reply.ok) {
			endTurn(reply);
			return { ok: true, value: reply.value };
		}

		tries[isRefused ? 'refusals' : 'failures'] += 1;
		const policy = {
			maxRetries,
			// Where an answer promises more than GREEN-API lets through, patience must not shrink with it.
			spacingMs: spacingMs && Math.max(spacingMs, 1000 / documented),
			refusedForMs: queue.refusedFor(),
			effect,
		};
		const waitMs = waitBeforeRetry(reply.failure, tries, policy, process.random);
		if (waitMs === undefined) {
			const failure = afterTries(reply.failure, tries.refusals + tries.failures);
			onFailure(failure);
			endTurn(reply);
			return { ok: false, failure };
		}
		endTurn(reply);
		tally[isRefused ? 'refusals' : 'retries'] += 1;
		if (waitMs > 0) await lane.closing.race(process.clock.sleep(waitMs));
	}
}
