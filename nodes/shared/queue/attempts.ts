/** The tries of one lookup: each takes a turn, is sent, and has a deadline. */

import type { Answer, Outcome, Reply } from '../green-api/answer';
import {
	afterTries,
	type Failure,
	failureOfNetwork,
	isRateLimit,
	isRefusal,
} from '../green-api/failures';
import { type GreenApiRequest, METHODS } from '../green-api/methods';
import type { BatchCounter } from './batchCounts';
import { CANCELLED } from './cancellation';
import type { Asker } from './coalesce';
import { TOO_LATE, withDeadline } from './deadline';
import type { ProcessState } from './processState';
import { decideRetry, pauseAfter, type Tries } from './retry';
import type { Lane, SendQueue, Turn, Verdict } from './sendQueue';

/** How one lookup may use the instance. */
export interface LookUpPolicy {
	/**
	 * The user's own limit, fractions allowed, which holds where it is lower than GREEN-API's; absent:
	 * GREEN-API's alone. 0: neither, requests are not paced.
	 */
	requestsPerSecond?: number;
	/** How often a request that failed for the moment is tried again; 0: never. */
	maxRetries: number;
	/** How old a kept answer may be, and for how long a new one is kept; 0: neither. */
	cacheSeconds: number;
}

export interface LookUpRequest extends GreenApiRequest {
	policy: LookUpPolicy;
	/** Whether who asks has another way after this failure, so that it ends nothing. */
	tolerates?: (failure: Failure) => boolean;
}

/** Sends one request, once; the promise never rejects. */
export type Send = (request: GreenApiRequest) => Promise<Reply>;

/** What the tries of a lookup use of their batch and their process. */
export interface AttemptContext extends Asker {
	send: Send;
	queue: SendQueue;
	lane: Lane;
	counter: BatchCounter;
	process: Pick<ProcessState, 'clock' | 'timetable' | 'random'>;
	/** Is told of the last failure before its turn ends, which may send the next request. */
	onFailure: (failure: Failure) => void;
}

/** Node.js's timers can't be set to much more, and no more are needed to stand for "hardly ever". */
const LONGEST_SPACING_MS = 2 ** 30;

function verdictOn(failure: Failure): Verdict {
	if (isRateLimit(failure)) return 'refused';
	return isRefusal(failure) ? 'accepted' : 'unknown';
}

function spacingFor({ requestsPerSecond = Infinity }: LookUpPolicy, { spacingMs }: SendQueue) {
	if (requestsPerSecond === 0) return 0;
	return Math.min(LONGEST_SPACING_MS, Math.max(1_000 / requestsPerSecond, spacingMs));
}

/** @returns what came, or that nothing is waited for any more; what comes later is dropped */
async function sendOnce(
	request: LookUpRequest,
	{ send, queue, counter, aborted, process }: AttemptContext,
): Promise<Reply | typeof CANCELLED> {
	counter.counts.requests += 1;
	const reply = await aborted.race(withDeadline(send(request), request.timeout, process.timetable));
	if (reply === CANCELLED || aborted.isCancelled) return CANCELLED;
	const outcome =
		reply === TOO_LATE ? { ok: false as const, failure: failureOfNetwork('ETIMEDOUT') } : reply;
	if (outcome.ok || !isRateLimit(outcome.failure)) {
		counter.letThrough(request.method, spacingFor(request.policy, queue));
	}
	return outcome;
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
	context: AttemptContext,
	claim: () => boolean,
): Promise<Outcome<Answer> | typeof CANCELLED> {
	const { queue, lane, counter, drained, process, onFailure } = context;
	const { requestsPerSecond, maxRetries } = request.policy;
	const { effect } = METHODS[request.method];
	const cap = requestsPerSecond === undefined ? {} : { requestsPerSecond };
	const tries: Tries = { refusals: 0, failures: 0 };
	let refusals = 0;

	for (;;) {
		const ahead = tries.refusals + tries.failures > 0;
		const options = ahead ? { ...cap, refusals, ahead } : { ...cap, claim };
		const turn: Turn | undefined = await lane.takeTurn(options);
		if (!turn) return CANCELLED;
		const reply = drained.isCancelled ? CANCELLED : await sendOnce(request, context);
		if (reply === CANCELLED) {
			turn.end('unknown');
			return CANCELLED;
		}
		const limit = reply.limit && { limit: reply.limit };
		if (reply.ok) {
			turn.end('accepted', { ...limit });
			return { ok: true, value: reply.value };
		}

		const isRefused = isRateLimit(reply.failure);
		tries[isRefused ? 'refusals' : 'failures'] += 1;
		refusals = isRefused ? refusals + 1 : 0;
		const spacingMs = spacingFor(request.policy, queue);
		const policy = { maxRetries, spacingMs, refusedForMs: queue.refusedFor(), effect };
		const decision = decideRetry(reply.failure, tries, policy, process.random);
		const failure = afterTries(reply.failure, tries.refusals + tries.failures);
		if (!decision.retry) onFailure(failure);
		const pauseMs = pauseAfter(failure);
		turn.end(verdictOn(failure), { ...limit, ...(pauseMs !== undefined && { pauseMs }) });
		if (!decision.retry) return { ok: false, failure };

		counter.counts[isRefused ? 'refusals' : 'retries'] += 1;
		if (decision.waitMs === 0) continue;
		const waited = await drained.race(process.clock.sleep(decision.waitMs));
		if (waited === CANCELLED) return CANCELLED;
	}
}
