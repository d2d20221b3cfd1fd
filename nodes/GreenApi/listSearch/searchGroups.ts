import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { listChats } from './listChats';

/**
 * Lists the instance's groups alone, as `listChats` does.
 *
 * @param filter what the user typed
 * @throws NodeApiError when GREEN-API gives no list
 */
export async function searchGroups(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	return await listChats.call(this, filter, {
		isListed: ({ chatId }) => chatId.kind === 'group',
		labelOf: ({ names: [name], number }) => name ?? number,
	});
}
