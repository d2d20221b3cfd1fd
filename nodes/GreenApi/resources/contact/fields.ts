/** The fields of Contact → Get Contact Info, in the order the editor shows them. */

import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { CONTACT_FIELDS, type ContactField } from '../../../shared/green-api/contact';
import { DEFAULT_TIMEOUT_MS } from '../../../shared/green-api/methods';
import { DEFAULT_AVATAR_FIELD, DEFAULT_POLICY } from './settings';

const { cacheSeconds, maxRetries, requestsPerSecond } = DEFAULT_POLICY;

const displayOptions = { show: { resource: ['contact'], operation: ['getContactInfo'] } };

const FIELD_LABELS: Record<ContactField, string> = {
	avatar: 'Avatar',
	category: 'Category',
	chatId: 'Chat ID',
	contactName: 'Contact Name',
	description: 'Description',
	email: 'Email',
	isArchive: 'Is Archived',
	isBusiness: 'Is Business',
	isDisappearing: 'Is Disappearing',
	isMute: 'Is Muted',
	lastSeen: 'Last Seen',
	messageExpiration: 'Message Expiration',
	muteExpiration: 'Mute Expiration',
	name: 'Name',
	products: 'Products',
};

const fieldOptions: INodePropertyOptions[] = [...CONTACT_FIELDS]
	.sort((a, b) => FIELD_LABELS[a].localeCompare(FIELD_LABELS[b], 'en'))
	.map((field) => ({ name: FIELD_LABELS[field], value: field }));

const options: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	displayOptions,
	options: [
		{
			displayName: 'Add Fingerprint',
			name: 'addFingerprint',
			type: 'boolean',
			default: false,
			description:
				'Whether to add a fingerprint: text that changes when the name, the business profile or a product does, and not with links or last seen. Keep it to tell later who has changed.',
		},
		{
			displayName: 'Avatar Binary Field',
			name: 'avatarBinaryField',
			type: 'string',
			default: DEFAULT_AVATAR_FIELD,
			placeholder: 'e.g. avatar',
			description: 'The binary field that a downloaded avatar goes into',
		},
		{
			displayName: 'Cache Results For (Seconds)',
			name: 'cacheSeconds',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: cacheSeconds,
			description:
				'How long an answer may be used again for the same contact, by every workflow with the same credential. Links to pictures in it expire. 0 asks GREEN-API each time.',
		},
		{
			displayName: 'Contacts Without Products',
			name: 'contactsWithoutProducts',
			type: 'options',
			options: [
				{
					name: 'Drop',
					value: 'drop',
					description: 'Emit no item for them',
				},
				{
					name: 'Keep',
					value: 'keep',
					description: 'Emit one item whose product is null',
				},
			],
			default: 'keep',
			description: 'What becomes of contacts without products when products are split into items',
		},
		{
			displayName: 'Download Avatar',
			name: 'downloadAvatar',
			type: 'boolean',
			default: false,
			description:
				"Whether to download the contact's picture, up to 10 MB, as binary data. A picture that can't be had leaves the item without it.",
		},
		{
			displayName: 'Group Chats',
			name: 'groupChats',
			type: 'options',
			options: [
				{
					name: 'Emit Chat ID Only',
					value: 'chatIdOnly',
					description: "Emit the group's chat ID and isGroup; costs no request",
				},
				{
					name: 'Get Group Data',
					value: 'groupData',
					description: "Look up the group's subject, participants and invite link",
				},
				{
					name: 'Refuse',
					value: 'error',
					description: 'Let the item fail',
				},
				{
					name: 'Skip',
					value: 'skip',
					description: 'Emit no item for groups',
				},
			],
			default: 'chatIdOnly',
			description: 'What becomes of chat IDs that belong to groups, which have no contact info',
		},
		{
			displayName: 'Include Input Fields',
			name: 'includeInputFields',
			type: 'boolean',
			default: false,
			description:
				"Whether the fields of the input item come along. Where names clash, the contact's field wins.",
		},
		{
			displayName: 'Max Retries',
			name: 'maxRetries',
			type: 'number',
			typeOptions: { minValue: 0, numberPrecision: 0 },
			default: maxRetries,
			description:
				'How often a lookup is tried again when GREEN-API or the network is down for a moment. 0 turns retrying off, also of requests that met the limit (429).',
		},
		{
			displayName: 'Output Field Name',
			name: 'outputFieldName',
			type: 'string',
			default: '',
			placeholder: 'e.g. contact',
			description:
				'The field that the contact goes into. Leave empty to have its fields at the top level.',
		},
		{
			displayName: 'Requests per Second',
			name: 'requestsPerSecond',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: requestsPerSecond,
			description:
				"GREEN-API's limit for the instance, which all workflows keep to together. Fractions are allowed, e.g. 0.5. 0 turns pacing off.",
		},
		{
			displayName: 'Timeout (Ms)',
			name: 'timeout',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: DEFAULT_TIMEOUT_MS,
			description: 'How long to wait for one answer of GREEN-API, in milliseconds',
		},
	],
};

/** All fields of the operation. */
export const getContactInfoFields: INodeProperties[] = [
	{
		displayName: 'Contact',
		name: 'chatId',
		type: 'resourceLocator',
		default: { mode: 'id', value: '={{ $json.chatId }}' },
		required: true,
		displayOptions,
		description: 'The WhatsApp contact to look up, by its chat ID or phone number',
		modes: [
			{
				displayName: 'By Chat ID or Phone Number',
				name: 'id',
				type: 'string',
				placeholder: 'e.g. 71234567890@c.us or +7 123 456-78-90',
				hint: 'A phone number in international form, or a chat ID ending in @c.us, @lid or @g.us',
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
	{
		displayName: 'Output',
		name: 'output',
		type: 'options',
		displayOptions,
		options: [
			{
				name: 'All Fields',
				value: 'raw',
				description: 'The contact exactly as GREEN-API sends it',
			},
			{
				name: 'Selected Fields',
				value: 'selectedFields',
				description: 'The chat ID and the fields you select',
			},
			{
				name: 'Simplified',
				value: 'simplified',
				description: 'The most used fields, phone number and product count included',
			},
		],
		default: 'raw',
		description: 'Which fields of the contact to emit',
	},
	{
		displayName: 'Fields',
		name: 'fields',
		type: 'multiOptions',
		displayOptions: { show: { ...displayOptions.show, output: ['selectedFields'] } },
		options: fieldOptions,
		default: [],
		description: 'The fields to emit. The chat ID always comes along.',
	},
	{
		displayName: 'Split Products Into Items',
		name: 'splitProducts',
		type: 'boolean',
		default: false,
		displayOptions,
		description:
			"Whether to emit one item for each product of the contact, with the contact's fields and the product",
	},
	options,
];
