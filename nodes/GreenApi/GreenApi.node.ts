import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeOperationError,
} from 'n8n-workflow';
import { MAIN } from '../shared/n8n/olderN8n';
import { searchContacts, searchGroups } from './listSearch';
import { DEFAULT_RESOURCE, operationNamed, properties, SUBTITLE } from './operations';
import { runPerItem } from './run';

/** WhatsApp contacts and groups through GREEN-API. */
export class GreenApi implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'GREEN-API',
		name: 'greenApi',
		icon: { light: 'file:greenApi.svg', dark: 'file:greenApi.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: SUBTITLE,
		description: 'Look up and keep contacts and groups of WhatsApp, Telegram and MAX',
		defaults: { name: 'GREEN-API' },
		usableAsTool: true,
		inputs: [MAIN],
		outputs: [MAIN],
		credentials: [{ name: 'greenApi', required: true }],
		properties,
	};

	methods = { listSearch: { searchContacts, searchGroups } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const { resource = DEFAULT_RESOURCE, operation: name } = this.getNode().parameters as {
			resource?: string;
			operation?: string;
		};
		const operation = operationNamed(resource, name);
		if (!operation) {
			throw new NodeOperationError(this.getNode(), 'The node has no such operation', {
				description:
					'Choose one of the "Operation" field. Workflows made by hand may name another.',
			});
		}
		return await runPerItem.call(this, operation);
	}
}
