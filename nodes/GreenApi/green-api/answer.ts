/** From what came over the wire to a value or a failure. */

import { type Failure, failureOfBody, failureOfStatus } from './failures';

/** What a request brought, as a value: nothing here is thrown. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; failure: Failure };

/**
 * @param status HTTP status
 * @param body the body as text, exactly as sent
 * @returns the parsed JSON of a 2xx answer (null where GREEN-API answers null, as for groups), or
 *   the failure that the answer stands for
 */
export function readAnswer(status: number, body: string): Outcome<unknown> {
	if (status < 200 || status > 299) return { ok: false, failure: failureOfStatus(status, body) };
	try {
		return { ok: true, value: JSON.parse(body) };
	} catch {
		return { ok: false, failure: failureOfBody(status) };
	}
}

/**
 * @param outcome the outcome of a request whose answer is a JSON object or null
 * @returns the same, or a failure where the JSON is something else
 */
export function expectObject<T extends object>(outcome: Outcome<unknown>): Outcome<T | null> {
	if (!outcome.ok) return outcome;
	const { value } = outcome;
	return typeof value === 'object' && !Array.isArray(value)
		? { ok: true, value: value as T | null }
		: { ok: false, failure: failureOfBody(200) };
}
