/** Hands one notification to one trigger. */

import type { Clock } from '../shared/time';
import type { Notification } from './notification';
import { afterExecution, type Ending } from './afterExecution';
import type { Subscriber } from './subscriber';
import { wait } from './wait';

/** A trigger that has joined. */
export interface Joined {
	subscriber: Subscriber;
	/** Ends what is done for it alone. */
	leaving: AbortController;
}

/** @returns how the execution ended; `notStarted` where n8n threw */
export async function start(subscriber: Subscriber, notification: Notification): Promise<Ending> {
	try {
		return await subscriber.start(notification);
	} catch {
		subscriber.logger.warn(
			'GREEN-API Trigger: n8n could not start an execution for a notification. It stays in the queue',
		);
		return 'notStarted';
	}
}

/**
 * Delivers as often as it takes; a trigger that left and came back goes on where it was, unless it
 * came back with other wishes.
 *
 * @param notification to be delivered
 * @param present the trigger as it is by then; undefined while it is not there
 * @param clock what time it is
 * @returns whether the trigger is done with it, or has no more use for it for now
 */
export async function deliver(
	notification: Notification,
	present: () => Joined | undefined,
	clock: Clock,
): Promise<'done' | 'dropped'> {
	let [deliveries, executions] = [0, 0];
	for (let joined = present(); joined; joined = present()) {
		const { subscriber, leaving } = joined;
		if (!subscriber.wants(notification)) return 'dropped';
		const ending = await start(subscriber, notification);
		deliveries += 1;
		executions += ending === 'notStarted' ? 0 : 1;
		const next = afterExecution(ending, deliveries, executions, subscriber);
		if (next.isDone) {
			if (next.gaveUp) {
				subscriber.logger.warn(
					`GREEN-API Trigger: none of ${executions} executions for a notification succeeded; it is deleted from the queue`,
				);
			}
			return 'done';
		}
		await wait(clock, leaving.signal, next.waitMs);
	}
	return 'dropped';
}
