/** A batch of lookups: when it ends, and what its lookups bring then. */

import type { Account } from '../client/transport';
import type { Answer } from '../green-api/answer';
import { type Failure, failureOfNetwork } from '../green-api/failures';
import { type GreenApiMethod, type GreenApiRequest, METHODS } from '../green-api/methods';
import type { Found } from './answers';
import { attempt, type LookUpRequest, type Send } from './attempts';
import { BatchCounter, type BatchCounts } from './batchCounts';
import { CANCELLED, Cancellation } from './cancellation';
import { lookAhead } from './lookAhead';
import { processState, type ProcessState } from './processState';
import { Repeats } from './repeats';
import type { RunTry } from './retriedRuns';
import type { Lane, SendQueue } from './sendQueue';
import { Serial } from './serial';

export type { LookUpPolicy, LookUpRequest, Send } from './attempts';

/**
 * What a lookup brought. `inherited` marks the failure of another lookup, which ended the batch, or
 * all of it that asks the same method, before this one had its own outcome.
 */
export type LookUpOutcome =
	| { ok: true; value: Answer }
	| { ok: false; failure: Failure; inherited: boolean };

/** Asks one question; the promise never rejects. */
export type LookUp = (request: LookUpRequest) => Promise<LookUpOutcome>;

export interface BatchOptions {
	account: Account;
	/** End the batch at the first failure of any kind; else only at one that concerns all of it. */
	stopOnFailure: boolean;
	/** Ends the batch from outside. */
	cancelSignal?: AbortSignal | undefined;
	/**
	 * What all tries of a run have in common where n8n makes several; each of them starts one batch,
	 * which gets from the earlier ones what they found.
	 */
	retriedRun?: object | undefined;
}

export interface Batch {
	/**
	 * @param request what to ask, and how; lookups may be asked for all at once
	 * @returns its outcome; the promise never rejects
	 */
	lookUp(request: LookUpRequest): Promise<LookUpOutcome>;
	/**
	 * Looks many up without holding more in memory than it takes: some hundred lookups run at a time,
	 * and answers that wait for one before them are bounded. What only reads is asked once, however
	 * far apart the same question comes. Of what changes the same chat, each begins when the one
	 * before it has its outcome, so that the last one holds.
	 *
	 * @param requests what to ask, and how
	 * @param ask asks what takes more than one lookup, of which the request is the first
	 * @returns the outcomes, in the order of the requests; never throws. Leaving it before its end
	 *   ends the batch.
	 */
	lookUpAll(
		requests: readonly LookUpRequest[],
		ask?: (request: LookUpRequest, lookUp: LookUp) => Promise<LookUpOutcome>,
	): AsyncGenerator<LookUpOutcome, void>;
	readonly counts: Readonly<BatchCounts>;
}

const MS = 1000;

function questionOf({ method, path, query, body }: GreenApiRequest): string {
	return JSON.stringify([method, path, query, body]);
}

function isRead({ method }: GreenApiRequest): boolean {
	return METHODS[method].effect === 'read';
}

/** What a request that changes something changes. */
function changedBy({ body }: GreenApiRequest): string {
	return String(body?.chatId);
}

/** The part of a batch that asks one method. */
interface Part {
	/** Nothing more of it is sent. */
	drained: Cancellation;
	endedBy: Failure | undefined;
	lanes: Map<SendQueue, Lane>;
}

class PacedBatch implements Batch {
	private readonly counter = new BatchCounter();
	readonly counts = this.counter.counts;
	private readonly parts = new Map<GreenApiMethod, Part>();
	/** Nothing is waited for any more, requests in flight included. */
	private readonly aborted = new Cancellation();
	/** What ended all parts, and those that there will be. */
	private endedBy: Failure | undefined;
	/** Lookups that have no outcome yet. */
	private running = 0;
	private readonly runTry: RunTry | undefined;

	constructor(
		private readonly send: Send,
		private readonly options: BatchOptions,
		private readonly process: ProcessState,
	) {
		this.runTry = options.retriedRun && process.retriedRuns.beginTry(options.retriedRun);
	}

	/** Listens to the signal, which lives for longer than the batch, only while there is a need. */
	async lookUp(request: LookUpRequest): Promise<LookUpOutcome> {
		const { cancelSignal } = this.options;
		if (cancelSignal?.aborted) this.abort();
		if (this.running === 0) cancelSignal?.addEventListener('abort', this.abort);
		this.running += 1;
		const outcome = await this.settle(request);
		this.running -= 1;
		if (this.running === 0) cancelSignal?.removeEventListener('abort', this.abort);
		return outcome;
	}

	lookUpAll(
		requests: readonly LookUpRequest[],
		ask = async (request: LookUpRequest, lookUp: LookUp) => await lookUp(request),
	): AsyncGenerator<LookUpOutcome, void> {
		const lookUp = async (request: LookUpRequest) => await this.lookUp(request);
		const writes = new Serial();
		const repeats = new Repeats<Promise<LookUpOutcome>>(requests.filter(isRead).map(questionOf));
		return lookAhead(requests, {
			lookUp: (request) => {
				const begin = async () => await ask(request, lookUp);
				if (!isRead(request)) return writes.run(changedBy(request), begin);
				const { answer, isRepeated } = repeats.answer(questionOf(request), begin);
				if (isRepeated) void answer.then(({ ok }) => ok && this.counter.found('shared'));
				return answer;
			},
			isOver: () => this.endedBy !== undefined,
			leave: () => this.end(failureOfNetwork('ERR_CANCELED')),
		});
	}

	private async settle(request: LookUpRequest): Promise<LookUpOutcome> {
		const part = this.partOf(request.method);
		const found = part.endedBy ? CANCELLED : await this.find(request, part);
		if (found === CANCELLED) {
			const failure = part.endedBy ?? failureOfNetwork('ERR_CANCELED');
			return { ok: false, failure, inherited: true };
		}
		const { outcome, source } = found;
		if (outcome.ok) {
			this.counter.found(source);
			return outcome;
		}
		this.endAfter(outcome.failure, request, part);
		return { ok: false, failure: outcome.failure, inherited: false };
	}

	private async find(request: LookUpRequest, part: Part): Promise<Found | typeof CANCELLED> {
		const { timeout, policy } = request;
		const { drained } = part;
		const { aborted, runTry } = this;
		return await this.process.answers.get(
			{
				question: this.options.account.credential + questionOf(request),
				manner: JSON.stringify([timeout, policy.maxRetries]),
				isRead: isRead(request),
			},
			{ cacheMs: policy.cacheSeconds * MS, drained, aborted, runTry },
			async (claim) => (drained.isCancelled ? CANCELLED : await this.attempt(request, part, claim)),
		);
	}

	private async attempt(request: LookUpRequest, part: Part, claim: () => boolean) {
		const { send, counter, aborted, process } = this;
		const { method, policy } = request;
		const isPaced = policy.requestsPerSecond !== 0;
		const queue = process.queueOf(this.options.account.instance, method, isPaced);
		const lane = part.lanes.get(queue) ?? queue.openLane();
		part.lanes.set(queue, lane);
		const onFailure = (failure: Failure) => this.endAfter(failure, request, part);
		const { drained } = part;
		const context = { send, queue, lane, counter, drained, aborted, process, onFailure };
		return await attempt(request, context, claim);
	}

	private partOf(method: GreenApiMethod): Part {
		const part = this.parts.get(method) ?? {
			drained: new Cancellation(),
			endedBy: undefined,
			lanes: new Map(),
		};
		this.parts.set(method, part);
		if (this.endedBy) this.endPart(part, this.endedBy);
		return part;
	}

	private endAfter(failure: Failure, { tolerates }: LookUpRequest, part: Part): void {
		const isEnough = this.options.stopOnFailure && !tolerates?.(failure);
		if (isEnough || failure.kind === 'instance') this.end(failure);
		else if (failure.kind === 'method') this.endPart(part, failure);
	}

	private end(failure: Failure): void {
		this.endedBy ??= failure;
		for (const part of this.parts.values()) this.endPart(part, this.endedBy);
	}

	private endPart(part: Part, failure: Failure): void {
		if (part.endedBy) return;
		part.endedBy = failure;
		part.drained.cancel();
		for (const lane of part.lanes.values()) lane.close();
	}

	private readonly abort = (): void => {
		this.end(failureOfNetwork('ERR_CANCELED'));
		this.aborted.cancel();
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
 * @param process what the batch shares with others; by default, all that this process has
 * @returns the batch, which has sent nothing yet
 */
export function startBatch(
	send: Send,
	options: BatchOptions,
	process: ProcessState = processState,
): Batch {
	return new PacedBatch(send, options, process);
}
