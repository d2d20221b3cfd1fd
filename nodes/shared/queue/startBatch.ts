/** How a batch of lookups runs. Knows neither n8n's items nor GREEN-API's addresses. */

import type { Account } from '../client/transport';
import type { Answer, Outcome } from '../green-api/answer';
import {
	afterTries,
	type Failure,
	failureOfNetwork,
	isRateLimit,
	isRefusal,
} from '../green-api/failures';
import type { GreenApiMethod, GreenApiRequest } from '../green-api/methods';
import type { ServerLimit } from '../green-api/serverLimit';
import { CANCELLED, Cancellation } from './cancellation';
import { processWide, type Surroundings } from './processWide';
import { Repeats } from './repeats';
import { decideRetry, pauseAfter, type Tries } from './retry';
import type { Lane, SendQueue, Told, Verdict } from './sendQueue';
import type { Shared } from './sharing';

/** How one lookup may use the instance. */
export interface LookUpPolicy {
	/** A cap, fractions allowed; absent: GREEN-API's own limit alone; 0: not paced. */
	requestsPerSecond?: number;
	/** How often a request that failed for the moment is tried again; 0: never. */
	maxRetries: number;
	/** How old a kept answer may be, and for how long a new one is kept; 0: neither. */
	cacheSeconds: number;
}

export interface LookUpRequest extends GreenApiRequest {
	policy: LookUpPolicy;
}

/** Sends one request, once; the promise never rejects. */
export type Send = (request: GreenApiRequest) => Promise<Outcome<Answer> & { limit?: ServerLimit }>;

/**
 * What a lookup brought. `inherited` marks the failure of another lookup, which ended the batch
 * before this one had its own outcome.
 */
export type LookUpOutcome =
	| { ok: true; value: Answer }
	| { ok: false; failure: Failure; inherited: boolean };

export interface BatchOptions {
	account: Account;
	/** End the batch at the first failure of any kind; else only at one that concerns all of it. */
	stopOnFailure: boolean;
	/** Ends the batch from outside. */
	cancelSignal?: AbortSignal | undefined;
}

/** What a batch has done so far. */
export interface BatchCounts {
	/** Sent, tries included. */
	requests: number;
	/** Tried again because the limit refused them, with 429. */
	refusals: number;
	/** Tried again for other reasons. */
	retries: number;
	/** Lookups that brought the answer of another lookup's request. */
	shared: number;
	/** Lookups that brought an answer from the cache. */
	cached: number;
	/**
	 * How many requests the limit let through, of the method with the most to wait for, and how long
	 * it makes so many take, in ms.
	 */
	pacedRequests: number;
	pacedMs: number;
}

export interface Batch {
	/**
	 * @param request what to ask, and how; lookups may be asked for all at once
	 * @returns its outcome; the promise never rejects
	 */
	lookUp(request: LookUpRequest): Promise<LookUpOutcome>;
	/**
	 * Looks many up without holding more in memory than it takes: some hundred lookups run at a time,
	 * and answers that wait for one before them are bounded. The same question is asked once, however far apart it comes.
	 *
	 * @param requests what to ask, and how
	 * @returns the outcomes, in the order of the requests; never throws. Leaving it before its end ends
	 *   the batch.
	 */
	lookUpAll(requests: readonly LookUpRequest[]): AsyncGenerator<LookUpOutcome, void>;
	readonly counts: Readonly<BatchCounts>;
}

const MS = 1000;

/** More than can be in flight: those that wait for another try hold up nobody. */
const MOST_RUNNING = 256;
/** Of answers that wait for one before them. */
const MOST_HELD_CHARACTERS = 20_000_000;

/** Node.js's timers can't be set to much more, and no more are needed to stand for "hardly ever". */
const LONGEST_SPACING_MS = 2 ** 30;

function charactersOf(outcome: LookUpOutcome): number {
	return outcome.ok ? outcome.value.text.length : 0;
}

function questionOf({ method, path, query, body }: GreenApiRequest): string {
	return JSON.stringify([method, path, query, body]);
}

function verdictOn(failure: Failure): Verdict {
	if (isRateLimit(failure)) return 'refused';
	return isRefusal(failure) ? 'accepted' : 'unknown';
}

class PacedBatch implements Batch {
	readonly counts: BatchCounts = {
		requests: 0,
		refusals: 0,
		retries: 0,
		shared: 0,
		cached: 0,
		pacedRequests: 0,
		pacedMs: 0,
	};
	private readonly lanes = new Map<SendQueue, Lane>();
	private readonly paced = new Map<GreenApiMethod, { requests: number; ms: number }>();
	/** Nothing more is sent. */
	private readonly ending = new Cancellation();
	/** Nothing is waited for any more, requests in flight included. */
	private readonly stopping = new Cancellation();
	/** Lookups that have no outcome yet. */
	private running = 0;
	private endedBy = failureOfNetwork('ERR_CANCELED');

	constructor(
		private readonly send: Send,
		private readonly options: BatchOptions,
		private readonly around: Surroundings,
	) {}

	/** Listens to the signal, which lives for longer than the batch, only while there is a need. */
	async lookUp(request: LookUpRequest): Promise<LookUpOutcome> {
		const { cancelSignal } = this.options;
		if (cancelSignal?.aborted) this.stop();
		if (this.running === 0) cancelSignal?.addEventListener('abort', this.stop);
		this.running += 1;
		const outcome = await this.settle(request);
		this.running -= 1;
		if (this.running === 0) cancelSignal?.removeEventListener('abort', this.stop);
		return outcome;
	}

	async *lookUpAll(requests: readonly LookUpRequest[]): AsyncGenerator<LookUpOutcome, void> {
		const repeats = new Repeats<Promise<LookUpOutcome>>(requests.map(questionOf));
		const begun = new Map<number, Promise<LookUpOutcome>>();
		let [next, running, heldCharacters] = [0, 0, 0];

		const begin = (request: LookUpRequest): Promise<LookUpOutcome> => {
			const { answer, isRepeated } = repeats.answer(
				questionOf(request),
				async () => await this.lookUp(request),
			);
			if (isRepeated) void answer.then(({ ok }) => (this.counts.shared += ok ? 1 : 0));
			running += 1;
			void answer.then((outcome) => {
				running -= 1;
				heldCharacters += charactersOf(outcome);
				lookAhead();
			});
			begun.set(next, answer);
			next += 1;
			return answer;
		};
		const lookAhead = () => {
			while (running < MOST_RUNNING && heldCharacters < MOST_HELD_CHARACTERS) {
				const request = requests[next];
				if (!request || this.ending.isCancelled) return;
				void begin(request);
			}
		};

		try {
			for (const [index, request] of requests.entries()) {
				lookAhead();
				const outcome = await (begun.get(index) ?? begin(request));
				begun.delete(index);
				heldCharacters -= charactersOf(outcome);
				yield outcome;
			}
		} finally {
			// Who does not take the rest does not want it.
			if (begun.size > 0 || next < requests.length) this.end(failureOfNetwork('ERR_CANCELED'));
		}
	}

	private async settle(request: LookUpRequest): Promise<LookUpOutcome> {
		const shared = this.ending.isCancelled ? CANCELLED : await this.share(request);
		if (shared === CANCELLED) return { ok: false, failure: this.endedBy, inherited: true };

		const { outcome, source } = shared;
		if (outcome.ok) {
			if (source === 'shared') this.counts.shared += 1;
			if (source === 'cache') this.counts.cached += 1;
			return outcome;
		}
		const { failure } = outcome;
		if (this.isEnding(failure)) this.end(failure);
		return { ok: false, failure, inherited: false };
	}

	private async share(request: LookUpRequest): Promise<Shared | typeof CANCELLED> {
		const { timeout, policy } = request;
		return await this.around.answers.get(
			{
				question: this.options.account.credential + questionOf(request),
				manner: JSON.stringify([timeout, policy.maxRetries]),
			},
			{ cacheMs: policy.cacheSeconds * MS, own: this.stopping, others: this.ending },
			async (claim) => (this.ending.isCancelled ? CANCELLED : await this.ask(request, claim)),
		);
	}

	private async ask(
		request: LookUpRequest,
		claim: () => boolean,
	): Promise<Outcome<Answer> | typeof CANCELLED> {
		const { maxRetries, requestsPerSecond } = request.policy;
		const { clock, random } = this.around;
		const { instance } = this.options.account;
		const queue = this.around.queueOf(instance, request.method, requestsPerSecond !== 0);
		const lane = this.laneOf(queue);
		const spacing = () =>
			requestsPerSecond === 0
				? 0
				: Math.min(
						LONGEST_SPACING_MS,
						Math.max(MS / (requestsPerSecond ?? Infinity), queue.spacingMs),
					);
		const tries: Tries = { refusals: 0, failures: 0 };
		let refusalsInARow = 0;

		for (;;) {
			const ahead = tries.refusals + tries.failures > 0;
			const turn = await lane.takeTurn({
				...(requestsPerSecond !== undefined && { requestsPerSecond }),
				refusals: refusalsInARow,
				ahead,
				...(!ahead && { claim }),
			});
			if (!turn) return CANCELLED;
			const outcome = this.ending.isCancelled
				? CANCELLED
				: await this.stopping.race(this.sendOnce(request, spacing));
			if (outcome === CANCELLED || this.stopping.isCancelled) {
				turn.end('unknown');
				return CANCELLED;
			}
			const told: Told = outcome.limit ? { limit: outcome.limit } : {};
			if (outcome.ok) {
				turn.end('accepted', told);
				return outcome;
			}

			const isRefused = isRateLimit(outcome.failure);
			tries[isRefused ? 'refusals' : 'failures'] += 1;
			refusalsInARow = isRefused ? refusalsInARow + 1 : 0;
			const policy = { maxRetries, spacingMs: spacing(), refusedForMs: queue.refusedFor() };
			const decision = decideRetry(outcome.failure, tries, policy, random);
			const failure = afterTries(outcome.failure, tries.refusals + tries.failures);
			// Before the turn ends, which may send the next request.
			if (!decision.retry && this.isEnding(failure)) this.end(failure);
			const pauseMs = pauseAfter(failure);
			turn.end(verdictOn(failure), { ...told, ...(pauseMs !== undefined && { pauseMs }) });
			if (!decision.retry) return { ok: false, failure };

			this.counts[isRefused ? 'refusals' : 'retries'] += 1;
			if (decision.waitMs === 0) continue;
			if ((await this.ending.race(clock.sleep(decision.waitMs))) === CANCELLED) return CANCELLED;
		}
	}

	private async sendOnce(request: GreenApiRequest, spacing: () => number): ReturnType<Send> {
		this.counts.requests += 1;
		const outcome = await this.send(request);
		if (outcome.ok || !isRateLimit(outcome.failure)) this.countPaced(request, spacing());
		return outcome;
	}

	private countPaced({ method }: GreenApiRequest, spacingMs: number): void {
		const { requests, ms } = this.paced.get(method) ?? { requests: 0, ms: 0 };
		const sum = { requests: requests + 1, ms: ms + spacingMs };
		this.paced.set(method, sum);
		if (sum.ms < this.counts.pacedMs) return;
		this.counts.pacedRequests = sum.requests;
		this.counts.pacedMs = sum.ms;
	}

	private laneOf(queue: SendQueue): Lane {
		const lane = this.lanes.get(queue) ?? queue.openLane();
		this.lanes.set(queue, lane);
		return lane;
	}

	private isEnding({ kind }: Failure): boolean {
		return this.options.stopOnFailure || kind === 'instance';
	}

	private end(failure: Failure): void {
		if (this.ending.isCancelled) return;
		this.endedBy = failure;
		this.ending.cancel();
		for (const lane of this.lanes.values()) lane.close();
	}

	private readonly stop = (): void => {
		this.end(failureOfNetwork('ERR_CANCELED'));
		this.stopping.cancel();
	};
}

/**
 * Starts a batch of lookups. Its requests go out at the pace of the instance, in turn with those of
 * other batches, in the order they were asked for; several may be in flight at once. What fails for
 * the moment is tried again; the same question is asked once, also across batches. A batch ends
 * where going on makes no sense: nothing more is sent, and what was not sent yet carries the
 * failure that ended it.
 *
 * @param send sends one request
 * @param options whose requests, and when to end early
 * @param around what the batch shares with others; by default, all that this process has
 * @returns the batch, which has sent nothing yet
 */
export function startBatch(
	send: Send,
	options: BatchOptions,
	around: Surroundings = processWide,
): Batch {
	return new PacedBatch(send, options, around);
}
