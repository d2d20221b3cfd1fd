/** The fields and options of Contact → Get Contact Info, in the order the editor shows them. */

import type { INodePropertyOptions } from 'n8n-workflow';
import { CONTACT_FIELDS, type ContactField } from '../../../shared/green-api/contact';
import { choice, names, toggle } from '../../../shared/n8n/field';
import { AVATAR_BINARY_FIELD } from '../../options';
import type { ContactShape } from './output';

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
	chatType: 'Chat Type',
	phoneNumber: 'Phone Number',
	username: 'Username',
	isPremium: 'Is Premium',
	isVerified: 'Is Verified',
	isScam: 'Is Scam',
};

const fieldOptions: INodePropertyOptions[] = [...CONTACT_FIELDS]
	.sort((a, b) => FIELD_LABELS[a].localeCompare(FIELD_LABELS[b], 'en'))
	.map((field) => ({ name: FIELD_LABELS[field], value: field }));

export const fields = {
	output: choice<ContactShape['output']>({
		displayName: 'Output',
		name: 'output',
		type: 'options',
		options: [
			{
				name: 'Raw',
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
	}),
	fields: names({
		displayName: 'Fields',
		name: 'fields',
		type: 'multiOptions',
		displayOptions: { show: { output: ['selectedFields'] } },
		options: fieldOptions,
		default: [],
		description:
			'The fields to emit. The chat ID always comes along. What the messenger does not have is null.',
	}),
	splitProducts: toggle({
		displayName: 'Split Products Into Items',
		name: 'splitProducts',
		type: 'boolean',
		default: false,
		description:
			"Whether to emit one item for each product of the contact, with the contact's fields and the product",
	}),
};

export const options = {
	addFingerprint: toggle({
		displayName: 'Add Fingerprint',
		name: 'addFingerprint',
		type: 'boolean',
		default: false,
		description:
			'Whether to add a fingerprint: text that changes when the name, the business profile or a product does, and not with links or last seen. Keep it to tell later who has changed.',
	}),
	contactsWithoutProducts: choice<ContactShape['contactsWithoutProducts']>({
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
	}),
	groupChats: choice<'chatIdOnly' | 'groupData' | 'skip' | 'error'>({
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
	}),
	downloadAvatar: toggle({
		displayName: 'Download Avatar',
		name: 'downloadAvatar',
		type: 'boolean',
		default: false,
		description:
			"Whether to download the contact's picture, up to 10 MB, as binary data. A picture that can't be had leaves the item without it.",
	}),
	avatarBinaryField: AVATAR_BINARY_FIELD,
	resolvePhoneNumber: toggle({
		displayName: 'Find Phone Number',
		name: 'resolvePhoneNumber',
		type: 'boolean',
		default: false,
		description:
			'Whether to find out the phone number behind a privacy ID (ending in @lid), as phoneNumber. It takes one more request for each, checkWhatsapp: GREEN-API allows 10 a second, and counts them by the month. Null where the person hides the number.',
	}),
};
