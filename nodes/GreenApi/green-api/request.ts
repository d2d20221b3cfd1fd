/** The GREEN-API methods this package calls. */

import type { IHttpRequestMethods } from 'n8n-workflow';

const HTTP_METHODS = {
	getContactInfo: 'POST',
	getContacts: 'GET',
	getGroupData: 'POST',
} as const satisfies Record<string, IHttpRequestMethods>;

/** For one attempt. GREEN-API documents none; its slowest answers take a few seconds. */
export const DEFAULT_TIMEOUT_MS = 30_000;

export type GreenApiMethod = keyof typeof HTTP_METHODS;

/** One call. */
export interface GreenApiRequest {
	method: GreenApiMethod;
	/** Where the method takes one. */
	body?: Record<string, string>;
	/** For one attempt, in ms. */
	timeout: number;
}

/**
 * @param method a GREEN-API method
 * @returns the HTTP method that GREEN-API's documentation gives for it
 */
export function httpMethodOf(method: GreenApiMethod): IHttpRequestMethods {
	return HTTP_METHODS[method];
}
