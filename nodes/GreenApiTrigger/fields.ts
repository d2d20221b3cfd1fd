/** The trigger's fields and options, in the order the editor shows them. */

import type { INodeProperties } from 'n8n-workflow';
import { amount, choice, choices, type Field, toggle } from '../shared/n8n/field';
import type { Deletion } from './afterExecution';
import { EVENT_OPTIONS } from './events';

/** The kind of chat that something happens in. */
export type Chats = 'all' | 'people' | 'groups';

const onlyChats: Field<string[]> = {
	property: {
		displayName: 'Only Chats',
		name: 'onlyChats',
		type: 'string',
		typeOptions: { multipleValues: true, multipleValueButtonText: 'Add chat' },
		default: [],
		placeholder: 'e.g. 71234567890@c.us or +7 123 456-78-90',
		description:
			'Chat IDs or phone numbers, in Telegram and MAX chat IDs alone; what happens in other chats starts no execution. Chats with privacy IDs (@lid) are found by these only.',
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

export const FIELDS = {
	events: choices({
		displayName: 'Events',
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

export const OPTIONS = {
	chats: choice<Chats>({
		displayName: 'Chats',
		name: 'chats',
		type: 'options',
		options: [
			{ name: 'All', value: 'all', description: 'The status feed and channels as well' },
			{ name: 'Groups', value: 'groups' },
			{ name: 'People', value: 'people' },
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
	maxDeliveries: amount({
		displayName: 'Max Deliveries',
		name: 'maxDeliveries',
		type: 'number',
		typeOptions: { minValue: 1, numberPrecision: 0 },
		default: 5,
		displayOptions: { show: { '/deleteFromQueue': ['executionSucceeds'] } },
		description:
			'How often a notification is delivered while its executions don’t succeed. After that it is deleted, so that those behind it go on.',
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
