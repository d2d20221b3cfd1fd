/** Contact → Get Many: all contacts and groups of the account, in one request, or two. */

import type { IDataObject } from 'n8n-workflow';
import { Answer } from '../../shared/green-api/answer';
import {
	isLost,
	joinLists,
	type ListedChat,
	readListedChat,
} from '../../shared/green-api/chatList';
import { type ChatType, type Messenger, ownFieldsOf } from '../../shared/green-api/messengers';
import { amount, choice, text, toggle } from '../../shared/n8n/field';
import { isFound, wantedIn } from '../addressBook';
import type { LookUp, LookUpOutcome, LookUpRequest } from '../../shared/queue/batch';
import { operation } from '../operation';

/** How often an empty list is asked for again before it is believed. */
const REPEATS = 3;

/** GREEN-API documentation, "GetContacts": repeat the call when the list is empty. */
const EMPTY_LIST =
	'GREEN-API sent an empty list of contacts each time. After a phone was linked, it takes up to 5 minutes until the contacts are there: run the workflow again then.';

function unreadable(count: number, { label }: Messenger): string {
	return `None of the ${count} entries of GREEN-API's list is a ${label} chat. Check that "Messenger" in the credential is that of the instance.`;
}

/** Such an id would be another chat's. */
function tellLost(count: number): string {
	return `${count} of the entries of GREEN-API's list ${count === 1 ? 'is' : 'are'} left out: the chat ID is a number too long for JavaScript, which has lost its last digits.`;
}

const fields = {
	returnAll: toggle({
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
	}),
	limit: amount({
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		displayOptions: { show: { returnAll: [false] } },
		typeOptions: { minValue: 1, numberPrecision: 0 },
		default: 50,
		description: 'Max number of results to return',
	}),
	output: choice<'simplified' | 'raw'>({
		displayName: 'Output',
		name: 'output',
		type: 'options',
		options: [
			{
				name: 'Raw',
				value: 'raw',
				description: 'The entries as GREEN-API sends them, and their chat ID',
			},
			{
				name: 'Simplified',
				value: 'simplified',
				description: 'Chat ID, phone number, names and whether it is a group',
			},
		],
		default: 'simplified',
		description: 'Which fields of the contacts to emit',
	}),
};

const options = {
	onlySaved: toggle({
		displayName: 'Only Saved',
		name: 'onlySaved',
		type: 'boolean',
		default: false,
		description: "Whether to return only those who have a name in the phone's address book",
	}),
	search: text({
		displayName: 'Search',
		name: 'search',
		type: 'string',
		default: '',
		placeholder: 'e.g. Nathan',
		description: 'Part of a name or phone number that the results have. Leave empty for all.',
	}),
	type: choice<ChatType>({
		displayName: 'Type',
		name: 'type',
		type: 'options',
		options: [
			{ name: 'All', value: 'all' },
			{ name: 'Groups', value: 'groups' },
			{ name: 'People', value: 'people' },
		],
		default: 'all',
		description: 'Whether to return people, groups or both',
	}),
};

function simplify(
	entry: IDataObject,
	{ chatId: { id, kind }, formerChatId, lid, phoneNumber }: ListedChat,
	messenger: Messenger,
): IDataObject {
	return {
		chatId: id,
		phoneNumber,
		name: entry.name ?? null,
		contactName: entry.contactName ?? null,
		isGroup: kind === 'group',
		...ownFieldsOf(entry, messenger),
		...(lid !== null && { lid }),
		...(formerChatId !== null && { formerChatId }),
	};
}

interface Wanted {
	type: ChatType;
	/** As `wantedIn` gives it. */
	texts: readonly string[];
	onlySaved: boolean;
}

function isWanted(chat: ListedChat, { type, texts, onlySaved }: Wanted): boolean {
	if (type !== 'all' && (chat.chatId.kind === 'group') !== (type === 'groups')) return false;
	return (!onlySaved || chat.isSaved) && isFound(chat, texts);
}

function* select(
	list: IDataObject[],
	{ output, limit, ...wanted }: Wanted & { output: 'simplified' | 'raw'; limit: number },
	messenger: Messenger,
): Generator<IDataObject | undefined> {
	let left = limit;
	for (const entry of list) {
		if (left === 0) return;
		const chat = readListedChat(entry, messenger);
		if (!chat || !isWanted(chat, wanted)) {
			yield undefined;
			continue;
		}
		left -= 1;
		const { chatId, formerChatId } = chat;
		yield output === 'raw'
			? { ...entry, chatId: chatId.id, ...(formerChatId !== null && { formerChatId }) }
			: simplify(entry, chat, messenger);
	}
}

async function askUntilFull(request: LookUpRequest, lookUp: LookUp): Promise<LookUpOutcome> {
	let outcome = await lookUp(request);
	for (let repeat = 0; repeat < REPEATS; repeat++) {
		if (!outcome.ok || !outcome.value.isEmpty) return outcome;
		outcome = await lookUp(request);
	}
	return outcome;
}

export const getMany = operation({
	name: 'Get Many',
	action: 'Get many contacts and groups',
	description: 'Get the names of many contacts and groups of the account, in one request',
	told: { verb: 'Received', noun: 'contact list' },
	fields,
	options,
	decide: ({ type }, _chat, { chatLists }) => ({ kind: 'ask', question: chatLists[type] }),
	async ask({ also, ...request }, lookUp) {
		const outcome = await askUntilFull(request, lookUp);
		if (!outcome.ok || !also) return outcome;
		const others = await askUntilFull({ ...request, method: also }, lookUp);
		if (!others.ok) return others;
		const list = joinLists(outcome.value.read(), others.value.read());
		return { ok: true, value: new Answer(JSON.stringify(list)) };
	},
	shape(answer, { returnAll, limit, search, ...wanted }, _chat, messenger) {
		const list = answer.read<IDataObject[]>();
		if (list.length === 0) return { items: [], hint: EMPTY_LIST };
		const lost = list.filter(isLost).length;
		if (lost === 0 && !list.some((entry) => readListedChat(entry, messenger))) {
			return { items: [], hint: unreadable(list.length, messenger) };
		}
		const most = returnAll ? Infinity : limit;
		const texts = wantedIn(search);
		return {
			items: select(list, { ...wanted, texts, limit: most }, messenger),
			...(lost > 0 && { hint: tellLost(lost) }),
		};
	},
});
