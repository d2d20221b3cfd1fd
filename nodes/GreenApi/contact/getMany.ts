/** Contact → Get Many: all contacts and groups of the account, in one request. */

import type { IDataObject } from 'n8n-workflow';
import { type ChatId, phoneNumberOf } from '../../shared/green-api/chatId';
import { type ListedChat, matches, readListedChat } from '../../shared/green-api/chatList';
import { amount, choice, text, toggle } from '../perItem/field';
import { operation } from '../perItem/operation';

/** How often an empty list is asked for again before it is believed. */
const REPEATS = 3;

/** The text tells it at once; a list is long enough to be parsed only once. */
const EMPTY = /^\s*\[\s*\]\s*$/;

/** GREEN-API documentation, "GetContacts": repeat the call when the list is empty. */
const EMPTY_LIST =
	'GREEN-API sent an empty list of contacts each time. After a phone was linked, it takes up to 5 minutes until the contacts are there: run the workflow again then.';

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
				name: 'All Fields',
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
	type: choice<'all' | 'people' | 'groups'>({
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

function simplify({ name, contactName }: IDataObject, { id, kind }: ChatId): IDataObject {
	return {
		chatId: id,
		phoneNumber: phoneNumberOf(id),
		name: name ?? null,
		contactName: contactName ?? null,
		isGroup: kind === 'group',
	};
}

/** GREEN-API sends people only for `group=false`, and groups only for `true`. */
const GROUP_QUERY = { all: undefined, people: { group: false }, groups: { group: true } };

interface Wanted {
	type: keyof typeof GROUP_QUERY;
	search: string;
	onlySaved: boolean;
}

function isWanted(chat: ListedChat, { type, search, onlySaved }: Wanted): boolean {
	if (type !== 'all' && (chat.chatId.kind === 'group') !== (type === 'groups')) return false;
	return (!onlySaved || chat.isSaved) && matches(chat, search);
}

function* select(
	list: IDataObject[],
	{ output, limit, ...wanted }: Wanted & { output: 'simplified' | 'raw'; limit: number },
): Generator<IDataObject | undefined> {
	let left = limit;
	for (const entry of list) {
		if (left === 0) return;
		const chat = readListedChat(entry);
		if (!chat || !isWanted(chat, wanted)) {
			yield undefined;
			continue;
		}
		left -= 1;
		yield output === 'raw' ? { ...entry, chatId: chat.chatId.id } : simplify(entry, chat.chatId);
	}
}

export const getMany = operation({
	name: 'Get Many',
	action: 'Get many contacts and groups',
	description: 'Get the names of many contacts and groups of the account, in one request',
	told: { verb: 'Received', noun: 'list of contacts' },
	fields,
	options,
	decide({ type }) {
		const query = GROUP_QUERY[type];
		return { kind: 'ask', question: { method: 'getContacts', ...(query && { query }) } };
	},
	async ask(request, lookUp) {
		let outcome = await lookUp(request);
		for (let repeat = 0; repeat < REPEATS; repeat++) {
			if (!outcome.ok || !EMPTY.test(outcome.value.text)) return outcome;
			// A kept answer would be the empty one.
			outcome = await lookUp({ ...request, policy: { ...request.policy, cacheSeconds: 0 } });
		}
		return outcome;
	},
	shape(answer, { returnAll, limit, ...wanted }) {
		const list = answer.read<IDataObject[]>();
		if (list.length === 0) return { items: [], hint: EMPTY_LIST };
		return { items: select(list, { ...wanted, limit: returnAll ? Infinity : limit }) };
	},
});
