/** From List: the editor's searches for contacts and groups. */

import type {
	ILoadOptionsFunctions,
	INodeListSearchItems,
	INodeListSearchResult,
} from 'n8n-workflow';
import type { Answer } from '../shared/green-api/answer';
import { joinLists, type ListedChat } from '../shared/green-api/chatList';
import type { Messenger } from '../shared/green-api/messengers';
import { apiError } from '../shared/n8n/nodeErrors';
import { readAccount, sendRequest } from '../shared/n8n/transport';
import { type LookUpPolicy, startBatch } from '../shared/queue/batch';
import { AddressBook } from './addressBook';
import type { Question } from './operation';

/**
 * The editor asks anew with every letter typed, and GREEN-API allows one getContacts a second. A user
 * expects a list or a reason within seconds.
 */
const LIST_POLICY: LookUpPolicy = { requestsPerSecond: 0, maxRetries: 3, cacheSeconds: 10 };
const LIST_TIMEOUT_MS = 10_000;

/** In a longer list, one more letter is quicker than scrolling. */
const MOST_ENTRIES = 200;

interface KeptBook {
	messenger: Messenger;
	rest: Answer | undefined;
	addressBook: AddressBook;
}

/** Of answers that are still in the cache. */
const addressBooks = new WeakMap<Answer, KeptBook>();

/** @param rest of the list, where one method has not all of it */
function addressBookOf(
	answer: Answer,
	rest: Answer | undefined,
	messenger: Messenger,
): AddressBook {
	const kept = addressBooks.get(answer);
	// The user may have changed the credential's messenger in between.
	if (kept?.messenger === messenger && kept.rest === rest) return kept.addressBook;
	const list = joinLists(answer.read(), rest?.read() ?? []);
	const addressBook = new AddressBook(list, messenger);
	addressBooks.set(answer, { messenger, rest, addressBook });
	return addressBook;
}

/**
 * The editor lets nobody pick an entry whose value is true or false (n8n 2.41,
 * `ResourceLocatorDropdown`), and the node takes neither for a contact.
 */
function moreEntry(count: number): INodeListSearchItems {
	const name = `${count.toLocaleString('en')} more: type part of a name or number to find them`;
	return { name, value: false };
}

interface ListedAs {
	/** Which of the instance's chats are listed. */
	isListed: (chat: ListedChat) => boolean;
	labelOf: (chat: ListedChat) => string;
}

/**
 * Lists chats of the instance.
 *
 * @param filter what the user typed: part of a name in any case, of a phone number however it is
 *   punctuated, or of a chat id; nothing lists all
 * @param listedAs which chats, and how they are shown
 * @returns names to show, with chat ids as values, the best matches first, 200 entries at most; where
 *   there are more, the last one says so and has no chat id
 * @throws NodeApiError when GREEN-API gives no list
 */
async function listChats(
	this: ILoadOptionsFunctions,
	filter: string,
	{ isListed, labelOf }: ListedAs,
): Promise<INodeListSearchResult> {
	const account = await readAccount.call(this);
	const batch = startBatch(sendRequest.bind(this), { account, stopOnFailure: true });
	const listOf = async (question: Question): Promise<Answer> => {
		const terms = { timeout: LIST_TIMEOUT_MS, policy: LIST_POLICY };
		const outcome = await batch.lookUp({ ...question, ...terms });
		if (!outcome.ok) throw apiError(this.getNode(), outcome.failure);
		return outcome.value;
	};
	const { also, ...first } = account.messenger.chatLists.all;
	const [answer, rest] = await Promise.all([listOf(first), also && listOf({ method: also })]);

	const addressBook = addressBookOf(answer, rest, account.messenger);
	const found = addressBook.search(filter).filter(isListed);
	const shown = found.length > MOST_ENTRIES ? found.slice(0, MOST_ENTRIES - 1) : found;
	const results: INodeListSearchItems[] = shown.map((chat) => ({
		name: labelOf(chat),
		value: chat.chatId.id,
	}));
	if (shown.length < found.length) results.push(moreEntry(found.length - shown.length));
	return { results };
}

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
