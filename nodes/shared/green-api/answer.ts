/** From what came over the wire to an answer or a failure. */

import { type Failure, failureOf, failureOfReason, failureOfStatus } from './failures';
import type { ServerLimit } from './serverLimit';

/** What a request brought, as a value: nothing here is thrown. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; failure: Failure };

/** What one try brought, and what the server said of its limit on the way, refusing or not. */
export type Reply = Outcome<Answer> & { limit?: ServerLimit };

/**
 * What an answer's JSON is: an object or null where there is nothing to tell, or a list.
 * `objectOrNothing` is for methods that tell the same by an empty body.
 */
export type AnswerKind = 'object' | 'list' | 'objectOrNothing';

/** An answer that is whole: several may read it, and each gets objects of its own. */
export class Answer {
	/** Whether GREEN-API answered `null`, as it does for groups. */
	readonly isNull: boolean;
	/** Whether it tells of nothing: `null`, or an empty list. Who asks again may be told more. */
	readonly isEmpty: boolean;

	/**
	 * @param text JSON
	 * @param parsed the same, for the first who reads it
	 */
	constructor(
		readonly text: string,
		private parsed: unknown = JSON.parse(text),
	) {
		this.isNull = parsed === null;
		this.isEmpty = this.isNull || (Array.isArray(parsed) && parsed.length === 0);
	}

	/** @returns the parsed JSON, a new object each time */
	read<T>(): T {
		const value: unknown = this.parsed ?? JSON.parse(this.text);
		this.parsed = undefined;
		return value as T;
	}
}

function kindOf(value: unknown): AnswerKind | undefined {
	if (Array.isArray(value)) return 'list';
	return typeof value === 'object' ? 'object' : undefined;
}

/** @returns what GREEN-API says in place of a result, where it says nothing else */
function reasonIn(parsed: unknown): string | undefined {
	if (typeof parsed !== 'object' || parsed === null || !('reason' in parsed)) return undefined;
	const { reason, ...rest } = parsed as { reason: unknown; status?: unknown };
	const hasResult = Object.keys(rest).some((key) => key !== 'status' || rest.status !== false);
	return typeof reason === 'string' && reason !== '' && !hasResult ? reason : undefined;
}

/**
 * @param status HTTP status
 * @param body the body as text, exactly as sent
 * @param expected what the method's answers are
 * @param namesChat whether the request names a chat
 * @returns the answer, or the failure that stands in its place: a refusal, with whatever status, a
 *   cut-off answer, a proxy's page
 */
export function readAnswer(
	status: number,
	body: string,
	expected: AnswerKind,
	namesChat = true,
): Outcome<Answer> {
	if (status < 200 || status > 299) {
		return { ok: false, failure: failureOfStatus(status, body, namesChat) };
	}
	const mayBeEmpty = expected === 'objectOrNothing';
	if (mayBeEmpty && body.trim() === '') return { ok: true, value: new Answer('null') };
	try {
		const parsed: unknown = JSON.parse(body);
		const reason = reasonIn(parsed);
		if (reason !== undefined) {
			return { ok: false, failure: failureOfReason(status, reason, namesChat) };
		}
		if (kindOf(parsed) === (mayBeEmpty ? 'object' : expected)) {
			return { ok: true, value: new Answer(body, parsed) };
		}
	} catch {
		// Cut-off JSON and pages come to the same as JSON of another kind.
	}
	return { ok: false, failure: failureOf('notJson', String(status)) };
}

/**
 * @param outcome of a request
 * @param field of the answer which is `true` when GREEN-API did what was asked; undefined where it
 *   need not say so
 * @returns the same, or the failure that an answer without it is
 */
export function confirmed(outcome: Outcome<Answer>, field: string | undefined): Outcome<Answer> {
	if (!outcome.ok || field === undefined) return outcome;
	const answer = JSON.parse(outcome.value.text) as Record<string, unknown> | null;
	return answer?.[field] === true ? outcome : { ok: false, failure: failureOf('notDone', '200') };
}
