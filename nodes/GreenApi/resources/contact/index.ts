/** The Contact resource: its operations and their fields. */

import type { INodeProperties } from 'n8n-workflow';
import { getContactInfoFields } from './fields';

const operations: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: ['contact'] } },
	options: [
		{
			name: 'Get Contact Info',
			value: 'getContactInfo',
			description: "Look up a contact's name, avatar, business profile and products",
			action: 'Get contact info',
		},
	],
	default: 'getContactInfo',
};

export const contactProperties: INodeProperties[] = [operations, ...getContactInfoFields];
