/** The GREEN-API methods this package calls. */

import type { IHttpRequestMethods } from 'n8n-workflow';
import type { AnswerForm } from './answer';
import { CONTACT_FIELDS } from './contact';

export interface Method extends AnswerForm {
	httpMethod: IHttpRequestMethods;
	/** The documented limit, for each instance and method, in requests per second. */
	requestsPerSecond: number;
	effect: MethodEffect;
	/** A status with which an answer comes, too. */
	answerIn?: number;
}

/**
 * What a request changes: nothing (`read`), something that is the same when it is done twice
 * (`idempotentWrite`), or something that is not (`write`). Only reads are shared and kept. A `write`
 * is sent again only where it is known not to have happened.
 */
export type MethodEffect = 'read' | 'idempotentWrite' | 'write';

/** GREEN-API documentation, "GetGroupData", response parameters. */
const GROUP_FIELDS = ['subject', 'owner', 'creation', 'participants', 'size', 'groupInviteLink'];

function anyOf(fields: readonly string[]): Record<string, 'any'> {
	return Object.fromEntries(fields.map((field) => [field, 'any']));
}

/**
 * As GREEN-API's documentation for WhatsApp has them ("Rate limiter" for the limits; addContact,
 * editContact, deleteContact, getChats and checkAccount, which Telegram and MAX have, are missing
 * there and taken for 1). `Messenger` has the limits of other messengers.
 *
 * Doing it twice is the same for editContact, which writes the same names again, for deleteContact
 * and deleteNotification, which name what is to go and touch nothing else, and for addContact, whose
 * second time answers 400 "already exists", after which Create or Update writes the same names with
 * editContact. It is not for setSettings, each of which restarts the instance.
 */
export const METHODS = {
	addContact: {
		httpMethod: 'POST',
		answer: 'object',
		requestsPerSecond: 1,
		effect: 'idempotentWrite',
		result: { addContact: 'done' },
	},
	checkAccount: {
		httpMethod: 'POST',
		answer: 'object',
		requestsPerSecond: 1,
		effect: 'read',
		result: { exist: 'yesOrNo' },
	},
	checkWhatsapp: {
		httpMethod: 'POST',
		answer: 'object',
		requestsPerSecond: 10,
		effect: 'read',
		result: { existsWhatsapp: 'yesOrNo' },
	},
	deleteContact: {
		httpMethod: 'POST',
		answer: 'object',
		requestsPerSecond: 1,
		effect: 'idempotentWrite',
		result: { deleteContact: 'done' },
	},
	deleteNotification: {
		httpMethod: 'DELETE',
		answer: 'object',
		requestsPerSecond: 100,
		effect: 'idempotentWrite',
		result: { result: 'explained' },
	},
	editContact: {
		httpMethod: 'POST',
		answer: 'object',
		requestsPerSecond: 1,
		effect: 'idempotentWrite',
		result: { editContact: 'done' },
	},
	getAvatar: {
		httpMethod: 'POST',
		answer: 'object',
		requestsPerSecond: 10,
		effect: 'read',
		result: { urlAvatar: 'any' },
	},
	getChats: { httpMethod: 'GET', answer: 'list', requestsPerSecond: 1, effect: 'read' },
	getContactInfo: {
		httpMethod: 'POST',
		answer: 'objectOrNull',
		requestsPerSecond: 1,
		effect: 'read',
		result: { ...anyOf(CONTACT_FIELDS), chatId: 'echo', phoneNumber: 'echo' },
	},
	getContacts: { httpMethod: 'GET', answer: 'list', requestsPerSecond: 1, effect: 'read' },
	getGroupData: {
		httpMethod: 'POST',
		answer: 'objectOrNull',
		requestsPerSecond: 1,
		effect: 'read',
		result: { ...anyOf(GROUP_FIELDS), groupId: 'echo', chatId: 'echo' },
	},
	getSettings: { httpMethod: 'GET', answer: 'object', requestsPerSecond: 1, effect: 'read' },
	getStateInstance: { httpMethod: 'GET', answer: 'object', requestsPerSecond: 1, effect: 'read' },
	receiveNotification: {
		httpMethod: 'GET',
		answer: 'objectOrNothing',
		requestsPerSecond: 100,
		effect: 'read',
		// When a quota is used up, with the notification that says so in the body.
		answerIn: 466,
	},
	setSettings: { httpMethod: 'POST', answer: 'object', requestsPerSecond: 1, effect: 'write' },
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
	/** The method that has the rest of the list, where one has not all of it. */
	also?: GreenApiMethod;
	/** For one attempt, in ms. */
	timeout: number;
}
