/** From what came over the wire to an answer or a failure. */

import { type Failure, failureOf, failureOfReason, failureOfStatus } from './failures';
import type { ServerLimit } from './responseHeaders';

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

	/**
	 * @param fields what another answer says of the same chat
	 * @returns an answer that has them, too
	 */
	with(fields: object): Answer {
		return new Answer(JSON.stringify({ ...this.read<object | null>(), ...fields }));
	}
}

function kindOf(value: unknown): AnswerKind | undefined {
	if (Array.isArray(value)) return 'list';
	return typeof value === 'object' ? 'object' : undefined;
}

/**
 * Flags say little beside a reason: getAvatar's `available` is true where it met a limit. Deletions
 * from the queue are answered with `result`, and with a reason where there was nothing to delete.
 */
function isResult([name, value]: [string, unknown]): boolean {
	const isFlag = typeof value === 'boolean';
	const isEmpty = !value || (typeof value === 'object' && Object.keys(value).length === 0);
	return name === 'result' || !(isFlag || isEmpty);
}

/** @returns what GREEN-API says in place of a result, where it says nothing else */
function reasonIn(parsed: unknown): string | undefined {
	if (typeof parsed !== 'object' || parsed === null || !('reason' in parsed)) return undefined;
	const { reason, ...rest } = parsed;
	const hasResult = Object.entries(rest).some(isResult);
	return typeof reason === 'string' && reason !== '' && !hasResult ? reason : undefined;
}

interface Quota {
	status?: unknown;
	invokeStatus?: Quota | null;
	correspondentsStatus?: Quota | null;
}

/** @returns whether it is what GREEN-API sends with status 466, in its wrapper or without */
function isQuota(parsed: unknown): boolean {
	if (typeof parsed !== 'object' || parsed === null) return false;
	const { status, invokeStatus, correspondentsStatus } = parsed as Quota;
	return [status, invokeStatus?.status, correspondentsStatus?.status].some(
		(told) => typeof told === 'string' && /QUOT[AE]_EXCEEDED$/.test(told),
	);
}

/** The path of a request, which has the API token in it; slashes are escaped at times. */
const REQUEST_PATH = /waInstance\d+(?:\\?\/|%2F|\\u002F)/i;

/**
 * GREEN-API repeats the path of requests that it refuses. What other people write, in messages that
 * are received and in lists of chats, may look like one, and is no reason to lose the rest.
 */
function repeatsPath(body: string, parsed: unknown, expected: AnswerKind): boolean {
	const isOfOthers =
		expected === 'list' ||
		(expected === 'objectOrNothing' && Object.hasOwn(parsed ?? {}, 'receiptId'));
	return !isOfOthers && REQUEST_PATH.test(body);
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
		if (isQuota(parsed)) return { ok: false, failure: failureOfStatus(466, body, namesChat) };
		const isExpected = kindOf(parsed) === (mayBeEmpty ? 'object' : expected);
		if (isExpected && !repeatsPath(body, parsed, expected)) {
			return { ok: true, value: new Answer(body, parsed) };
		}
	} catch {
		// Cut-off JSON and pages come to the same as JSON of another kind.
	}
	return { ok: false, failure: failureOf('notJson', String(status)) };
}

/**
 * @param outcome of a request
 * @param method which field says that it was done, or holds the answer; neither: any answer will do
 * @returns the same, or the failure that an answer without the field is
 */
export function confirmed(
	outcome: Outcome<Answer>,
	{ confirmedBy, answeredBy }: { confirmedBy?: string; answeredBy?: string },
): Outcome<Answer> {
	const field = confirmedBy ?? answeredBy;
	if (!outcome.ok || field === undefined) return outcome;
	const value = (JSON.parse(outcome.value.text) as Record<string, unknown> | null)?.[field];
	if (value === true || (answeredBy !== undefined && value === false)) return outcome;
	return { ok: false, failure: failureOf(confirmedBy ? 'notDone' : 'notJson', '200') };
}
