/** What a trigger's fields ask for. */

import type { INode, ITriggerFunctions } from 'n8n-workflow';
import { inputError } from '../shared/client/nodeErrors';
import { readChatId } from '../shared/green-api/chatId';
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

function readOnlyChats(node: INode, given: Options['onlyChats'] = []): Set<string> {
	const entries = [given].flat().flatMap((entry) => String(entry).split(/[,;\n]/));
	return new Set(
		entries
			.filter((entry) => entry.trim() !== '')
			.map((entry) => {
				const reading = readChatId(entry);
				if (!reading.ok) throw inputError(node, reading.rejection);
				return reading.chatId.id;
			}),
	);
}

/**
 * @returns what the trigger's fields ask for
 * @throws NodeOperationError where a chat in "Only Chats" can't be read
 */
export function readSubscription(this: ITriggerFunctions): Subscription {
	const options = this.getNodeParameter('options', {}) as Options;
	return {
		events: this.getNodeParameter('events') as string[],
		deletion: this.getNodeParameter('deleteFromQueue') as Deletion,
		isRaw: this.getNodeParameter('output') === 'raw',
		chats: options.chats ?? 'all',
		onlyChats: readOnlyChats(this.getNode(), options.onlyChats),
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
