/** What GREEN-API's queue gives, where its parts are, and its simplified form. */

import type { IDataObject } from 'n8n-workflow';
import { phoneNumberOf, readChatId } from '../shared/green-api/chatId';

/** A notification as GREEN-API sent it. */
export type Notification = IDataObject;

/** The queue's head: the same one is received again and again until it is deleted. */
export interface Received {
	/** As GREEN-API wrote it: digits that are above 2^53 at times, or text. */
	receiptId: string;
	/**
	 * The answer without its receipt: the same notification may come with another receipt, and another
	 * one with the same, as receipts begin anew.
	 */
	text: string;
	notification: Notification;
	/** @returns the notification in objects of its own */
	copy(): Notification;
}

const RECEIPT = /"receiptId"\s*:\s*(?:"[^"]*"|\d+)/g;

function isObject(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @returns the digits of the receipt as they are in the answer: its number may have lost some */
function receiptOf(answer: string, receiptId: unknown): string | undefined {
	if (typeof receiptId === 'string' && receiptId !== '') return receiptId;
	if (typeof receiptId !== 'number') return undefined;
	const written = [...answer.matchAll(RECEIPT)].map(([text]) => /\d+$/.exec(text)?.[0] ?? '');
	return written.find((digits) => Number(digits) === receiptId) ?? String(receiptId);
}

/**
 * What has a receipt has to be deleted, whatever it is, as it holds up what is behind it.
 *
 * @param answer receiveNotification's, JSON
 * @returns the notification, an empty one in place of something else; undefined where none came in
 *   time
 */
export function readReceived(answer: string): Received | undefined {
	const parse = () => JSON.parse(answer) as { receiptId?: unknown; body?: unknown } | null;
	const { receiptId, body } = parse() ?? {};
	const receipt = receiptOf(answer, receiptId);
	if (receipt === undefined) return undefined;
	return {
		receiptId: receipt,
		text: answer.replace(RECEIPT, ''),
		notification: isObject(body) ? body : {},
		// Nesting that is too deep for structuredClone is none for the parser.
		copy: () => (isObject(body) ? (parse()?.body as Notification) : {}),
	};
}

type Path = readonly [string, ...string[]];

/** @returns the value at the path of field names; undefined where there is none */
function valueAt(notification: Notification, ...path: Path): unknown {
	return path.reduce<unknown>(
		(value, name) => (isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined),
		notification,
	);
}

/**
 * @returns the first of the values that is a text with something in it; numbers become text, but for
 *   those above 2^53: they have lost digits, and an id would be somebody else's
 */
function firstText(...values: unknown[]): string | null {
	const found = values.find(
		(value) =>
			(typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER) ||
			(typeof value === 'string' && value !== ''),
	);
	return found === undefined ? null : String(found);
}

/** WhatsApp's own `@s.whatsapp.net` is in some notifications; other messengers' ids are digits. */
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
function senderOf(notification: Notification): string | null {
	const caller = typeOf(notification) === 'outgoingCall' ? undefined : notification.from;
	return normalForm(firstText(valueAt(notification, 'senderData', 'sender'), caller));
}

/** @returns the digits of a number, or of a text that is one; null where there is none, or a 0 */
function digitsOf(value: unknown): string | null {
	return /[1-9]\d*/.exec((firstText(value) ?? '').replace(/\D/g, ''))?.[0] ?? null;
}

/** Telegram and MAX have the sender's number in a field of its own, 0 where it is hidden. */
function senderPhoneNumberOf(notification: Notification): string | null {
	const number = digitsOf(valueAt(notification, 'senderData', 'senderPhoneNumber'));
	return number ?? phoneNumberOf(senderOf(notification) ?? '');
}

/**
 * @returns what the chat that it happened in may be called in "Only Chats": its id, and a person's
 *   phone number with a plus where the messenger tells it beside the id; none where there is no chat
 */
export function chatNamesOf(notification: Notification): string[] {
	const chatId = chatIdOf(notification);
	if (chatId === null) return [];
	const number = chatId === senderOf(notification) ? senderPhoneNumberOf(notification) : null;
	return number === null ? [chatId] : [chatId, `+${number}`];
}

/** The kind of chat that something happens in. A feed is nobody's chat: it is written for many. */
export type ChatKind = 'person' | 'bot' | 'group' | 'feed';

/**
 * WhatsApp's groups end in `@g.us`, its status feed and broadcast lists in `@broadcast`, its channels
 * in `@newsletter`. Groups and channels of Telegram and MAX are negative numbers; Telegram says in
 * `chatType` which is a channel, and in `senderType` who is a bot (GREEN-API documentation for
 * Telegram, "IncomingMessageReceived").
 *
 * @returns undefined where it happened in no chat, or in one of a kind that is not known
 */
export function chatKindOf(notification: Notification): ChatKind | undefined {
	const chatId = chatIdOf(notification) ?? '';
	const typeIs = (name: string, type: string) => valueAt(notification, 'senderData', name) === type;
	if (/@(broadcast|newsletter)$/.test(chatId) || typeIs('chatType', 'channel')) return 'feed';
	if (/@g\.us$|^-\d+$/.test(chatId)) return 'group';
	if (!/^\d+(@(c\.us|lid))?$/.test(chatId)) return undefined;
	return typeIs('senderType', 'bot') ? 'bot' : 'person';
}

/** Where the texts of most messages are, for types as well that are not in the table below. */
const USUAL_TEXTS: readonly Path[] = [
	['textMessageData', 'textMessage'],
	['extendedTextMessageData', 'text'],
	['fileMessageData', 'caption'],
];

/**
 * By GREEN-API's `typeMessage`: where in `messageData` the text is that a person wrote, chose or
 * was shown. A reaction has an emoji where other messages have their text; a vote repeats the poll's
 * question.
 */
const TEXTS = new Map<string | null, readonly Path[]>([
	['reactionMessage', []],
	['deletedMessage', []],
	['pollUpdateMessage', []],
	[
		'editedMessage',
		[
			['editedMessageData', 'textMessage'],
			['editedMessageData', 'caption'],
		],
	],
	['pollMessage', [['pollMessageData', 'name']]],
	['groupInviteMessage', [['groupInviteMessageData', 'caption']]],
	['buttonsMessage', [['buttonsMessage', 'contentText']]],
	['listMessage', [['listMessage', 'contentText']]],
	['templateMessage', [['templateMessage', 'contentText']]],
	['interactiveButtons', [['interactiveButtons', 'contentText']]],
	['interactiveButtonsReply', [['interactiveButtonsReply', 'contentText']]],
	['buttonsResponseMessage', [['buttonsResponseMessage', 'selectedButtonText']]],
	['templateButtonsReplyMessage', [['templateButtonReplyMessage', 'selectedDisplayText']]],
	['interactiveButtonsResponse', [['interactiveButtonsResponse', 'selectedDisplayText']]],
	['listResponseMessage', [['listResponseMessage', 'title']]],
]);

/** What is new, in notifications that are no messages: `read`, `notAuthorized`, `blocked` … */
const STATUSES = ['status', 'stateInstance', 'statusInstance', 'chatState'] as const;

/** Calls and blocks have their details among the fields that all notifications have. */
const WITH_DETAILS = new Set(['incomingCall', 'outgoingCall', 'incomingBlock']);
const COMMON_FIELDS = new Set(['typeWebhook', 'instanceData', 'timestamp']);

function textOf(notification: Notification): string | null {
	const paths = TEXTS.get(messageTypeOf(notification)) ?? USUAL_TEXTS;
	return firstText(...paths.map((path) => valueAt(notification, 'messageData', ...path)));
}

const QUOTED_PRINTABLE = /^[^:]*;(?:encoding=)?quoted-printable[;:]/i;

/** @returns the lines of a vCard, those that are folded or quoted-printable in one piece each */
function linesOf(vcard: string): string[] {
	const lines: string[] = [];
	for (const line of vcard.replace(/\r?\n[ \t]/g, '').split(/\r?\n/)) {
		const last = lines.at(-1) ?? '';
		const goesOn = last.endsWith('=') && QUOTED_PRINTABLE.test(last);
		if (goesOn) lines.push(`${lines.pop()?.slice(0, -1)}${line}`);
		else lines.push(line);
	}
	return lines;
}

/** @returns the text of `=D0=90…` in UTF-8, as it is where it is in another charset */
function decodeQuotedPrintable(text: string): string {
	try {
		return decodeURIComponent(encodeURIComponent(text).replace(/%3D([\dA-F]{2})/gi, '%$1'));
	} catch {
		return text;
	}
}

/** @returns the parts of a name in a vCard's line, as people write them */
function namePartsOf(line: string): string[] {
	const written = line.slice(line.indexOf(':') + 1);
	const value = QUOTED_PRINTABLE.test(line) ? decodeQuotedPrintable(written) : written;
	return value.split(/(?<!\\);/).map((part) =>
		part
			.replace(/\\([,;:\\])/g, '$1')
			.replace(/\\n/gi, ' ')
			.trim(),
	);
}

function joined(...parts: Array<string | null | undefined>): string {
	return parts.filter((part) => part).join(' ');
}

/**
 * An extension comes behind the number: `;ext=102` (RFC 3966), ` x102`.
 *
 * @returns the digits; the number as it is written where it can't be read for certain, as digits alone
 *   could be somebody else's number
 */
function telephoneOf(line: string): string | null {
	const waid = /;waid=(\d+)/i.exec(line)?.[1];
	if (waid !== undefined) return waid;
	const written = /^\D*[^\p{L};,#]*/u.exec(line.slice(line.indexOf(':') + 1))?.[0].trim();
	if (!written) return null;
	const reading = readChatId(written);
	return reading.ok ? digitsOf(reading.chatId.id) : written;
}

/**
 * A card of WhatsApp's is a vCard, with its telephones as `TEL;waid=71234567890:+7 123 456-78-90`,
 * `item1.TEL…` (GREEN-API documentation, "ContactMessage"). Telegram and MAX have name and number in
 * fields as well.
 */
function readCard(card: IDataObject): IDataObject {
	const lines = linesOf(firstText(card.vcard) ?? '');
	const named = (name: string) =>
		lines.filter((line) => new RegExp(`^(?:[\\w-]+\\.)?${name}[;:]`, 'i').test(line));
	const [fullName = ''] = named('FN').map((line) => namePartsOf(line).join('; '));
	const [structured = ''] = named('N').map((line) => {
		const [family, given, additional] = namePartsOf(line);
		return joined(given, additional, family);
	});
	const inFields = joined(firstText(card.firstName), firstText(card.lastName));
	const numbers = [
		...named('TEL').map(telephoneOf),
		digitsOf(card.phoneContact),
		digitsOf(card.phoneNumber),
	];
	return {
		name: firstText(card.displayName, inFields, fullName, structured),
		phoneNumbers: [...new Set(numbers)].filter((number) => number !== null),
	};
}

/** @returns the contacts that the message is made of; null where it is made of none */
function sharedContactsOf(notification: Notification): IDataObject[] | null {
	const one = valueAt(notification, 'messageData', 'contactMessageData');
	const list =
		valueAt(notification, 'messageData', 'messageData', 'contacts') ??
		valueAt(notification, 'messageData', 'contacts');
	const cards = [one, ...(Array.isArray(list) ? list : [])].filter(isObject);
	return cards.length > 0 ? cards.map(readCard) : null;
}

function detailsOf(notification: Notification): IDataObject | null {
	if (isObject(notification.quotaData)) return notification.quotaData;
	if (!WITH_DETAILS.has(typeOf(notification) ?? '')) return null;
	const own = Object.entries(notification).filter(([name]) => !COMMON_FIELDS.has(name));
	return Object.fromEntries(own);
}

function timestampOf({ timestamp }: Notification): string | null {
	const date = new Date(typeof timestamp === 'number' ? timestamp * 1000 : NaN);
	return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/**
 * @param notification as sent, in objects that are nobody else's
 * @param event what happened, by the trigger's name for it
 * @returns the fields that workflows use most, null where the notification has none; `status` comes
 *   along where the notification is no message and has one
 */
export function simplify(notification: Notification, event: string | null): IDataObject {
	const kind = chatKindOf(notification);
	const messageType = messageTypeOf(notification);
	const status = firstText(...STATUSES.map((name) => notification[name]));
	const chatId = chatIdOf(notification);
	return {
		event,
		chatId,
		sender: senderOf(notification),
		senderName: firstText(
			valueAt(notification, 'senderData', 'senderName'),
			valueAt(notification, 'senderData', 'senderContactName'),
		),
		phoneNumber: senderPhoneNumberOf(notification),
		isGroup: chatId === null ? null : kind === 'group',
		text: textOf(notification),
		sharedContacts: sharedContactsOf(notification),
		messageType,
		messageId: firstText(notification.idMessage),
		timestamp: timestampOf(notification),
		instanceId: firstText(valueAt(notification, 'instanceData', 'idInstance')),
		details: detailsOf(notification),
		...(messageType === null && status !== null && { status }),
	};
}

/** Long or odd ones could be texts. */
const NAME = /^[\w.:@-]{1,80}$/;

/** @returns its type and id for n8n's log; what could be a person's words is left out */
export function labelOf({ notification, receiptId }: Received): string {
	const [type, id] = [typeOf(notification), firstText(notification.idMessage, receiptId)];
	return [type, id].map((name) => (NAME.test(name ?? '') ? name : '(unknown)')).join(' ');
}
