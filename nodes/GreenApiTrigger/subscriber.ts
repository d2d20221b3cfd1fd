import type { Answer, Outcome } from '../shared/green-api/answer';
import type { Failure } from '../shared/green-api/failures';
import type { GreenApiRequest } from '../shared/green-api/methods';
import type { Notification } from './notification';
import type { Deletion, Ending } from './afterExecution';
import type { TriggerLogger } from './outage';

/** Sends one request, once, unless the signal ends it; the promise never rejects. */
export type Send = (request: GreenApiRequest, signal?: AbortSignal) => Promise<Outcome<Answer>>;

/** A trigger that listens. */
export interface Subscriber {
	/** The same for each activation of a trigger. */
	key: string;
	/** Stands for the credential, which `send` sends with. */
	credential: string;
	/** A test in the editor takes one notification and leaves the queue as it is. */
	isTest: boolean;
	deletion: Deletion;
	/** For `executionSucceeds`. */
	maxDeliveries: number;
	logger: TriggerLogger;
	send: Send;
	wants(notification: Notification): boolean;
	/** Starts an execution; resolves when the notification may be deleted. May never resolve. */
	start(notification: Notification): Promise<Ending>;
	/** The trigger has left and is told why. */
	fail(failure: Failure): void;
	/** What could not be done when it was activated, as the instance was starting. */
	prepare?: ((signal: AbortSignal) => Promise<Failure | undefined>) | undefined;
}
