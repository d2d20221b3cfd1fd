/** What GREEN-API's queue gives, and where its parts stand. */

import type { IDataObject } from 'n8n-workflow';
import { readChatId } from '../shared/green-api/chatId';

/** A notification as GREEN-API sent it. */
export type Notification = IDataObject;

/** The queue's head: the same one is received again and again until it is deleted. */
export interface Received {
	receiptId: number;
	notification: Notification;
}

function isObject(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * What has a receipt has to be deleted, whatever it is, as it holds up what is behind it.
 *
 * @param answer receiveNotification's, parsed
 * @returns the notification, an empty one in place of something else; undefined where none came in
 *   time
 */
export function readReceived(answer: IDataObject | null): Received | undefined {
	const { receiptId, body } = answer ?? {};
	if (typeof receiptId !== 'number') return undefined;
	return { receiptId, notification: isObject(body) ? body : {} };
}

/**
 * @param notification as sent
 * @param path names of fields, one in the other
 * @returns the value there; undefined where there is none
 */
export function valueAt(notification: Notification, ...path: string[]): unknown {
	return path.reduce<unknown>(
		(value, name) =>
			typeof value === 'object' && value !== null ? (value as IDataObject)[name] : undefined,
		notification,
	);
}

/**
 * @returns the first of the values that is a text with something in it; numbers become text, but for
 *   those above 2^53: they have lost digits, and an id would be somebody else's
 */
export function firstText(...values: unknown[]): string | null {
	const found = values.find(
		(value) =>
			(typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER) ||
			(typeof value === 'string' && value !== ''),
	);
	return found === undefined ? null : String(found);
}

/** WhatsApp's own `@s.whatsapp.net` stands in some notifications; other messengers' ids are digits. */
function normalForm(chatId: string | null): string | null {
	const reading = chatId?.includes('@') ? readChatId(chatId) : undefined;
	return reading?.ok ? reading.chatId.id : chatId;
}

/** @returns GREEN-API's name of what happened, e.g. `incomingMessageReceived`; null where it has none */
export function typeOf(notification: Notification): string | null {
	return firstText(notification.typeWebhook);
}

/** @returns GREEN-API's name of the kind of message, e.g. `imageMessage`; null where it is none */
export function messageTypeOf(notification: Notification): string | null {
	return firstText(valueAt(notification, 'messageData', 'typeMessage'));
}

/**
 * Messages have it in `senderData`, statuses and blocks at the top, calls as `from` (GREEN-API
 * documentation, "Incoming notifications format").
 *
 * @returns the chat that it happened in, as Get Contact Info takes it; null where there is none
 */
export function chatIdOf(notification: Notification): string | null {
	const { chatId, from, to } = notification;
	return normalForm(firstText(valueAt(notification, 'senderData', 'chatId'), chatId, from, to));
}

/**
 * @returns the person who sent it, as a chat id; null where there is none, as in outgoingCall, whose
 *   `from` is the chat that was called (GREEN-API documentation, "OutgoingCall")
 */
export function senderOf(notification: Notification): string | null {
	const caller = typeOf(notification) === 'outgoingCall' ? undefined : notification.from;
	return normalForm(firstText(valueAt(notification, 'senderData', 'sender'), caller));
}

/** Neither a group nor WhatsApp's status feed (`status@broadcast`) nor a channel (`…@newsletter`). */
export function isPerson(chatId: string): boolean {
	return /^\d+(?:@(?:c\.us|lid))?$/.test(chatId);
}

/** WhatsApp's groups end in `@g.us`; those of Telegram and MAX are negative numbers. */
export function isGroup(chatId: string): boolean {
	return chatId.endsWith('@g.us') || /^-\d+$/.test(chatId);
}
