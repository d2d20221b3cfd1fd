/** What becomes of a notification when the execution that it started is over. Decides only. */

import type { IRun } from 'n8n-workflow';

/** When a notification is deleted from the queue, as far as one trigger goes. */
export type Deletion = 'executionFinishes' | 'executionSucceeds' | 'immediately';

/** `notStarted`: n8n could not start the execution, or stopped it because it shuts down itself. */
export type Ending = 'succeeded' | 'failed' | 'notStarted';

export type AfterExecution =
	/** `gaveUp`: it never succeeded. */
	{ isDone: true; gaveUp: boolean } | { isDone: false; waitMs: number };

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

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

/** @returns how long to wait before the next delivery, after so many: 1, 2, 4 … 60 s, in ms */
export function waitAfter(deliveries: number): number {
	return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (deliveries - 1));
}

/**
 * @param ending how the last execution ended
 * @param deliveries how often the notification was delivered
 * @param executions how many of these were started
 * @returns whether the trigger is done with it, or how long to wait before it is delivered again
 */
export function afterExecution(
	ending: Ending,
	deliveries: number,
	executions: number,
	{ deletion, maxDeliveries }: { deletion: Deletion; maxDeliveries: number },
): AfterExecution {
	if (ending === 'notStarted') return { isDone: false, waitMs: waitAfter(deliveries) };
	if (ending === 'succeeded' || deletion !== 'executionSucceeds') {
		return { isDone: true, gaveUp: false };
	}
	return executions >= maxDeliveries
		? { isDone: true, gaveUp: true }
		: { isDone: false, waitMs: waitAfter(deliveries) };
}
