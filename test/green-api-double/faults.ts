/** What can come in place of an answer, as values, and a table of what GREEN-API's users meet. */

import { STATUS_CODES } from 'node:http';

/** What a fault's texts may be made of. */
export interface RequestContext {
	/** The request's path as it was sent, prefix and token included. */
	path: string;
	httpMethod: string;
	/** The GREEN-API method as documented, e.g. `getContactInfo`; empty where the path names none. */
	method: string;
	/** Empty where the path names none. */
	idInstance: string;
}

type PerRequest<T> = T | ((context: RequestContext) => T);

/** A whole answer, good or bad. */
export interface AnswerFault {
	kind: 'answer';
	status: number;
	/** Default: JSON, or none for an empty body. */
	contentType?: string;
	body: PerRequest<string>;
	headers?: PerRequest<Record<string, string>>;
}

/**
 * - `reset`: the connection is reset before any byte of an answer
 * - `hang`: no answer; the connection stays open until client or double end it
 * - `cutOff`: status 200 and half of the announced body, then the connection is closed
 * - `cutOffJson`: status 200 and half of the JSON text, properly ended
 * - `drip`: status 200 and the whole answer, a byte every 300 ms
 */
export type Fault = AnswerFault | { kind: 'reset' | 'hang' | 'cutOff' | 'cutOffJson' | 'drip' };

function answer(status: number, contentType: string, body: PerRequest<string>): AnswerFault {
	return { kind: 'answer', status, contentType, body };
}

function empty(status: number): AnswerFault {
	return { kind: 'answer', status, body: '' };
}

/**
 * GREEN-API's error body. It echoes the request's path, and the token with it (GREEN-API
 * documentation, "Common errors").
 *
 * @param status HTTP status
 * @param message the body's `message`
 * @returns the answer
 */
export function refusal(status: number, message: PerRequest<string>): AnswerFault {
	return {
		kind: 'answer',
		status,
		body: (context) =>
			JSON.stringify({
				statusCode: status,
				timestamp: new Date().toISOString(),
				path: context.path,
				message: typeof message === 'function' ? message(context) : message,
			}),
	};
}

/**
 * @param details what GREEN-API says about the request's data
 * @returns status 400, `Validation failed. Details: …`
 */
export function invalid(details: string): AnswerFault {
	return refusal(400, `Validation failed. Details: ${details}`);
}

/** @returns what addContact and editContact say of someone who is not on WhatsApp */
export function notOnWhatsapp(chatId: string): AnswerFault {
	return refusal(404, `${chatId} is not on WhatsApp`);
}

/** @returns what addContact says of someone who is in the address book */
export function alreadyExists(chatId: string): AnswerFault {
	return refusal(400, `Contact ${chatId} already exists`);
}

function page(title: string): string {
	return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
}

type Form = 'Json' | 'PlainText' | 'Html' | 'Empty';

/** One fault for each form in which a server error's body comes: `<name>Json`, `<name>Html` … */
function inEveryForm<Name extends string>(name: Name, status: number) {
	const reason = STATUS_CODES[status] ?? '';
	const forms: Record<Form, AnswerFault> = {
		Json: refusal(status, reason),
		PlainText: answer(status, 'text/plain; charset=utf-8', reason),
		Html: answer(status, 'text/html', page(`${status} ${reason}`)),
		Empty: empty(status),
	};
	return Object.fromEntries(
		Object.entries(forms).map(([form, fault]) => [`${name}${form}`, fault]),
	) as Record<`${Name}${Form}`, AnswerFault>;
}

const serverFaults = {
	...inEveryForm('internalServerError', 500),
	...inEveryForm('badGateway', 502),
	...inEveryForm('serviceUnavailable', 503),
	...inEveryForm('gatewayTimeout', 504),
};

const QUOTA_TEXTS = {
	invokeStatus:
		'Monthly quota has been exceeded. Please go to your personal account and change the tariff to business https://console.green-api.com',
	correspondentsStatus:
		'Monthly quota of correspondents has been exceeded. Correspondents that are allowed: 79001234567@c.us, 79001234568@c.us, 79001234569@c.us',
};

type QuotaPart = keyof typeof QUOTA_TEXTS;

/** Status 466. GREEN-API writes the method's name in lower case there. */
function quotaAnswer(statuses: Partial<Record<QuotaPart, string>>): AnswerFault {
	const parts = Object.entries(statuses) as Array<[QuotaPart, string]>;
	return {
		kind: 'answer',
		status: 466,
		body: ({ method }) =>
			JSON.stringify(
				Object.fromEntries(
					parts.map(([part, status]) => {
						const description = status.endsWith('EXCEEDED') ? QUOTA_TEXTS[part] : '';
						const counted = { method: method.toLowerCase(), used: 100, total: 100 };
						return [part, { ...counted, status, description }];
					}),
				),
			),
	};
}

/**
 * What a wrong API URL may do. Location keeps the path, and the token with it.
 *
 * @param url origin of the other server, without a slash at its end
 * @param status any of 301, 302, 303, 307, 308
 * @returns the redirect, without a body
 */
function redirectTo(url: string, status = 302): AnswerFault {
	return { ...empty(status), headers: ({ path }) => ({ Location: `${url}${path}` }) };
}

/**
 * GREEN-API documentation, "Common errors", and what its users reported: one entry for each status
 * and text, in each form in which the body comes. `{ kind: 'hang' }` has no entry, because it takes
 * a client's whole timeout, nor has `{ kind: 'drip' }`.
 */
export const faults = {
	instanceStarting: refusal(400, 'instance in starting process try later'),
	instanceNotAuthorized: refusal(400, 'instance is starting or not authorized'),
	accountNotAuthorized: refusal(400, 'instance account not authorized'),
	instanceExpired: refusal(400, 'Instance account is expired. Renew instance from personal area'),
	instanceDeleted: refusal(400, 'Instance is deleted'),
	validationFailed: invalid(
		"'chatId' must be one of the next formats: 'phone_number@c.us' or 'group_id@g.us'",
	),
	groupNotSupported: invalid(
		'The method GetContactInfo does not support group chats, to work with groups, use the GetGroupData method',
	),
	badRequestData: refusal(400, 'bad request data'),
	badRequestDataPlainText: answer(400, 'text/plain; charset=utf-8', 'bad request data'),

	/** Of servers that take no shorter numbers. */
	badPhoneNumber: refusal(400, 'bad phone number, valid from 11 to 16 digits'),
	notOnWhatsapp: notOnWhatsapp('77059640505@c.us'),

	wrongToken: empty(401),
	wrongTokenJson: refusal(401, 'Unauthorized'),
	wrongInstance: empty(403),
	wrongInstanceJson: refusal(403, 'Forbidden'),
	notFound: refusal(404, ({ httpMethod, path }) => `Cannot ${httpMethod} ${path}`),

	tooManyRequests: empty(429),
	requestQuoteExceeded: quotaAnswer({ invokeStatus: 'QUOTE_EXCEEDED' }),
	requestQuotaExceeded: quotaAnswer({ invokeStatus: 'QUOTA_EXCEEDED' }),
	correspondentsQuoteExceeded: quotaAnswer({
		correspondentsStatus: 'CORRESPONDENTS_QUOTE_EXCEEDED',
	}),
	correspondentsQuotaExceeded: quotaAnswer({
		correspondentsStatus: 'CORRESPONDENTS_QUOTA_EXCEEDED',
	}),
	/** Clients of GREEN-API also met both parts together, with only one of them exceeded. */
	correspondentsQuoteExceededRequestsAllowed: quotaAnswer({
		invokeStatus: 'QUOTE_ALLOWED',
		correspondentsStatus: 'CORRESPONDENTS_QUOTE_EXCEEDED',
	}),

	/** What MAX's own limits look like; they lift after about 2 hours. */
	messengerLimit: empty(469),
	messengerLimitReason: answer(
		200,
		'application/json; charset=utf-8',
		'{"status":false,"reason":"User get contact info limit reached"}',
	),

	/** With status 200 as well: what was asked for did not come. */
	avatarOverlimit: answer(
		200,
		'application/json; charset=utf-8',
		'{"reason":"rate-overlimit","urlAvatar":null}',
	),
	avatarTimeout: answer(
		200,
		'application/json; charset=utf-8',
		'{"reason":"get avatar timeout limit exceeded","urlAvatar":"","available":true}',
	),
	contactLimitReason: answer(
		200,
		'application/json; charset=utf-8',
		'{"status":false,"reason":"User get contact info limit reached","chatId":""}',
	),
	accountLimitReason: answer(
		200,
		'application/json; charset=utf-8',
		'{"exist":false,"reason":"Check account limit reached"}',
	),
	okWithQuota: { ...quotaAnswer({ invokeStatus: 'QUOTE_EXCEEDED' }), status: 200 },
	/** A refusal that something on the way gave another status. */
	okWithPath: { ...refusal(400, 'Validation failed'), status: 200 },

	/** GREEN-API's users met it where a notification had waited for its deletion for long. */
	findUnAckedMessage: refusal(500, 'Cannot read properties of undefined (findUnAckedMessage)'),
	clientClosedRequest: empty(499),
	...serverFaults,

	okWithHtml: answer(200, 'text/html', page('Sign in to the network')),
	connectionReset: { kind: 'reset' },
	cutOff: { kind: 'cutOff' },
	cutOffJson: { kind: 'cutOffJson' },
	redirectTo,
} satisfies Record<string, Fault | typeof redirectTo>;

/** Those that pass by themselves, so that trying again is right. */
export const transientFaults: readonly Fault[] = [
	faults.instanceStarting,
	faults.tooManyRequests,
	faults.clientClosedRequest,
	...Object.values(serverFaults),
	faults.okWithHtml,
	faults.connectionReset,
	faults.cutOff,
	faults.cutOffJson,
];
