/** The one long poll on an instance's queue, for all triggers in this process that listen to it. */

import type { Answer, Outcome } from '../../shared/green-api/answer';
import type { Failure } from '../../shared/green-api/failures';
import { type GreenApiMethod, type GreenApiRequest, METHODS } from '../../shared/green-api/methods';
import type { Clock } from '../../shared/time/clock';
import { readReceived, type Received } from '../notifications/notification';
import { afterExecution } from './afterExecution';
import { decideHead, type Delivery, type Head, headOf } from './head';
import type { Subscriber } from './subscriber';
import { judge, retryWait, type Verdict } from './verdict';
import { wait } from './wait';

const MS = 1000;

/** As long as GREEN-API keeps the request open at most, in s: an idle trigger asks once a minute. */
const RECEIVE_TIMEOUT_S = 60;
const RECEIVE_TIMEOUT_MS = 75_000;
const DELETE_TIMEOUT_MS = 30_000;

/** Between looks at a head that stays: a test leaves it, and a server may not wait as it was asked. */
const LOOK_AGAIN_MS = 1_000;

/** For how long a test waits for others to take away what it does not want. */
const TEST_PATIENCE_MS = 30_000;

function nothingForATest(type: string): Failure {
	return {
		kind: 'item',
		message: `The first notification in the queue is not one that this trigger waits for: ${type}`,
		description:
			'A test leaves the queue as it is. Publish the workflow: then such notifications are taken out of the way.',
		code: 'NOT_WANTED',
	};
}

/** What came of a request; `gone` where it had nothing left to do. */
type Asked = { kind: 'answer'; answer: Answer } | { kind: 'nothing' | 'gone' };

interface Joined {
	subscriber: Subscriber;
	/** Ends what is done for it alone. */
	leaving: AbortController;
}

/** Listens to one instance as long as somebody has joined. */
export class Listener {
	private readonly joined = new Map<string, Joined>();
	private readonly answeredAt = new Map<GreenApiMethod, number>();
	private head: Head | undefined;
	/** Ends the listening; undefined while nobody listens. */
	private stopping: AbortController | undefined;
	/** Ends a wait for something to change. */
	private change = new AbortController();
	/** Who has sent last: deletes what was done after everybody had left. */
	private sender: Subscriber | undefined;
	private faults: { count: number; since: number } | undefined;

	/** @param clock what time it is */
	constructor(private readonly clock: Clock) {}

	/**
	 * @param subscriber gets each notification that it wants from now on, the queue's head included
	 * @returns lets go of it at once; what it has not done stays in the queue
	 */
	join(subscriber: Subscriber): () => void {
		this.leave(this.joined.get(subscriber.key)?.subscriber);
		this.joined.set(subscriber.key, { subscriber, leaving: new AbortController() });
		const delivery = this.head?.deliveries.get(subscriber.key);
		if (delivery) delivery.leftAt = undefined;
		this.tellChange();
		if (!this.stopping) {
			this.stopping = new AbortController();
			void this.listen(this.stopping.signal);
		}
		return () => this.leave(subscriber);
	}

	private leave(subscriber: Subscriber | undefined): void {
		const joined = this.joined.get(subscriber?.key ?? '');
		if (!joined || joined.subscriber !== subscriber) return;
		this.joined.delete(subscriber.key);
		const delivery = this.head?.deliveries.get(subscriber.key);
		if (delivery) delivery.leftAt = this.clock.now();
		joined.leaving.abort();
		if (this.joined.size === 0) {
			this.stopping?.abort();
			this.stopping = undefined;
			this.faults = undefined;
		}
		this.tellChange();
	}

	private tellChange(): void {
		this.change.abort();
		this.change = new AbortController();
	}

	private get subscribers(): Subscriber[] {
		return [...this.joined.values()].map(({ subscriber }) => subscriber);
	}

	private get takers(): Map<string, Subscriber> {
		const active = this.subscribers.filter(({ isTest }) => !isTest);
		return new Map(active.map((subscriber) => [subscriber.key, subscriber]));
	}

	private async listen(signal: AbortSignal): Promise<void> {
		while (!signal.aborted) {
			if (!(await this.prepare(signal))) continue;
			const askedAt = this.clock.now();
			const received = await this.receive(signal);
			if (received) await this.handle(received, signal);
			else if (this.clock.now() - askedAt < LOOK_AGAIN_MS) {
				await wait(this.clock, signal, LOOK_AGAIN_MS);
			}
		}
	}

	/** @returns whether all are ready to listen */
	private async prepare(signal: AbortSignal): Promise<boolean> {
		const subscriber = this.subscribers.find((candidate) => candidate.prepare);
		if (!subscriber?.prepare) return true;
		this.sender = subscriber;
		const failure = await subscriber.prepare();
		if (signal.aborted) return false;
		if (!failure) subscriber.prepare = undefined;
		else if (judge('getSettings', failure, 0) === 'retry') await this.waitOut(failure, signal);
		else this.fail([subscriber], failure);
		return false;
	}

	private async receive(signal: AbortSignal): Promise<Received | undefined> {
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

	/** Delivers the queue's head to all who want it, and deletes it when they are done. */
	private async handle(received: Received, signal: AbortSignal): Promise<void> {
		const head = headOf(received, this.head, this.clock.now());
		this.head = head;
		while (!signal.aborted) {
			this.showToTests(head);
			if (signal.aborted) return;
			const { takers } = this;
			if (takers.size === 0) {
				await this.waitForChange(LOOK_AGAIN_MS);
				return;
			}
			const decision = decideHead(head, takers, this.clock.now());
			if (decision.kind === 'delete') {
				await this.delete(head, signal);
				return;
			}
			if (decision.kind === 'wait') await this.waitForChange(decision.ms);
			else for (const key of decision.keys) void this.deliver(head, key);
		}
	}

	private async waitForChange(ms: number): Promise<void> {
		await wait(this.clock, this.change.signal, ms);
	}

	/** A test is over with the first notification that it wants. */
	private showToTests({ notification, since }: Head): void {
		for (const test of this.subscribers.filter(({ isTest }) => isTest)) {
			if (test.wants(notification)) {
				this.leave(test);
				void test.start(notification);
			} else if (this.takers.size === 0 && this.clock.now() - since > TEST_PATIENCE_MS) {
				this.fail([test], nothingForATest(String(notification.typeWebhook)));
			}
		}
	}

	/** Delivers as often as it takes; a trigger that left and came back goes on where it was. */
	private async deliver(head: Head, key: string): Promise<void> {
		const delivery: Delivery = { state: 'running' };
		head.deliveries.set(key, delivery);
		let [deliveries, executions] = [0, 0];
		for (let joined = this.joined.get(key); joined; joined = this.joined.get(key)) {
			const { subscriber } = joined;
			const ending = await subscriber.start(head.notification);
			deliveries += 1;
			executions += ending === 'notStarted' ? 0 : 1;
			const next = afterExecution(ending, deliveries, executions, subscriber);
			if (next.isDone) {
				if (next.gaveUp) {
					subscriber.logger.warn(
						`GREEN-API Trigger: none of ${executions} executions for a notification succeeded; it is deleted from the queue`,
					);
				}
				delivery.state = 'done';
				break;
			}
			await wait(this.clock, joined.leaving.signal, next.waitMs);
		}
		if (delivery.state !== 'done') delivery.state = 'dropped';
		this.tellChange();
		if (!this.stopping) await this.deleteDone(head);
	}

	/** The work was done after everybody had left: once is enough to try, as it can come again. */
	private async deleteDone(head: Head): Promise<void> {
		const isDone = [...head.deliveries.values()].every(({ state }) => state === 'done');
		if (this.head !== head || !isDone) return;
		await this.sender?.send(this.deletion(head));
	}

	private deletion({ receiptId }: Head): GreenApiRequest {
		return {
			method: 'deleteNotification',
			path: String(receiptId),
			timeout: DELETE_TIMEOUT_MS,
		};
	}

	/** A notification that is gone and comes again under another receipt was done nevertheless. */
	private async delete(head: Head, signal: AbortSignal): Promise<void> {
		const asked = await this.ask(this.deletion(head), signal);
		if (!asked) return;
		const { result } =
			asked.kind === 'answer' ? (asked.answer.read<{ result?: unknown } | null>() ?? {}) : {};
		if (result === true) {
			this.head = undefined;
			return;
		}
		head.timesGone += 1;
		if (head.timesGone > 1) await wait(this.clock, signal, retryWait(head.timesGone - 1));
	}

	/** @returns what came of it, however long that takes; undefined when nobody listens any more */
	private async ask(request: GreenApiRequest, signal: AbortSignal): Promise<Asked | undefined> {
		for (;;) {
			await this.keepRate(request.method, signal);
			const [sender] = this.subscribers;
			if (signal.aborted || !sender) return undefined;
			this.sender = sender;
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
		sender: Subscriber,
		signal: AbortSignal,
	): Promise<Asked | undefined> {
		const verdict: Verdict | undefined = outcome.ok
			? undefined
			: judge(method, outcome.failure, elapsedMs);
		if (!outcome.ok && verdict === 'retry') await this.waitOut(outcome.failure, signal);
		if (!outcome.ok && verdict === 'end') {
			const { credential } = sender;
			this.fail(
				this.subscribers.filter((subscriber) => subscriber.credential === credential),
				outcome.failure,
			);
		}
		if (verdict === 'retry' || verdict === 'end') return undefined;
		this.tellRecovery();
		if (outcome.ok) return { kind: 'answer', answer: outcome.value };
		return { kind: verdict === 'gone' ? 'gone' : 'nothing' };
	}

	/** After an answer to the same method no limit is met that is counted from request to request. */
	private async keepRate(method: GreenApiMethod, signal: AbortSignal): Promise<void> {
		const freeAt =
			(this.answeredAt.get(method) ?? -Infinity) + MS / METHODS[method].requestsPerSecond;
		const now = this.clock.now();
		if (now < freeAt) await wait(this.clock, signal, freeAt - now);
	}

	/** In n8n's log a row of failures is one line, and its end another. */
	private async waitOut(failure: Failure, signal: AbortSignal): Promise<void> {
		const now = this.clock.now();
		if (!this.faults) {
			this.sender?.logger.warn(
				`GREEN-API Trigger: ${failure.message}. Waiting until notifications can be received again`,
			);
		}
		const { count, since } = this.faults ?? { count: 0, since: now };
		this.faults = { count: count + 1, since };
		await wait(this.clock, signal, retryWait(count + 1, failure));
	}

	private tellRecovery(): void {
		if (!this.faults) return;
		const seconds = Math.round((this.clock.now() - this.faults.since) / MS);
		this.faults = undefined;
		this.sender?.logger.info(
			`GREEN-API Trigger: notifications are received again, after ${seconds} s`,
		);
	}

	private fail(subscribers: readonly Subscriber[], failure: Failure): void {
		for (const subscriber of subscribers) {
			this.leave(subscriber);
			subscriber.fail(failure);
		}
	}
}

const listeners = new Map<string, Listener>();

/**
 * @param instance stands for the instance
 * @param clock what time it is
 * @returns the one listener of this process for the instance; n8n loads this module once
 */
export function listenerOf(instance: string, clock: Clock): Listener {
	const listener = listeners.get(instance) ?? new Listener(clock);
	listeners.set(instance, listener);
	return listener;
}
