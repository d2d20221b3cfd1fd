/** The contacts that the "From List" mode offers. */

import type {
	ILoadOptionsFunctions,
	INodeListSearchItems,
	INodeListSearchResult,
} from 'n8n-workflow';
import { type ChatId, phoneNumberOf, readChatId } from '../../shared/green-api/chatId';
import { type LookUpPolicy, startBatch } from '../../shared/queue/batch';
import { apiError } from '../../shared/client/nodeErrors';
import { readAccount, sendRequest } from '../../shared/client/transport';

/**
 * The editor asks anew with every letter typed, and GREEN-API allows one getContacts a second; who
 * sits before it wants a list or a reason within seconds.
 */
const LIST_POLICY: LookUpPolicy = { requestsPerSecond: 0, maxRetries: 3, cacheSeconds: 10 };
const LIST_TIMEOUT_MS = 10_000;

interface ListedChat {
	chatId: ChatId;
	/** Names that the user knows the chat by; what the address book says comes first. */
	names: string[];
}

/** @returns the chat, or nothing where the entry is no contact or group, e.g. the status feed */
function readEntry(entry: unknown): ListedChat[] {
	if (typeof entry !== 'object' || entry === null) return [];
	const { id, name, contactName } = entry as Record<string, unknown>;
	const reading = readChatId(id);
	if (!reading.ok) return [];
	const names = [contactName, name].filter(
		(text): text is string => typeof text === 'string' && text.trim() !== '',
	);
	return [{ chatId: reading.chatId, names }];
}

function labelOf({ chatId: { id, kind }, names: [name] }: ListedChat): string {
	if (kind === 'group') return `${name ?? id} (group)`;
	const phone = phoneNumberOf(id);
	const number = phone === null ? id : `+${phone}`;
	return name === undefined ? number : `${name} (${number})`;
}

/** By name; who has none comes last, as a list that starts with bare numbers tells its reader little. */
function inOrder(a: ListedChat, b: ListedChat): number {
	const nameless = Number(a.names.length === 0) - Number(b.names.length === 0);
	return nameless || labelOf(a).localeCompare(labelOf(b));
}

function matches({ chatId: { id }, names }: ListedChat, filter: string): boolean {
	const wanted = filter.trim().toLocaleLowerCase();
	if (names.some((name) => name.toLocaleLowerCase().includes(wanted))) return true;
	if (id.includes(wanted)) return true;
	// A phone number, as people type it: "+7 (123)".
	const digits = /^[+\d\s().-]+$/.test(wanted) ? wanted.replace(/\D/g, '') : '';
	return digits !== '' && id.includes(digits);
}

/**
 * Lists the instance's contacts and groups by name.
 *
 * @param filter what the user typed: part of a name in any case, of a phone number however it is
 *   punctuated, or of a chat id; nothing lists all
 * @returns names to show, groups marked, with chat ids as values, sorted by name,
 *   those without a name last
 * @throws NodeApiError when GREEN-API gives no list
 */
export async function searchContacts(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	const batch = startBatch(async (request) => await sendRequest.call(this, request), {
		account: await readAccount.call(this),
		stopOnFailure: true,
	});
	const outcome = await batch.lookUp({
		method: 'getContacts',
		timeout: LIST_TIMEOUT_MS,
		policy: LIST_POLICY,
	});
	if (!outcome.ok) throw apiError(this.getNode(), outcome.failure);

	const results: INodeListSearchItems[] = outcome.value
		.read<unknown[]>()
		.flatMap(readEntry)
		.filter((chat) => matches(chat, filter))
		.sort(inOrder)
		.map((chat) => ({ name: labelOf(chat), value: chat.chatId.id }));
	return { results };
}
