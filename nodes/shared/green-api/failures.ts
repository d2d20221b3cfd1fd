/** What GREEN-API's refusals and the network's faults mean, and what the user does about them. */

/**
 * What trying again would bring: `transient` may pass by itself; `item` concerns this request
 * alone; `method` holds for every request of this method; `instance` for every one with this
 * credential.
 */
export type FailureKind = 'transient' | 'item' | 'method' | 'instance';

/** A request that brought no answer. Made of our own words: never holds what the server sent. */
export interface Failure {
	/** Names it: code asks for the name, never for a text. */
	id: FailureId;
	kind: FailureKind;
	/** What happened. */
	message: string;
	/** What to do next. */
	description: string;
	/** The HTTP status, the network's code such as `ECONNRESET`, or the state of the instance. */
	code: string;
	/** How long the server, or a proxy before it, asks to wait before the next try, in ms. */
	retryAfterMs?: number;
	/** GREEN-API is known not to have done what was asked. */
	isUndone?: true;
	/** An instance of another messenger answers so, too. */
	isUnfit?: true;
}

type Meaning = Omit<Failure, 'id' | 'code' | 'retryAfterMs'>;

const CONSOLE = 'the GREEN-API console (console.green-api.com)';

const RUN_AGAIN = 'Run the workflow again.';

/** Each failure by its name. */
const MEANINGS = {
	redirected: {
		kind: 'instance',
		message: 'The API URL leads to another address',
		description:
			'Redirects are not followed, so that the API token stays where it belongs. Copy the API URL from the GREEN-API console into the credential.',
	},
	starting: {
		kind: 'transient',
		message: 'The GREEN-API instance is starting',
		description: 'Starting takes up to 5 minutes. Try again after that.',
		isUndone: true,
	},
	notAuthorized: {
		kind: 'instance',
		message: 'The GREEN-API instance is not authorized: no phone is linked to it',
		description: `Open the instance in ${CONSOLE} and scan its QR code with the messenger on the phone.`,
	},
	expired: {
		kind: 'instance',
		message: 'The GREEN-API instance is not paid for any more',
		description: `Renew it in ${CONSOLE}.`,
	},
	deleted: {
		kind: 'instance',
		message: 'The GREEN-API instance was deleted',
		description: `Create another instance in ${CONSOLE} and enter its values in the credential.`,
	},
	asleep: {
		kind: 'instance',
		message: 'The GREEN-API instance is asleep: its phone was switched off',
		description: 'Switch the phone on, wait up to 5 minutes, then try again.',
	},
	blocked: {
		kind: 'instance',
		message: 'The messenger has blocked the account of this GREEN-API instance',
		description: `Ask the messenger's support in its app for a review, or link another phone in ${CONSOLE}.`,
	},
	yellowCard: {
		kind: 'instance',
		message:
			'WhatsApp has shown the account of this GREEN-API instance a yellow card and limits it',
		description: `Restart the instance in ${CONSOLE}. If the state does not change, contact GREEN-API support.`,
	},
	suspended: {
		kind: 'instance',
		message: 'The account of this GREEN-API instance is suspended for a time',
		description: `Wait until the suspension is over: ${CONSOLE} shows how long it lasts. If it does not end, contact GREEN-API support.`,
	},
	passwordMissing: {
		kind: 'instance',
		message: 'The GREEN-API instance waits for the password of its account (two-step verification)',
		description: `Enter the password in ${CONSOLE}.`,
	},
	unknownState: {
		kind: 'instance',
		message: 'The GREEN-API instance is in a state other than "authorized"',
		description: `Open the instance in ${CONSOLE}, which shows the state and what to do.`,
	},
	webhookUrlSet: {
		kind: 'instance',
		message: 'A webhook URL is set on the GREEN-API instance, so that its queue can’t be read',
		description: `Clear webhookUrl in ${CONSOLE}, or let the trigger clear it with its option "Clear Webhook URL".`,
	},
	messengerSlow: {
		kind: 'transient',
		message: 'The messenger did not answer GREEN-API in time',
		description: RUN_AGAIN,
	},
	messengerBusy: {
		kind: 'transient',
		message: 'The messenger received requests of this kind faster than it allows',
		description: 'Run the workflow again in a few minutes.',
	},
	messengerLimit: {
		kind: 'method',
		message: 'The messenger allows no more requests of this kind for now',
		description: 'The limit ends after about 2 hours. Run the workflow then.',
	},
	contactExists: {
		kind: 'item',
		message: "The contact is in the phone's address book already",
		description: 'Run the workflow again to change its name.',
	},
	nameRefused: {
		kind: 'item',
		message: 'GREEN-API does not accept this name',
		description:
			'Check the first and the last name: one of them may be too long, or have characters that the phone can’t save.',
	},
	chatIdRefused: {
		kind: 'item',
		message: 'GREEN-API does not accept this chat ID',
		description: 'Check that the number is right and has its country code.',
		isUnfit: true,
	},
	requestRefused: {
		kind: 'item',
		message: 'GREEN-API refused the request',
		description: `Check the values in the credential and in the fields of the node. The state of the instance is in ${CONSOLE}.`,
		isUnfit: true,
	},
	wrongToken: {
		kind: 'instance',
		message: 'GREEN-API does not accept the API Token',
		description: `Copy apiTokenInstance from ${CONSOLE} into the credential again.`,
	},
	wrongInstance: {
		kind: 'instance',
		message: 'GREEN-API does not know this Instance ID at this API URL',
		description: `Copy idInstance and apiUrl from ${CONSOLE} into the credential again: each instance has an API URL of its own.`,
	},
	notOnWhatsapp: {
		kind: 'item',
		message: 'This number is not on WhatsApp',
		description: 'Check that the number is right and has its country code.',
	},
	wrongUrl: {
		kind: 'instance',
		message: 'No GREEN-API server answers at the API URL',
		description: `Copy apiUrl from ${CONSOLE} into the credential, without anything after it.`,
		isUnfit: true,
	},
	requestTimedOut: {
		kind: 'transient',
		message: 'GREEN-API waited too long for the request',
		description: RUN_AGAIN,
		isUndone: true,
	},
	rateLimited: {
		kind: 'transient',
		message: 'GREEN-API received requests faster than it allows',
		description:
			'Its limit holds for each instance and kind of request, and something else may be using it up. Look for other software on this instance, or run the workflow again later.',
		isUndone: true,
	},
	monthlyRequests: {
		kind: 'method',
		message: 'The monthly number of requests of this kind is used up for this GREEN-API instance',
		description: `Wait for next month, or change the tariff in ${CONSOLE}. Requests of other kinds still work.`,
	},
	monthlyChats: {
		kind: 'item',
		message: 'The monthly number of chats of this GREEN-API instance is used up',
		description: `Chats already used this month still work. To look up others, change the tariff in ${CONSOLE}.`,
	},
	closedByClient: {
		kind: 'transient',
		message: 'The connection to GREEN-API was closed before the answer came',
		description: RUN_AGAIN,
	},
	notificationGone: {
		kind: 'item',
		message: 'The notification is not in the queue any more',
		description: 'Nothing needs to be done.',
	},
	serverDown: {
		kind: 'transient',
		message: 'GREEN-API could not answer',
		description:
			'Its servers are busy or under maintenance. Run the workflow again in a few minutes.',
	},
	unknownStatus: {
		kind: 'item',
		message: 'GREEN-API answered in an unknown way',
		description: 'Check the API URL in the credential, then run the workflow again.',
	},
	notJson: {
		kind: 'transient',
		message: 'The answer is incomplete or does not come from GREEN-API',
		description:
			'If this happens again, something between this n8n and GREEN-API answers in its place: check the API URL in the credential and the proxy.',
	},
	idLost: {
		kind: 'item',
		message:
			'The chat ID came as a number that is too long for JavaScript and has lost its last digits',
		description: 'Look the person up in the messenger, and enter the chat ID as text.',
	},
	notDone: {
		kind: 'item',
		message: "GREEN-API did not change the phone's address book",
		description: 'Check that the phone is on and connected, then run the workflow again.',
	},
	timedOut: {
		kind: 'transient',
		message: 'GREEN-API did not answer in time',
		description: 'Run the workflow again, or raise "Timeout (Ms)" in the options of the node.',
	},
	brokenOff: {
		kind: 'transient',
		message: 'The connection to GREEN-API broke off before the whole answer came',
		description: RUN_AGAIN,
	},
	unreachable: {
		kind: 'transient',
		message: 'GREEN-API could not be reached',
		description:
			'Check the API URL in the credential and that this n8n can reach it, then run the workflow again.',
		isUndone: true,
	},
	stopped: {
		kind: 'instance',
		message: 'The execution was stopped before the answer came',
		description: 'Run the workflow again to look up the rest.',
	},
	unknownHost: {
		kind: 'instance',
		message: 'The server that the API URL names does not exist',
		description: `Copy apiUrl from ${CONSOLE} into the credential again.`,
	},
	untrusted: {
		kind: 'instance',
		message: 'No trusted connection to GREEN-API could be made',
		description:
			'Check that the API URL in the credential is right and that no proxy puts a certificate of its own in the place of GREEN-API’s.',
	},
	unknownFault: {
		kind: 'item',
		message: 'The request to GREEN-API did not get through',
		description: 'Check the API URL in the credential and the network settings of this n8n.',
	},
	otherPackage: {
		kind: 'instance',
		message: 'The credential has no API URL, Instance ID and API Token: it is of another package',
		description:
			'Another community package has a credential type of the same name (greenApi), and n8n keeps one of the two. Remove that package under Settings → Community nodes, restart n8n, and create the credential again.',
	},
	notSent: {
		kind: 'instance',
		message: 'n8n did not send the request to GREEN-API',
		description:
			'Check that the node has a GREEN-API credential which still exists, and that this n8n may reach its API URL.',
	},
	startingTooLong: {
		kind: 'instance',
		message:
			'The GREEN-API instance has been starting for more than 10 minutes: its session is most likely lost',
		description: `Open the instance in ${CONSOLE} and scan its QR code again with the messenger on the phone.`,
	},
	credentialChanged: {
		kind: 'instance',
		message: 'The GREEN-API credential was changed while the trigger listened',
		description: 'n8n activates the workflow again with the new values. Nothing needs to be done.',
	},
	credentialUnread: {
		kind: 'instance',
		message: 'n8n did not give the GREEN-API credential in time',
		description:
			'n8n activates the workflow again. If this happens often, look at the database of n8n, and at the store of external secrets.',
	},
	notDeleted: {
		kind: 'item',
		message: 'GREEN-API did not delete a notification from the queue',
		description: `n8n activates the workflow again. If this goes on, clear the queue of the instance in ${CONSOLE}.`,
	},
	stuck: {
		kind: 'instance',
		message: 'The trigger could not go on listening',
		description: 'n8n activates the workflow again. If this happens often, tell us on GitHub.',
	},
} as const satisfies Record<string, Meaning>;

/** The names of those whose words depend on values: they are made where the values are known. */
type FailureWithValues =
	| 'credentialRefused'
	| 'nobodyThere'
	| 'otherMessenger'
	| 'webhookUrlElsewhere'
	| 'settingsNotSaved'
	| 'notWanted';

type FailureInTable = keyof typeof MEANINGS;

export type FailureId = FailureInTable | FailureWithValues;

interface StatusRow {
	/** HTTP statuses, from and to. */
	status: readonly [number, number];
	/** Set when the status alone does not tell: what the body says. */
	body?: RegExp;
	/** Set when it holds only where the request names a chat. */
	ofChat?: true;
	id: FailureInTable;
}

/**
 * GREEN-API documentation, "Common errors". The first row that fits counts. Bodies are only
 * matched, never quoted: GREEN-API echoes the request's path in them, and the API token with it.
 * Each pattern is found in linear time, however long the body is.
 */
const STATUSES: readonly StatusRow[] = [
	{ status: [300, 399], id: 'redirected' },
	{ status: [400, 400], body: /in starting process/i, id: 'starting' },
	{ status: [400, 400], body: /not authorized/i, id: 'notAuthorized' },
	{ status: [400, 400], body: /account is expired/i, id: 'expired' },
	{ status: [400, 400], body: /instance is deleted/i, id: 'deleted' },
	{ status: [400, 400], body: /webhook url/i, id: 'webhookUrlSet' },
	{ status: [400, 400], body: /timeout limit exceeded/i, id: 'messengerSlow' },
	// GREEN-API documentation, "AddContact": `Contact 77059640505@c.us already exists`.
	{ status: [400, 400], body: /already exists/i, id: 'contactExists' },
	{ status: [400, 400], body: /\b(first|last)Name\b/, id: 'nameRefused' },
	{ status: [400, 400], ofChat: true, id: 'chatIdRefused' },
	{ status: [401, 401], id: 'wrongToken' },
	{ status: [403, 403], id: 'wrongInstance' },
	{ status: [404, 404], body: /is not on WhatsApp/i, id: 'notOnWhatsapp' },
	{ status: [404, 404], id: 'wrongUrl' },
	{ status: [408, 408], id: 'requestTimedOut' },
	{ status: [429, 429], id: 'rateLimited' },
	// "QUOTA" and "QUOTE" both occur, and so do both parts in one body.
	{ status: [466, 466], body: /"QUOT[AE]_EXCEEDED"/, id: 'monthlyRequests' },
	{ status: [466, 466], body: /correspondentsStatus/, id: 'monthlyChats' },
	{ status: [466, 466], id: 'monthlyRequests' },
	{ status: [469, 469], id: 'messengerLimit' },
	{ status: [499, 499], id: 'closedByClient' },
	{ status: [400, 499], id: 'requestRefused' },
	{ status: [500, 500], body: /findUnAckedMessage/, id: 'notificationGone' },
	{ status: [500, 599], id: 'serverDown' },
];

/**
 * What GREEN-API says with status 200 and a `reason` in place of a result: getAvatar does, and the
 * methods of MAX instances. Other texts are those that come with status 400.
 */
const REASONS: ReadonlyArray<{ reason: RegExp; id: FailureInTable }> = [
	{ reason: /timeout limit exceeded/i, id: 'messengerSlow' },
	{ reason: /rate-overlimit/i, id: 'messengerBusy' },
	{ reason: /limit reached/i, id: 'messengerLimit' },
];

/** Node.js's and OpenSSL's codes for a request that got no answer. The first row that fits counts. */
const NETWORK_CODES: ReadonlyArray<{ code: RegExp; id: FailureInTable }> = [
	{ code: /^(ETIMEDOUT|ESOCKETTIMEDOUT|ECONNABORTED)$/, id: 'timedOut' },
	{ code: /^(ECONNRESET|EPIPE|ERR_BAD_RESPONSE)$/, id: 'brokenOff' },
	{ code: /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENETDOWN|EAI_AGAIN)$/, id: 'unreachable' },
	{ code: /^ERR_CANCELED$/, id: 'stopped' },
	{ code: /^ENOTFOUND$/, id: 'unknownHost' },
	{ code: /CERT|SELF_SIGNED|SSL|TLS|EPROTO|UNABLE_TO/, id: 'untrusted' },
];

/** The one state in which GREEN-API answers lookups. */
export const READY_STATE = 'authorized';

/** GREEN-API documentation, "GetStateInstance": every other state. */
const STATES: Readonly<Record<string, FailureInTable>> = {
	notAuthorized: 'notAuthorized',
	starting: 'starting',
	sleepMode: 'asleep',
	blocked: 'blocked',
	yellowCard: 'yellowCard',
	suspended: 'suspended',
	pendingPassword: 'passwordMissing',
	expired: 'expired',
};

export const UNREADY_STATES: readonly string[] = Object.keys(STATES);

/**
 * @param id which failure
 * @param code the HTTP status, the network's code, or the state that it was known by
 * @returns the failure, in the words of the table
 */
export function failureOf(id: FailureInTable, code: string): Failure {
	return { id, ...MEANINGS[id], code };
}

/**
 * @param state as getStateInstance names it, other than `READY_STATE`
 * @returns what it means; `unknownState` for a state that GREEN-API brings after this version
 */
export function failureOfState(state: string): Failure {
	const known = Object.entries(STATES).find(([name]) => name === state);
	return failureOf(known?.[1] ?? 'unknownState', state);
}

/**
 * @param status HTTP status of an answer that is not 2xx
 * @param body the answer's body, as text
 * @param namesChat whether the request names a chat
 * @returns what it means; never holds any of `body`
 */
export function failureOfStatus(status: number, body: string, namesChat = true): Failure {
	const row = STATUSES.find(
		({ status: [from, to], body: said, ofChat }) =>
			status >= from && status <= to && (said?.test(body) ?? true) && (namesChat || !ofChat),
	);
	return failureOf(row?.id ?? 'unknownStatus', String(status));
}

/**
 * @param status HTTP status of the answer, 2xx
 * @param reason what the answer says in place of a result
 * @param namesChat whether the request names a chat
 * @returns what it means; never holds any of `reason`
 */
export function failureOfReason(status: number, reason: string, namesChat = true): Failure {
	const row = REASONS.find(({ reason: said }) => said.test(reason));
	const failure = row ? failureOf(row.id, '') : failureOfStatus(400, reason, namesChat);
	return { ...failure, code: String(status) };
}

/**
 * @param code the code of the error that Node.js or its HTTP client gave, e.g. `ECONNRESET`;
 *   undefined where there is none, because n8n itself refused: every request has a code that fails
 * @returns what it means
 */
export function failureOfNetwork(code: string | undefined): Failure {
	if (!code) return failureOf('notSent', 'NOT_SENT');
	const row = NETWORK_CODES.find(({ code: known }) => known.test(code));
	return failureOf(row?.id ?? 'unknownFault', code);
}

/** @returns whether the network had a known fault: most likely that of this n8n, and for a while */
export function isNetworkFault({ id }: Failure): boolean {
	return NETWORK_CODES.some((row) => row.id === id);
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

/** @returns what happened and what to do next, as sentences: for places that have one text alone */
export function sentencesOf({ message, description }: Pick<Failure, 'message' | 'description'>) {
	return [message, description]
		.filter((text) => text !== '')
		.map((text) => text.replace(/\.?$/, '.'))
		.join(' ');
}
