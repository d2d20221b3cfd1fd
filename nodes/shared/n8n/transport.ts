/** Sends GREEN-API requests through n8n, and turns whatever happens into an outcome. */

import type {
	ICredentialDataDecryptedObject,
	IExecuteFunctions,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
	IN8nHttpFullResponse,
	ITriggerFunctions,
} from 'n8n-workflow';
import { accountKey, CREDENTIAL_REFUSED } from '../green-api/requestUrl';
import { readAnswer, type Reply } from '../green-api/answer';
import { type Failure, failureOf, failureOfNetwork } from '../green-api/failures';
import {
	DEFAULT_MESSENGER,
	type Messenger,
	messengerNamed,
	otherMessenger,
} from '../green-api/messengers';
import { type GreenApiRequest, type Method, METHODS } from '../green-api/methods';
import { readRetryAfter, readServerLimit } from '../green-api/responseHeaders';
import { CODE_FIELDS, withoutStatus } from './olderN8n';

export const CREDENTIAL_TYPE = 'greenApi';

const OWN_FIELDS = ['apiUrl', 'idInstance', 'apiTokenInstance'];

/** The instance that a node asks. */
export interface Account {
	/** The same for equal API URL, instance id and token (`accountKey`): it holds the token. */
	key: string;
	messenger: Messenger;
}

/** n8n wraps what went wrong in an error of its own, and HTTP clients wrap what the network said. */
function* causesOf(thrown: unknown): Generator<object> {
	const seen = new Set<unknown>();
	let cause = thrown;
	while (typeof cause === 'object' && cause !== null && !seen.has(cause)) {
		seen.add(cause);
		yield cause;
		cause = 'cause' in cause ? cause.cause : undefined;
	}
}

/** @returns the first text in the first of the fields that has one */
function textOf(causes: readonly object[], ...fields: string[]): string | undefined {
	return fields
		.flatMap((field) => causes.map((cause) => Reflect.get(cause, field) as unknown))
		.find((value) => typeof value === 'string');
}

/**
 * Only the code of what n8n's helper throws is kept: the error itself holds the whole request, and
 * its URL the API token. The texts of a refused credential hold none.
 */
function failureOfThrown(thrown: unknown): Failure {
	const causes = [...causesOf(thrown)];
	const code = withoutStatus(textOf(causes, ...CODE_FIELDS));
	if (code !== CREDENTIAL_REFUSED) return failureOfNetwork(code);
	const message = textOf(causes, 'message') ?? '';
	const description = textOf(causes, 'description') ?? '';
	return { id: 'credentialRefused', kind: 'instance', message, description, code };
}

function keyOf({ apiUrl, idInstance, apiTokenInstance }: ICredentialDataDecryptedObject): string {
	return accountKey({
		apiUrl: String(apiUrl),
		idInstance: String(idInstance),
		apiTokenInstance: String(apiTokenInstance),
	});
}

/**
 * n8n resolves a credential anew each time it is read, expressions in it too (`n8n-core`,
 * `CredentialsHelper.getDecrypted`).
 *
 * @returns the account that the node's credential is for by now. A credential that can't be read
 *   gives an account as well: sending a request says what is wrong with it.
 */
export async function readAccount(this: Context): Promise<Account> {
	try {
		const values = await this.getCredentials(CREDENTIAL_TYPE);
		return { key: keyOf(values), messenger: messengerNamed(values.messenger) };
	} catch {
		const { id = '' } = this.getNode().credentials?.[CREDENTIAL_TYPE] ?? {};
		return { key: JSON.stringify([id]), messenger: messengerNamed(DEFAULT_MESSENGER) };
	}
}

/**
 * @param account its key
 * @returns that the node's credential is not for this account any more, or can't be read; undefined
 *   where it still is
 */
export async function otherAccount(this: Context, account: string): Promise<Failure | undefined> {
	try {
		const isSame = keyOf(await this.getCredentials(CREDENTIAL_TYPE)) === account;
		return isSame ? undefined : failureOf('credentialChanged', 'CREDENTIAL_CHANGED');
	} catch (error) {
		return failureOfThrown(error);
	}
}

/**
 * n8n keeps credential types by their names alone, over all packages, and the package that it loads
 * last defines `greenApi` (n8n 2.41, `LoadNodesAndCredentials`).
 *
 * @returns the failure; where the credential lacks our fields, that it is another package's
 */
async function explained(this: Context, failure: Failure): Promise<Failure> {
	try {
		const values = await this.getCredentials(CREDENTIAL_TYPE);
		const isOurs = OWN_FIELDS.every((name) => values[name] !== undefined);
		return isOurs ? failure : failureOf('otherPackage', 'OTHER_PACKAGE');
	} catch {
		return failure;
	}
}

type Context = IExecuteFunctions | ILoadOptionsFunctions | ITriggerFunctions;

/**
 * n8n's helper takes the signal that ends an execution in place of the request's own (`n8n-core`,
 * `httpRequestWithAuthentication`).
 *
 * @returns the same context, but for that signal
 */
function endedBy<C extends Context>(context: C, signal: AbortSignal): C {
	return Object.create(context, { getExecutionCancelSignal: { value: () => signal } }) as C;
}

/**
 * Sends one request with the node's credential, which adds address, instance and token.
 *
 * The full response with every status accepted is asked for, because n8n then throws no error that
 * holds the tokened URL, and the text is parsed here, because n8n's helper hands a cut-off JSON on
 * as if it were an answer (`n8n-core`, `httpRequestWithAuthentication`). n8n is given the credential's
 * values, which it would read anew: their token is the one that an answer must not hold.
 *
 * @param request the method, its body, and how long one attempt may take
 * @param abortSignal ends the request at once; without it, an execution's end does
 * @param account the key of the account that the request is for. Where the credential has become
 *   another one's nothing is sent
 * @returns the answer, or what kept it away, with the limit that the server told; never throws
 */
export async function sendRequest(
	this: Context,
	request: GreenApiRequest,
	abortSignal?: AbortSignal,
	account?: string,
): Promise<Reply> {
	const method: Method = METHODS[request.method];
	const options: IHttpRequestOptions = {
		method: method.httpMethod,
		url: `/${request.method}${request.path === undefined ? '' : `/${request.path}`}`,
		...(request.query && { qs: request.query }),
		...(request.body && { body: request.body }),
		...(abortSignal && { abortSignal }),
		encoding: 'text',
		timeout: request.timeout,
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		disableFollowRedirect: true,
	};
	try {
		const data = await this.getCredentials(CREDENTIAL_TYPE);
		if (account !== undefined && keyOf(data) !== account) {
			return { ok: false, failure: failureOf('credentialChanged', 'CREDENTIAL_CHANGED') };
		}
		const { statusCode, body, headers } = (await this.helpers.httpRequestWithAuthentication.call(
			abortSignal ? endedBy(this, abortSignal) : this,
			CREDENTIAL_TYPE,
			options,
			{ credentialsDecrypted: { id: '', name: '', type: CREDENTIAL_TYPE, data } },
		)) as IN8nHttpFullResponse;
		const { chatId, groupId } = request.body ?? {};
		const namesChat = (chatId ?? groupId) !== undefined;
		const isAnswer = method.answerIn === statusCode && /"receiptId"/.test(String(body));
		const outcome = readAnswer(isAnswer ? 200 : statusCode, String(body), method, {
			namesChat,
			token: String(data.apiTokenInstance),
		});
		const limit = readServerLimit(headers);
		const told = limit && { limit };
		const retryAfterMs = readRetryAfter(headers['retry-after'], Date.now());
		return outcome.ok || retryAfterMs === undefined
			? { ...outcome, ...told }
			: { ok: false, failure: { ...outcome.failure, retryAfterMs }, ...told };
	} catch (error) {
		return { ok: false, failure: await explained.call(this, failureOfThrown(error)) };
	}
}

/**
 * Asks what the instance is of, once GREEN-API has refused a request that it should take.
 *
 * @param expected the messenger that the credential is for
 * @param timeout for the one attempt, in ms
 * @returns that the instance is of another messenger; undefined where it is not, or can't be told
 */
export async function readOtherMessenger(
	this: IExecuteFunctions,
	expected: Messenger,
	timeout: number,
): Promise<Failure | undefined> {
	const reply = await sendRequest.call(this, { method: 'getSettings', timeout });
	if (!reply.ok) return undefined;
	const { typeInstance } = reply.value.read<{ typeInstance?: unknown } | null>() ?? {};
	return otherMessenger(typeInstance, expected);
}
