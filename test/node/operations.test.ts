import type { INode } from 'n8n-workflow';
import { expectNothingShared } from '../assertions/objectGraph';
import { FORBIDDEN_WORDS } from '../assertions/words';
import {
	NODE_NAME,
	onError,
	testWorkflow,
	triggerOf,
	withInput,
	withParameters,
} from '../engine/workflowFiles';
import { faults, invalid } from '../green-api-double/faults';
import type { GreenApiMethod } from '../green-api-double/methods';
import { SEED_CHAT_ID, useNode } from './setup';

const IVAN = '79001234567@c.us';
const NOA = '79001234568@c.us';
const NOBODY = '79001234000@c.us';
const LID = '84567890123457@lid';
const GROUP = '79001234567-1581234048@g.us';

interface OperationCase {
	file: string;
	/** The method that is asked first. */
	method: GreenApiMethod;
	/** Three items that work, each with a question of its own where the operation asks for each. */
	input: Array<{ chatId: string; firstName?: string }>;
	/** Set when it only reads: what two items want is asked once. */
	isRead?: true;
	/** A chat that can't be meant. */
	bad: string;
	/** What it says of that. */
	words: RegExp;
}

const people = [IVAN, NOA, '79001234569@c.us'].map((chatId) => ({ chatId, firstName: 'Ivan' }));
const groups = [GROUP, '120363043968066561@g.us', '120363043968066562@g.us'].map((chatId) => ({
	chatId,
}));

/** What holds for each operation about a chat. */
const CASES: OperationCase[] = [
	{
		file: 'check-whatsapp',
		method: 'checkWhatsapp',
		input: people,
		isRead: true,
		bad: GROUP,
		words: /group/,
	},
	{
		file: 'get-avatar',
		method: 'getAvatar',
		input: people,
		isRead: true,
		bad: 'abc',
		words: /letters/,
	},
	{ file: 'upsert', method: 'addContact', input: people, bad: GROUP, words: /group/ },
	{ file: 'delete', method: 'deleteContact', input: people, bad: GROUP, words: /group/ },
	{
		file: 'group-get',
		method: 'getGroupData',
		input: groups,
		isRead: true,
		bad: IVAN,
		words: /person/,
	},
];

describe.each(CASES)('$file', ({ file: name, method, input, isRead, bad, words }) => {
	const { parts, run } = useNode();
	const file = withInput(testWorkflow(name), input);
	const chatIds = input.map(({ chatId }) => chatId);
	const idOf = (json: Record<string, unknown>) => json.chatId ?? json.groupId;

	it('gives an item for each, in the order of the input, paired with it', async () => {
		const finished = await run(file);
		expect(finished.error).toBeUndefined();
		expect(finished.json(NODE_NAME).map(idOf)).toEqual(chatIds);
		expect(finished.items(NODE_NAME).map(({ pairedItem }) => pairedItem)).toEqual(
			[0, 1, 2].map((item) => ({ item })),
		);
	});

	it('shares no object between two items that want the same, and leaves the input as it is', async () => {
		const [first = { chatId: '' }] = input;
		const twice = withInput(file, [first, first]);
		const finished = await run(
			withParameters(twice, { options: { includeInputFields: true, outputFieldName: 'found' } }),
		);
		if (isRead) expect(parts.double.requestsOf(method)).toHaveLength(1);
		expectNothingShared(finished.items(NODE_NAME));
		expect(finished.json(triggerOf(file))).toEqual([first, first]);
		for (const item of finished.json(NODE_NAME)) {
			expect(item).toMatchObject({ ...first, found: expect.any(Object) });
			expect(idOf(item.found as Record<string, unknown>)).toBe(first.chatId);
		}
	});

	it('On Error stop: what can’t be meant is told before anything is sent', async () => {
		const finished = await run(withInput(file, [...input, { ...input[0], chatId: bad }]));
		expect(finished.error).toMatchObject({
			name: 'NodeOperationError',
			message: expect.stringMatching(words),
			context: { itemIndex: 3 },
		});
		expect(finished.error?.message).toMatch(/ \[Item 3\]$/);
		expect(finished.error?.message).not.toMatch(FORBIDDEN_WORDS);
		expect(finished.error?.description).toBeTruthy();
		expect(parts.double.requests).toHaveLength(0);
	});

	it('On Error stop: GREEN-API’s refusal is told with its item', async () => {
		parts.double.script(faults.correspondentsQuotaExceeded, { chatId: chatIds[1] ?? '' });
		const finished = await run(file);
		expect(finished.error).toMatchObject({ name: 'NodeApiError', context: { itemIndex: 1 } });
		expect(finished.error?.message).toMatch(/ \[Item 1\]$/);
	});

	it('On Error continue: bad items carry their message in place, the others are unharmed', async () => {
		parts.double.script(faults.correspondentsQuotaExceeded, { chatId: chatIds[1] ?? '' });
		const items = [...input, { ...input[0], chatId: bad }];
		const finished = await run(onError(withInput(file, items), 'continueRegularOutput'));
		const json = finished.json(NODE_NAME);
		expect(json.map(idOf)).toEqual([...chatIds, bad]);
		expect(json.map(({ error }) => typeof error)).toEqual([
			'undefined',
			'string',
			'undefined',
			'string',
		]);
		expect(json[1]).toEqual({ chatId: chatIds[1], error: expect.stringContaining('[Item 1]') });
		expect(finished.items(NODE_NAME).map(({ pairedItem }) => pairedItem)).toEqual(
			[0, 1, 2, 3].map((item) => ({ item })),
		);
	});

	it('On Error error output: bad items leave by it with their input’s fields', async () => {
		const items = [
			{ ...input[0], id: 1, chatId: chatIds[0] ?? '' },
			{ ...input[0], id: 2, chatId: bad },
		];
		const finished = await run(onError(withInput(file, items), 'continueErrorOutput'));
		expect(finished.json(NODE_NAME).map(idOf)).toEqual([chatIds[0]]);
		expect(finished.json(NODE_NAME, 1)).toEqual([
			{ ...items[1], error: expect.stringContaining('[Item 1]') },
		]);
	});

	it('a missing chat is an item with chatId null', async () => {
		const none = withInput(file, [{ firstName: 'Ivan' }]);
		const finished = await run(onError(none, 'continueRegularOutput'));
		expect(finished.json(NODE_NAME)).toEqual([
			{ chatId: null, error: expect.stringContaining('missing') },
		]);
	});
});

describe('Check WhatsApp', () => {
	const { parts, run, output, requested } = useNode();
	const file = testWorkflow('check-whatsapp');
	const check = async (chatId: unknown, parameters: INode['parameters'] = {}) =>
		(await output(withParameters(withInput(file, [{ chatId: chatId as string }]), parameters)))[0];
	const answer = (chatId: string, body: object) => parts.double.addressBook.setCheck(chatId, body);

	it('maps phone numbers to privacy ids and back, and tells who is not there without an error', async () => {
		const [person, lid, nobody] = await output(file);
		expect(person).toEqual({
			chatId: IVAN,
			existsWhatsapp: true,
			phoneNumber: '79001234567',
			lid: expect.stringMatching(/^\d+@lid$/),
			asked: IVAN,
		});
		expect(lid).toEqual({
			chatId: LID,
			existsWhatsapp: true,
			phoneNumber: expect.stringMatching(/^\d{11}$/),
			lid: LID,
			asked: LID,
		});
		expect(nobody).toEqual({
			chatId: NOBODY,
			existsWhatsapp: false,
			phoneNumber: '79001234000',
			lid: null,
			asked: NOBODY,
		});
	});

	it.each<[string, string, object, object]>([
		['the older answer', IVAN, {}, { phoneNumber: '79001234567', lid: null }],
		[
			'an empty chatId',
			IVAN,
			{ chatId: '', phoneNumber: IVAN },
			{ phoneNumber: '79001234567', lid: null },
		],
		['"@c.us" as chatId', IVAN, { chatId: '@c.us' }, { phoneNumber: '79001234567', lid: null }],
		['the number in chatId', LID, { chatId: IVAN }, { phoneNumber: '79001234567', lid: LID }],
		[
			'the privacy id in phoneNumber',
			IVAN,
			{ chatId: IVAN, phoneNumber: LID },
			{ phoneNumber: '79001234567', lid: LID },
		],
		[
			'a number that is digits alone',
			LID,
			{ phoneNumber: 79001234567 },
			{ phoneNumber: '79001234567', lid: LID },
		],
		['a hidden number', LID, { chatId: LID, phoneNumber: '' }, { phoneNumber: null, lid: LID }],
		['null', LID, { chatId: null, phoneNumber: null }, { phoneNumber: null, lid: LID }],
		[
			'digits that are no country’s',
			IVAN,
			{ chatId: '102388094480549@c.us', phoneNumber: '' },
			{ phoneNumber: '79001234567', lid: null },
		],
		[
			'a privacy id that is digits alone',
			IVAN,
			{ chatId: '102388094480549', phoneNumber: '' },
			{ phoneNumber: '79001234567', lid: '102388094480549@lid' },
		],
		[
			'a number with WhatsApp’s own suffix',
			LID,
			{ chatId: LID, phoneNumber: '79001234567@s.whatsapp.net' },
			{ phoneNumber: '79001234567', lid: LID },
		],
		[
			'the digits of a privacy id that look like a number',
			'49236716503629@lid',
			{ chatId: '49236716503629@c.us', phoneNumber: '' },
			{ phoneNumber: null, lid: '49236716503629@lid' },
		],
		[
			'the digits that were asked for',
			'12345678@c.us',
			{ chatId: '12345678', phoneNumber: '' },
			{ phoneNumber: null, lid: null },
		],
	])('reads %s', async (_what, chatId, sent, found) => {
		answer(chatId, { existsWhatsapp: true, ...sent });
		const asked = chatId;
		expect(await check(chatId)).toEqual({ chatId, existsWhatsapp: true, ...found, asked });
	});

	it('gives GREEN-API’s answer as it is, when that is wanted', async () => {
		const sent = { existsWhatsapp: true, chatId: '@c.us', fromCache: true, new: [1] };
		answer(IVAN, sent);
		expect(await check(IVAN, { output: 'raw' })).toEqual(sent);
	});

	it('asks past GREEN-API’s cache only when that is wanted', async () => {
		await check(IVAN);
		await check(IVAN, { options: { force: true } });
		expect(parts.double.requestsOf('checkWhatsapp').map(({ body }) => body)).toEqual([
			{ chatId: IVAN },
			{ chatId: IVAN, force: true },
		]);
	});

	it.each([
		['Brazil', '+55 47 98921-0001', '5547989210001', '554789210001'],
		['Mexico', '+52 55 1234 5678', '525512345678', '5215512345678'],
		['Argentina', '+54 11 6677-3399', '541166773399', '5491166773399'],
	])(
		'gives the id that WhatsApp has for a number of %s, and Get Contact Info asks that one',
		async (_country, written, asked, own) => {
			const checked = await output(withInput(file, [{ chatId: written }]));
			expect(checked).toEqual([
				{
					chatId: `${own}@c.us`,
					existsWhatsapp: true,
					phoneNumber: own,
					lid: expect.stringMatching(/^\d+@lid$/),
					asked: `${asked}@c.us`,
				},
			]);
			await output(withInput(testWorkflow('contacts'), checked));
			expect(requested()).toEqual([`${own}@c.us`]);
		},
	);

	it.each([
		['Singapore', '+65 9123 4567', '6591234567@c.us'],
		['Denmark', '+45 20 12 34 56', '4520123456@c.us'],
		['Norway', '+47 400 12 345', '4740012345@c.us'],
		['Iceland', '+354 611 1234', '3546111234@c.us'],
		['Greenland', '+299 22 12 34', '299221234@c.us'],
	])('asks about the short numbers of %s, and tells a refusal', async (_country, chatId, asked) => {
		expect(await check(chatId)).toMatchObject({ chatId: asked, existsWhatsapp: true });
		parts.double.script(faults.badPhoneNumber);
		const finished = await run(withInput(file, [{ chatId }]));
		expect(finished.error).toMatchObject({
			name: 'NodeApiError',
			message: 'GREEN-API does not accept this chat ID [Item 0]',
		});
		expect(parts.double.requestsOf('checkWhatsapp').map((request) => request.chatId)).toEqual([
			asked,
			asked,
		]);
	});

	it.each<[string, object | null]>([
		['nothing', {}],
		['null', null],
		['text in place of the boolean', { existsWhatsapp: 'true' }],
		[
			'a time-out and more fields',
			{
				existsWhatsapp: false,
				reason: 'check phone number timeout limit exceeded',
				phoneNumber: IVAN,
			},
		],
	])('an answer with %s is a failure, and never "not on WhatsApp"', async (_what, body) => {
		const sent = { kind: 'answer', status: 200, body: JSON.stringify(body) } as const;
		parts.double.script(sent, { chatId: IVAN, times: Infinity });
		const finished = await run(
			onError(withInput(file, [{ chatId: IVAN }, { chatId: NOA }]), 'continueRegularOutput'),
		);
		expect(finished.json(NODE_NAME)).toMatchObject([
			{ chatId: IVAN, error: expect.stringContaining('[Item 0]') },
			{ chatId: NOA, existsWhatsapp: true },
		]);
	});

	it('a quota’s text with status 200 is the quota', async () => {
		parts.double.script(faults.okWithQuota, { times: Infinity });
		const finished = await run(withInput(file, [{ chatId: IVAN }]));
		expect(finished.error?.message).toContain('requests of this kind is used up');
		expect(parts.double.requests).toHaveLength(1);
	});

	it('an item that fails has its chat in normal form where it can be read', async () => {
		parts.double.script(faults.badPhoneNumber, { chatId: '4512345678@c.us' });
		const input = [' 79001234567-1581234048@G.US ', '+45 12 34 56 78', 'Ivan'];
		const asking = withInput(
			file,
			input.map((chatId) => ({ chatId })),
		);
		const finished = await run(onError(asking, 'continueRegularOutput'));
		expect(finished.json(NODE_NAME).map(({ chatId, error }) => [chatId, typeof error])).toEqual([
			[GROUP, 'string'],
			['4512345678@c.us', 'string'],
			['Ivan', 'string'],
		]);
	});

	it('takes a privacy id of any length', async () => {
		expect(await check('123@lid')).toMatchObject({ chatId: '123@lid' });
	});
});

describe('Get Many', () => {
	const { parts, run, output } = useNode();
	const file = testWorkflow('get-many');
	const list = (...entries: Array<{ type?: string; [field: string]: unknown }>) =>
		parts.double.addressBook.setList(entries);
	const many = async (parameters: INode['parameters'] = {}) =>
		await output(withParameters(file, parameters));
	const idsOf = (items: Array<Record<string, unknown>>) => items.map(({ chatId }) => chatId);

	const IVAN_ENTRY = { id: IVAN, name: 'ivan', contactName: 'Ivan Petrov', type: 'user' };
	const NOA_ENTRY = { id: '972501234567@c.us', name: 'נועה', contactName: '', type: 'user' };
	const LID_ENTRY = { id: LID, type: 'user' };
	const GROUP_ENTRY = { id: GROUP, name: 'Family', contactName: '', type: 'group' };

	it('gives contacts and groups by their names, 50 at most', async () => {
		list(IVAN_ENTRY, LID_ENTRY, GROUP_ENTRY);
		expect(await many()).toEqual([
			{
				chatId: IVAN,
				phoneNumber: '79001234567',
				name: 'ivan',
				contactName: 'Ivan Petrov',
				isGroup: false,
			},
			{ chatId: LID, phoneNumber: null, name: null, contactName: null, isGroup: false },
			{ chatId: GROUP, phoneNumber: null, name: 'Family', contactName: '', isGroup: true },
		]);
		list(
			...Array.from({ length: 60 }, (_, index) => ({
				...IVAN_ENTRY,
				id: `${79001000000 + index}@c.us`,
			})),
		);
		expect(await many()).toHaveLength(50);
		expect(await many({ limit: 3 })).toHaveLength(3);
		expect(await many({ returnAll: true, limit: 3 })).toHaveLength(60);
	});

	it('gives the entries as sent, with their chat id, when that is wanted', async () => {
		const entry = { ...IVAN_ENTRY, username: 'ivan_p' };
		list(entry);
		expect(await many({ output: 'raw' })).toEqual([{ ...entry, chatId: IVAN }]);
	});

	it('takes the new id of one whose privacy id has changed', async () => {
		list({ ...LID_ENTRY, newChatId: IVAN }, { ...LID_ENTRY, id: NOA, newChatId: '' });
		expect(idsOf(await many())).toEqual([IVAN, NOA]);
	});

	it('has the former id beside the new one, so that a table can be keyed anew', async () => {
		const changed = { ...LID_ENTRY, newChatId: '111@lid' };
		list(changed, { ...LID_ENTRY, id: NOA, newChatId: NOA });
		const [first, second] = await many();
		expect(first).toMatchObject({ chatId: '111@lid', formerChatId: LID });
		expect(second).not.toHaveProperty('formerChatId');
		expect((await many({ output: 'raw' }))[0]).toEqual({
			...changed,
			chatId: '111@lid',
			formerChatId: LID,
		});
	});

	it('has the privacy id where the list tells it', async () => {
		list({ ...IVAN_ENTRY, lid: LID }, NOA_ENTRY);
		const [first, second] = await many();
		expect(first).toMatchObject({ chatId: IVAN, lid: LID });
		expect(second).not.toHaveProperty('lid');
	});

	it('has no phone number for digits that are none of any country', async () => {
		const ids = ['102388094480549@c.us', '5215512345678@c.us', '554789210000@c.us'];
		list(...ids.map((id) => ({ ...IVAN_ENTRY, id })));
		const found = await many();
		expect(idsOf(found)).toEqual(ids);
		expect(found.map(({ phoneNumber }) => phoneNumber)).toEqual([
			null,
			'5215512345678',
			'554789210000',
		]);
	});

	it.each(['@c.us', 'unknown', 5])(
		'keeps the id of one whose new id is no id: %p',
		async (newChatId) => {
			list({ ...LID_ENTRY, newChatId });
			expect(idsOf(await many())).toEqual([LID]);
		},
	);

	it('leaves out what is no contact or group', async () => {
		list({ id: 'status@broadcast' }, { name: 'no id' }, IVAN_ENTRY, { id: '1@newsletter' });
		expect(idsOf(await many({ limit: 1 }))).toEqual([IVAN]);
	});

	it.each([
		['all', [IVAN, GROUP], {}],
		['people', [IVAN], { group: 'false' }],
		['groups', [GROUP], { group: 'true' }],
	])('type %s', async (type, expected, query) => {
		list(IVAN_ENTRY, GROUP_ENTRY);
		expect(idsOf(await many({ options: { type } }))).toEqual(expected);
		expect(parts.double.requestsOf('getContacts').map((request) => request.query)).toEqual([query]);
	});

	it('type holds also where GREEN-API sends all', async () => {
		const body = JSON.stringify([IVAN_ENTRY, GROUP_ENTRY]);
		parts.double.script({ kind: 'answer', status: 200, body });
		expect(idsOf(await many({ options: { type: 'groups' } }))).toEqual([GROUP]);
	});

	it.each([
		['PETR', [IVAN]],
		['נוע', ['972501234567@c.us']],
		['+7 (900) 123', [IVAN, GROUP]],
		['fam', [GROUP]],
		['nobody', []],
		['972501234567@', ['972501234567@c.us']],
		['48@g.us', [GROUP]],
		['={{ 972501234567 }}', ['972501234567@c.us']],
		['JOSE\u0301', ['34600123456@c.us']],
		['jos\u00e9', ['34600123456@c.us']],
		// Chat IDs end in these, alike for all.
		...['us', 'c.us', 'g', '@', '.'].map((search): [string, string[]] => [search, []]),
	])('search "%s"', async (search, expected) => {
		const jose = { id: '34600123456@c.us', name: 'Jose\u0301', type: 'user' };
		list(IVAN_ENTRY, NOA_ENTRY, GROUP_ENTRY, jose);
		const finished = await run(withParameters(file, { options: { search } }));
		expect(finished.error).toBeUndefined();
		expect(idsOf(finished.json(NODE_NAME))).toEqual(expected);
		expect(parts.double.requests).toHaveLength(1);
	});

	it('only those with a name in the phone', async () => {
		list(IVAN_ENTRY, NOA_ENTRY, LID_ENTRY);
		expect(idsOf(await many({ options: { onlySaved: true } }))).toEqual([IVAN]);
	});

	it('pairs each contact with the input item that asked, for one request', async () => {
		list(IVAN_ENTRY, NOA_ENTRY);
		const asking = withParameters(withInput(file, [{ id: 1 }, { id: 2 }]), {
			options: { includeInputFields: true },
		});
		const finished = await run(asking);
		expect(finished.items(NODE_NAME).map(({ pairedItem }) => pairedItem)).toEqual(
			[0, 0, 1, 1].map((item) => ({ item })),
		);
		expect(finished.json(NODE_NAME).map(({ id }) => id)).toEqual([1, 1, 2, 2]);
		expectNothingShared(finished.items(NODE_NAME));
		expect(parts.double.requests).toHaveLength(1);
		expect(finished.hints(NODE_NAME)).toEqual([
			'Received 2 of 2 contact lists, 1 by sharing the request of another item.',
		]);
	});

	it.each([1, 3])('asks again when the list is empty at first (%i times)', async (times) => {
		list(IVAN_ENTRY);
		parts.double.addressBook.setEmptyLists(times);
		const finished = await run(withParameters(file, { options: { cacheSeconds: 60 } }));
		expect(idsOf(finished.json(NODE_NAME))).toEqual([IVAN]);
		expect(parts.double.requests).toHaveLength(times + 1);
	});

	it('keeps the list that came after an empty one, and no empty one', async () => {
		list(IVAN_ENTRY);
		parts.double.addressBook.setEmptyLists(1);
		const kept = withParameters(file, { options: { cacheSeconds: 3600 } });
		for (const hint of [[], [expect.stringMatching(/, 1 from the cache\.$/)]]) {
			const finished = await run(kept);
			expect(idsOf(finished.json(NODE_NAME))).toEqual([IVAN]);
			expect(finished.hints(NODE_NAME)).toEqual(hint);
		}
		expect(parts.double.requests).toHaveLength(2);
	});

	it('believes the fourth empty list, says what GREEN-API advises, and gives no item', async () => {
		parts.double.addressBook.setEmptyLists(10);
		const finished = await run(file);
		expect(finished.status).toBe('success');
		expect(finished.json(NODE_NAME)).toEqual([]);
		expect(finished.hints(NODE_NAME)).toEqual([expect.stringMatching(/empty.*5 minutes/)]);
		expect(parts.double.requests).toHaveLength(4);
	});

	it.each([0, -5, '={{ "many" }}', '={{ null }}', '={{ NaN }}'])(
		'refuses a limit of %p before anything is sent',
		async (limit) => {
			const finished = await run(withParameters(file, { limit }));
			// n8n's own default stands in where nothing is set.
			if (limit === '={{ null }}') return expect(finished.status).toBe('success');
			expect(finished.error).toMatchObject({
				name: 'NodeOperationError',
				message: '"Limit" is not a number from 1 up [Item 0]',
				description: 'Enter a number, e.g. 50.',
			});
			expect(parts.double.requests).toHaveLength(0);
		},
	);

	it('blames no chat ID: it asks about none', async () => {
		parts.double.script(faults.badRequestData);
		const finished = await run(file);
		expect(finished.error?.message).toBe('GREEN-API refused the request [Item 0]');
	});

	it.each([
		['stopWorkflow', undefined],
		['continueRegularOutput', 0],
		['continueErrorOutput', 1],
	] as const)('tells of a refusal (On Error: %s)', async (setting, outputIndex) => {
		parts.double.script(faults.wrongToken);
		const finished = await run(onError(file, setting));
		const message = 'GREEN-API does not accept the API Token [Item 0]';
		if (outputIndex === undefined) expect(finished.error).toMatchObject({ message });
		else expect(finished.json(NODE_NAME, outputIndex)[0]).toMatchObject({ error: message });
		if (outputIndex === 0) expect(finished.json(NODE_NAME)).toEqual([{ error: message }]);
	});
});

describe('Get Avatar', () => {
	const { parts, run, output } = useNode();
	const file = testWorkflow('get-avatar');

	it('gives the link of a person’s or group’s picture', async () => {
		const [person, group] = await output(file);
		expect(person).toEqual({ chatId: SEED_CHAT_ID, avatar: expect.stringMatching(/^https/) });
		expect(group).toEqual({ chatId: '120363043968066561@g.us', avatar: expect.anything() });
	});

	it.each([
		{ urlAvatar: '', available: true },
		{ urlAvatar: '', existsWhatsapp: true },
		{ urlAvatar: null },
	])('gives null where there is none: %j', async (body) => {
		parts.double.script({ kind: 'answer', status: 200, body: JSON.stringify(body) });
		const one = withInput(file, [{ chatId: IVAN }]);
		const finished = await run(withParameters(one, { download: true }));
		expect(finished.items(NODE_NAME)).toEqual([
			{ json: { chatId: IVAN, avatar: null }, pairedItem: { item: 0 } },
		]);
		expect(finished.hints(NODE_NAME)).toEqual([]);
	});

	it.each([
		['rate-overlimit', faults.avatarOverlimit, 'faster than it allows'],
		['a time-out', faults.avatarTimeout, 'did not answer GREEN-API in time'],
	])(
		'%s is no "none": it is tried again, then that item’s failure',
		async (_what, fault, words) => {
			const input = withInput(file, [{ chatId: IVAN }, { chatId: NOA }]);
			parts.double.script(fault, { chatId: IVAN });
			expect(await output(input)).toEqual([
				{ chatId: IVAN, avatar: expect.stringMatching(/^https?:|^$/) },
				{ chatId: NOA, avatar: expect.anything() },
			]);
			parts.double.script(fault, { chatId: IVAN, times: Infinity });
			const finished = await run(onError(input, 'continueRegularOutput'));
			expect(finished.json(NODE_NAME)).toEqual([
				{ chatId: IVAN, error: expect.stringContaining(words) },
				{ chatId: NOA, avatar: expect.anything() },
			]);
		},
	);

	it.each([
		{},
		null,
		{ message: 'Monthly quota has been exceeded' },
		{ reason: 'rate-overlimit', urlAvatar: null, chatId: IVAN },
		{ reason: 'rate-overlimit', urlAvatar: null, code: 429 },
		{ status: 'error', reason: 'rate-overlimit', urlAvatar: '' },
	])('is no "none" where the answer does not say so: %j', async (sent) => {
		const body = JSON.stringify(sent);
		parts.double.script({ kind: 'answer', status: 200, body }, { times: Infinity });
		const one = withInput(file, [{ chatId: IVAN }]);
		const finished = await run(onError(one, 'continueRegularOutput'));
		expect(finished.json(NODE_NAME)).toEqual([{ chatId: IVAN, error: expect.any(String) }]);
	});

	it('downloads it, when that is wanted', async () => {
		const urlAvatar = `${parts.double.apiUrl}/media/1.jpg`;
		parts.double.script({ kind: 'answer', status: 200, body: JSON.stringify({ urlAvatar }) });
		const one = withInput(file, [{ chatId: '120363043968066561@g.us' }]);
		const wanted = { download: true, avatarBinaryField: 'picture' };
		const [item] = (await run(withParameters(one, wanted))).items(NODE_NAME);
		expect(item?.json).toEqual({ chatId: '120363043968066561@g.us', avatar: urlAvatar });
		expect(item?.binary?.picture).toMatchObject({
			mimeType: 'image/jpeg',
			fileName: '120363043968066561.jpg',
		});
	});
});

describe('Create or Update', () => {
	const { parts, run, output } = useNode();
	const file = testWorkflow('upsert');
	const methods = () => parts.double.requests.map(({ method }) => method);
	const saved = (chatId: string) => parts.double.addressBook.savedName(chatId);

	it('creates who is not there, and changes the name of who is', async () => {
		parts.double.addressBook.add(NOA, 'Old Name');
		expect(await output(file)).toEqual([
			{ chatId: IVAN, created: true },
			{ chatId: NOA, created: false },
		]);
		expect([saved(IVAN), saved(NOA)]).toEqual(['Ivan Petrov', 'Noa']);
		expect(methods().sort()).toEqual(['addContact', 'addContact', 'editContact']);
	});

	it.each([
		[{}, true],
		[{ saveToPhone: false }, false],
	])('saves to the phone’s own address book unless told not to (%j)', async (options, expected) => {
		parts.double.addressBook.add(NOA, 'Old Name');
		await output(withParameters(file, { options }));
		expect(parts.double.requests.map(({ body }) => body)).toEqual([
			expect.objectContaining({ firstName: 'Ivan', lastName: 'Petrov' }),
			expect.objectContaining({ firstName: 'Noa', lastName: '' }),
			expect.objectContaining({ chatId: NOA, firstName: 'Noa' }),
		]);
		for (const { body } of parts.double.requests) {
			expect(body).toMatchObject({ saveInAddressbook: expected });
		}
	});

	it.each(['', '   ', null, undefined])('refuses an empty first name: %p', async (firstName) => {
		const finished = await run(withInput(file, [{ chatId: IVAN, firstName: firstName ?? null }]));
		expect(finished.error).toMatchObject({
			name: 'NodeOperationError',
			message: 'The first name is empty [Item 0]',
		});
		expect(parts.double.requests).toHaveLength(0);
	});

	it.each(['stopWorkflow', 'continueRegularOutput'] as const)(
		'someone who is not on WhatsApp is that item’s failure alone (On Error: %s)',
		async (setting) => {
			const input = [NOBODY, IVAN].map((chatId) => ({ chatId, firstName: 'A' }));
			const finished = await run(onError(withInput(file, input), setting));
			const message = 'This number is not on WhatsApp [Item 0]';
			if (setting === 'stopWorkflow') {
				expect(finished.error).toMatchObject({ message, httpCode: '404' });
			} else {
				expect(finished.json(NODE_NAME)).toEqual([
					{ chatId: NOBODY, error: message },
					{ chatId: IVAN, created: true },
				]);
			}
			expect(parts.double.requestsOf('editContact')).toHaveLength(0);
		},
	);

	it('tells why a contact that is there can’t be changed', async () => {
		parts.double.addressBook.add(IVAN, 'Old Name');
		parts.double.script(faults.badRequestData, { method: 'editContact' });
		const finished = await run(withInput(file, [{ chatId: IVAN, firstName: 'A' }]));
		expect(finished.error?.message).toBe('GREEN-API does not accept this chat ID [Item 0]');
	});

	it.each([
		["'firstName' must be shorter than 64 characters", 'GREEN-API does not accept this name'],
		["'chatId' must be one of the next formats", 'GREEN-API does not accept this chat ID'],
	])('changes nobody where the contact can’t be created: %s', async (details, message) => {
		parts.double.addressBook.add(IVAN, 'Old Name');
		parts.double.script(invalid(details), { method: 'addContact' });
		const finished = await run(withInput(file, [{ chatId: IVAN, firstName: 'N'.repeat(300) }]));
		expect(finished.error?.message).toBe(`${message} [Item 0]`);
		expect(parts.double.requestsOf('editContact')).toHaveLength(0);
		expect(saved(IVAN)).toBe('Old Name');
	});

	it('takes a number for a name', async () => {
		await output(withInput(file, [{ chatId: IVAN, firstName: 1001 }]));
		expect(saved(IVAN)).toBe('1001');
	});

	it('has the contact of an item without a name in normal form', async () => {
		const nameless = withInput(file, [{ chatId: '+7 (900) 123-45-67', firstName: '' }]);
		const finished = await run(onError(nameless, 'continueRegularOutput'));
		expect(finished.json(NODE_NAME)).toEqual([
			{ chatId: IVAN, error: 'The first name is empty [Item 0]' },
		]);
	});

	it('of a contact that comes more than once, the last name holds, though the first had to be sent again', async () => {
		const names = ['Old', 'Older', 'New'];
		const input = names.map((firstName) => ({ chatId: IVAN, firstName }));
		parts.double.script(faults.serviceUnavailableJson, { method: 'addContact' });
		expect(await output(withInput(file, input))).toHaveLength(3);
		expect(saved(IVAN)).toBe('New');
	});

	it('tells when GREEN-API answers that it did nothing', async () => {
		const body = '{"addContact":false}';
		parts.double.script({ kind: 'answer', status: 200, body });
		const finished = await run(withInput(file, [{ chatId: IVAN, firstName: 'A' }]));
		expect(finished.error?.message).toContain('did not change');
	});

	it('sends again what got no answer: doing it twice is the same', async () => {
		parts.double.script({ kind: 'cutOff' }, { method: 'addContact' });
		expect(await output(withInput(file, [{ chatId: IVAN, firstName: 'A' }]))).toEqual([
			{ chatId: IVAN, created: false },
		]);
		expect(saved(IVAN)).toBe('A');
	});

	it('keeps no answer: each execution writes', async () => {
		const kept = withParameters(file, { options: { cacheSeconds: 3600 } });
		await output(kept);
		await output(kept);
		expect(parts.double.requestsOf('addContact')).toHaveLength(4);
	});
});

describe('Delete', () => {
	const { parts, run, output } = useNode();
	const file = testWorkflow('delete');

	it('takes contacts out of the address book', async () => {
		parts.double.addressBook.add(IVAN, 'Ivan');
		expect(await output(file)).toEqual([
			{ chatId: IVAN, deleted: true },
			{ chatId: NOA, deleted: true },
		]);
		expect(parts.double.addressBook.savedName(IVAN)).toBeUndefined();
	});

	it('someone who is not on WhatsApp is that item’s failure alone', async () => {
		const input = [NOBODY, IVAN].map((chatId) => ({ chatId }));
		const finished = await run(onError(withInput(file, input), 'continueRegularOutput'));
		expect(finished.json(NODE_NAME)).toEqual([
			{ chatId: NOBODY, error: 'This number is not on WhatsApp [Item 0]' },
			{ chatId: IVAN, deleted: true },
		]);
	});

	it('never says it deleted what GREEN-API did not', async () => {
		const body = '{"deleteContact":false}';
		parts.double.script({ kind: 'answer', status: 200, body });
		const finished = await run(file);
		expect(finished.error?.message).toBe(
			"GREEN-API did not change the phone's address book [Item 0]",
		);
	});
});

describe('Get Contact Info', () => {
	const { parts, run, output, requested } = useNode();
	const HIDDEN = '84567890123456@lid';
	const about = (chatIds: string[], options = {}, kind = 'simplified') =>
		withParameters(
			withInput(
				testWorkflow('contacts'),
				chatIds.map((chatId) => ({ chatId })),
			),
			{ output: kind, options },
		);
	const numbersOf = (items: Array<Record<string, unknown>>) =>
		items.map(({ phoneNumber }) => phoneNumber);
	const find = { resolvePhoneNumber: true };
	const checked = () => parts.double.requestsOf('checkWhatsapp').map(({ chatId }) => chatId);

	it('has the number that was asked for, under whatever id the answer comes', async () => {
		parts.double.addressBook.set(IVAN, { chatId: LID, name: 'Ivan' });
		expect(await output(about([IVAN]))).toMatchObject([
			{ chatId: LID, phoneNumber: '79001234567', name: 'Ivan' },
		]);
	});

	it.each(['simplified', 'raw', 'selectedFields'])(
		'"Find Phone Number" finds that of a privacy id, null where it is hidden (%s)',
		async (kind) => {
			const file = withParameters(about([LID, HIDDEN, IVAN, LID], find, kind), {
				fields: ['phoneNumber'],
			});
			const items = await output(file);
			expect(items.map(({ chatId }) => chatId)).toEqual([LID, HIDDEN, IVAN, LID]);
			expect(items[0]?.phoneNumber).toMatch(/^79\d{9}$/);
			expect(items[1]).toMatchObject({ phoneNumber: null });
			expect(items[3]).toEqual(items[0]);
			expect(checked().sort()).toEqual([HIDDEN, LID]);
			expect(requested().sort()).toEqual([IVAN, HIDDEN, LID].sort());
		},
	);

	it('asks for no number unless told to, and of nobody who has one', async () => {
		const [hidden] = await output(about([LID]));
		expect(hidden).toMatchObject({ chatId: LID, phoneNumber: null });
		await output(about([IVAN, '120363043968066561@g.us'], find));
		expect(checked()).toEqual([]);
	});

	it('asks for the numbers of the items alone that are to have one', async () => {
		const file = withInput(testWorkflow('contacts'), [
			{ chatId: LID, find: true },
			{ chatId: LID, find: false },
		]);
		const options = { resolvePhoneNumber: '={{ $json.find }}' };
		const items = await output(withParameters(file, { output: 'simplified', options }));
		expect(numbersOf(items)).toEqual([expect.stringMatching(/^79/), null]);
	});

	it('a number that can’t be had is no hidden one: it is that item’s failure', async () => {
		parts.double.script(faults.requestQuotaExceeded, { method: 'checkWhatsapp', times: Infinity });
		const finished = await run(onError(about([LID, IVAN], find), 'continueRegularOutput'));
		expect(finished.json(NODE_NAME)).toMatchObject([
			{ chatId: LID, error: expect.stringContaining('used up') },
			{ chatId: IVAN, phoneNumber: '79001234567' },
		]);
	});

	it.each(['simplified', 'raw', 'selectedFields'])(
		'gives the phone number of somebody of whom GREEN-API knows nothing else (%s)',
		async (kind) => {
			parts.double.addressBook.set(LID, null);
			// Asked twice, so that there is a hint.
			const file = withParameters(about([LID, LID], find, kind), { fields: ['phoneNumber'] });
			const finished = await run(file);
			for (const item of finished.json(NODE_NAME)) {
				expect(item).toMatchObject({ chatId: LID, phoneNumber: expect.stringMatching(/^79/) });
			}
			expect(finished.hints(NODE_NAME)).toEqual([expect.stringMatching(/^Found 0 of 2/)]);
		},
	);

	it('keeps the number that the contact has where the check hides it', async () => {
		parts.double.addressBook.set(HIDDEN, { chatId: HIDDEN, phoneNumber: '79001112233@c.us' });
		const [item] = await output(about([HIDDEN], find, 'raw'));
		expect(item).toMatchObject({ chatId: HIDDEN, phoneNumber: '79001112233@c.us' });
	});

	it('Selected Fields: has the number that was asked for, where the answer has none', async () => {
		const selected = { fields: ['phoneNumber', 'name'] };
		parts.double.addressBook.set(IVAN, { chatId: LID, name: 'Ivan' });
		expect(await output(withParameters(about([IVAN], {}, 'selectedFields'), selected))).toEqual([
			{ chatId: LID, phoneNumber: '79001234567', name: 'Ivan' },
		]);
	});

	it('finds no number any more once the month’s contacts are used up', async () => {
		parts.double.script(faults.requestQuotaExceeded, { method: 'getContactInfo', times: Infinity });
		const lids = Array.from({ length: 60 }, (_, index) => `${123456789012000 + index}@lid`);
		// A second from one request to the next: the answer has to be there before the second.
		const file = about([IVAN, ...lids], { ...find, requestsPerSecond: 0.001 });
		const finished = await run(onError(file, 'continueRegularOutput'));
		for (const { error } of finished.json(NODE_NAME)) expect(error).toContain('used up');
		expect(requested()).toEqual([IVAN]);
		expect(checked().length).toBeLessThanOrEqual(1);
	});

	it.each([
		['empty fields', faults.contactLimitReason],
		[
			'the chat ID',
			{
				kind: 'answer',
				status: 200,
				body: JSON.stringify({
					status: false,
					reason: 'User get contact info limit reached',
					chatId: IVAN,
				}),
			} as const,
		],
	])('a limit told with %s and status 200 is a failure, no contact', async (_what, fault) => {
		parts.double.script(fault, { chatId: IVAN });
		const finished = await run(onError(about([IVAN]), 'continueRegularOutput'));
		expect(finished.json(NODE_NAME)).toEqual([
			{ chatId: IVAN, error: expect.stringContaining('no more requests of this kind') },
		]);
	});
});

describe('Group → Get', () => {
	const { parts, run, output } = useNode();
	const file = testWorkflow('group-get');
	const group = {
		groupId: GROUP,
		owner: IVAN,
		subject: 'Family',
		creation: 1581234048,
		participants: [
			{ id: IVAN, lid: '111@lid', isAdmin: true, isSuperAdmin: true },
			{ id: LID, isAdmin: false, isSuperAdmin: false },
		],
		subjectTime: 1581234048,
		subjectOwner: IVAN,
		groupInviteLink: '',
		newField: 1,
	};
	beforeEach(() => parts.double.addressBook.set(GROUP, group));

	it('gives the group as sent', async () => {
		expect(await output(file)).toEqual([group]);
	});

	it('simplified', async () => {
		expect(await output(withParameters(file, { output: 'simplified' }))).toEqual([
			{
				chatId: GROUP,
				name: 'Family',
				owner: IVAN,
				createdAt: '2020-02-09T07:40:48.000Z',
				participantCount: 2,
				inviteLink: null,
			},
		]);
	});

	it.each([
		['GREEN-API knows little of', { groupId: GROUP, groupInviteLink: 'https://chat.example/1' }],
		[
			'was made at no time',
			{ groupId: GROUP, creation: 1e300, groupInviteLink: 'https://chat.example/1' },
		],
	])('simplified, one that %s', async (_what, body) => {
		parts.double.addressBook.set(GROUP, body);
		expect(await output(withParameters(file, { output: 'simplified' }))).toEqual([
			{
				chatId: GROUP,
				name: null,
				owner: null,
				createdAt: null,
				participantCount: 0,
				inviteLink: 'https://chat.example/1',
			},
		]);
	});

	it('simplified, counts as GREEN-API does, who sends no participants of a large group', async () => {
		parts.double.addressBook.set(GROUP, { ...group, participants: [], size: 412 });
		const [simple] = await output(withParameters(file, { output: 'simplified' }));
		expect(simple).toMatchObject({ participantCount: 412 });
	});

	it('split: an item for each participant, ready for Get Contact Info', async () => {
		const split = withParameters(file, { splitParticipants: true });
		const finished = await run(split);
		const both = { groupId: GROUP, groupName: 'Family' };
		expect(finished.json(NODE_NAME)).toEqual([
			{
				...both,
				chatId: IVAN,
				phoneNumber: '79001234567',
				lid: '111@lid',
				isAdmin: true,
				isSuperAdmin: true,
			},
			{
				...both,
				chatId: LID,
				phoneNumber: null,
				lid: LID,
				isAdmin: false,
				isSuperAdmin: false,
			},
		]);
		expect(finished.items(NODE_NAME).map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 0 },
		]);
	});

	it('split: ids in their normal form, in whatever form they come', async () => {
		const ids = ['79001234567@s.whatsapp.net', '7:12@lid', '102388094480549@c.us'];
		const participants = ids.map((id) => ({ id }));
		parts.double.addressBook.set(GROUP, { ...group, participants });
		const split = await output(withParameters(file, { splitParticipants: true }));
		expect(split).toMatchObject([
			{ chatId: IVAN, phoneNumber: '79001234567', lid: null },
			{ chatId: '7@lid', phoneNumber: null, lid: '7@lid' },
			{ chatId: '102388094480549@c.us', phoneNumber: null, lid: null },
		]);
	});

	it('of a group that GREEN-API knows nothing of is its chat id', async () => {
		parts.double.addressBook.set(GROUP, null);
		expect(await output(file)).toEqual([{ chatId: GROUP }]);
	});

	it.each([null, { groupId: GROUP }, { groupId: GROUP, participants: [] }])(
		'split, one without participants gives no item, and says so: %j',
		async (body) => {
			parts.double.addressBook.set(GROUP, body);
			const finished = await run(withParameters(file, { splitParticipants: true }));
			expect(finished.json(NODE_NAME)).toEqual([]);
			expect(finished.hints(NODE_NAME)).toEqual([expect.stringContaining('no participants')]);
		},
	);

	it('leaves out participants that are none', async () => {
		const participants = [null, { id: IVAN }, 'x', {}];
		parts.double.addressBook.set(GROUP, { ...group, participants });
		const split = await output(withParameters(file, { splitParticipants: true }));
		expect(split.map(({ chatId }) => chatId)).toEqual([IVAN, null]);
		const [simple] = await output(withParameters(file, { output: 'simplified' }));
		expect(simple).toMatchObject({ participantCount: 2 });
	});

	it('the list offers groups alone', async () => {
		const { double, engine } = parts;
		const { apiUrl, idInstance, apiTokenInstance } = double;
		const greenApi = { apiUrl, idInstance, apiTokenInstance };
		const search = ['', undefined] as const;
		for (const filter of search) {
			const { results } = await engine.searchList(file, NODE_NAME, 'searchGroups', filter, {
				greenApi,
			});
			expect(results.length).toBeGreaterThan(5);
			expect(results.every(({ value }) => String(value).endsWith('@g.us'))).toBe(true);
		}
	});
});

describe('side by side', () => {
	const TIME_FACTOR = 5;
	const { parts, run } = useNode({ rateFactor: TIME_FACTOR }, TIME_FACTOR);

	it('each method keeps to its own limit, and none waits for another', async () => {
		const input = Array.from({ length: 20 }, (_, index) => ({
			chatId: `${79001000001 + index}@c.us`,
		}));
		const order: string[] = [];
		const runOne = async (name: string, count: number) => {
			await run(withInput(testWorkflow(name), input.slice(0, count)));
			order.push(name);
		};
		// 20 at ten a second take two seconds, 8 at one a second take seven.
		await Promise.all([
			runOne('delete', 8),
			runOne('check-whatsapp', 20),
			runOne('get-avatar', 20),
		]);
		expect(order.at(-1)).toBe('delete');
		for (const [method, count] of [
			['deleteContact', 8],
			['checkWhatsapp', 20],
			['getAvatar', 20],
		] as const) {
			const answered = parts.double.requestsOf(method).filter(({ status }) => status === 200);
			expect(answered).toHaveLength(count);
		}
	});
});

describe('the node', () => {
	const { parts, run } = useNode();

	it.each(['everything', 'toString', '__proto__'])(
		'says so when a workflow names an operation it has not: %s',
		async (operation) => {
			const file = withParameters(testWorkflow('contacts'), { operation });
			const finished = await run(file);
			expect(finished.status).toBe('error');
			expect(parts.double.requests).toHaveLength(0);
		},
	);
});
