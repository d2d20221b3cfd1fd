/** Who is owed the notification at the head of the queue, and when it is deleted. Decides only. */

import type { IRun } from 'n8n-workflow';

/** When a notification is deleted from the queue, as far as one trigger goes. */
export type Deletion = 'executionFinishes' | 'executionSucceeds' | 'immediately';

/**
 * `refused`: the item could not be made of the notification, or n8n did not take it. `notStarted`: n8n
 * took it and could not run it.
 */
export type Ending = 'succeeded' | 'failed' | 'refused' | 'notStarted';

/** What became of a notification with one trigger. `dropped`: it has to be delivered again. */
export type DeliveryState = 'running' | 'done' | 'dropped';

/**
 * For how long no trigger may have come or gone before a notification is deleted that others may be
 * owed. It is longer than n8n takes from one workflow to the next when it starts (0.1 to 3 s), than a
 * slow save (11 s), and than the first waits of n8n before it activates a workflow again (1, 2, 4, 8,
 * 16 s; n8n 2.41, `addQueuedWorkflowActivation`).
 */
export const QUIET_MS = 20_000;

/**
 * Nor is it deleted when the process is younger. An n8n that was killed while it activated a workflow
 * holds a lease on that for 2 minutes, and the next process looks for such leases every 15 s (n8n
 * 2.41, `claimNextPendingRecord`, `publicationOutboxLeaseSeconds`).
 */
export const START_MS = 150_000;

/**
 * The triggers of the process that come and go, whatever their accounts: n8n starts the workflows of
 * all accounts one after another, and which account a trigger is of may have changed, or can't be read
 * for the moment. A trigger that comes for the first time is the first of several, most likely; one
 * that left is coming back, most likely, as a saved workflow does.
 */
export class Roster {
	private activating = 0;
	private changedAt = -Infinity;
	private hasNewcomer = false;
	/** Keys of triggers that left since the last quiet time and have not come back. */
	private readonly missing = new Set<string>();

	/** Whether a trigger is being activated. */
	get isActivating(): boolean {
		return this.activating > 0;
	}

	/** A trigger is being activated, up to `endActivation`. @param now in ms since the process began */
	beginActivation(now: number): void {
		this.change(now);
		this.activating += 1;
	}

	/** @param now in ms */
	endActivation(now: number): void {
		this.change(now);
		this.activating -= 1;
	}

	/** @param key of a trigger that listens from now on; @param now in ms */
	join(key: string, now: number): void {
		this.change(now);
		this.hasNewcomer = !this.missing.delete(key) || this.hasNewcomer;
	}

	/** @param key of a trigger that has left; @param now in ms */
	leave(key: string, now: number): void {
		this.change(now);
		this.missing.add(key);
	}

	/** n8n tries again. @param key of a trigger that could not be activated; @param now in ms */
	refuse(key: string, now: number): void {
		this.change(now);
		this.hasNewcomer = !this.missing.has(key) || this.hasNewcomer;
	}

	/**
	 * @param isDone whether the trigger with this key is done with the head
	 * @returns until when the head may not be deleted, in ms; Infinity: until something changes
	 */
	keptUntil(isDone: (key: string) => boolean): number {
		if (this.isActivating) return Infinity;
		const isOwed = this.hasNewcomer || [...this.missing].some((key) => !isDone(key));
		return isOwed ? this.quietAt : -Infinity;
	}

	private get quietAt(): number {
		return Math.max(this.changedAt + QUIET_MS, START_MS);
	}

	/** Whoever has not come back by the end of a quiet time is not expected any more. */
	private change(now: number): void {
		if (!this.isActivating && now >= this.quietAt) {
			this.hasNewcomer = false;
			this.missing.clear();
		}
		this.changedAt = now;
	}
}

export type HeadDecision =
	/** Some have not got it yet. */
	| { kind: 'deliver'; keys: string[] }
	/** Until something changes, and for no longer than `ms`. */
	| { kind: 'wait'; ms: number }
	| { kind: 'delete' };

/**
 * The head goes to everybody who wants it, at once. It is deleted when they are done and nobody else
 * may be owed it; at once when nobody wants it.
 *
 * @param wants of the triggers that are there, by their keys: whether they want the head
 * @param stateOf gives what became of the head with a trigger; undefined where it has not got it
 * @param roster who may be owed it besides
 * @param now what time it is, in ms
 * @returns what to do next
 */
export function decideHead(
	wants: ReadonlyMap<string, boolean>,
	stateOf: (key: string) => DeliveryState | undefined,
	roster: Pick<Roster, 'keptUntil'>,
	now: number,
): HeadDecision {
	const keys = [...wants]
		.filter(([key, isWanted]) => isWanted && (stateOf(key) ?? 'dropped') === 'dropped')
		.map(([key]) => key);
	if (keys.length > 0) return { kind: 'deliver', keys };
	// A trigger that came back with other wishes still works on what it got.
	if ([...wants.keys()].some((key) => stateOf(key) === 'running')) {
		return { kind: 'wait', ms: Infinity };
	}
	const until = roster.keptUntil((key) => stateOf(key) === 'done');
	return now < until ? { kind: 'wait', ms: until - now } : { kind: 'delete' };
}

export type AfterDelivery =
	/** `gaveUp`: it was delivered as often as it may be, and nothing came of it. */
	{ isDone: true; gaveUp: boolean } | { isDone: false; waitMs: number };

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

/**
 * @param ending how the last delivery ended
 * @param deliveries how often the notification was delivered to the trigger
 * @param canStart whether n8n can start executions, as far as is known: where it can't, the
 *   notification is not to blame
 * @returns whether the trigger is done with it, or how long to wait before it is delivered again: 1,
 *   2, 4 … 60 s, in ms
 */
export function afterDelivery(
	ending: Ending,
	deliveries: number,
	{ deletion, maxDeliveries }: { deletion: Deletion; maxDeliveries: number },
	canStart: boolean,
): AfterDelivery {
	const isOver = ending === 'failed' && deletion !== 'executionSucceeds';
	if (ending === 'succeeded' || isOver) return { isDone: true, gaveUp: false };
	if (deliveries >= maxDeliveries && (ending !== 'notStarted' || canStart)) {
		return { isDone: true, gaveUp: true };
	}
	return {
		isDone: false,
		waitMs: Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (deliveries - 1)),
	};
}

/**
 * Whether n8n can start executions. One notification that it can't start any with may be odd; the
 * next one as well means that n8n can't (a full disk, a database that is down).
 */
export class Starts {
	/** The notification that was given up since n8n last started an execution. */
	private givenUp: string | undefined;

	/** n8n has started an execution. */
	succeed(): void {
		this.givenUp = undefined;
	}

	/** @param text of a notification that n8n could start no execution with */
	giveUp(text: string): void {
		this.givenUp = text;
	}

	/** @param text of a notification @returns whether n8n can start executions without it */
	canWithout(text: string): boolean {
		return this.givenUp === undefined || this.givenUp === text;
	}
}

/**
 * @param run what n8n tells when an execution is over; nothing where it could not be run
 * @returns how it ended; an execution that waits, e.g. in a Wait node, is kept by n8n from then on
 */
export function endingOfRun(run: IRun | undefined): Ending {
	return run?.status === 'success' || run?.status === 'waiting' ? 'succeeded' : 'failed';
}

/**
 * An execution that was stopped by a user or by its time limit is over. Everything else means that
 * the notification's work was not done (n8n 2.41, `ActiveExecutions`, `ExecutionCancelledError`; in
 * n8n 1 the error has no reason, and is no shutdown's).
 *
 * @param error what n8n's promise was rejected with
 * @returns how the execution ended
 */
export function endingOfRejection(error: unknown): Ending {
	const { name, reason } = (error ?? {}) as { name?: unknown; reason?: unknown };
	const isCancelled = /ExecutionCancelledError$/.test(String(name)) || reason !== undefined;
	return isCancelled && reason !== 'shutdown' ? 'failed' : 'notStarted';
}
