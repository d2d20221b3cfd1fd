/** A batch of lookups: how each is answered, and when the batch ends. */

import { replyInTime } from '../n8n/deadline';
import type { Account } from '../n8n/transport';
import type { Answer, Outcome, Reply } from '../green-api/answer';
import { afterTries, type Failure, failureOfNetwork } from '../green-api/failures';
import { requestsPerSecond } from '../green-api/messengers';
import { type GreenApiMethod, type GreenApiRequest, METHODS } from '../green-api/methods';
import { CANCELLED, Cancellation } from '../time';
import type { RunTry } from './memory';
import { processState, type ProcessState } from './process';
import { type Tries, waitBeforeRetry } from './retry';
import { type EndTurn, Lane, type SendQueue } from './sendQueue';

/** How one lookup may use the instance. */
export interface LookUpPolicy {
	/**
	 * The user's own limit, fractions allowed, which holds where it is lower than GREEN-API's; absent:
	 * GREEN-API's alone. 0: neither, requests are not paced. Holds for each method, in this process.
	 */
	requestsPerSecond?: number;
	/** How often a request that failed for the moment is tried again; 0: never. */
	maxRetries: number;
	/** How old a kept answer may be, and for how long a new one is kept; 0: neither. */
	cacheSeconds: number;
}

export interface LookUpRequest extends GreenApiRequest {
	policy: LookUpPolicy;
	/** Whether there is another way after this failure, so that `stopOnFailure` doesn't end the batch. */
	tolerates?: (failure: Failure) => boolean;
	/** The method that this request prepares, e.g. getContactInfo: it ends when that method's part ends. */
	firstStepOf?: GreenApiMethod;
}

/**
 * The outcome of a lookup. `inherited` marks the failure of another lookup, which ended the batch, or
 * all of it that asks the same method, before this one had its own outcome.
 */
export type LookUpOutcome =
	| { ok: true; value: Answer }
	| { ok: false; failure: Failure; inherited: boolean };

/** Asks one question; the promise never rejects. */
export type LookUp = (request: LookUpRequest) => Promise<LookUpOutcome>;

/** Sends one request, once, unless the signal ends it; the promise never rejects. */
export type SendRequest = (request: GreenApiRequest, signal: AbortSignal) => Promise<Reply>;

/** @returns the same for all requests that have the same answer */
function questionOf({ method, path, query, body, also }: GreenApiRequest): string {
	return JSON.stringify([method, path, query, body, also]);
}

/** @returns whether nothing changes by asking: only then is an answer shared or kept */
function isRead({ method }: GreenApiRequest): boolean {
	return METHODS[method].effect === 'read';
}

export interface BatchOptions {
	account: Pick<Account, 'key'> & Partial<Account>;
	/** End the batch at the first failure of any kind; else only at one that concerns all of it. */
	stopOnFailure: boolean;
	/** Ends the batch from outside: n8n's Stop, or its time-out of the execution. */
	cancelSignal?: AbortSignal | undefined;
	/**
	 * An object that all tries of a run have in common, where n8n makes several. Each try starts one
	 * batch, which gets the answers of the earlier ones.
	 */
	retriedRun?: object | undefined;
}

/** The counts of a batch so far, for the hints. */
export interface BatchCounts {
	/** Tried again because the limit refused them, with 429. */
	refusals: number;
	/** Tried again for other reasons. */
	retries: number;
	/** Lookups that brought the answer of another lookup's request. */
	shared: number;
	/** Lookups that brought an answer from the cache. */
	cached: number;
	/** Lookups that brought an answer of an earlier try of the same run. */
	retained: number;
	/**
	 * How many requests the limit let through, of the method with the most to wait for, and how long
	 * it makes so many take, in ms.
	 */
	pacedRequests: number;
	pacedMs: number;
}

/** @returns the chat that a write changes */
function changedBy({ body }: GreenApiRequest): string {
	return String(body?.chatId);
}

/** The outcome of a lookup; without a source, it had a request of its own. */
interface FoundAnswer {
	outcome: Outcome<Answer>;
	source?: 'shared' | 'cached' | 'retained';
}

/** The part of a batch that asks one method. */
interface Part {
	lane: Lane;
	endedBy: Failure | undefined;
	/** The parts that end with it. */
	firstSteps: Set<Part>;
	/** The requests that the limit let through, and how long it makes so many take, in ms. */
	paced: { requests: number; ms: number };
}

const STOPPED = failureOfNetwork('ERR_CANCELED');

/** More than can be in flight: those that wait for another try hold up nobody. */
const MOST_RUNNING = 256;
/** Of answers that wait for one before them. */
const MOST_HELD_CHARACTERS = 20_000_000;

interface LookAheadOptions {
	/** Is called in the order of the requests, for some hundred of them at a time. */
	lookUp: LookUp;
	/** Is called for each request that has the answer of an earlier one. */
	onShared: () => void;
	/** Whether asking ahead makes no sense any more. */
	isOver: () => boolean;
	/** Is called when the rest of the outcomes is not wanted. */
	leave: () => void;
}

function charactersOf(outcome: LookUpOutcome): number {
	return outcome.ok ? outcome.value.text.length : 0;
}

/**
 * @returns a function that asks each question once, however far apart it comes; a write is sent
 *   each time. Call it once for each request, in their order: it lets go of an answer when its
 *   question comes no more
 */
function askOnce(
	requests: readonly LookUpRequest[],
	{ lookUp, onShared }: Pick<LookAheadOptions, 'lookUp' | 'onShared'>,
) {
	const lastPlaces = new Map(requests.map((request, index) => [questionOf(request), index]));
	const comesAgain = requests.map(
		(request, index) => lastPlaces.get(questionOf(request)) !== index,
	);
	lastPlaces.clear();
	const outcomes = new Map<string, Promise<LookUpOutcome>>();

	return async (request: LookUpRequest, index: number): Promise<LookUpOutcome> => {
		if (!isRead(request)) return await lookUp(request);
		const question = questionOf(request);
		const former = outcomes.get(question);
		const outcome = former ?? lookUp(request);
		if (comesAgain[index]) outcomes.set(question, outcome);
		else outcomes.delete(question);
		if (former && (await former).ok) onShared();
		return await outcome;
	};
}

/**
 * @param requests the questions; a read is asked once, however far apart it comes
 * @param options how to ask
 * @returns the outcomes, in the order of the requests
 */
async function* lookAhead(
	requests: readonly LookUpRequest[],
	options: LookAheadOptions,
): AsyncGenerator<LookUpOutcome, void> {
	const ask = askOnce(requests, options);
	const begun = new Map<number, Promise<LookUpOutcome>>();
	let [next, running, heldCharacters] = [0, 0, 0];

	const begin = (request: LookUpRequest): Promise<LookUpOutcome> => {
		const outcome = ask(request, next);
		begun.set(next, outcome);
		next += 1;
		running += 1;
		void outcome.then((settled) => {
			running -= 1;
			heldCharacters += charactersOf(settled);
			beginMore();
		});
		return outcome;
	};
	const beginMore = () => {
		while (running < MOST_RUNNING && heldCharacters < MOST_HELD_CHARACTERS) {
			const request = requests[next];
			if (!request || options.isOver()) return;
			void begin(request);
		}
	};

	try {
		for (const [index, request] of requests.entries()) {
			beginMore();
			const outcome = await (begun.get(index) ?? begin(request));
			begun.delete(index);
			heldCharacters -= charactersOf(outcome);
			yield outcome;
		}
	} finally {
		if (begun.size > 0 || next < requests.length) options.leave();
	}
}

export class Batch {
	private readonly tally = { refusals: 0, retries: 0, shared: 0, cached: 0, retained: 0 };
	private readonly parts = new Map<GreenApiMethod, Part>();
	/** Nothing is waited for any more, requests in flight included. */
	private readonly aborted = new Cancellation();
	/** The failure that ended all parts, later ones included. */
	private endedBy: Failure | undefined;
	/** Lookups that have no outcome yet. */
	private running = 0;
	private readonly runTry: RunTry | undefined;

	constructor(
		private readonly send: SendRequest,
		private readonly options: BatchOptions,
		private readonly process: ProcessState,
	) {
		this.runTry = options.retriedRun && process.runs.beginTry(options.retriedRun);
	}

	get counts(): BatchCounts {
		const paced = [...this.parts.values()].map((part) => part.paced);
		const [longest] = paced.sort((one, other) => other.ms - one.ms);
		const { requests, ms } = longest ?? { requests: 0, ms: 0 };
		return { ...this.tally, pacedRequests: requests, pacedMs: ms };
	}

	/**
	 * @param request the question, and how to ask it; lookups may be asked for all at once
	 * @returns its outcome; the promise never rejects
	 */
	async lookUp(request: LookUpRequest): Promise<LookUpOutcome> {
		return await this.stoppable(async () => await this.settle(request));
	}

	/**
	 * Looks many up without holding more in memory than it takes: some hundred lookups run at a time,
	 * and answers that wait for one before them are bounded. A read is asked once, however far
	 * apart the same question comes. Writes to one chat, in all batches, begin one after another, each
	 * when the one before it has its outcome, so that the last one holds.
	 *
	 * @param requests the questions, and how to ask them
	 * @param ask asks a question that takes several lookups, of which the request is the first
	 * @returns the outcomes, in the order of the requests; never throws. Leaving it before its end
	 *   ends the batch.
	 */
	lookUpAll(
		requests: readonly LookUpRequest[],
		ask = async (request: LookUpRequest, lookUp: LookUp) => await lookUp(request),
	): AsyncGenerator<LookUpOutcome, void> {
		const lookUp = async (request: LookUpRequest) => await this.lookUp(request);
		return lookAhead(requests, {
			lookUp: async (request) => {
				const begin = async () => await ask(request, lookUp);
				if (isRead(request)) return await begin();
				return await this.stoppable(async () => await this.write(request, begin));
			},
			onShared: () => (this.tally.shared += 1),
			isOver: () => this.endedBy !== undefined,
			leave: () => this.end(STOPPED),
		});
	}

	/** Listens to the signal, which lives for longer than the batch, only while there is a need. */
	private async stoppable(work: () => Promise<LookUpOutcome>): Promise<LookUpOutcome> {
		const { cancelSignal } = this.options;
		if (cancelSignal?.aborted) this.abort();
		if (this.running === 0) cancelSignal?.addEventListener('abort', this.abort);
		this.running += 1;
		const outcome = await work();
		this.running -= 1;
		if (this.running === 0) cancelSignal?.removeEventListener('abort', this.abort);
		return outcome;
	}

	private async write(
		request: LookUpRequest,
		begin: () => Promise<LookUpOutcome>,
	): Promise<LookUpOutcome> {
		const { lane } = this.partOf(request.method);
		const key = this.options.account.key + changedBy(request);
		const outcome = await this.process.writes.run(key, lane.closing, begin);
		// A batch that is over asks nothing: this gives the failure that ended it.
		return outcome === CANCELLED ? await this.settle(request) : outcome;
	}

	private async settle(request: LookUpRequest): Promise<LookUpOutcome> {
		const part = this.partOf(request.method, request.firstStepOf);
		const found = part.endedBy ? CANCELLED : await this.find(request, part);
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

	/** Finds the answer in an earlier try of the run, in the cache, or by asking. */
	private async find(request: LookUpRequest, part: Part): Promise<FoundAnswer | typeof CANCELLED> {
		const { cache } = this.process;
		const question = this.options.account.key + questionOf(request);
		const cacheMs = isRead(request) ? 1000 * request.policy.cacheSeconds : 0;
		const earlier = this.runTry?.take(question);
		if (earlier) return { outcome: { ok: true, value: earlier }, source: 'retained' };

		const cached = cacheMs > 0 ? cache.find(question, cacheMs) : undefined;
		const found: FoundAnswer | typeof CANCELLED = cached
			? { outcome: { ok: true, value: cached }, source: 'cached' }
			: await this.ask(request, part);
		if (found === CANCELLED || !found.outcome.ok) return found;

		const { value } = found.outcome;
		this.runTry?.keep(question, value);
		if (!cached && cacheMs > 0 && !value.isEmpty) cache.keep(question, value, cacheMs);
		return found;
	}

	private async ask(request: LookUpRequest, part: Part): Promise<FoundAnswer | typeof CANCELLED> {
		const { method, timeout, policy } = request;
		const { key, messenger } = this.options.account;
		const documented = requestsPerSecond(method, messenger);
		const queue = this.process.queueOf(key, method, documented);
		// Lookups share a request when they have the same patience and pace. A write shares none.
		const manner = [timeout, policy.maxRetries, policy.requestsPerSecond];
		const question = isRead(request) ? JSON.stringify([questionOf(request), ...manner]) : {};
		const asked = await queue.ask(question, part.lane, policy.requestsPerSecond, async (turn) => {
			return await this.attempt(request, part, queue, 1000 / documented, turn);
		});
		if (asked === CANCELLED) return asked;
		return asked.isShared ? { ...asked, source: 'shared' } : asked;
	}

	/** Sends the request, and again as long as that makes sense: each time with a turn, and a deadline. */
	private async attempt(
		request: LookUpRequest,
		part: Part,
		queue: SendQueue,
		documentedMs: number,
		firstTurn: EndTurn,
	): Promise<Outcome<Answer> | typeof CANCELLED> {
		const { send, aborted, tally } = this;
		const { clock, random, timetable } = this.process;
		const { lane, paced } = part;
		const { maxRetries, requestsPerSecond: cap } = request.policy;
		const { effect } = METHODS[request.method];
		const tries: Tries = { refusals: 0, failures: 0 };
		const sendOnce = async (signal: AbortSignal) => await send(request, signal);

		let turn: EndTurn | undefined = firstTurn;
		while (turn) {
			const reply = lane.closing.isCancelled
				? CANCELLED
				: await replyInTime(sendOnce, request.timeout, aborted, timetable);
			if (reply === CANCELLED) {
				turn();
				return CANCELLED;
			}
			const spacingMs = queue.spacingUnder(cap);
			const isRefused = !reply.ok && reply.failure.id === 'rateLimited';
			if (!isRefused) {
				paced.requests += 1;
				paced.ms += spacingMs;
			}
			if (reply.ok) {
				turn(reply);
				return { ok: true, value: reply.value };
			}

			tries[isRefused ? 'refusals' : 'failures'] += 1;
			const waitMs = waitBeforeRetry(
				reply.failure,
				tries,
				{
					maxRetries,
					// Where an answer promises more than GREEN-API lets through, patience must not shrink with it.
					spacingMs: spacingMs && Math.max(spacingMs, documentedMs),
					refusedForMs: queue.refusedFor(),
					effect,
				},
				random,
			);
			if (waitMs === undefined) {
				const failure = afterTries(reply.failure, tries.refusals + tries.failures);
				// Before the turn ends: that may send the next request.
				this.endAfter(failure, request, part);
				turn(reply);
				return { ok: false, failure };
			}
			turn(reply);
			tally[isRefused ? 'refusals' : 'retries'] += 1;
			if (waitMs > 0) await lane.closing.race(clock.sleep(waitMs));
			turn = await queue.takeTurn(lane, { requestsPerSecond: cap, ahead: true });
		}
		return CANCELLED;
	}

	private partOf(method: GreenApiMethod, firstStepOf?: GreenApiMethod): Part {
		const part = this.parts.get(method) ?? this.newPart(method);
		if (firstStepOf) {
			const { firstSteps, endedBy } = this.partOf(firstStepOf);
			firstSteps.add(part);
			if (endedBy) this.endPart(part, endedBy);
		}
		return part;
	}

	private newPart(method: GreenApiMethod): Part {
		const paced = { requests: 0, ms: 0 };
		const part = { lane: new Lane(), endedBy: undefined, firstSteps: new Set<Part>(), paced };
		this.parts.set(method, part);
		if (this.endedBy) this.endPart(part, this.endedBy);
		return part;
	}

	private endAfter(failure: Failure, request: LookUpRequest, part: Part): void {
		const isEnough = this.options.stopOnFailure && !request.tolerates?.(failure);
		if (isEnough || failure.kind === 'instance') this.end(failure);
		else if (failure.kind === 'method') this.endPart(part, failure);
	}

	private end(failure: Failure): void {
		this.endedBy ??= failure;
		for (const part of this.parts.values()) this.endPart(part, this.endedBy);
	}

	private endPart(part: Part, failure: Failure): void {
		part.endedBy ??= failure;
		part.lane.close();
		for (const step of part.firstSteps) this.endPart(step, failure);
	}

	private readonly abort = (): void => {
		this.end(STOPPED);
		this.aborted.cancel();
	};
}

/**
 * Starts a batch of lookups. Its requests go out at the pace of the instance, in turn with those of
 * other batches, in the order they were asked for; several may be in flight at once. A request that
 * fails for the moment is tried again. Batches that ask the same question at the same time share a request.
 * A batch ends where going on makes no sense: nothing more is sent, and lookups that were not sent yet
 * carry the failure that ended it.
 *
 * @param send sends one request
 * @param options whose requests, and when to end early
 * @param process the state that the batch shares with others; by default, that of this process
 * @returns the batch, which has sent nothing yet
 */
export function startBatch(
	send: SendRequest,
	options: BatchOptions,
	process: ProcessState = processState,
): Batch {
	return new Batch(send, options, process);
}
