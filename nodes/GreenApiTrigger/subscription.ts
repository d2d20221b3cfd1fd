/** The trigger's fields, in the order the editor shows them, and what they ask for. */

import type { IDataObject, INodeProperties, ITriggerFunctions } from 'n8n-workflow';
import type { ChatId, Rejection } from '../shared/green-api/chatId';
import type { Messenger } from '../shared/green-api/messengers';
import { idsOf } from '../shared/green-api/numberingPlan';
import { amount, choice, choices, type Field, readFields, toggle } from '../shared/n8n/field';
import { inputError } from '../shared/n8n/nodeErrors';
import type { Deletion } from './delivery';
import { EVENT_OPTIONS, isWanted } from './events';
import {
	chatIdOf,
	type ChatKind,
	chatKindOf,
	chatNamesOf,
	type Notification,
} from './notification';

const MINUTE_MS = 60_000;

/** The kinds of chat that something may happen in. */
type Chats = 'all' | 'people' | 'groups';

const onlyChats: Field<string[]> = {
	property: {
		displayName: 'Only Chats',
		name: 'onlyChats',
		type: 'string',
		typeOptions: { multipleValues: true, multipleValueButtonText: 'Add chat' },
		default: [],
		placeholder: 'e.g. 71234567890@c.us or +7 123 456-78-90',
		description:
			'Chat IDs or phone numbers; what happens in other chats starts no execution. A phone number finds the person under a privacy ID (@lid), too: on publishing, each is looked up once by Check WhatsApp. In Telegram and MAX write phone numbers with a plus.',
	},
	/** An expression may give one text with several in it. */
	read: (given) => ({
		ok: true,
		value: [given ?? []]
			.flat()
			.flatMap((entry) => String(entry).split(/[,;\n]/))
			.filter((entry) => entry.trim() !== ''),
	}),
};

const FIELDS = {
	events: choices({
		displayName: 'Trigger On',
		name: 'events',
		type: 'multiOptions',
		options: EVENT_OPTIONS,
		default: ['incomingMessageReceived'],
		required: true,
		description: 'What starts the workflow',
	}),
	deleteFromQueue: choice<Deletion>({
		displayName: 'Delete From Queue',
		name: 'deleteFromQueue',
		type: 'options',
		options: [
			{
				name: 'Immediately',
				value: 'immediately',
				description:
					'Executions run side by side. What n8n had not begun to save when it was ended by force is lost.',
			},
			{
				name: 'When the Execution Finishes',
				value: 'executionFinishes',
				description: 'One after the other, in order; what was being worked on comes again',
			},
			{
				name: 'When the Execution Succeeds',
				value: 'executionSucceeds',
				description: 'The same, and a notification whose execution failed is delivered again',
			},
		],
		default: 'executionFinishes',
		description:
			'When a notification counts as done. The queue has one head: as long as one notification is being worked on, all others of the instance wait.',
	}),
	output: choice<'raw' | 'simplified'>({
		displayName: 'Output',
		name: 'output',
		type: 'options',
		options: [
			{
				name: 'Raw',
				value: 'raw',
				description: 'The notification as GREEN-API sent it',
			},
			{
				name: 'Simplified',
				value: 'simplified',
				description: 'The fields that are used most, with the chat ID at the top',
			},
		],
		default: 'simplified',
		description: 'What of the notification comes out',
	}),
};

const OPTIONS = {
	chats: choice<Chats>({
		displayName: 'Chats',
		name: 'chats',
		type: 'options',
		options: [
			{ name: 'All', value: 'all' },
			{ name: 'Groups', value: 'groups' },
			{ name: 'People', value: 'people', description: 'Without bots' },
		],
		default: 'all',
		description: 'The kind of chat that something has to happen in',
	}),
	clearWebhookUrl: toggle({
		displayName: 'Clear Webhook URL',
		name: 'clearWebhookUrl',
		type: 'boolean',
		default: false,
		description:
			'Whether to clear the webhook URL of the instance, if one is set: as long as there is one, the queue can’t be read. What is behind it gets no more notifications then.',
	}),
	includeStatusAndChannels: toggle({
		displayName: 'Include Status and Channels',
		name: 'includeStatusAndChannels',
		type: 'boolean',
		default: false,
		description:
			'Whether the status feed, broadcast lists and channels start the workflow as well. A GREEN-API node can’t look these up.',
	}),
	maxDeliveries: amount({
		displayName: 'Max Deliveries',
		name: 'maxDeliveries',
		type: 'number',
		typeOptions: { minValue: 1, numberPrecision: 0 },
		default: 5,
		description:
			'How often a notification is delivered that n8n can’t start an execution with, or, with "When the Execution Succeeds", whose executions don’t succeed. After that it is deleted, so that those behind it go on.',
	}),
	maxExecutionMinutes: amount({
		displayName: 'Max Execution Minutes',
		name: 'maxExecutionMinutes',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 60,
		description:
			'How long the next notification waits for an execution whose end n8n does not tell. After that it counts as failed. 0: as long as it takes.',
	}),
	onlyChats,
	turnOnNotifications: toggle({
		displayName: 'Turn On Notifications',
		name: 'turnOnNotifications',
		type: 'boolean',
		default: true,
		description:
			'Whether to turn on, in the settings of the instance, notifications that are needed and off. That restarts the instance once. Nothing is ever turned off.',
	}),
};

const propertiesOf = (fields: Record<string, Field<unknown>>) =>
	Object.values(fields).map(({ property }) => property);

/** For n8n. */
export const properties: INodeProperties[] = [
	...propertiesOf(FIELDS),
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: propertiesOf(OPTIONS),
	},
];

export interface Subscription {
	events: readonly string[];
	deletion: Deletion;
	isRaw: boolean;
	chats: Chats;
	/** Whether what is written for many is wanted, too: WhatsApp's status feed, lists, channels. */
	includeStatusAndChannels: boolean;
	/**
	 * Names of chats, as `chatNamesOf` gives them; empty: every chat. People's other ids are added
	 * when they are known.
	 */
	onlyChats: Set<string>;
	/** People in it that WhatsApp may have other ids of, `@c.us` or `@lid`. */
	people: readonly string[];
	maxDeliveries: number;
	/** Infinity: no limit. */
	maxExecutionMs: number;
	turnOnNotifications: boolean;
	clearWebhookUrl: boolean;
}

/** @returns why notifications, which have no usernames of chats, can't be compared with it */
function refuseName({ kind, id }: ChatId): Rejection | undefined {
	if (kind !== 'username') return undefined;
	return {
		message: `"Only Chats" takes chat IDs and phone numbers, and ${id} is a username`,
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
	const named = options.onlyChats.map((entry) => {
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
		maxExecutionMs: options.maxExecutionMinutes * MINUTE_MS || Infinity,
		onlyChats: new Set(named.flatMap(idsOf)),
		people: [...new Set(named)].filter((id) => /@(?:c\.us|lid)$/.test(id)),
	};
}

const KINDS: Readonly<Record<Chats, ReadonlySet<ChatKind | undefined>>> = {
	all: new Set(['person', 'bot', 'group', undefined]),
	groups: new Set(['group']),
	people: new Set(['person']),
};

type Wishes = Pick<Subscription, 'events' | 'chats' | 'includeStatusAndChannels'> & {
	onlyChats: ReadonlySet<string>;
};

/**
 * @returns whether the trigger gets the notification; what happened in no chat, such as a change of
 *   the instance's state, is not a matter of chats, and a chat in "Only Chats" may be a channel
 */
export function wants(
	{ events, chats, includeStatusAndChannels, onlyChats }: Wishes,
	notification: Notification,
): boolean {
	if (!isWanted(events, notification)) return false;
	const names = chatNamesOf(notification);
	if (names.length === 0) return true;
	if (onlyChats.size > 0 && !names.some((name) => onlyChats.has(name))) return false;
	const kind = chatKindOf(notification);
	if (kind === 'feed') return chats === 'all' && (includeStatusAndChannels || onlyChats.size > 0);
	return KINDS[chats].has(kind);
}

/**
 * @param found the people of "Only Chats" whose other ids are known
 * @returns whether it may be unwanted only as it comes under a privacy id whose number is not known
 */
export function isPerhapsMissed(
	subscription: Subscription,
	found: ReadonlySet<string>,
	notification: Notification,
): boolean {
	const isUnknown = (id: string) => id.endsWith('@c.us') && !found.has(id);
	return (
		chatIdOf(notification)?.endsWith('@lid') === true &&
		subscription.people.some(isUnknown) &&
		!wants(subscription, notification) &&
		wants({ ...subscription, onlyChats: new Set() }, notification)
	);
}
