/** Where a GREEN-API request goes: the credential's values become part of the URL. */

export interface GreenApiAccount {
	/** As the GREEN-API console shows it, e.g. `https://7103.api.greenapi.com`. */
	apiUrl: string;
	idInstance: string;
	apiTokenInstance: string;
}

export const CREDENTIAL_REFUSED = 'CREDENTIAL_REFUSED';

/**
 * The credential and the request don't fit; nothing was sent. Its texts never hold the token. It is
 * n8n's `UserError` in all but name, as n8n 1.78 and older have none. It has no `code`: n8n's test
 * of a credential would show that in place of the message (n8n 2.41, `CredentialsTester`).
 */
export class CredentialRefusal extends Error {
	readonly errorCode = CREDENTIAL_REFUSED;

	/** Tells n8n that nothing is broken. */
	readonly level = 'info';

	/** @param message what is wrong; @param description what the user does about it */
	constructor(
		message: string,
		readonly description: string,
	) {
		super(message);
	}
}

/** GREEN-API documentation: idInstance is an integer of up to 10 digits today. */
const ID_INSTANCE = /^\d{1,20}$/;
const API_TOKEN = /^[A-Za-z0-9]+$/;
/**
 * GREEN-API documentation, "SendFileByUpload" and "UploadFile": files go to the instance's mediaUrl,
 * which stands beside apiUrl in the console and differs from it in one label alone
 * (`https://7103.media.greenapi.com`, `https://media.green-api.com`).
 */
const GREEN_API_ORIGIN = /^(https:\/\/(?:[a-z\d-]+\.)?)api(\.(?:greenapi|green-api)\.com)$/;
const GREEN_API_HOST = /\.(?:greenapi|green-api)\.com$/;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

function parseUrl(text: string, base?: string): URL | undefined {
	try {
		return new URL(text, base);
	} catch {
		return undefined;
	}
}

function readApiUrl(apiUrl: string): URL {
	const url = parseUrl(apiUrl.trim());
	if (!url || !['https:', 'http:'].includes(url.protocol)) {
		throw new CredentialRefusal(
			'The API URL of the GREEN-API credential is not a web address',
			'Copy it from the GREEN-API console as it is, e.g. https://api.green-api.com.',
		);
	}
	if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) {
		throw new CredentialRefusal(
			'The API URL of the GREEN-API credential has to start with https://',
			'Over http:// the API token would cross the network in the clear.',
		);
	}
	if (url.username || url.password || url.search || url.hash) {
		throw new CredentialRefusal(
			'The API URL of the GREEN-API credential contains more than an address',
			'Enter scheme, host and path alone, e.g. https://api.green-api.com.',
		);
	}
	return url;
}

function checkAccount({ idInstance, apiTokenInstance }: GreenApiAccount): void {
	if (!ID_INSTANCE.test(idInstance)) {
		throw new CredentialRefusal(
			'The Instance ID of the GREEN-API credential is not a number of 1 to 20 digits',
			'Copy idInstance from the GREEN-API console, digits only.',
		);
	}
	if (!API_TOKEN.test(apiTokenInstance)) {
		throw new CredentialRefusal(
			'The API Token of the GREEN-API credential has characters other than letters and digits, or is empty',
			'Copy apiTokenInstance from the GREEN-API console again, without spaces around it.',
		);
	}
}

/** @returns where the token may go: the API URL's origin, and that of GREEN-API's media host for it */
function originsOf({ origin }: URL): string[] {
	const isGreenApi = GREEN_API_ORIGIN.test(origin);
	return [origin, ...(isGreenApi ? [origin.replace(GREEN_API_ORIGIN, '$1media$2')] : [])];
}

/**
 * Turns a request's URL into the one GREEN-API answers:
 * `{apiUrl}/waInstance{idInstance}/{method}/{apiTokenInstance}`, followed by what came after the
 * method; on the instance's media host where the URL names that. A URL that was turned before stays as it is, because n8n asks the credential a second
 * time after a 401.
 *
 * @param url a bare method (`/getContactInfo`) or a URL on the API URL's origin
 *   (`https://api.green-api.com/getSettings`) or on its media host's
 *   (`https://media.green-api.com/sendFileByUpload`)
 * @param baseURL what a relative `url` is relative to, if it isn't the API URL
 * @param account the credential's values; a path in `apiUrl` is kept, a trailing slash ignored
 * @returns the absolute URL, token included
 * @throws CredentialRefusal for another origin than these, `http:` on a host that is not
 *   loopback, an instance id that is not 1 to 20 digits, a token with other characters than letters
 *   and digits, and a URL that names no method
 */
export function addressRequest(
	url: string,
	baseURL: string | undefined,
	account: GreenApiAccount,
): string {
	const api = readApiUrl(account.apiUrl);
	checkAccount(account);

	const target = parseUrl(url, parseUrl(baseURL ?? '', api.href)?.href ?? api.href);
	const origins = originsOf(api);
	if (!target || !origins.includes(target.origin) || target.username || target.password) {
		throw new CredentialRefusal(
			'The request goes to another server than the API URL of the GREEN-API credential',
			`The API token is only sent to ${origins.join(' and ')}. Use the method alone, e.g. /getSettings, or change the API URL in the credential.`,
		);
	}

	const prefix = api.pathname.replace(/\/+$/, '');
	const path = target.pathname.startsWith(`${prefix}/`)
		? target.pathname.slice(prefix.length)
		: target.pathname;
	const instance = `/waInstance${account.idInstance}`;
	const [method = '', ...rest] = path.split('/').filter((segment) => segment !== '');

	if (`/${method}` === instance && rest[1] === account.apiTokenInstance) {
		return target.href;
	}
	if (!/^[A-Za-z]+$/.test(method)) {
		throw new CredentialRefusal(
			'The URL names no GREEN-API method',
			'Put the method alone after the API URL, e.g. /getSettings: the credential adds the instance and the token.',
		);
	}
	const tail = rest.map((segment) => `/${segment}`).join('');
	return `${target.origin}${prefix}${instance}/${method}/${account.apiTokenInstance}${tail}${target.search}`;
}

/**
 * Requests, answers, limits and queues are shared under this key alone: another token is another
 * account, whatever its instance id says. It holds the token, so it stays in memory and never gets
 * into a message, a log or an item.
 *
 * All of GREEN-API's own addresses are one: `api.green-api.com` and `7103.api.greenapi.com` answer
 * for the same instance, with and without `/v3`. Nothing is known of other addresses, a proxy's for
 * example.
 *
 * @returns a text that is the same for all spellings of the same account
 */
export function accountKey({ apiUrl, idInstance, apiTokenInstance }: GreenApiAccount): string {
	const url = parseUrl(apiUrl.trim());
	const isGreenApi = GREEN_API_HOST.test(url?.hostname ?? '');
	const address = url ? `${url.origin}${url.pathname.replace(/\/+$/, '')}` : apiUrl;
	return JSON.stringify([isGreenApi ? 'GREEN-API' : address, idInstance.trim(), apiTokenInstance]);
}
