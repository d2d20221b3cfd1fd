/** The one long poll on an instance's queue, for all triggers in this process that listen to it. */

import type { Failure } from '../shared/green-api/failures';
import type { Clock } from '../shared/time';
import type { Received } from './notification';
import { deliver, type Joined, start } from './deliver';
import { decideHead, type Delivery, type Head, headOf } from './queueHead';
import { Outage } from './outage';
import { prepare } from './prepare';
import { deletionOf, QueueRequests } from './requests';
import type { Subscriber } from './subscriber';
import { retryWait } from './verdict';
import { wait } from './wait';

/** Between looks at a head that stays: a test leaves it, and a server may not wait as it was asked. */
const LOOK_AGAIN_MS = 1_000;

/** For how long a test waits for others to take away what it does not want. */
const TEST_PATIENCE_MS = 30_000;

function nothingForATest(type: string): Failure {
	return {
		id: 'notWanted',
		kind: 'item',
		message: `The first notification in the queue is not one that this trigger waits for: ${type}`,
		description:
			'A test leaves the queue as it is. Publish the workflow: then such notifications are taken out of the way.',
		code: 'NOT_WANTED',
	};
}

/** Listens to one instance as long as somebody has joined. */
export class Listener {
	private readonly joined = new Map<string, Joined>();
	private readonly outage: Outage;
	private readonly requests: QueueRequests;
	private head: Head | undefined;
	/** Ends the listening; undefined while nobody listens. */
	private stopping: AbortController | undefined;
	/** Ends a wait for something to change. */
	private change = new AbortController();

	/** @param clock what time it is */
	constructor(private readonly clock: Clock) {
		this.outage = new Outage(clock);
		this.requests = new QueueRequests(
			clock,
			{
				sender: () => this.ready[0],
				end: (credential, failure) =>
					this.fail(
						this.ready.filter((subscriber) => subscriber.credential === credential),
						failure,
					),
			},
			this.outage,
		);
	}

	/** Whether nobody has joined, and nothing is delivered any more. */
	get isIdle(): boolean {
		const deliveries = [...(this.head?.deliveries.values() ?? [])];
		return this.joined.size === 0 && !deliveries.some(({ state }) => state === 'running');
	}

	/**
	 * @param subscriber gets each notification that it wants from now on, the queue's head included
	 * @returns lets go of it at once; what it has not done stays in the queue
	 */
	join(subscriber: Subscriber): () => void {
		this.leave(this.joined.get(subscriber.key)?.subscriber);
		const joined = { subscriber, leaving: new AbortController() };
		this.joined.set(subscriber.key, joined);
		const delivery = this.head?.deliveries.get(subscriber.key);
		if (delivery) delivery.leftAt = undefined;
		this.tellChange();
		if (subscriber.prepare) void this.prepare(joined);
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
			this.outage.forget();
		}
		this.tellChange();
	}

	private tellChange(): void {
		this.change.abort();
		this.change = new AbortController();
	}

	private async waitForChange(ms: number): Promise<void> {
		await wait(this.clock, this.change.signal, ms);
	}

	private get subscribers(): Subscriber[] {
		return [...this.joined.values()].map(({ subscriber }) => subscriber);
	}

	/** Who may ask for notifications. All get them, as the others are active, too. */
	private get ready(): Subscriber[] {
		return this.subscribers.filter((subscriber) => !subscriber.prepare);
	}

	private get takers(): Map<string, Subscriber> {
		const active = this.subscribers.filter(({ isTest }) => !isTest);
		return new Map(active.map((subscriber) => [subscriber.key, subscriber]));
	}

	private async prepare({ subscriber, leaving }: Joined): Promise<void> {
		const failure = await prepare(subscriber, this.clock, leaving.signal);
		if (failure) this.fail([subscriber], failure);
		else this.tellChange();
	}

	private async listen(signal: AbortSignal): Promise<void> {
		while (!signal.aborted) {
			if (this.ready.length === 0) {
				await this.waitForChange(Infinity);
				continue;
			}
			const askedAt = this.clock.now();
			const received = await this.requests.receive(signal);
			if (received) await this.handle(received, signal);
			else if (this.clock.now() - askedAt < LOOK_AGAIN_MS) {
				await wait(this.clock, signal, LOOK_AGAIN_MS);
			}
		}
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

	/** A test is over with the first notification that it wants. */
	private showToTests({ notification, since }: Head): void {
		for (const test of this.subscribers.filter(({ isTest }) => isTest)) {
			if (test.wants(notification)) {
				this.leave(test);
				void start(test, notification);
			} else if (this.takers.size === 0 && this.clock.now() - since > TEST_PATIENCE_MS) {
				this.fail([test], nothingForATest(String(notification.typeWebhook)));
			}
		}
	}

	private async deliver(head: Head, key: string): Promise<void> {
		const delivery: Delivery = { state: 'running' };
		head.deliveries.set(key, delivery);
		let last: Subscriber | undefined;
		const present = () => {
			const joined = this.joined.get(key);
			last = joined?.subscriber ?? last;
			return joined;
		};
		delivery.state = await deliver(head.notification, present, this.clock);
		this.tellChange();
		if (!this.stopping && last) await this.deleteDone(head, last);
	}

	/** The work was done after everybody had left: once is enough to try, as it can come again. */
	private async deleteDone(head: Head, { send }: Subscriber): Promise<void> {
		const isDone = [...head.deliveries.values()].every(({ state }) => state === 'done');
		if (this.head === head && isDone) await send(deletionOf(head));
	}

	/** A notification that is gone and comes again under another receipt was done nevertheless. */
	private async delete(head: Head, signal: AbortSignal): Promise<void> {
		const isDeleted = await this.requests.delete(head, signal);
		if (isDeleted === undefined) return;
		if (isDeleted) {
			this.head = undefined;
			return;
		}
		head.timesGone += 1;
		if (head.timesGone > 1) await wait(this.clock, signal, retryWait(head.timesGone - 1));
	}

	private fail(subscribers: readonly Subscriber[], failure: Failure): void {
		for (const subscriber of subscribers) {
			this.leave(subscriber);
			try {
				subscriber.fail(failure);
			} catch {
				subscriber.logger.warn(`GREEN-API Trigger: ${failure.message}`);
			}
		}
	}
}
