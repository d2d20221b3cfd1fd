/** Changes to the address book, and whether GREEN-API made them. */

import type { Failure } from '../../shared/green-api/failures';
import type { LookUp, LookUpOutcome, LookUpRequest } from '../../shared/queue/startBatch';

const NOT_MADE: Failure = {
	kind: 'item',
	message: "GREEN-API did not change the phone's address book",
	description: 'Check that the phone is on and connected, then run the workflow again.',
	code: '200',
};

/**
 * addContact, editContact and deleteContact answer with their own name and `true` (GREEN-API
 * documentation). Each is sent again when its answer got lost: doing it twice is the same.
 *
 * @param request one of the three
 * @param lookUp asks one question
 * @returns the outcome; a failure where GREEN-API did not do it
 */
export async function askToChange(request: LookUpRequest, lookUp: LookUp): Promise<LookUpOutcome> {
	const outcome = await lookUp(request);
	if (!outcome.ok) return outcome;
	const isMade = outcome.value.read<Record<string, unknown> | null>()?.[request.method] === true;
	return isMade ? outcome : { ok: false, failure: NOT_MADE, inherited: false };
}
