import type { Failure } from '../shared/green-api/failures';
import type { Clock } from '../shared/time';
import { Outage } from './outage';
import type { Subscriber } from './subscriber';
import { mayPass } from './verdict';

/**
 * Does what could not be done when the trigger was activated.
 *
 * @param subscriber is ready afterwards: it has nothing left to prepare
 * @param clock what time it is
 * @param signal ends it
 * @returns what stands against it and won't pass by itself
 */
export async function prepare(
	subscriber: Subscriber,
	clock: Clock,
	signal: AbortSignal,
): Promise<Failure | undefined> {
	const outage = new Outage(clock);
	while (subscriber.prepare) {
		const failure = await subscriber.prepare(signal);
		if (signal.aborted) return undefined;
		if (!failure) {
			subscriber.prepare = undefined;
			outage.end(subscriber.logger);
		} else if (mayPass(failure)) {
			await outage.waitOut(failure, subscriber.logger, signal);
			if (signal.aborted) return undefined;
		} else return failure;
	}
	return undefined;
}
