/** Who listens to an account's queue in this process, and the one long poll for all of them. */

import { type Failure, failureOf } from '../shared/green-api/failures';
import {
	CANCELLED,
	type Clock,
	processTimetable,
	systemClock,
	type Timetable,
} from '../shared/time';
import { Activation } from './activation';
import {
	afterDelivery,
	decideHead,
	type Deletion,
	type DeliveryState,
	type Ending,
	type HeadDecision,
	Roster,
	Starts,
} from './delivery';
import { labelOf, type Notification, type Received, typeOf } from './notification';
import { deletionOf, mayPass, Outage, QueueRequests, type Sender, wait } from './queueRequests';

/** Between looks at a head that stays: a test leaves it, and a server may not wait as it was asked. */
const LOOK_AGAIN_MS = 1_000;

/** For how long a test waits for others to take away what it does not want. */
const TEST_PATIENCE_MS = 30_000;

/** A trigger that listens. */
export interface Subscriber extends Sender {
	/** The same for each activation of a trigger. */
	key: string;
	/** A test in the editor takes one notification and leaves the queue as it is. */
	isTest: boolean;
	deletion: Deletion;
	/** How often one notification may be delivered before it is given up. */
	maxDeliveries: number;
	/** How long an execution may take before it counts as failed, in ms. */
	maxExecutionMs: number;
	wants(notification: Notification): boolean;
	/**
	 * Starts an execution with objects that are nobody else's; resolves when it is over. May throw,
	 * and may never resolve.
	 */
	start(notification: Notification): Promise<Ending>;
	/** @returns that its credential is not that of the account any more, if so */
	checkAccount(): Promise<Failure | undefined>;
	/** The trigger has left and is told why. */
	fail(failure: Failure): void;
	/** What could not be done when it was activated, as the instance was starting. */
	prepare?: ((signal: AbortSignal) => Promise<Failure | undefined>) | undefined;
}

/** A trigger that has joined. */
interface Joined {
	subscriber: Subscriber;
	/** Ends what is done for it alone. */
	leaving: AbortController;
}

/** The queue's head as this process knows it. */
interface Head extends Received {
	/** When it was first seen, in ms. */
	since: number;
	/** By the trigger's key. */
	states: Map<string, DeliveryState>;
}

function nothingForATest(type: string | null): Failure {
	return {
		id: 'notWanted',
		kind: 'item',
		message: `The first notification in the queue is not one that this trigger waits for: ${type}`,
		description:
			'A test leaves the queue as it is. Publish the workflow: then such notifications are taken out of the way.',
		code: 'NOT_WANTED',
	};
}

/** Whoever can't tell is given it, so that what is wrong with the notification is counted. */
function wants(subscriber: Subscriber, notification: Notification): boolean {
	try {
		return subscriber.wants(notification);
	} catch {
		return true;
	}
}

/** Listens to one account as long as somebody has joined. */
export class Listener {
	readonly activation: Activation;
	private readonly joined = new Map<string, Joined>();
	private readonly requests: QueueRequests;
	private head: Head | undefined;
	/** Ends the listening; undefined while nobody listens. */
	private stopping: AbortController | undefined;

	/** @param shared by all listeners of the process */
	constructor(private readonly shared: Listeners) {
		const { clock } = shared;
		this.activation = new Activation(clock);
		this.requests = new QueueRequests(
			clock,
			() => this.ready[0],
			(sender, failure) =>
				this.fail(
					this.subscribers.filter((subscriber) => subscriber === sender),
					failure,
				),
		);
	}

	/** Whether nobody has joined, and nothing is delivered any more. */
	get isIdle(): boolean {
		const isDelivering = [...(this.head?.states.values() ?? [])].includes('running');
		return this.joined.size === 0 && !isDelivering;
	}

	/**
	 * @param subscriber gets each notification that it wants from now on, the queue's head included
	 * @returns lets go of it at once; what it has not done stays in the queue
	 */
	join(subscriber: Subscriber): () => void {
		this.leave(this.joined.get(subscriber.key)?.subscriber);
		const joined = { subscriber, leaving: new AbortController() };
		this.joined.set(subscriber.key, joined);
		if (!subscriber.isTest) this.shared.roster.join(subscriber.key, this.shared.clock.now());
		this.shared.tellChange();
		if (subscriber.prepare) {
			this.prepare(joined).catch(() => this.fail([subscriber], failureOf('stuck', 'STUCK')));
		}
		if (!this.stopping) {
			this.stopping = new AbortController();
			void this.listen(this.stopping.signal);
			// A credential that was changed may be the reason that there is one more queue.
			this.shared.endChanged();
		}
		return () => this.leave(subscriber);
	}

	private leave(subscriber: Subscriber | undefined): void {
		const joined = this.joined.get(subscriber?.key ?? '');
		if (!joined || joined.subscriber !== subscriber) return;
		this.joined.delete(subscriber.key);
		if (!subscriber.isTest) this.shared.roster.leave(subscriber.key, this.shared.clock.now());
		joined.leaving.abort();
		if (this.joined.size === 0) {
			this.stopping?.abort();
			this.stopping = undefined;
			this.requests.forget();
		}
		this.shared.tellChange();
	}

	private fail(subscribers: readonly Subscriber[], failure: Failure): void {
		for (const subscriber of subscribers) {
			if (this.joined.get(subscriber.key)?.subscriber !== subscriber) continue;
			this.leave(subscriber);
			try {
				subscriber.fail(failure);
			} catch {
				subscriber.logger.warn(`GREEN-API Trigger: ${failure.message}`);
			}
		}
	}

	private get subscribers(): Subscriber[] {
		return [...this.joined.values()].map(({ subscriber }) => subscriber);
	}

	/** Triggers that have finished preparing: only these ask. Every trigger that joined gets the answers. */
	private get ready(): Subscriber[] {
		return this.subscribers.filter(({ prepare }) => !prepare);
	}

	private get takers(): Subscriber[] {
		return this.subscribers.filter(({ isTest }) => !isTest);
	}

	/** Does what could not be done when the trigger was activated, until it is done or can't be. */
	private async prepare({ subscriber, leaving: { signal } }: Joined): Promise<void> {
		const outage = new Outage(this.shared.clock);
		while (subscriber.prepare && !signal.aborted) {
			const failure = await subscriber.prepare(signal);
			if (signal.aborted) return;
			if (!failure) {
				subscriber.prepare = undefined;
				outage.end(subscriber.logger);
				this.shared.tellChange();
				return;
			}
			const lasting = mayPass(failure)
				? await outage.waitOut(failure, subscriber.logger, signal)
				: failure;
			if (lasting) this.fail([subscriber], lasting);
		}
	}

	/** n8n is told when it ends for any other reason than that everybody has left. */
	private async listen(signal: AbortSignal): Promise<void> {
		try {
			while (!signal.aborted) await this.look(signal);
		} catch {
			this.fail(this.subscribers, failureOf('stuck', 'STUCK'));
		}
	}

	private async look(signal: AbortSignal): Promise<void> {
		if (this.ready.length === 0) {
			await this.shared.waitForChange(Infinity);
			return;
		}
		const askedAt = this.shared.clock.now();
		const received = await this.requests.receive(signal);
		// Nobody is given what belongs to another account than that of its credential by now.
		await this.endChanged();
		if (signal.aborted) return;
		if (received) await this.handle(received, signal);
		else if (this.shared.clock.now() - askedAt < LOOK_AGAIN_MS) {
			await wait(this.shared.clock, signal, LOOK_AGAIN_MS);
		}
	}

	/** Ends the triggers whose credential is not for the account any more, or can't be read. */
	async endChanged(): Promise<void> {
		const check = async (subscriber: Subscriber) => {
			const failure = await subscriber.checkAccount().catch(() => failureOf('stuck', 'STUCK'));
			if (failure) this.fail([subscriber], failure);
		};
		await Promise.all(this.subscribers.map(check));
	}

	/**
	 * Delivers the queue's head to all who want it, and deletes it when nobody is owed it any more. A
	 * text that comes again after its deletion is the same notification, as it has its time in it.
	 */
	private async handle(received: Received, signal: AbortSignal): Promise<void> {
		const { receiptId } = received;
		this.head =
			this.head?.text === received.text
				? Object.assign(this.head, { receiptId })
				: { ...received, since: this.shared.clock.now(), states: new Map() };
		const { head } = this;
		while (!signal.aborted) {
			this.showToTests(head);
			if (signal.aborted) return;
			if (this.takers.length === 0) {
				await this.shared.waitForChange(LOOK_AGAIN_MS);
				return;
			}
			const decision = this.decide(head);
			if (decision.kind === 'delete') {
				await this.requests.delete(head, signal);
				return;
			}
			if (decision.kind === 'wait') await this.shared.waitForChange(decision.ms);
			else for (const key of decision.keys) this.begin(head, key);
		}
	}

	private decide({ notification, states }: Head): HeadDecision {
		const { takers } = this;
		const { roster, clock } = this.shared;
		const wanted = new Map(takers.map((taker) => [taker.key, wants(taker, notification)]));
		return decideHead(wanted, (key) => states.get(key), roster, clock.now());
	}

	private isDoneByAll(head: Head): boolean {
		const isDone = [...head.states.values()].every((state) => state === 'done');
		return isDone && this.decide(head).kind === 'delete';
	}

	/** A test is over with the first notification that it wants. */
	private showToTests(head: Head): void {
		for (const test of this.subscribers.filter(({ isTest }) => isTest)) {
			if (wants(test, head.notification)) {
				this.leave(test);
				void this.start(test, head);
			} else if (
				this.takers.length === 0 &&
				this.shared.clock.now() - head.since > TEST_PATIENCE_MS
			) {
				this.fail([test], nothingForATest(typeOf(head.notification)));
			}
		}
	}

	private begin(head: Head, key: string): void {
		this.deliver(head, key).catch(() => this.fail(this.subscribers, failureOf('stuck', 'STUCK')));
	}

	private async deliver(head: Head, key: string): Promise<void> {
		head.states.set(key, 'running');
		let last = this.joined.get(key)?.subscriber;
		const present = () => {
			const joined = this.joined.get(key);
			last = joined?.subscriber ?? last;
			return joined;
		};
		head.states.set(key, await this.deliverUntilDone(head, present));
		this.shared.tellChange();
		// Its work was done after everybody had left: one try, as it may come again.
		if (!this.stopping && last && this.head === head && this.isDoneByAll(head)) {
			await last.send(deletionOf(head));
		}
	}

	/**
	 * A trigger that left and came back goes on where it was, unless it came back with other wishes.
	 *
	 * @returns whether the trigger is done with it, or has no more use for it for now
	 */
	private async deliverUntilDone(
		head: Head,
		present: () => Joined | undefined,
	): Promise<'done' | 'dropped'> {
		const { starts } = this.shared;
		let deliveries = 0;
		for (let joined = present(); joined; joined = present()) {
			const { subscriber, leaving } = joined;
			if (!wants(subscriber, head.notification)) return 'dropped';
			const failure = deliveries > 0 ? await subscriber.checkAccount() : undefined;
			if (failure) this.fail([subscriber], failure);
			if (leaving.signal.aborted) continue;
			const ending = await this.start(subscriber, head);
			deliveries += 1;
			const canStart = starts.canWithout(head.text);
			const next = afterDelivery(ending, deliveries, subscriber, canStart);
			// Of what is deleted immediately it is not known whether n8n has started anything.
			if (ending === 'succeeded' || ending === 'failed') {
				if (subscriber.deletion !== 'immediately') starts.succeed();
			} else if (!canStart && deliveries === subscriber.maxDeliveries && !next.isDone) {
				subscriber.logger.warn(
					`GREEN-API Trigger: n8n starts no executions; the notification stays in the queue: ${labelOf(head)}`,
				);
			}
			if (next.isDone) {
				if (next.gaveUp) {
					if (ending === 'notStarted') starts.giveUp(head.text);
					subscriber.logger.warn(
						`GREEN-API Trigger: none of ${deliveries} deliveries of a notification succeeded; it is deleted from the queue: ${labelOf(head)}`,
					);
				}
				return 'done';
			}
			await wait(this.shared.clock, leaving.signal, next.waitMs);
		}
		return 'dropped';
	}

	/** @returns how the execution ended; its end is not waited for beyond the trigger's limit */
	private async start(subscriber: Subscriber, head: Head): Promise<Ending> {
		const { logger, maxExecutionMs } = subscriber;
		try {
			const execution = subscriber.start(head.copy());
			const ending = await this.shared.timetable.inTime(execution, maxExecutionMs);
			if (ending !== CANCELLED) return ending;
			logger.warn(
				`GREEN-API Trigger: n8n has not told the end of an execution for ${maxExecutionMs / 60_000} minutes; it counts as failed: ${labelOf(head)}`,
			);
			return 'failed';
		} catch {
			logger.warn(
				`GREEN-API Trigger: no execution could be started with a notification: ${labelOf(head)}`,
			);
			return 'refused';
		}
	}
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** The listeners of a process, by account, and what they share. */
export class Listeners {
	readonly roster = new Roster();
	readonly starts = new Starts();
	private readonly kept = new Map<string, { listener: Listener; usedAt: number }>();
	/** Ends a wait for something to change. */
	private change = new AbortController();

	/** @param clock what time it is; @param timetable what has to be done later */
	constructor(
		readonly clock: Clock,
		readonly timetable: Timetable,
	) {}

	/** How many are kept. */
	get size(): number {
		return this.kept.size;
	}

	/**
	 * @param account its key
	 * @returns what all triggers of the account share; not to be held on to by who does not use it
	 */
	of(account: string): Listener {
		if (this.kept.size === 0) this.lookLater();
		const listener = this.kept.get(account)?.listener ?? new Listener(this);
		this.kept.set(account, { listener, usedAt: this.clock.now() });
		return listener;
	}

	/**
	 * While a trigger is being activated nothing is deleted that it may be owed.
	 *
	 * @param key of the trigger
	 * @param activate reads its credential, activates it, and joins on the way
	 * @returns what `activate` gives
	 * @throws what `activate` throws
	 */
	async whileActivating<T>(key: string, activate: () => Promise<T>): Promise<T> {
		this.roster.beginActivation(this.clock.now());
		let isActive = false;
		try {
			const result = await activate();
			isActive = true;
			return result;
		} finally {
			if (!isActive) this.roster.refuse(key, this.clock.now());
			this.roster.endActivation(this.clock.now());
			this.tellChange();
		}
	}

	/** Lets all listeners look at what may be deleted by now. */
	tellChange(): void {
		this.change.abort();
		this.change = new AbortController();
	}

	/** @param ms how long, at most */
	async waitForChange(ms: number): Promise<void> {
		await wait(this.clock, this.change.signal, ms);
	}

	/** Ends the triggers whose credential was changed, whatever they do for the moment. */
	endChanged(): void {
		for (const { listener } of this.kept.values()) void listener.endChanged();
	}

	private lookLater(): void {
		this.timetable.after(MINUTE_MS, () => this.look());
	}

	private look(): void {
		const now = this.clock.now();
		for (const [account, kept] of this.kept) {
			if (!kept.listener.isIdle) kept.usedAt = now;
			else if (now - kept.usedAt >= HOUR_MS) this.kept.delete(account);
		}
		this.endChanged();
		if (this.kept.size > 0) this.lookLater();
	}
}

/** n8n loads this module once in a process. */
export const listeners = new Listeners(systemClock, processTimetable);
