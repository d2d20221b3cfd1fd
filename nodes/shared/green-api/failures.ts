/** What GREEN-API's refusals and the network's faults mean, and what the user does about them. */

/**
 * What trying again would bring: `transient` may pass by itself; `item` concerns this request
 * alone; `method` holds for every request of this method; `instance` for every one with this
 * credential.
 */
export type FailureKind = 'transient' | 'item' | 'method' | 'instance';

/** A request that brought no contact. Made of our own words: never holds what the server sent. */
export interface Failure {
	kind: FailureKind;
	/** What happened. */
	message: string;
	/** What to do next. */
	description: string;
	/** The HTTP status, or the network's code such as `ECONNRESET`. */
	code: string;
	/** How long the server, or a proxy before it, asks to wait before the next try, in ms. */
	retryAfterMs?: number;
	/** GREEN-API is known not to have done what was asked. */
	isUndone?: true;
	/** An instance of another messenger answers so, too. */
	isUnfit?: true;
	/** What was to be created is there already. */
	isThere?: true;
}

type Meaning = Omit<Failure, 'code' | 'retryAfterMs'>;

interface StatusMeaning extends Meaning {
	/** The HTTP statuses it stands for, from and to. */
	status: readonly [number, number];
	/** Set when the status alone does not tell: what the body says. */
	body?: RegExp;
	/** Set when it holds only where the request names a chat. */
	ofChat?: true;
}

const RATE_LIMITED = '429';

const CONSOLE = 'the GREEN-API console (console.green-api.com)';

const MONTHLY_REQUESTS_USED_UP: Meaning = {
	kind: 'instance',
	message: 'The monthly number of requests of this GREEN-API instance is used up',
	description: `Wait for next month, or change the tariff in ${CONSOLE}.`,
};

const METHOD_USED_UP: Meaning = {
	kind: 'method',
	message: 'The monthly number of requests of this kind is used up for this GREEN-API instance',
	description: `Wait for next month, or change the tariff in ${CONSOLE}. Requests of other kinds still work.`,
};

const MESSENGER_LIMIT: Meaning = {
	kind: 'method',
	message: 'The messenger allows no more requests of this kind for now',
	description: 'It does again after about 2 hours. Run the workflow then.',
};

const MESSENGER_SLOW: Meaning = {
	kind: 'transient',
	message: 'The messenger did not answer GREEN-API in time',
	description: 'Run the workflow again.',
};

const MESSENGER_BUSY: Meaning = {
	kind: 'transient',
	message: 'The messenger received requests of this kind faster than it allows',
	description: 'Run the workflow again in a few minutes.',
};

const CHAT_ID_REFUSED: Meaning = {
	kind: 'item',
	message: 'GREEN-API does not accept this chat ID',
	description: 'Check that the number is right and has its country code.',
	isUnfit: true,
};

const REQUEST_REFUSED: Meaning = {
	kind: 'item',
	message: 'GREEN-API refused the request',
	description:
		'Check the values in the credential and in the fields of the node, then run the workflow again.',
};

/**
 * GREEN-API documentation, "Common errors". The first row that fits counts. Bodies are only
 * matched, never quoted: GREEN-API echoes the request's path in them, and the API token with it.
 */
const STATUS_MEANINGS: readonly StatusMeaning[] = [
	{
		status: [300, 399],
		kind: 'instance',
		message: 'The API URL leads to another address',
		description:
			'Redirects are not followed, so that the API token stays where it belongs. Copy the API URL from the GREEN-API console into the credential.',
	},
	{
		status: [400, 400],
		body: /in starting process/i,
		kind: 'transient',
		message: 'The GREEN-API instance is starting',
		description: 'Starting takes up to 5 minutes. Run the workflow again after that.',
		isUndone: true,
	},
	{
		status: [400, 400],
		body: /not authorized/i,
		kind: 'instance',
		message: 'The GREEN-API instance is not authorized: no phone is linked to it',
		description: `Open the instance in ${CONSOLE} and scan its QR code with the messenger on the phone.`,
	},
	{
		status: [400, 400],
		body: /account is expired/i,
		kind: 'instance',
		message: 'The GREEN-API instance is not paid for any more',
		description: `Renew it in ${CONSOLE}.`,
	},
	{
		status: [400, 400],
		body: /instance is deleted/i,
		kind: 'instance',
		message: 'The GREEN-API instance was deleted',
		description: `Create another instance in ${CONSOLE} and enter its values in the credential.`,
	},
	{
		status: [400, 400],
		body: /webhook url/i,
		kind: 'instance',
		message: 'A webhook URL is set on the GREEN-API instance, so that its queue can’t be read',
		description: `Clear webhookUrl in ${CONSOLE}, or let the trigger clear it with its option "Clear Webhook URL".`,
	},
	{ status: [400, 400], body: /timeout limit exceeded/i, ...MESSENGER_SLOW },
	{
		// GREEN-API documentation, "AddContact": `Contact 77059640505@c.us already exists`.
		status: [400, 400],
		body: /already exists/i,
		kind: 'item',
		message: "The contact is in the phone's address book already",
		description: 'Run the workflow again to change its name.',
		isThere: true,
	},
	{
		status: [400, 400],
		body: /\b(first|last)Name\b/,
		kind: 'item',
		message: 'GREEN-API does not accept this name',
		description:
			'Check the first and the last name: one of them may be too long, or have characters that the phone can’t save.',
	},
	{ status: [400, 400], ofChat: true, ...CHAT_ID_REFUSED },
	{ status: [400, 400], ...REQUEST_REFUSED, isUnfit: true },
	{
		status: [401, 401],
		kind: 'instance',
		message: 'GREEN-API does not accept the API Token',
		description: `Copy apiTokenInstance from ${CONSOLE} into the credential again.`,
	},
	{
		status: [403, 403],
		kind: 'instance',
		message: 'GREEN-API does not know this Instance ID at this API URL',
		description: `Copy idInstance and apiUrl from ${CONSOLE} into the credential again: each instance has an API URL of its own.`,
	},
	{
		status: [404, 404],
		body: /is not on WhatsApp/i,
		kind: 'item',
		message: 'This number is not on WhatsApp',
		description: 'Check that the number is right and has its country code.',
	},
	{
		status: [404, 404],
		kind: 'instance',
		message: 'The API URL is not that of a GREEN-API server',
		description: `Copy apiUrl from ${CONSOLE} into the credential, without anything after it.`,
		isUnfit: true,
	},
	{
		status: [408, 408],
		kind: 'transient',
		message: 'GREEN-API waited too long for the request',
		description: 'Run the workflow again.',
		isUndone: true,
	},
	{
		status: [429, 429],
		kind: 'transient',
		message: 'GREEN-API received requests faster than it allows',
		description:
			'Its limit holds for each instance and kind of request, and something else may be using it up. Look for other software on this instance, or run the workflow again later.',
		isUndone: true,
	},
	{
		status: [466, 466],
		// Within one part of the body, in either order.
		body: /"method"\s*:\s*"\w+"[^{}]*"QUOT[AE]_EXCEEDED"|"QUOT[AE]_EXCEEDED"[^{}]*"method"\s*:\s*"\w+"/,
		...METHOD_USED_UP,
	},
	{
		status: [466, 466],
		// Both parts come at times. "QUOTA" and "QUOTE" both occur.
		body: /"QUOT[AE]_EXCEEDED"/,
		...MONTHLY_REQUESTS_USED_UP,
	},
	{
		status: [466, 466],
		body: /correspondentsStatus/,
		kind: 'item',
		message: 'The monthly number of chats of this GREEN-API instance is used up',
		description: `Chats already used this month still work. To look up others, change the tariff in ${CONSOLE}.`,
	},
	{ status: [466, 466], ...MONTHLY_REQUESTS_USED_UP },
	{ status: [469, 469], ...MESSENGER_LIMIT },
	{
		status: [499, 499],
		kind: 'transient',
		message: 'The connection to GREEN-API was closed before the answer came',
		description: 'Run the workflow again.',
	},
	{ status: [400, 499], ...REQUEST_REFUSED },
	{
		status: [500, 500],
		body: /findUnAckedMessage/,
		kind: 'item',
		message: 'The notification is not in the queue any more',
		description: 'Nothing needs to be done.',
	},
	{
		status: [500, 599],
		kind: 'transient',
		message: 'GREEN-API could not answer',
		description:
			'Its servers are busy or being worked on. Run the workflow again in a few minutes.',
	},
];

/**
 * What GREEN-API says with status 200 and a `reason` in place of a result: getAvatar does, and the
 * methods of MAX instances. Other texts are those that come with status 400.
 */
const REASON_MEANINGS: ReadonlyArray<Meaning & { reason: RegExp }> = [
	{ reason: /timeout limit exceeded/i, ...MESSENGER_SLOW },
	{ reason: /rate-?overlimit/i, ...MESSENGER_BUSY },
	{ reason: /limit reached/i, ...MESSENGER_LIMIT },
];

const UNEXPECTED_STATUS: Meaning = {
	kind: 'item',
	message: 'GREEN-API answered in an unknown way',
	description: 'Check the API URL in the credential, then run the workflow again.',
};

const TIMED_OUT = /^(ETIMEDOUT|ESOCKETTIMEDOUT|ECONNABORTED)$/;

/** Node.js's and OpenSSL's codes for a request that got no answer. The first row that fits counts. */
const NETWORK_MEANINGS: ReadonlyArray<Meaning & { code: RegExp }> = [
	{
		code: TIMED_OUT,
		kind: 'transient',
		message: 'GREEN-API did not answer in time',
		description: 'Run the workflow again, or raise "Timeout (Ms)" in the options of the node.',
	},
	{
		code: /^(ECONNRESET|EPIPE|ERR_BAD_RESPONSE)$/,
		kind: 'transient',
		message: 'The connection to GREEN-API broke off before the whole answer came',
		description: 'Run the workflow again.',
	},
	{
		code: /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENETDOWN|EAI_AGAIN)$/,
		kind: 'transient',
		message: 'GREEN-API could not be reached',
		description:
			'Check the API URL in the credential and that this n8n can reach it, then run the workflow again.',
		isUndone: true,
	},
	{
		code: /^ERR_CANCELED$/,
		kind: 'instance',
		message: 'The execution was stopped before the answer came',
		description: 'Run the workflow again to look up the rest.',
	},
	{
		code: /^ENOTFOUND$/,
		kind: 'instance',
		message: 'The server that the API URL names does not exist',
		description: `Copy apiUrl from ${CONSOLE} into the credential again.`,
	},
	{
		code: /CERT|SELF_SIGNED|SSL|TLS|EPROTO|UNABLE_TO/,
		kind: 'instance',
		message: 'No trusted connection to GREEN-API could be made',
		description:
			'Check that the API URL in the credential is right and that no proxy stands in for its certificate.',
	},
];

const UNKNOWN_NETWORK_FAULT: Meaning = {
	kind: 'item',
	message: 'The request to GREEN-API did not get through',
	description: 'Check the API URL in the credential and the network settings of this n8n.',
};

const NOT_SENT: Meaning = {
	kind: 'instance',
	message: 'n8n did not send the request to GREEN-API',
	description:
		'Check that the node has a GREEN-API credential which still exists, and that this n8n may reach its API URL.',
};

const NOT_JSON: Meaning = {
	kind: 'transient',
	message: 'The answer is incomplete or does not come from GREEN-API',
	description:
		'If it stays, something between this n8n and GREEN-API answers in its place: check the API URL in the credential and the proxy.',
};

function failure(meaning: Meaning, code: string): Failure {
	const { kind, message, description, isUndone, isUnfit, isThere } = meaning;
	const marks = {
		...(isUndone && { isUndone }),
		...(isUnfit && { isUnfit }),
		...(isThere && { isThere }),
	};
	return { kind, message, description, code, ...marks };
}

/**
 * @param status HTTP status of an answer that is not 2xx
 * @param body the answer's body, as text
 * @param namesChat whether the request names a chat
 * @returns what it means; never holds any of `body`
 */
export function failureOfStatus(status: number, body: string, namesChat = true): Failure {
	const meaning = STATUS_MEANINGS.find(
		(row) =>
			status >= row.status[0] &&
			status <= row.status[1] &&
			(row.body?.test(body) ?? true) &&
			(namesChat || !row.ofChat),
	);
	return failure(meaning ?? UNEXPECTED_STATUS, String(status));
}

/**
 * @param status HTTP status of the answer, 2xx
 * @param reason what the answer says in place of a result
 * @param namesChat whether the request names a chat
 * @returns what it means; never holds any of `reason`
 */
export function failureOfReason(status: number, reason: string, namesChat = true): Failure {
	const meaning = REASON_MEANINGS.find((row) => row.reason.test(reason));
	return failure(meaning ?? failureOfStatus(400, reason, namesChat), String(status));
}

/**
 * @returns whether GREEN-API refused the request because it came too soon after another one; the
 *   request itself is all right then
 */
export function isRateLimit({ code }: Failure): boolean {
	return code === RATE_LIMITED;
}

/** GREEN-API answered that it did not do what was asked, which changes to the address book are. */
export const NOT_DONE: Failure = {
	kind: 'item',
	message: "GREEN-API did not change the phone's address book",
	description: 'Check that the phone is on and connected, then run the workflow again.',
	code: '200',
};

/** The instance is on its way up: it refuses everything for up to 5 minutes. */
export const STARTING: Failure = failureOfStatus(400, 'in starting process');

/** @returns whether GREEN-API refused the request because the instance is starting */
export function isStarting({ kind, code }: Failure): boolean {
	return kind === STARTING.kind && code === STARTING.code;
}

const WEBHOOK_URL_SET = failureOfStatus(400, 'webhook url');

/** @returns whether GREEN-API refused to read the queue because a webhook URL is set */
export function isWebhookUrlSet({ message }: Failure): boolean {
	return message === WEBHOOK_URL_SET.message;
}

/** @returns whether the network had a known fault: most likely that of this n8n, and for a while */
export function isNetworkFault({ code }: Failure): boolean {
	return NETWORK_MEANINGS.some((row) => row.code.test(code));
}

/** @returns whether no answer came in time */
export function isTimeOut({ code }: Failure): boolean {
	return TIMED_OUT.test(code);
}

/**
 * @returns whether the request was answered with a 4xx status, which servers in trouble don't send
 */
export function isRefusal({ code }: Failure): boolean {
	return /^4\d\d$/.test(code);
}

/**
 * @param failure why the last try failed
 * @param tries how many were made
 * @returns the failure, telling of the tries when there was more than one
 */
export function afterTries(failure: Failure, tries: number): Failure {
	return tries > 1 ? { ...failure, message: `${failure.message} (tried ${tries} times)` } : failure;
}

/**
 * @param code the code of the error that Node.js or its HTTP client gave, e.g. `ECONNRESET`;
 *   undefined where there is none, because n8n itself refused: every request has a code that fails
 * @returns what it means
 */
export function failureOfNetwork(code: string | undefined): Failure {
	if (!code) return failure(NOT_SENT, 'NOT_SENT');
	const meaning = NETWORK_MEANINGS.find((row) => row.code.test(code));
	return failure(meaning ?? UNKNOWN_NETWORK_FAULT, code);
}

/**
 * @param status HTTP status of the answer, 2xx
 * @returns the failure that a cut-off answer, a proxy's page or another surprise in its place is
 */
export function failureOfBody(status: number): Failure {
	return failure(NOT_JSON, String(status));
}
