/** What a trigger's fields ask for. */

import type { INode, ITriggerFunctions } from 'n8n-workflow';
import { inputError } from '../shared/client/nodeErrors';
import { type ChatId, isChatId, type Rejection } from '../shared/green-api/chatId';
import type { Messenger } from '../shared/green-api/messengers';
import type { Deletion } from './listener/afterExecution';
import { isWanted } from './notifications/events';
import { chatIdOf, isGroup, type Notification } from './notifications/notification';

type Chats = 'all' | 'people' | 'groups';

export const DEFAULT_MAX_DELIVERIES = 5;

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

interface Options {
	chats?: Chats;
	/** An expression may give one text with several in it. */
	onlyChats?: string | number | Array<string | number>;
	maxDeliveries?: number;
	turnOnNotifications?: boolean;
	clearWebhookUrl?: boolean;
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

function readOnlyChats(
	node: INode,
	{ readChat }: Messenger,
	given: Options['onlyChats'] = [],
): Set<string> {
	const entries = [given].flat().flatMap((entry) => String(entry).split(/[,;\n]/));
	return new Set(
		entries
			.filter((entry) => entry.trim() !== '')
			.map((entry) => {
				const reading = readChat(entry);
				const rejection = reading.ok ? refuseName(reading.chatId) : reading.rejection;
				if (rejection) throw inputError(node, rejection);
				return reading.ok ? reading.chatId.id : '';
			}),
	);
}

/**
 * @param messenger of the credential
 * @returns what the trigger's fields ask for
 * @throws NodeOperationError where a chat in "Only Chats" can't be read
 */
export function readSubscription(this: ITriggerFunctions, messenger: Messenger): Subscription {
	const options = this.getNodeParameter('options', {}) as Options;
	return {
		events: this.getNodeParameter('events') as string[],
		deletion: this.getNodeParameter('deleteFromQueue') as Deletion,
		isRaw: this.getNodeParameter('output') === 'raw',
		chats: options.chats ?? 'all',
		onlyChats: readOnlyChats(this.getNode(), messenger, options.onlyChats),
		maxDeliveries: options.maxDeliveries ?? DEFAULT_MAX_DELIVERIES,
		turnOnNotifications: options.turnOnNotifications ?? true,
		clearWebhookUrl: options.clearWebhookUrl ?? false,
	};
}

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
	return chats === 'all' || (chats === 'groups') === isGroup(chatId);
}
