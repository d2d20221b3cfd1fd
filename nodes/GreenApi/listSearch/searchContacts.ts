/** The contacts that the "From List" mode offers. */

import type {
	ILoadOptionsFunctions,
	INodeListSearchItems,
	INodeListSearchResult,
} from 'n8n-workflow';
import { phoneNumberOf, readChatId } from '../green-api/chatId';
import type { ContactListEntry } from '../green-api/contact';
import { failureOfBody } from '../green-api/failures';
import { apiError } from '../nodeErrors';
import { DEFAULT_TIMEOUT_MS } from '../resources/contact/settings';
import { sendRequest } from '../transport';

function isEntry(value: unknown): value is ContactListEntry {
	return typeof value === 'object' && value !== null && 'id' in value && readChatId(value.id).ok;
}

/** Names that the user knows the contact by; what the address book says comes first. */
function namesOf({ contactName, name }: ContactListEntry): string[] {
	return [...new Set([contactName, name])].filter((text): text is string => Boolean(text?.trim()));
}

function labelOf(entry: ContactListEntry): string {
	const phone = phoneNumberOf(entry.id);
	const [name] = namesOf(entry);
	if (entry.id.endsWith('@g.us')) return `${name ?? entry.id} (group)`;
	const number = phone === null ? entry.id : `+${phone}`;
	return name === undefined ? number : `${name} (${number})`;
}

function matches(entry: ContactListEntry, filter: string): boolean {
	const wanted = filter.trim().toLocaleLowerCase();
	if (namesOf(entry).some((name) => name.toLocaleLowerCase().includes(wanted))) return true;
	if (entry.id.includes(wanted)) return true;
	// A phone number, as people type it: "+7 (123)".
	const digits = /^[+\d\s().-]+$/.test(wanted) ? wanted.replace(/\D/g, '') : '';
	return digits !== '' && entry.id.includes(digits);
}

/**
 * Lists the instance's contacts and groups by name.
 *
 * @param filter what the user typed: part of a name in any case, of a phone number however it is
 *   punctuated, or of a chat id; nothing lists all
 * @returns names to show, groups marked, with chat ids as values, sorted by name
 * @throws NodeApiError when GREEN-API gives no list
 */
export async function searchContacts(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	const request = { method: 'getContacts', timeout: DEFAULT_TIMEOUT_MS } as const;
	const outcome = await sendRequest.call(this, request);
	if (!outcome.ok) throw apiError(this.getNode(), outcome.failure);
	if (!Array.isArray(outcome.value)) throw apiError(this.getNode(), failureOfBody(200));

	const results: INodeListSearchItems[] = outcome.value
		.filter(isEntry)
		.filter((entry) => matches(entry, filter))
		.map((entry) => ({ name: labelOf(entry), value: entry.id }))
		.sort((a, b) => a.name.localeCompare(b.name));
	return { results };
}
