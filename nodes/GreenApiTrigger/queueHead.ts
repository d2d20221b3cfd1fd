/** The notification at the head of the queue, and who has to do with it. Decides only. */

import type { Notification, Received } from './notification';

/** What became of a notification with one trigger. `dropped`: it has to be delivered again. */
export interface Delivery {
	state: 'running' | 'done' | 'dropped';
	/** When its trigger left before it was done, in ms; undefined while it is there. */
	leftAt?: number | undefined;
}

/** The queue's head as this process knows it. */
export interface Head extends Received {
	/** The notification's JSON: the same one may come with another receipt. */
	text: string;
	/** When it was first seen, in ms. */
	since: number;
	/** By the trigger's key. */
	deliveries: Map<string, Delivery>;
	/** How often GREEN-API said that it is gone. */
	timesGone: number;
}

export type HeadDecision =
	/** Some have not got it yet. */
	| { kind: 'deliver'; keys: string[] }
	/** Until something changes, and for no longer than `ms`. */
	| { kind: 'wait'; ms: number }
	| { kind: 'delete' };

/** Who asks for notifications, as far as the decision goes. */
interface Taker {
	wants(notification: Notification): boolean;
}

/** Longer than n8n takes to bring a changed workflow back. */
const GRACE_MS = 10_000;

/**
 * @param received what came
 * @param former the head before it
 * @param now what time it is, in ms
 * @returns the head: what is known of it already, where it came before
 */
export function headOf(received: Received, former: Head | undefined, now: number): Head {
	const text = JSON.stringify(received.notification);
	if (former && (former.receiptId === received.receiptId || former.text === text)) {
		return Object.assign(former, { receiptId: received.receiptId });
	}
	return { ...received, text, since: now, deliveries: new Map(), timesGone: 0 };
}

/**
 * A notification is deleted when all triggers who got it are done, at once when none wants it. One
 * who left before it was done is waited for a moment, because a workflow that is saved leaves and
 * comes back, and is then owed it still.
 *
 * @param head the notification
 * @param takers the triggers that are there, by their keys
 * @param now what time it is, in ms
 * @returns what to do next
 */
export function decideHead(
	{ notification, deliveries }: Head,
	takers: ReadonlyMap<string, Taker>,
	now: number,
): HeadDecision {
	const wanting = [...takers].filter(([, taker]) => taker.wants(notification));
	const stateOf = (key: string) => deliveries.get(key)?.state ?? 'dropped';
	const keys = wanting.map(([key]) => key).filter((key) => stateOf(key) === 'dropped');
	if (keys.length > 0) return { kind: 'deliver', keys };
	// Whoever came back with other wishes still works on what it got.
	const isRunning = [...takers.keys()].some((key) => stateOf(key) === 'running');
	if (isRunning) return { kind: 'wait', ms: Infinity };

	const left = [...deliveries.values()].filter(
		({ state, leftAt }) => state !== 'done' && leftAt !== undefined,
	);
	const until = Math.max(...left.map(({ leftAt = 0 }) => leftAt + GRACE_MS));
	return now < until ? { kind: 'wait', ms: until - now } : { kind: 'delete' };
}
