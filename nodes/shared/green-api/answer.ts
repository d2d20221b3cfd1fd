/** From what came over the wire to an answer or a failure. */

import { type Failure, failureOf, failureOfReason, failureOfStatus } from './failures';
import type { ServerLimit } from './responseHeaders';

/** What a request brought, as a value: nothing here is thrown. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; failure: Failure };

/** What one try brought, and what the server said of its limit on the way, refusing or not. */
export type Reply = Outcome<Answer> & { limit?: ServerLimit };

/**
 * What an answer's JSON is: an object or a list. `objectOrNull` is for methods that answer `null`
 * where there is nothing to tell, `objectOrNothing` for those that answer an empty body, too.
 */
export type AnswerKind = 'object' | 'objectOrNull' | 'objectOrNothing' | 'list';

/** What a field has to hold to be the result. */
export type ResultForm = keyof typeof RESULT_FORMS;

/** What a method's answers are. */
export interface AnswerForm {
	answer: AnswerKind;
	/**
	 * The fields of an object that hold the result: one of them is in every answer. Absent: any
	 * object will do.
	 */
	result?: Readonly<Record<string, ResultForm>>;
}

/** An answer that is whole: several may read it, and each gets objects of its own. */
export class Answer {
	/** Whether GREEN-API answered `null`, as it does for groups. */
	readonly isNull: boolean;
	/** Whether it tells of nothing: `null`, or an empty list. Who asks again may be told more. */
	readonly isEmpty: boolean;

	/**
	 * @param text JSON
	 * @param parsed the same, for the first who reads it
	 * @param isNull whether GREEN-API answered `null`, whatever the text has by now
	 */
	constructor(
		readonly text: string,
		private parsed: unknown = JSON.parse(text),
		isNull = parsed === null,
	) {
		this.isNull = isNull;
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
	 * @returns an answer that has them, too; it is as null as this one
	 */
	with(fields: object): Answer {
		const all = { ...this.read<object | null>(), ...fields };
		return new Answer(JSON.stringify(all), all, this.isNull);
	}
}

/** Flags say little beside a reason: getAvatar's `available` is true where it met a limit. */
function isSaid(value: unknown): boolean {
	return typeof value === 'object'
		? Object.keys(value ?? {}).length > 0
		: !!value && value !== true;
}

/** Whether a value is the result, and whether it is one beside a `reason`. */
const RESULT_FORMS = {
	/** `true` where it was done. */
	done: [(value) => value === true, (value) => value === true],
	/** With a reason, `false` says that nothing is known. */
	yesOrNo: [(value) => typeof value === 'boolean', (value) => value === true],
	/** A reason explains the `false`. */
	explained: [(value) => typeof value === 'boolean', (value) => typeof value === 'boolean'],
	any: [() => true, isSaid],
	/** What the request itself says. */
	echo: [() => true, () => false],
} as const satisfies Record<string, ReadonlyArray<(value: unknown) => boolean>>;

function hasResult(parsed: object, form: AnswerForm['result'], isBesideReason: boolean): boolean {
	return Object.entries(parsed).some(([field, value]) => {
		if (!form) return !isBesideReason || (field !== 'reason' && isSaid(value));
		if (!Object.hasOwn(form, field)) return false;
		return RESULT_FORMS[form[field] ?? 'any'][isBesideReason ? 1 : 0](value);
	});
}

/** @returns what GREEN-API says in place of a result */
function reasonIn(parsed: unknown, form: AnswerForm['result']): string | undefined {
	if (typeof parsed !== 'object' || parsed === null || !('reason' in parsed)) return undefined;
	const { reason } = parsed;
	const isReason = typeof reason === 'string' && reason !== '';
	return isReason && !hasResult(parsed, form, true) ? reason : undefined;
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

/** Real ones have 50 characters; a shorter text than this may be found anywhere. */
const SHORTEST_TOKEN = 8;
/** A character of a token as JSON or a URL may have it, written so several times over. */
const ESCAPED = /(?:\\{1,8}u00|%(?:25)*)([0-7][\da-f])/gi;
const REDACTED = '[API token]';

/** GREEN-API repeats the path of requests that it refuses, and the token with it. */
function holdsToken(body: string, token: string): boolean {
	if (token.length < SHORTEST_TOKEN) return false;
	const plain = body.replace(ESCAPED, (_all, code: string) =>
		String.fromCharCode(Number.parseInt(code, 16)),
	);
	const wanted = token.toLowerCase();
	return [body, plain].some((text) => text.toLowerCase().includes(wanted));
}

/** @returns the body that may be read: none where it holds the token */
function withoutToken(body: string, token: string, answer: AnswerKind): string | undefined {
	if (!holdsToken(body, token)) return body;
	// What somebody wrote in a message is no reason to block the queue.
	const isNotification = answer === 'objectOrNothing' && /"receiptId"/.test(body);
	return isNotification ? body.replaceAll(token, REDACTED) : undefined;
}

function fits(parsed: unknown, { answer, result }: AnswerForm): boolean {
	if (Array.isArray(parsed)) return answer === 'list';
	if (parsed === null) return answer === 'objectOrNull' || answer === 'objectOrNothing';
	if (typeof parsed !== 'object' || answer === 'list') return false;
	return !result || hasResult(parsed, result, false);
}

interface Asked {
	/** Whether the request names a chat. */
	namesChat?: boolean;
	/** The request's API token: an answer that holds it is none. */
	token?: string;
}

/**
 * @param status HTTP status
 * @param body the body as text, exactly as sent
 * @param form what the method's answers are
 * @param asked what is known of the request
 * @returns the answer, or the failure in its place: a refusal, with whatever status, a cut-off
 *   answer, a proxy's page, a body that repeats the API token. A notification that holds the token
 *   loses it.
 */
export function readAnswer(
	status: number,
	body: string,
	form: AnswerForm,
	{ namesChat = true, token = '' }: Asked = {},
): Outcome<Answer> {
	if (status < 200 || status > 299) {
		return { ok: false, failure: failureOfStatus(status, body, namesChat) };
	}
	const { answer, result } = form;
	if (answer === 'objectOrNothing' && body.trim() === '') {
		return { ok: true, value: new Answer('null') };
	}
	try {
		const parsed: unknown = JSON.parse(body);
		const reason = reasonIn(parsed, result);
		if (reason !== undefined) {
			return { ok: false, failure: failureOfReason(status, reason, namesChat) };
		}
		if (isQuota(parsed)) return { ok: false, failure: failureOfStatus(466, body, namesChat) };
		const text = withoutToken(body, token, answer);
		if (text !== undefined && fits(parsed, form)) {
			return { ok: true, value: new Answer(text, text === body ? parsed : undefined) };
		}
		const isUndone = typeof parsed === 'object' && Object.values(result ?? {}).includes('done');
		if (isUndone) return { ok: false, failure: failureOf('notDone', String(status)) };
	} catch {
		// Cut-off JSON and pages come to the same as JSON of another kind.
	}
	return { ok: false, failure: failureOf('notJson', String(status)) };
}
