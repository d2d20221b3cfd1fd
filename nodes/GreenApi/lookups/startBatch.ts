/** How a batch of lookups runs. Knows neither n8n's items nor GREEN-API's addresses. */

import type { Outcome } from '../green-api/answer';
import type { GreenApiRequest } from '../green-api/request';

/** Asks GREEN-API one thing; the promise never rejects. */
export type LookUp = (request: GreenApiRequest) => Promise<Outcome<unknown>>;

export interface BatchOptions {
	/** End the batch at the first failure of any kind; else only at one that concerns all of it. */
	stopOnFailure: boolean;
}

/**
 * Starts a batch of lookups, which run one after another in the order they are asked for. A batch
 * ends where going on makes no sense: nothing more is sent, and what was still to come carries the
 * failure that ended it.
 *
 * @param send sends one request
 * @param options when to end early
 * @returns a function that takes a request and gives its outcome once its turn came
 */
export function startBatch(send: LookUp, { stopOnFailure }: BatchOptions): LookUp {
	let ended: Outcome<unknown> | undefined;
	let previous: Promise<unknown> = Promise.resolve();

	const sendInTurn: LookUp = async (request) => {
		if (ended) return ended;
		const outcome = await send(request);
		if (!outcome.ok && (stopOnFailure || outcome.failure.kind === 'instance')) ended = outcome;
		return outcome;
	};

	return async (request) => {
		const turn = previous.then(async () => await sendInTurn(request));
		previous = turn;
		return await turn;
	};
}
