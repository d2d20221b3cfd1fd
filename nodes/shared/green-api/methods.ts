/** The GREEN-API methods this package calls. */

import type { IHttpRequestMethods } from 'n8n-workflow';
import type { AnswerKind } from './answer';

interface Method {
	httpMethod: IHttpRequestMethods;
	answer: AnswerKind;
	/** The documented limit, for each instance and method, in requests per second. */
	requestsPerSecond: number;
}

/**
 * As GREEN-API's documentation has them ("Rate limiter" for the limits; addContact, editContact and
 * deleteContact are missing there and taken for 1).
 */
export const METHODS = {
	addContact: { httpMethod: 'POST', answer: 'object', requestsPerSecond: 1 },
	checkWhatsapp: { httpMethod: 'POST', answer: 'object', requestsPerSecond: 10 },
	deleteContact: { httpMethod: 'POST', answer: 'object', requestsPerSecond: 1 },
	deleteNotification: { httpMethod: 'DELETE', answer: 'object', requestsPerSecond: 100 },
	editContact: { httpMethod: 'POST', answer: 'object', requestsPerSecond: 1 },
	getAvatar: { httpMethod: 'POST', answer: 'object', requestsPerSecond: 10 },
	getContactInfo: { httpMethod: 'POST', answer: 'object', requestsPerSecond: 1 },
	getContacts: { httpMethod: 'GET', answer: 'list', requestsPerSecond: 1 },
	getGroupData: { httpMethod: 'POST', answer: 'object', requestsPerSecond: 1 },
	getSettings: { httpMethod: 'GET', answer: 'object', requestsPerSecond: 1 },
	getStateInstance: { httpMethod: 'GET', answer: 'object', requestsPerSecond: 1 },
	receiveNotification: { httpMethod: 'GET', answer: 'objectOrNothing', requestsPerSecond: 100 },
	setSettings: { httpMethod: 'POST', answer: 'object', requestsPerSecond: 1 },
} as const satisfies Record<string, Method>;

/** For one attempt. GREEN-API documents none; its slowest answers take a few seconds. */
export const DEFAULT_TIMEOUT_MS = 30_000;

export type GreenApiMethod = keyof typeof METHODS;

/** One call. */
export interface GreenApiRequest {
	method: GreenApiMethod;
	/** What stands behind the method in the URL, e.g. a notification's receipt id. */
	path?: string;
	/** What stands behind the `?` of the URL. */
	query?: Record<string, string | number | boolean>;
	/** Where the method takes one. */
	body?: Record<string, string | number | boolean>;
	/** For one attempt, in ms. */
	timeout: number;
}
