/** What a request that brought no answer means for who listens to a queue. Decides only. */

import { type Failure, isNetworkFault } from '../shared/green-api/failures';
import type { GreenApiMethod } from '../shared/green-api/methods';

/**
 * `retry`: it passes by itself; `gone`: there is nothing left to do; `nothing`: no notification
 * came; `end`: the credential is no good until somebody does something about it.
 */
export type Verdict = 'retry' | 'gone' | 'nothing' | 'end';

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/** Proxies end connections on which nothing comes, many of them after a minute, some after half. */
const IDLE_MS = 29_000;
const CUT_WHILE_IDLE = /^(ECONNRESET|EPIPE|ERR_BAD_RESPONSE|408|499|502|504)$/;

/**
 * A server that can't be found or trusted for the moment ends no listening: what worked before is
 * most likely the network of this n8n.
 *
 * @returns whether it may pass by itself
 */
export function mayPass(failure: Failure): boolean {
	return failure.kind === 'transient' || isNetworkFault(failure);
}

/**
 * @param method which was asked
 * @param failure what came of it
 * @param elapsedMs how long that took
 */
export function judge(method: GreenApiMethod, failure: Failure, elapsedMs: number): Verdict {
	const { kind, code } = failure;
	if (method === 'receiveNotification' && elapsedMs > IDLE_MS && CUT_WHILE_IDLE.test(code)) {
		return 'nothing';
	}
	if (kind === 'instance' && !mayPass(failure)) return 'end';
	if (method === 'deleteNotification' && kind === 'item' && /^\d+$/.test(code)) return 'gone';
	return 'retry';
}

/**
 * @param tries how many in a row brought nothing
 * @param failure what the last one came to
 * @returns how long to wait before the next, in ms: 1, 2, 4 … 30 s, or what the server asks for
 */
export function retryWait(tries: number, { retryAfterMs = 0 }: Partial<Failure> = {}): number {
	const waitMs = FIRST_WAIT_MS * 2 ** (tries - 1);
	return Math.min(LONGEST_WAIT_MS, Math.max(waitMs, retryAfterMs));
}
