/** What a trigger's fields ask for. */

import type { IDataObject, ITriggerFunctions } from 'n8n-workflow';
import { inputError } from '../shared/n8n/nodeErrors';
import { type ChatId, isChatId, type Rejection } from '../shared/green-api/chatId';
import type { Messenger } from '../shared/green-api/messengers';
import { type Field, readFields } from '../shared/n8n/field';
import { type Chats, FIELDS, OPTIONS } from './fields';
import type { Deletion } from './afterExecution';
import { isWanted } from './events';
import { chatIdOf, isGroup, isPerson, type Notification } from './notification';

export interface Subscription {
	events: readonly string[];
	deletion: Deletion;
	isRaw: boolean;
	chats: Chats;
	/** Chat ids in normal form; empty: every chat. */
	onlyChats: ReadonlySet<string>;
	maxDeliveries: number;
	turnOnNotifications: boolean;
	clearWebhookUrl: boolean;
}

/** @returns why notifications, which have chat ids alone, can't be compared with it */
function refuseName(chat: ChatId): Rejection | undefined {
	if (isChatId(chat)) return undefined;
	return {
		message: `"Only Chats" takes chat IDs in this messenger, and ${chat.id} is none`,
		description:
			'Enter the chat ID in its place. The operation "Check WhatsApp or Account" of the GREEN-API node finds it.',
	};
}

/**
 * @param messenger of the credential
 * @returns what the trigger's fields ask for
 * @throws NodeOperationError where a field can't be meant, or a chat in "Only Chats" can't be read
 */
export function readSubscription(this: ITriggerFunctions, { readChat }: Messenger): Subscription {
	const reject = (rejection: Rejection): never => {
		throw inputError(this.getNode(), rejection);
	};
	const given = this.getNodeParameter('options', {}) as IDataObject;
	const ofNode = (name: string, { property }: Field<unknown>) =>
		this.getNodeParameter(name, property.default as object);
	const fields = readFields(FIELDS, ofNode, reject);
	const options = readFields(OPTIONS, (name) => given[name], reject);
	const chatIds = options.onlyChats.map((entry) => {
		const reading = readChat(entry);
		if (!reading.ok) return reject(reading.rejection);
		const rejection = refuseName(reading.chatId);
		return rejection ? reject(rejection) : reading.chatId.id;
	});
	return {
		...options,
		events: fields.events,
		deletion: fields.deleteFromQueue,
		isRaw: fields.output === 'raw',
		onlyChats: new Set(chatIds),
	};
}

const IS_OF: Readonly<Record<Chats, (chatId: string) => boolean>> = {
	all: () => true,
	groups: isGroup,
	people: isPerson,
};

/**
 * @returns whether the trigger gets the notification; what happened in no chat, such as a change of
 *   the instance's state, is not a matter of chats
 */
export function wants(
	{ events, chats, onlyChats }: Pick<Subscription, 'events' | 'chats' | 'onlyChats'>,
	notification: Notification,
): boolean {
	if (!isWanted(events, notification)) return false;
	const chatId = chatIdOf(notification);
	if (chatId === null) return true;
	if (onlyChats.size > 0 && !onlyChats.has(chatId)) return false;
	return IS_OF[chats](chatId);
}
