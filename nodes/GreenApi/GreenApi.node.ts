import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type NodeConnectionType,
	NodeOperationError,
} from 'n8n-workflow';
import { searchContacts } from './listSearch/searchContacts';
import { searchGroups } from './listSearch/searchGroups';
import { DEFAULT_RESOURCE, operationNamed, properties } from './operations';
import { runPerItem } from './perItem/run';

/** `NodeConnectionTypes.Main`, which n8n 1.82 and older don't have. */
const MAIN: NodeConnectionType = 'main';

/** WhatsApp contacts and groups through GREEN-API. */
export class GreenApi implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'GREEN-API',
		name: 'greenApi',
		icon: { light: 'file:greenApi.svg', dark: 'file:greenApi.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Look up and keep WhatsApp contacts and groups through GREEN-API',
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
