/** The fields of a notification that workflows use most, in one flat object. */

import type { IDataObject } from 'n8n-workflow';
import { eventOf } from './events';
import {
	chatIdOf,
	firstText,
	isGroup,
	messageTypeOf,
	type Notification,
	senderOf,
	valueAt,
} from './notification';

type Path = readonly [string, ...string[]];

/** Where the texts of most messages stand, for types as well that are not in the table below. */
const USUAL_TEXTS: readonly Path[] = [
	['textMessageData', 'textMessage'],
	['extendedTextMessageData', 'text'],
	['fileMessageData', 'caption'],
];

/**
 * By GREEN-API's `typeMessage`: where in `messageData` the text stands that a person wrote, chose or
 * was shown. A reaction has an emoji where other messages have their text; a vote repeats the poll's
 * question.
 */
const TEXTS: Readonly<Record<string, readonly Path[]>> = {
	reactionMessage: [],
	deletedMessage: [],
	pollUpdateMessage: [],
	editedMessage: [
		['editedMessageData', 'textMessage'],
		['editedMessageData', 'caption'],
	],
	pollMessage: [['pollMessageData', 'name']],
	groupInviteMessage: [['groupInviteMessageData', 'caption']],
	buttonsMessage: [['buttonsMessage', 'contentText']],
	listMessage: [['listMessage', 'contentText']],
	templateMessage: [['templateMessage', 'contentText']],
	interactiveButtons: [['interactiveButtons', 'contentText']],
	interactiveButtonsReply: [['interactiveButtonsReply', 'contentText']],
	buttonsResponseMessage: [['buttonsResponseMessage', 'selectedButtonText']],
	templateButtonsReplyMessage: [['templateButtonReplyMessage', 'selectedDisplayText']],
	interactiveButtonsResponse: [['interactiveButtonsResponse', 'selectedDisplayText']],
	listResponseMessage: [['listResponseMessage', 'title']],
};

/** What is new, in notifications that are no messages: `read`, `notAuthorized`, `blocked` … */
const STATUSES = ['status', 'stateInstance', 'statusInstance', 'chatState'] as const;

function textOf(notification: Notification): string | null {
	const paths = TEXTS[messageTypeOf(notification) ?? ''] ?? USUAL_TEXTS;
	return firstText(...paths.map((path) => valueAt(notification, 'messageData', ...path)));
}

function timestampOf({ timestamp }: Notification): string | null {
	const date = new Date(typeof timestamp === 'number' ? timestamp * 1000 : NaN);
	return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/**
 * @param notification as sent
 * @returns ten fields, null where the notification has none; `status` comes along where the
 *   notification is no message and has one
 */
export function simplify(notification: Notification): IDataObject {
	const chatId = chatIdOf(notification);
	const messageType = messageTypeOf(notification);
	const status = firstText(...STATUSES.map((name) => notification[name]));
	return {
		event: eventOf(notification),
		chatId,
		sender: senderOf(notification),
		senderName: firstText(
			valueAt(notification, 'senderData', 'senderName'),
			valueAt(notification, 'senderData', 'senderContactName'),
		),
		isGroup: chatId === null ? null : isGroup(chatId),
		text: textOf(notification),
		messageType,
		messageId: firstText(notification.idMessage),
		timestamp: timestampOf(notification),
		instanceId: firstText(valueAt(notification, 'instanceData', 'idInstance')),
		...(messageType === null && status !== null && { status }),
	};
}
