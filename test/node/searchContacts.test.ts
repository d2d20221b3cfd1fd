import { NODE_NAME, testWorkflow } from '../engine/workflowFiles';
import { faults } from '../green-api-double/faults';
import { useNode } from './setup';

describe('the "From List" mode', () => {
	const { parts, credentials } = useNode();

	const search = async (filter?: string) => {
		const file = testWorkflow('from-list');
		const found = await parts.engine.searchList(
			file,
			NODE_NAME,
			'searchContacts',
			filter,
			credentials(),
		);
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
				null,
			]),
		});
	});

	it('offers contacts by name with their numbers, groups marked, sorted by name, the nameless last', async () => {
		expect(await search()).toEqual([
			{ name: 'Family (group)', value: '120363043968066561@g.us' },
			{ name: 'Ivan Petrov (+79001234567)', value: '79001234567@c.us' },
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
	])('finds by %s', async (_what, filter, value) => {
		expect((await search(filter)).map((result) => result.value)).toEqual([value]);
	});

	it('finds nothing where nothing fits', async () => {
		expect(await search('nobody')).toEqual([]);
	});
});

describe('the "From List" mode, when GREEN-API gives no list', () => {
	const { parts, credentials } = useNode();
	const file = testWorkflow('from-list');

	it.each([
		['refuses', faults.wrongToken, 'GREEN-API does not accept the API Token'],
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
