/** What is asked of a queue, for as long as it takes to be answered. */

import type { Answer, Outcome } from '../shared/green-api/answer';
import type { Failure } from '../shared/green-api/failures';
import { type GreenApiMethod, type GreenApiRequest, METHODS } from '../shared/green-api/methods';
import type { Clock } from '../shared/time';
import { readReceived, type Received } from './notification';
import type { Outage } from './outage';
import type { Subscriber } from './subscriber';
import { judge } from './verdict';
import { wait } from './wait';

const MS = 1000;

/** As long as GREEN-API keeps the request open at most, in s: an idle trigger asks once a minute. */
const RECEIVE_TIMEOUT_S = 60;
const RECEIVE_TIMEOUT_MS = 75_000;
const DELETE_TIMEOUT_MS = 30_000;

/** What came of a request; `gone` where it had nothing left to do. */
type Asked = { kind: 'answer'; answer: Answer } | { kind: 'nothing' | 'gone' };

/** Who asks. */
export interface Askers {
	/** @returns the trigger whose credential is to be used; nobody: nothing is asked */
	sender(): Subscriber | undefined;
	/** The credential is no good until somebody does something about it. */
	end(credential: string, failure: Failure): void;
}

/** @returns the request that takes a notification out of the queue */
export function deletionOf({ receiptId }: Received): GreenApiRequest {
	return {
		method: 'deleteNotification',
		path: String(receiptId),
		timeout: DELETE_TIMEOUT_MS,
	};
}

export class QueueRequests {
	private readonly answeredAt = new Map<GreenApiMethod, number>();

	/**
	 * @param clock what time it is
	 * @param askers who asks
	 * @param outage waits while nothing is answered
	 */
	constructor(
		private readonly clock: Clock,
		private readonly askers: Askers,
		private readonly outage: Outage,
	) {}

	/** @returns the queue's head; undefined where there is none, or nobody listens any more */
	async receive(signal: AbortSignal): Promise<Received | undefined> {
		const asked = await this.ask(
			{
				method: 'receiveNotification',
				query: { receiveTimeout: RECEIVE_TIMEOUT_S },
				timeout: RECEIVE_TIMEOUT_MS,
			},
			signal,
		);
		return asked?.kind === 'answer' ? readReceived(asked.answer.read()) : undefined;
	}

	/** @returns whether GREEN-API had it to delete; undefined when nobody listens any more */
	async delete(received: Received, signal: AbortSignal): Promise<boolean | undefined> {
		const asked = await this.ask(deletionOf(received), signal);
		if (asked?.kind !== 'answer') return asked && false;
		return asked.answer.read<{ result?: unknown } | null>()?.result === true;
	}

	/** @returns what came of it, however long that takes; undefined when nobody listens any more */
	private async ask(request: GreenApiRequest, signal: AbortSignal): Promise<Asked | undefined> {
		for (;;) {
			await this.keepRate(request.method, signal);
			const sender = this.askers.sender();
			if (signal.aborted || !sender) return undefined;
			const sentAt = this.clock.now();
			// Nothing is gained by cutting off a deletion, and it would be unknown what came of it.
			const isLong = request.method === 'receiveNotification';
			const outcome = await sender.send(request, isLong ? signal : undefined);
			const now = this.clock.now();
			this.answeredAt.set(request.method, now);
			if (signal.aborted) return undefined;
			const asked = await this.read(request.method, outcome, now - sentAt, sender, signal);
			if (asked) return asked;
		}
	}

	private async read(
		method: GreenApiMethod,
		outcome: Outcome<Answer>,
		elapsedMs: number,
		{ credential, logger }: Subscriber,
		signal: AbortSignal,
	): Promise<Asked | undefined> {
		if (outcome.ok) {
			this.outage.end(logger);
			return { kind: 'answer', answer: outcome.value };
		}
		const { failure } = outcome;
		const verdict = judge(method, failure, elapsedMs);
		if (verdict === 'retry') {
			await this.outage.waitOut(failure, logger, signal);
			return undefined;
		}
		if (verdict === 'end') {
			this.askers.end(credential, failure);
			return undefined;
		}
		this.outage.end(logger);
		return { kind: verdict };
	}

	/** After an answer to the same method no limit is met that is counted from request to request. */
	private async keepRate(method: GreenApiMethod, signal: AbortSignal): Promise<void> {
		const freeAt =
			(this.answeredAt.get(method) ?? -Infinity) + MS / METHODS[method].requestsPerSecond;
		const now = this.clock.now();
		if (now < freeAt) await wait(this.clock, signal, freeAt - now);
	}
}
