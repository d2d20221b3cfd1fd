/** The field that names the chat of an item. */

import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { ChatId, ChatKind, Rejection } from '../shared/green-api/chatId';
import type { Messenger } from '../shared/green-api/messengers';
import type { Bare } from '../shared/green-api/phoneNumber';

/** Its name is `chatId` for every kind of chat, so that items of one operation suit the next. */
export interface ChatField {
	property: INodeProperties;
	kinds: readonly ChatKind[];
	/** Why a chat of another kind is not accepted. */
	refusal: Rejection;
}

const BASE = {
	name: 'chatId',
	type: 'resourceLocator',
	default: { mode: 'id', value: '={{ $json.chatId }}' },
	required: true,
} as const;

const NOT_A_PERSON: Rejection = {
	message: 'The chat is a group, where a person is needed',
	description:
		'Take groups out before this node, e.g. with a Filter node. To look a group up, choose the resource Group.',
};

const NOT_A_GROUP: Rejection = {
	message: 'The chat is a person, where a group is needed',
	description:
		'Enter the chat ID of a group: it ends in @g.us, or begins with a minus sign in Telegram and MAX. To look a person up, choose the resource Contact.',
};

/** People and groups. */
export const CHAT: ChatField = {
	kinds: ['person', 'lid', 'phone', 'username', 'group'],
	refusal: NOT_A_PERSON,
	property: {
		...BASE,
		displayName: 'Contact',
		description:
			'The contact or group: a phone number with its country code, or a chat ID. Those of WhatsApp end in @c.us, @lid or @g.us; those of Telegram and MAX are digits, with a minus sign for groups. Telegram takes a username, too, e.g. @ivan_petrov. There, a phone number or username costs one more request, checkAccount.',
		modes: [
			{
				displayName: 'By Chat ID or Phone Number',
				name: 'id',
				type: 'string',
				placeholder: 'e.g. 71234567890@c.us or +7 123 456-78-90',
				hint: 'A phone number in international form, or a chat ID, e.g. ending in @c.us, @lid or @g.us',
			},
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: 'Select a contact…',
				typeOptions: { searchListMethod: 'searchContacts', searchable: true },
			},
		],
	},
};

/** People alone, by phone number or privacy id. */
export const PERSON: ChatField = {
	...CHAT,
	kinds: ['person', 'lid', 'phone', 'username'],
	property: {
		...CHAT.property,
		description:
			'The person: a phone number with its country code, a WhatsApp chat ID ending in @c.us or @lid, or a Telegram username',
	},
};

/** Groups alone. */
export const GROUP: ChatField = {
	kinds: ['group'],
	refusal: NOT_A_GROUP,
	property: {
		...BASE,
		displayName: 'Group',
		description:
			'The group: a chat ID, which ends in @g.us in WhatsApp, and begins with a minus sign in Telegram and MAX',
		modes: [
			{
				displayName: 'By Chat ID',
				name: 'id',
				type: 'string',
				placeholder: 'e.g. 120363043968066561@g.us',
				hint: 'A chat ID ending in @g.us, or with a minus sign in Telegram and MAX',
			},
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: 'Select a group…',
				typeOptions: { searchListMethod: 'searchGroups', searchable: true },
			},
		],
	},
};

/** @returns the value in a resource locator, or the bare value that hand-written and AI-made workflows have */
function locatedValue(parameter: unknown): unknown {
	return typeof parameter === 'object' &&
		parameter !== null &&
		'__rl' in parameter &&
		'value' in parameter
		? parameter.value
		: parameter;
}

/** `={{ $json.chatId }}`, which the field starts as, and the same with other names. */
const INPUT_FIELD = /^=\{\{\s*\$json\.([A-Za-z]\w*)\s*\}\}$/;

/**
 * @returns a function that takes an item's index, counted from 0, and its fields, and gives the
 *   value of the chat field, unchecked; it throws n8n's
 *   ExpressionError where an expression can't be resolved. The expression that the field starts as
 *   is read without n8n's help, which takes a tenth of the time that an item costs.
 */
export function givenChatReader(
	this: IExecuteFunctions,
): (itemIndex: number, input: IDataObject) => unknown {
	const written = locatedValue(this.getNode().parameters.chatId);
	const field = typeof written === 'string' ? INPUT_FIELD.exec(written)?.[1] : undefined;
	return field === undefined
		? (itemIndex) => locatedValue(this.getNodeParameter('chatId', itemIndex, null))
		: (_itemIndex, input) => (Object.hasOwn(input, field) ? input[field] : undefined);
}

/** What was read from a chat field. `chatId` comes with a refusal, too, where it could be read. */
export type ChatReading =
	| ({ ok: true; chatId: ChatId } & Bare)
	| ({ ok: false; rejection: Rejection; chatId?: ChatId } & Bare);

/**
 * The one place where a chat is read for any operation.
 *
 * @param given what the chat field held
 * @param field which chats the operation is about
 * @param defaultCountryCode the calling code of phone numbers written without one, or empty
 * @param messenger whose chats they are
 * @returns the chat in normal form, or why there is none
 */
export function readChat(
	given: unknown,
	{ kinds, refusal }: ChatField,
	defaultCountryCode: string,
	messenger: Messenger,
): ChatReading {
	const reading = messenger.readChat(given, { defaultCountryCode });
	return reading.ok && !kinds.includes(reading.chatId.kind)
		? { ok: false, rejection: refusal, chatId: reading.chatId }
		: reading;
}
