/** The GREEN-API methods this package calls. */

import type { IHttpRequestMethods } from 'n8n-workflow';
import type { AnswerKind } from './answer';

interface Method {
	httpMethod: IHttpRequestMethods;
	answer: AnswerKind;
}

/** As GREEN-API's documentation has them. */
export const METHODS = {
	getContactInfo: { httpMethod: 'POST', answer: 'object' },
	getContacts: { httpMethod: 'GET', answer: 'list' },
	getGroupData: { httpMethod: 'POST', answer: 'object' },
} as const satisfies Record<string, Method>;

/** For one attempt. GREEN-API documents none; its slowest answers take a few seconds. */
export const DEFAULT_TIMEOUT_MS = 30_000;

export type GreenApiMethod = keyof typeof METHODS;

/** One call. */
export interface GreenApiRequest {
	method: GreenApiMethod;
	/** Where the method takes one. */
	body?: Record<string, string>;
	/** For one attempt, in ms. */
	timeout: number;
}
