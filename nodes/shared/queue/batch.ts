/** A batch of lookups: when it ends, and what its lookups bring then. */

import type { Account } from '../n8n/transport';
import { type Failure, failureOfNetwork } from '../green-api/failures';
import { requestsPerSecond } from '../green-api/messengers';
import type { GreenApiMethod, GreenApiRequest } from '../green-api/methods';
import { attempt } from './attempts';
import { CANCELLED, Cancellation } from '../time';
import { lookAhead } from './lookAhead';
import { isRead, type LookUp, type LookUpOutcome, type LookUpRequest, type Send } from './lookUp';
import { processState, type ProcessState } from './processState';
import type { RunTry } from './retriedRuns';
import { Lane } from './sendQueue';
import { Serial } from './serial';

export type { LookUp, LookUpOutcome, LookUpPolicy, LookUpRequest, Send } from './lookUp';

export interface BatchOptions {
	account: Pick<Account, 'key'> & Partial<Account>;
	/** End the batch at the first failure of any kind; else only at one that concerns all of it. */
	stopOnFailure: boolean;
	/** Ends the batch from outside: n8n's Stop, or its time-out of the execution. */
	cancelSignal?: AbortSignal | undefined;
	/**
	 * What all tries of a run have in common where n8n makes several; each of them starts one batch,
	 * which gets from the earlier ones what they found.
	 */
	retriedRun?: object | undefined;
}

/** What a batch has done so far, for those who tell the user. */
export interface BatchCounts {
	/** Tried again because the limit refused them, with 429. */
	refusals: number;
	/** Tried again for other reasons. */
	retries: number;
	/** Lookups that brought the answer of another lookup's request. */
	shared: number;
	/** Lookups that brought an answer from the cache. */
	cached: number;
	/** Lookups that brought what an earlier try of the same run found. */
	retained: number;
	/**
	 * How many requests the limit let through, of the method with the most to wait for, and how long
	 * it makes so many take, in ms.
	 */
	pacedRequests: number;
	pacedMs: number;
}

/** What a request that changes something changes. */
function changedBy({ body }: GreenApiRequest): string {
	return String(body?.chatId);
}

/** The part of a batch that asks one method. */
interface Part {
	lane: Lane;
	endedBy: Failure | undefined;
	/** What the limit let through, and how long it makes so many take, in ms. */
	paced: { requests: number; ms: number };
}

const STOPPED = failureOfNetwork('ERR_CANCELED');

export class Batch {
	private readonly tally = { refusals: 0, retries: 0, shared: 0, cached: 0, retained: 0 };
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

	get counts(): BatchCounts {
		const paced = [...this.parts.values()].map((part) => part.paced);
		const [longest] = paced.sort((one, other) => other.ms - one.ms);
		const { requests, ms } = longest ?? { requests: 0, ms: 0 };
		return { ...this.tally, pacedRequests: requests, pacedMs: ms };
	}

	/**
	 * Listens to the signal, which lives for longer than the batch, only while there is a need.
	 *
	 * @param request what to ask, and how; lookups may be asked for all at once
	 * @returns its outcome; the promise never rejects
	 */
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
		ask = async (request: LookUpRequest, lookUp: LookUp) => await lookUp(request),
	): AsyncGenerator<LookUpOutcome, void> {
		const lookUp = async (request: LookUpRequest) => await this.lookUp(request);
		const writes = new Serial();
		return lookAhead(requests, {
			lookUp: async (request) => {
				const begin = async () => await ask(request, lookUp);
				return await (isRead(request) ? begin() : writes.run(changedBy(request), begin));
			},
			onShared: () => (this.tally.shared += 1),
			isOver: () => this.endedBy !== undefined,
			leave: () => this.end(STOPPED),
		});
	}

	private async settle(request: LookUpRequest): Promise<LookUpOutcome> {
		const part = this.partOf(request.method);
		const asker = {
			account: this.options.account.key,
			closing: part.lane.closing,
			runTry: this.runTry,
		};
		const found = part.endedBy
			? CANCELLED
			: await this.process.answers.get(request, asker, async (claim) => {
					return await this.attempt(request, part, claim);
				});
		if (found === CANCELLED) {
			return { ok: false, failure: part.endedBy ?? STOPPED, inherited: true };
		}
		const { outcome, source } = found;
		if (!outcome.ok) {
			this.endAfter(outcome.failure, request, part);
			return { ...outcome, inherited: false };
		}
		if (source) this.tally[source] += 1;
		return outcome;
	}

	private async attempt(request: LookUpRequest, part: Part, claim: () => boolean) {
		const { send, aborted, process, tally } = this;
		const { lane, paced } = part;
		const { key, messenger } = this.options.account;
		const documented = requestsPerSecond(request.method, messenger);
		const queue = process.queueOf(key, request.method, documented);
		const onFailure = (failure: Failure) => this.endAfter(failure, request, part);
		const context = { send, queue, documented, lane, aborted, process, tally, paced, onFailure };
		return await attempt(request, context, claim);
	}

	private partOf(method: GreenApiMethod): Part {
		const former = this.parts.get(method);
		if (former) return former;
		const part: Part = { lane: new Lane(), endedBy: undefined, paced: { requests: 0, ms: 0 } };
		this.parts.set(method, part);
		if (this.endedBy) this.endPart(part, this.endedBy);
		return part;
	}

	private endAfter(failure: Failure, request: LookUpRequest, part: Part): void {
		const { tolerates, firstStep } = request;
		const isEnough = this.options.stopOnFailure && !tolerates?.(failure);
		if (isEnough || failure.kind === 'instance') this.end(failure);
		else if (failure.kind === 'method') {
			this.endPart(part, failure);
			if (firstStep) this.endPart(this.partOf(firstStep), failure);
		}
	}

	private end(failure: Failure): void {
		this.endedBy ??= failure;
		for (const part of this.parts.values()) this.endPart(part, this.endedBy);
	}

	private endPart(part: Part, failure: Failure): void {
		part.endedBy ??= failure;
		part.lane.close();
	}

	private readonly abort = (): void => {
		this.end(STOPPED);
		this.aborted.cancel();
	};
}

/**
 * Starts a batch of lookups. Its requests go out at the pace of the instance, in turn with those of
 * other batches, in the order they were asked for; several may be in flight at once. What fails for
 * the moment is tried again. Batches that ask the same question at the same time share a request.
 * A batch ends where going on makes no sense: nothing more is sent, and what was not sent yet
 * carries the failure that ended it.
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
	return new Batch(send, options, process);
}
