/** What is asked of a queue, what an answer that is none means, and how long it is waited out. */

import type { Logger } from 'n8n-workflow';
import type { Answer, Outcome } from '../shared/green-api/answer';
import { type Failure, failureOf, isNetworkFault } from '../shared/green-api/failures';
import { type GreenApiMethod, type GreenApiRequest, METHODS } from '../shared/green-api/methods';
import type { Clock } from '../shared/time';
import { readReceived, type Received } from './notification';

const MS = 1000;
const MINUTE_MS = 60 * MS;

/** As long as GREEN-API keeps the request open at most, in s: an idle trigger asks once a minute. */
const RECEIVE_TIMEOUT_S = 60;
const RECEIVE_TIMEOUT_MS = 75 * MS;
const DELETE_TIMEOUT_MS = 30 * MS;

const FIRST_WAIT_MS = 1 * MS;
const LONGEST_WAIT_MS = 30 * MS;

/** Twice as long as an instance takes to start (GREEN-API documentation, "GetStateInstance"). */
const LONGEST_REFUSAL_MS = 10 * MINUTE_MS;

/** Proxies end connections on which nothing comes, many of them after a minute, some after half. */
const IDLE_MS = 29 * MS;
const CUT_WHILE_IDLE = /^(ECONNRESET|EPIPE|ERR_BAD_RESPONSE|408|499|502|504)$/;

export type TriggerLogger = Pick<Logger, 'info' | 'warn'>;

/** Sends one request, once, unless the signal ends it; the promise never rejects. */
export type Send = (request: GreenApiRequest, signal?: AbortSignal) => Promise<Outcome<Answer>>;

/** A trigger, as far as requests go. */
export interface Sender {
	send: Send;
	logger: TriggerLogger;
}

/**
 * @param signal ends the waiting
 * @param ms how long, at most; Infinity: until the signal
 */
export async function wait(clock: Clock, signal: AbortSignal, ms: number): Promise<void> {
	if (signal.aborted) return;
	await new Promise<void>((resolve) => {
		const end = () => {
			signal.removeEventListener('abort', end);
			resolve();
		};
		signal.addEventListener('abort', end);
		if (ms < Infinity) clock.sleep(ms, signal).then(end, end);
	});
}

/**
 * A server that can't be found or trusted for the moment ends no listening: what worked before is
 * most likely the network of this n8n.
 *
 * @returns whether it may pass by itself
 */
export function mayPass(failure: Failure): boolean {
	return failure.kind === 'transient' || isNetworkFault(failure);
}

/** A row of requests that brought nothing: in n8n's log it is one line, and its end another. */
export class Outage {
	private tries = 0;
	private since = 0;
	private refusedSince: number | undefined;

	/** @param clock what time it is */
	constructor(private readonly clock: Clock) {}

	/**
	 * Waits until the next try, 1, 2, 4 … 30 s, or as long as the server asks for; the signal ends it.
	 * Network and servers that are down are waited for as long as it takes. A refusal is not, even if
	 * they were down meanwhile.
	 *
	 * @returns what has become of it where it won't pass by itself any more
	 */
	async waitOut(
		failure: Failure,
		logger: TriggerLogger,
		signal: AbortSignal,
	): Promise<Failure | undefined> {
		const now = this.clock.now();
		if (this.tries === 0) {
			this.since = now;
			logger.warn(
				`GREEN-API Trigger: ${failure.message}. Waiting until notifications can be received again`,
			);
		}
		this.tries += 1;
		const isStarting = failure.id === 'starting';
		if (isStarting || !mayPass(failure)) {
			this.refusedSince ??= now;
			if (now - this.refusedSince >= LONGEST_REFUSAL_MS) {
				return isStarting ? failureOf('startingTooLong', failure.code) : failure;
			}
		}
		const waitMs = Math.max(FIRST_WAIT_MS * 2 ** (this.tries - 1), failure.retryAfterMs ?? 0);
		await wait(this.clock, signal, Math.min(LONGEST_WAIT_MS, waitMs));
		return undefined;
	}

	/** A request has brought something. */
	end(logger: TriggerLogger): void {
		if (this.tries === 0) return;
		const seconds = Math.round((this.clock.now() - this.since) / MS);
		this.forget();
		logger.info(`GREEN-API Trigger: notifications are received again, after ${seconds} s`);
	}

	/** Nobody asks any more, and nothing is logged. */
	forget(): void {
		this.tries = 0;
		this.refusedSince = undefined;
	}
}

/** @returns the request that takes a notification out of the queue */
export function deletionOf({ receiptId }: Pick<Received, 'receiptId'>): GreenApiRequest {
	return {
		method: 'deleteNotification',
		path: encodeURIComponent(receiptId),
		timeout: DELETE_TIMEOUT_MS,
	};
}

/** Reads and deletes for the triggers of one account. */
export class QueueRequests {
	private readonly answeredAt = new Map<GreenApiMethod, number>();
	private readonly receiving: Outage;
	private readonly deleting: Outage;
	/** The notification whose deletion was answered last. */
	private answered: string | undefined;

	/**
	 * @param clock what time it is
	 * @param sender gives the trigger whose credential is used; nobody: nothing is sent
	 * @param end its credential is no good until somebody does something about it
	 */
	constructor(
		private readonly clock: Clock,
		private readonly sender: () => Sender | undefined,
		private readonly end: (sender: Sender, failure: Failure) => void,
	) {
		this.receiving = new Outage(clock);
		this.deleting = new Outage(clock);
	}

	/** Nobody listens any more. */
	forget(): void {
		this.receiving.forget();
		this.deleting.forget();
	}

	/** @returns the queue's head; undefined where none came, or it has to be asked for again */
	async receive(signal: AbortSignal): Promise<Received | undefined> {
		const sender = await this.nextSender('receiveNotification', signal);
		if (!sender) return undefined;
		const sentAt = this.clock.now();
		const outcome = await sender.send(
			{
				method: 'receiveNotification',
				query: { receiveTimeout: RECEIVE_TIMEOUT_S },
				timeout: RECEIVE_TIMEOUT_MS,
			},
			signal,
		);
		const now = this.clock.now();
		this.answeredAt.set('receiveNotification', now);
		if (signal.aborted) return undefined;
		if (outcome.ok) {
			this.receiving.end(sender.logger);
			return readReceived(outcome.value.text);
		}
		const { failure } = outcome;
		if (now - sentAt > IDLE_MS && CUT_WHILE_IDLE.test(failure.code)) return undefined;
		const isLasting = failure.kind === 'instance' && !mayPass(failure);
		const lasting = isLasting
			? failure
			: await this.receiving.waitOut(failure, sender.logger, signal);
		if (lasting) this.end(sender, lasting);
		return undefined;
	}

	/**
	 * Deletes once. Whatever comes of it, the queue is to be looked at again: a notification that is not
	 * there any more is refused in several ways, with 401, too (a user of MAX reports so), and one that
	 * was deleted may be seen for some time. Only a notification that is there still tells that a
	 * refusal is meant.
	 */
	async delete({ text, ...received }: Received, signal: AbortSignal): Promise<void> {
		const sender = await this.nextSender('deleteNotification', signal);
		if (!sender) return;
		// Nothing is gained by cutting off a deletion, and it would be unknown what came of it.
		const outcome = await sender.send(deletionOf(received));
		this.answeredAt.set('deleteNotification', this.clock.now());
		if (signal.aborted) return;
		const failure = outcome.ok ? failureOf('notDeleted', 'NOT_DELETED') : outcome.failure;
		let lasting: Failure | undefined;
		if (mayPass(failure)) lasting = await this.deleting.waitOut(failure, sender.logger, signal);
		else if (this.answered !== text) {
			this.answered = text;
			this.deleting.end(sender.logger);
		} else if (failure.kind === 'instance') lasting = failure;
		else lasting = await this.deleting.waitOut(failure, sender.logger, signal);
		if (lasting) this.end(sender, lasting);
	}

	/** After an answer to the same method no limit is met that is counted from request to request. */
	private async nextSender(
		method: GreenApiMethod,
		signal: AbortSignal,
	): Promise<Sender | undefined> {
		const answeredAt = this.answeredAt.get(method) ?? -Infinity;
		const freeAt = answeredAt + MS / METHODS[method].requestsPerSecond;
		const now = this.clock.now();
		if (now < freeAt) await wait(this.clock, signal, freeAt - now);
		return signal.aborted ? undefined : this.sender();
	}
}
