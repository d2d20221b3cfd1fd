import { readChatId } from '@package/nodes/shared/green-api/chatId';
import { NODE_NAME, testWorkflow } from '../engine/workflowFiles';
import { faults } from '../green-api-double/faults';
import { useNode } from './setup';

describe('the "From List" mode', () => {
	// At its own speed, as the list is kept for ten seconds.
	const { parts, credentials } = useNode({}, 1);

	const search = async (filter?: string, method = 'searchContacts') => {
		const file = testWorkflow('from-list');
		const found = await parts.engine.searchList(file, NODE_NAME, method, filter, credentials());
		return found.results;
	};

	beforeEach(() => {
		parts.double.script({
			kind: 'answer',
			status: 200,
			body: JSON.stringify([
				{ id: '79001234567@c.us', name: 'ivan', contactName: 'Ivan Petrov', type: 'user' },
				{ id: '972501234567@c.us', name: 'נועה', contactName: '', type: 'user' },
				{ id: '120363043968066561@g.us', name: 'Family', contactName: '', type: 'group' },
				{ id: '84567890123456@lid', name: 'Żaneta', type: 'user' },
				{ id: '48601234567@c.us', name: '', contactName: '', type: 'user' },
				{ id: 'status@broadcast', name: '', type: 'user' },
				{ id: '4915112345678@s.whatsapp.net', name: 7, contactName: null },
				{ name: 'without an id' },
				{ id: '79001234567-1581234048@g.us', name: '', type: 'group' },
				{ id: '48221234567@c.us', newChatId: '@c.us', name: 'Gus' },
				{ id: '84567890123459@lid', newChatId: '48231234567@c.us', name: 'Noa' },
				null,
			]),
		});
	});

	it('offers contacts by name with their numbers, groups marked, sorted by name, the nameless last', async () => {
		expect(await search()).toEqual([
			{ name: 'Family (group)', value: '120363043968066561@g.us' },
			{ name: 'Gus (+48221234567)', value: '48221234567@c.us' },
			{ name: 'Ivan Petrov (+79001234567)', value: '79001234567@c.us' },
			{ name: 'Noa (+48231234567)', value: '48231234567@c.us' },
			{ name: 'Żaneta (84567890123456@lid)', value: '84567890123456@lid' },
			{ name: 'נועה (+972501234567)', value: '972501234567@c.us' },
			{ name: '+48601234567', value: '48601234567@c.us' },
			{ name: '+4915112345678', value: '4915112345678@c.us' },
			{ name: '79001234567-1581234048@g.us (group)', value: '79001234567-1581234048@g.us' },
		]);
	});

	it.each([
		['part of a name, in any case', 'PETR', '79001234567@c.us'],
		['the name the contact has chosen', 'ivan', '79001234567@c.us'],
		['a name in another script', 'נוע', '972501234567@c.us'],
		['letters with diacritics', 'żan', '84567890123456@lid'],
		['a phone number with punctuation', '+48 601-234', '48601234567@c.us'],
		['part of a chat id', '561@g.us', '120363043968066561@g.us'],
		['a name that is in the end of all ids, too', 'us', '48221234567@c.us'],
	])('finds by %s', async (_what, filter, value) => {
		expect((await search(filter)).map((result) => result.value)).toEqual([value]);
	});

	it.each(['nobody', '@', '.', '@c.us', 'lid'])(
		'finds nothing where nothing fits: %s',
		async (filter) => {
			expect(await search(filter)).toEqual([]);
		},
	);

	it('reads the list anew when the messenger of the credential was put right', async () => {
		const { greenApi } = credentials();
		const offered = async (messenger: string) => {
			const given = { greenApi: { ...greenApi, messenger } };
			const file = testWorkflow('from-list');
			const found = await parts.engine.searchList(file, NODE_NAME, 'searchContacts', '', given);
			return found.results.length;
		};
		expect(await offered('telegram')).toBe(0);
		expect(await offered('whatsapp')).toBe(9);
		expect(parts.double.requestsOf('getContacts')).toHaveLength(1);
	});

	it('offers groups alone where a group is wanted', async () => {
		expect(await search('', 'searchGroups')).toEqual([
			{ name: 'Family', value: '120363043968066561@g.us' },
			{ name: '79001234567-1581234048@g.us', value: '79001234567-1581234048@g.us' },
		]);
		expect(await search('7900', 'searchGroups')).toHaveLength(1);
		expect(await search('ivan', 'searchGroups')).toEqual([]);
	});

	it('asks GREEN-API once, whatever is typed, for contacts and for groups', async () => {
		await search('i');
		await search('iv');
		await search('fam', 'searchGroups');
		expect(parts.double.requestsOf('getContacts')).toHaveLength(1);
	});
});

describe('the "From List" mode with 50,000 contacts', () => {
	const { parts, credentials } = useNode({}, 1);
	const CONTACTS = 50_000;

	beforeEach(() => {
		const list = Array.from({ length: CONTACTS }, (_, index) => ({
			id: `${79_000_000_000 + index}@c.us`,
			name: index === 41_234 ? 'nov' : `Ivan ${index % 2 ? 'Novak' : 'Petrov'} ${index}`,
			type: 'user',
		}));
		parts.double.script({ kind: 'answer', status: 200, body: JSON.stringify(list) });
	});

	const search = async (filter: string) =>
		(
			await parts.engine.searchList(
				testWorkflow('from-list'),
				NODE_NAME,
				'searchContacts',
				filter,
				credentials(),
			)
		).results;

	it('offers 200 entries, of which the last says that there are more and can’t be a contact', async () => {
		const results = await search('nov');
		expect(results).toHaveLength(200);
		expect(results[0]).toEqual({ name: 'nov (+79000041234)', value: '79000041234@c.us' });
		expect(results.at(-1)).toEqual({
			name: '24,802 more: type part of a name or number to find them',
			value: false,
		});
		expect(readChatId(results.at(-1)?.value).ok).toBe(false);
		const values = results.slice(0, -1).map(({ value }) => readChatId(value).ok);
		expect(new Set(values)).toEqual(new Set([true]));
	});

	it.each([
		['Ivan Petrov 492', 11 * 5 + 1],
		['ivan petrov 4999', 5],
	])('offers all where they are not more: %s', async (filter, count) => {
		expect(await search(filter)).toHaveLength(count);
	});

	it('reads and sorts the names once, however much is typed', async () => {
		const normalize = jest.spyOn(String.prototype, 'normalize');
		const sort = jest.spyOn(Array.prototype, 'sort');
		try {
			await search('');
			expect(normalize.mock.calls.length).toBeGreaterThan(CONTACTS);
			normalize.mockClear();
			sort.mockClear();
			for (const filter of ['i', 'iv', 'ivan 12', '+7 900']) await search(filter);
			expect(normalize.mock.calls.length).toBeLessThan(CONTACTS / 10);
			expect(sort.mock.contexts.filter((list) => (list as unknown[]).length > 1000)).toEqual([]);
		} finally {
			normalize.mockRestore();
			sort.mockRestore();
		}
	});
});

describe('the "From List" mode, when GREEN-API gives no list', () => {
	const { parts, credentials } = useNode();
	const file = testWorkflow('from-list');

	it.each([
		['refuses', faults.wrongToken, 'GREEN-API does not accept the API Token'],
		['does not say why', faults.badRequestData, 'GREEN-API refused the request'],
		[
			'sends something else',
			{ kind: 'answer' as const, status: 200, body: '{}' },
			'The answer is incomplete or does not come from GREEN-API (tried 4 times)',
		],
	])('says so when it %s', async (_what, fault, message) => {
		parts.double.script(fault, { times: Infinity });
		const searching = parts.engine.searchList(file, NODE_NAME, 'searchContacts', '', credentials());
		await expect(searching).rejects.toMatchObject({ name: 'NodeApiError', message });
	});

	it('lists the double’s whole address book', async () => {
		const { results } = await parts.engine.searchList(
			file,
			NODE_NAME,
			'searchContacts',
			undefined,
			credentials(),
		);
		expect(results.length).toBeGreaterThan(40);
		expect(results.some(({ name }) => name.endsWith('(group)'))).toBe(true);
	});
});
