/** The groups that the "From List" mode offers where a group is needed. */

import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { searchContacts } from './searchContacts';

/** As `searchContacts`, with groups alone. */
export async function searchGroups(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	const { results } = await searchContacts.call(this, filter);
	return { results: results.filter(({ value }) => String(value).endsWith('@g.us')) };
}
