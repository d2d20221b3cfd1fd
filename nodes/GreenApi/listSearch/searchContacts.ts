import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import type { ListedChat } from '../../shared/green-api/chatList';
import { listChats } from './listChats';

function labelOf({ chatId: { kind }, names: [name], number }: ListedChat): string {
	if (kind === 'group') return `${name ?? number} (group)`;
	return name === undefined ? number : `${name} (${number})`;
}

/**
 * Lists the instance's contacts and groups, groups marked, as `listChats` does.
 *
 * @param filter what the user typed
 * @throws NodeApiError when GREEN-API gives no list
 */
export async function searchContacts(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	return await listChats.call(this, filter, {
		isListed: () => true,
		labelOf,
	});
}
