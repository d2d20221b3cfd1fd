/** The same workflows, with the credential changed, on instances of all three messengers. */

import type { INode } from 'n8n-workflow';
import type { WorkflowFile } from '../engine/engine';
import {
	NODE_NAME,
	onError,
	readWorkflow,
	testWorkflow,
	triggerOf,
	withInput,
	withParameters,
} from '../engine/workflowFiles';
import { chatIdOfPhone, chatIdOfUsername } from '../green-api-double/accounts';
import { faults } from '../green-api-double/faults';
import type { GreenApiMethod } from '../green-api-double/methods';
import type { DoubleMessenger } from '../green-api-double/messengers';
import { waitFor } from '../real-n8n/waitFor';
import { useNode } from './setup';

interface Chats {
	messenger: DoubleMessenger;
	person: string;
	group: string;
	/** The chat id of +79001234567. */
	ofPhone: string;
	foreign: string;
	foreignWords: RegExp;
}

const PHONE = '+7 900 123-45-67';

const WHATSAPP: Chats = {
	messenger: 'whatsapp',
	person: '79001234568@c.us',
	group: '120363043968066561@g.us',
	ofPhone: '79001234567@c.us',
	foreign: '-1001234567890',
	foreignWords: /Telegram and MAX/,
};
const WITH_DIGITS = {
	person: chatIdOfPhone(79_001_242_486),
	group: '-1001234567890',
	ofPhone: chatIdOfPhone(79_001_234_567),
	foreign: '71234567890@c.us',
	foreignWords: /is a WhatsApp chat ID/,
};
const TELEGRAM: Chats = { ...WITH_DIGITS, messenger: 'telegram' };
const MAX: Chats = { ...WITH_DIGITS, messenger: 'max' };

const TEN_NAMES = [
	'chatId',
	'phoneNumber',
	'name',
	'contactName',
	'isBusiness',
	'category',
	'description',
	'email',
	'avatar',
	'productCount',
];

function useMessenger(messenger: DoubleMessenger) {
	const { parts, credentials, run } = useNode({ messenger });
	const json = async (file: WorkflowFile) => {
		const finished = await run(file, { messenger });
		if (finished.error) throw finished.error;
		return finished.json(NODE_NAME);
	};
	return {
		parts,
		json,
		run: async (file: WorkflowFile) => await run(file, { messenger }),
		greenApi: () => ({ ...credentials().greenApi, messenger }),
		asked: (method: GreenApiMethod) => parts.double.requestsOf(method).map(({ body }) => body),
	};
}

const about = (name: string, chatIds: string[], parameters: INode['parameters'] = {}) =>
	withParameters(
		withInput(
			testWorkflow(name),
			chatIds.map((chatId) => ({ chatId })),
		),
		parameters,
	);

const simplified = { output: 'simplified' };

describe.each([WHATSAPP, TELEGRAM, MAX])('$messenger', (chats) => {
	const { messenger, person, group, ofPhone, foreign, foreignWords } = chats;
	const ownNames = messenger === 'whatsapp' ? [] : ['username'];
	const { parts, json, run, greenApi, asked } = useMessenger(messenger);

	it('contacts by id and by phone number come out in order, paired, in one shape', async () => {
		const finished = await run(about('contacts', [person, PHONE, person, group], simplified));
		expect(finished.error).toBeUndefined();
		const items = finished.json(NODE_NAME);
		expect(items.map(({ chatId }) => chatId)).toEqual([person, ofPhone, person, group]);
		expect(items.map(({ phoneNumber }) => phoneNumber).slice(1, 2)).toEqual(['79001234567']);
		for (const contact of items.slice(0, 3)) {
			expect(Object.keys(contact)).toEqual([...TEN_NAMES, ...ownNames]);
			expect(Object.values(contact)).not.toContain(undefined);
		}
		expect(items[3]).toEqual({ chatId: group, isGroup: true });
		expect(finished.items(NODE_NAME).map(({ pairedItem }) => pairedItem)).toEqual(
			[0, 1, 2, 3].map((item) => ({ item })),
		);
		expect(asked('getContactInfo')).toHaveLength(2);
	});

	it('Raw is what GREEN-API sent', async () => {
		const sent = { chatId: person, name: 'Ann', phoneNumber: 0, lastSeen: null, isNew: true };
		parts.double.addressBook.set(person, sent);
		expect(await json(about('contacts', [person]))).toEqual([sent]);
	});

	it('selected fields that it does not have are null', async () => {
		const [contact] = await json(
			about('contacts', [person], {
				output: 'selectedFields',
				fields: ['name', 'isBusiness', 'isScam'],
			}),
		);
		expect(Object.keys(contact ?? {})).toEqual(['chatId', 'name', 'isBusiness', 'isScam']);
		expect(Object.values(contact ?? {})).not.toContain(undefined);
		expect(Object.values(contact ?? {})).toContain(null);
	});

	it('avatars of people and groups', async () => {
		const avatars = await json(about('get-avatar', [person, PHONE, group]));
		expect(avatars).toHaveLength(3);
		for (const avatar of avatars) expect(avatar).toHaveProperty('avatar');
	});

	it('a group, its participants, and what becomes of it in Get Contact Info', async () => {
		const [data] = await json(about('group-get', [group], { splitParticipants: false }));
		expect(data).toMatchObject({ subject: expect.any(String) });
		const [small] = await json(
			about('group-get', [group], { splitParticipants: false, ...simplified }),
		);
		expect(small).toMatchObject({ chatId: group, name: expect.any(String) });
		const participants = await json(about('group-get', [group], { splitParticipants: true }));
		expect(participants[0]).toMatchObject({ groupId: group, chatId: expect.any(String) });
		const options = { groupChats: 'groupData' };
		const [contact] = await json(about('contacts', [group], { options }));
		expect(contact).toMatchObject({ chatId: group, isGroup: true, group: expect.any(Object) });
	});

	it('all contacts, and From List', async () => {
		const all = await json(withParameters(testWorkflow('get-many'), { returnAll: true }));
		expect(all.length).toBeGreaterThan(20);
		expect(Object.keys(all[0] ?? {})).toEqual([
			'chatId',
			'phoneNumber',
			'name',
			'contactName',
			'isGroup',
			...ownNames,
		]);
		expect(all.some(({ isGroup }) => isGroup)).toBe(true);
		expect(all.some(({ phoneNumber }) => phoneNumber === null)).toBe(true);
		const search = { operation: 'getMany', returnAll: true, options: { type: 'groups' } };
		const groups = await json(withParameters(testWorkflow('get-many'), search));
		expect(groups.length).toBeGreaterThan(1);
		expect(groups.map(({ isGroup }) => isGroup)).toEqual(groups.map(() => true));
		expect(all.filter(({ isGroup }) => isGroup)).toEqual(groups);
		const types = { ...search, options: { type: 'people' } };
		const people = await json(withParameters(testWorkflow('get-many'), types));
		expect(all.filter(({ isGroup }) => !isGroup)).toEqual(people);

		const { results } = await parts.engine.searchList(
			testWorkflow('from-list'),
			NODE_NAME,
			'searchContacts',
			'7900',
			{ greenApi: greenApi() },
		);
		expect(results.length).toBeGreaterThan(5);
		expect(results[0]?.name).toMatch(/\+7900/);

		const listed = await parts.engine.searchList(
			withParameters(testWorkflow('group-get'), {}),
			NODE_NAME,
			'searchGroups',
			'',
			{ greenApi: greenApi() },
		);
		const ids = groups.map(({ chatId }) => chatId);
		expect(listed.results.map(({ value }) => value).sort()).toEqual(ids.sort());
	});

	it.each(['names-at-once', 'who-just-wrote'])('the example %s, as it is pasted', async (name) => {
		const file = readWorkflow(`examples/${name}.json`);
		if (name === 'names-at-once') {
			expect((await json(file)).length).toBeGreaterThan(20);
			return;
		}
		const trigger = await parts.engine.activate(file, { credentials: { greenApi: greenApi() } });
		parts.double.queue.enqueue(
			{ ...message(group), idMessage: 'in a group' },
			{ ...message(person), idMessage: 'from a person' },
		);
		await waitFor('the message', () => trigger.emissions.length > 0);
		await trigger.close();
		const emitted = trigger.emissions[0]?.json ?? [];
		expect(emitted).toMatchObject([
			{ chatId: person, isGroup: false, messageId: 'from a person', text: 'Hello' },
		]);
		const finished = await run(withInput(file, emitted));
		expect(finished.error).toBeUndefined();
		expect(finished.json(NODE_NAME)).toMatchObject([{ chatId: person, text: 'Hello' }]);
	});

	it('an id of another messenger is refused before anything is sent', async () => {
		const finished = await run(about('contacts', [person, foreign]));
		expect(finished.error?.message).toMatch(foreignWords);
		expect(finished.error?.message).toMatch(/ \[Item 1\]$/);
		expect(parts.double.requests).toEqual([]);
	});

	it('On Error continue: a refused chat carries its message, the others are unharmed', async () => {
		parts.double.script(faults.validationFailed, { chatId: ofPhone });
		const file = onError(about('contacts', [person, PHONE, foreign]), 'continueRegularOutput');
		const items = await json(file);
		expect(items.map(({ error }) => typeof error)).toEqual(['undefined', 'string', 'string']);
		expect(items[0]?.chatId).toBe(person);
	});

	it.each([
		['469', faults.messengerLimit],
		['a reason with status 200', faults.messengerLimitReason],
	])(
		'its own limit, told by %s: how long to wait, and nothing more of it is asked',
		async (_what, fault) => {
			parts.double.script(fault, { method: 'getContactInfo', times: Infinity });
			const ids = Array.from({ length: 5 }, (_, index) => person.replace('7', `${index + 1}`));
			// A second from one request to the next: the answer has to be there before the second.
			const options = { requestsPerSecond: 0.001 };
			const file = onError(about('contacts', ids, { options }), 'continueRegularOutput');
			const items = await json(file);
			expect(items).toHaveLength(5);
			for (const item of items) expect(item.error).toContain('no more requests of this kind');
			expect(asked('getContactInfo')).toHaveLength(1);

			const finished = await run(about('contacts', [person]));
			expect(finished.error?.description).toContain('2 hours');
		},
	);

	it('a credential for another messenger is told which one the instance is of', async () => {
		const other = messenger === 'telegram' ? 'whatsapp' : 'telegram';
		const id = other === 'whatsapp' ? '79001234567@c.us' : '10000000';
		parts.double.script(faults.validationFailed, { method: 'getContactInfo' });
		const credentials = { greenApi: { ...greenApi(), messenger: other } };
		const finished = await parts.engine.run(about('contacts', [id]), { credentials });
		const label = { whatsapp: 'WhatsApp', telegram: 'Telegram', max: 'MAX' }[messenger];
		expect(finished.error?.message).toContain(`instance is of ${label},`);
		expect(asked('getSettings')).toHaveLength(1);
	});

	it('the trigger of a credential for another messenger is not activated', async () => {
		const other = messenger === 'max' ? 'telegram' : 'max';
		const file = readWorkflow('examples/who-just-wrote.json');
		const credentials = { greenApi: { ...greenApi(), messenger: other } };
		const activation = parts.engine.activate(file, { credentials });
		await expect(activation.then(async ({ close }) => await close())).rejects.toThrow(
			/instance is of/,
		);
	});

	it('a credential that was saved before it had a messenger is WhatsApp’s', async () => {
		const { apiUrl, idInstance, apiTokenInstance } = parts.double;
		const credentials = { greenApi: { apiUrl, idInstance, apiTokenInstance } };
		const finished = await parts.engine.run(about('contacts', [WHATSAPP.person]), { credentials });
		const isWhatsapp = messenger === 'whatsapp';
		expect(finished.error === undefined).toBe(isWhatsapp);
		expect(asked('getContactInfo')).toEqual([{ chatId: WHATSAPP.person }]);
	});
});

function message(chatId: string) {
	return {
		typeWebhook: 'incomingMessageReceived',
		senderData: { chatId, sender: chatId, senderName: 'Ann' },
		messageData: { typeMessage: 'textMessage', textMessageData: { textMessage: 'Hello' } },
	};
}

describe.each([TELEGRAM, MAX])('what is $messenger’s own', ({ messenger, person, ofPhone }) => {
	const { parts, json, run, asked } = useMessenger(messenger);

	it('a phone number costs one checkAccount and one getContactInfo, however often it comes', async () => {
		await json(about('contacts', [PHONE, '+79001234567', ' +7 (900) 123 45 67']));
		expect(asked('checkAccount')).toEqual([{ phoneNumber: 79_001_234_567 }]);
		expect(asked('getContactInfo')).toEqual([{ chatId: ofPhone }]);
	});

	it('digits alone are asked as the id that they are, also with a default country', async () => {
		const options = { defaultCountryCode: '7' };
		await json(about('contacts', ['79001234567'], { options }));
		expect(parts.double.requests.map(({ body }) => body)).toEqual([{ chatId: '79001234567' }]);
	});

	it('who is not there is that item’s error', async () => {
		const file = about('contacts', ['+7 900 123-40-00', person]);
		const items = await json(onError(file, 'continueRegularOutput'));
		expect(items[0]).toEqual({
			chatId: '+79001234000',
			error: 'The messenger has nobody with this phone number or username [Item 0]',
		});
		expect(items[1]?.chatId).toBe(person);
		expect((await run(file)).error?.message).toContain('has nobody');
	});

	it('an answer of checkAccount that is no id looks nobody up', async () => {
		const none = ['', 0, null, '-1001234567890', '79001234567@c.us', undefined];
		for (const chatId of [...none, ['10000000']]) {
			parts.double.addressBook.setCheck('79001234567', { exist: true, chatId });
			expect((await run(about('contacts', [PHONE]))).error?.message).toContain('has nobody');
		}
		expect(asked('getContactInfo')).toEqual([]);
	});

	it('an ID of checkAccount that has lost digits looks nobody up, and is not "nobody"', async () => {
		const body = '{"exist":true,"chatId":9007199254740993}';
		parts.double.script(
			{ kind: 'answer', status: 200, body },
			{ method: 'checkAccount', times: 2 },
		);
		for (const name of ['contacts', 'check-whatsapp']) {
			const finished = await run(about(name, [PHONE]));
			expect(finished.error?.message).toContain('has lost its last digits');
		}
		expect(asked('getContactInfo')).toEqual([]);
	});

	it('an owner and a participant whose ID has lost digits are nobody', async () => {
		const body = `{"subject":"s","owner":9007199254740993,"participants":[{"id":9007199254740993}]}`;
		parts.double.script(
			{ kind: 'answer', status: 200, body },
			{ method: 'getGroupData', times: 2 },
		);
		const [simple] = await json(about('group-get', ['-1001234567890'], simplified));
		expect(simple).toMatchObject({ name: 's', owner: null });
		const split = { splitParticipants: true };
		expect(await json(about('group-get', ['-1001234567890'], split))).toMatchObject([
			{ chatId: null },
		]);
	});

	it('Check WhatsApp or Account gives the chat id that Get Contact Info takes', async () => {
		const checked = await json(about('check-whatsapp', [PHONE, '+7 900 123-40-00']));
		expect(checked).toEqual([
			{ chatId: ofPhone, exists: true, phoneNumber: '79001234567', username: null },
			{ chatId: null, exists: false, phoneNumber: '79001234000', username: null },
		]);
		const [raw] = await json(about('check-whatsapp', [PHONE], { output: 'raw' }));
		expect(raw).toEqual({ exist: true, chatId: ofPhone, fromCache: false });
		expect((await run(about('check-whatsapp', [person]))).error?.message).toContain(
			'is a chat ID already',
		);
	});

	it('groups come from getChats, asked for where they are wanted alone', async () => {
		const many = async (type: string) => {
			parts.double.clearRequests();
			const parameters = { returnAll: true, options: { type } };
			const items = await json(withParameters(testWorkflow('get-many'), parameters));
			const methods = parts.double.requests.map(({ method }) => method);
			return { ids: items.map(({ chatId }) => chatId), methods };
		};
		const [people, groups, all] = [await many('people'), await many('groups'), await many('all')];
		expect(people.methods).toEqual(['getContacts']);
		expect(groups.methods).toEqual(['getChats']);
		expect(all.methods).toEqual(['getContacts', 'getChats']);
		expect(groups.ids).toEqual(['-1001234567890', '-5098765432']);
		expect(all.ids).toEqual([...people.ids, ...groups.ids]);
	});

	it('each item gets the list of the type that it wants', async () => {
		const types = ['all', 'people', 'groups'].map((type) => ({ type }));
		const file = withInput(testWorkflow('get-many'), types);
		const options = { type: '={{ $json.type }}', includeInputFields: true };
		const items = await json(withParameters(file, { returnAll: true, options }));
		const groupsOf = (wanted: string) =>
			items.filter(({ type, isGroup }) => type === wanted && isGroup).length;
		const countOf = (wanted: string) => items.filter(({ type }) => type === wanted).length;
		expect(groupsOf('people')).toBe(0);
		expect(groupsOf('groups')).toBe(countOf('groups'));
		expect(countOf('all')).toBe(countOf('people') + countOf('groups'));
	});

	it('a chat ID that came as too long a number is nobody’s, and a hint says so', async () => {
		const id = '9007199254740994';
		const file = withParameters(testWorkflow('get-many'), { options: { type: 'people' } });
		const body = `[{"chatId":${id},"name":"Ann"},{"chatId":"10000000","name":"Bob","type":"user"},{"chatId":"11","newChatId":${id}}]`;
		parts.double.script({ kind: 'answer', status: 200, body });
		const finished = await run(file);
		expect(finished.json(NODE_NAME).map(({ chatId }) => chatId)).toEqual(['10000000']);
		expect(finished.hints(NODE_NAME)).toEqual([expect.stringMatching(/^2 of the entries/)]);

		parts.double.addressBook.set(id, `{"chatId":${id.slice(0, -1)}5,"name":"Ann"}`);
		expect(await json(about('contacts', [id], simplified))).toMatchObject([
			{ chatId: id, name: 'Ann' },
		]);
	});

	it('who is named by phone number has an avatar and a contact under the id that was found', async () => {
		const [avatar] = await json(about('get-avatar', [PHONE]));
		expect(avatar).toMatchObject({ chatId: ofPhone });
		parts.double.addressBook.set(ofPhone, null);
		expect(await json(about('contacts', [PHONE]))).toEqual([{ chatId: ofPhone }]);
	});

	it('who hides the phone number still has the one that was asked for', async () => {
		parts.double.addressBook.set(ofPhone, { chatId: ofPhone, name: 'Ann', phoneNumber: 0 });
		expect(await json(about('contacts', [PHONE, ofPhone], simplified))).toMatchObject([
			{ chatId: ofPhone, phoneNumber: '79001234567' },
			{ chatId: ofPhone, phoneNumber: null },
		]);
	});

	it('a limit that is told beside "exist": false is a failure, not "nobody"', async () => {
		const sent = { exist: false, reason: 'Check account limit reached', chatId: '0' };
		const withChat = { kind: 'answer', status: 200, body: JSON.stringify(sent) } as const;
		for (const name of ['contacts', 'check-whatsapp']) {
			for (const fault of [faults.accountLimitReason, withChat]) {
				parts.double.script(fault, { method: 'checkAccount' });
				const finished = await run(about(name, [PHONE]));
				expect(finished.error?.message).toContain('no more requests of this kind');
			}
		}
	});

	it.each(['{}', 'null', '{"chatId":"10000000"}'])(
		'an answer of checkAccount without its boolean is a failure, not "nobody": %s',
		async (body) => {
			const sent = { kind: 'answer', status: 200, body } as const;
			parts.double.script(sent, { method: 'checkAccount', times: Infinity });
			const finished = await run(
				onError(about('check-whatsapp', [PHONE]), 'continueRegularOutput'),
			);
			expect(finished.json(NODE_NAME)).toEqual([
				{ chatId: '+79001234567', error: expect.stringContaining('incomplete') },
			]);
		},
	);

	it.each([
		['contacts', messenger === 'max' ? 10 : 1],
		['get-avatar', 10],
		['group-get', messenger === 'max' ? 10 : 1],
	])('%s is paced as GREEN-API documents it: %i a second', async (name, perSecond) => {
		const sign = name === 'group-get' ? '-' : '';
		// Runs of less than a minute give no hint.
		const count = 60 * perSecond + 1;
		const ids = Array.from({ length: count }, (_, index) => `${sign}${10_000_000 + index}`);
		const finished = await run(about(name, ids));
		expect(finished.hints(NODE_NAME).join(' ')).toContain(
			`allows ${perSecond} request${perSecond === 1 ? '' : 's'} a second for each instance: ${count} requests take about 1 minute.`,
		);
	});

	it('no phone number is looked up any more once the messenger’s limit on contacts is met', async () => {
		parts.double.script(faults.messengerLimit, { method: 'getContactInfo', times: Infinity });
		const numbers = Array.from({ length: 20 }, (_, index) => `+7 900 123-45-${index + 10}`);
		// A second from one request to the next: the answer has to be there before the second.
		const options = { requestsPerSecond: 0.001 };
		const file = onError(
			about('contacts', [person, ...numbers], { options }),
			'continueRegularOutput',
		);
		const items = await json(file);
		for (const item of items) expect(item.error).toContain('no more requests of this kind');
		expect(asked('getContactInfo')).toHaveLength(1);
		expect(asked('checkAccount').length).toBeLessThanOrEqual(1);
	});

	it('products are absent: splitting them is refused, and there are none to count', async () => {
		const finished = await run(about('contacts', [person], { splitProducts: true }));
		expect(finished.error?.message).toMatch(/contacts have no products/);
		const [contact] = await json(about('contacts', [person], simplified));
		expect(contact).toMatchObject({ productCount: 0, isBusiness: null, category: null });
		expect(asked('getContactInfo')).toHaveLength(1);
	});

	it.each(['upsert', 'delete'])('%s is not there, and nothing is sent', async (name) => {
		const file = withInput(testWorkflow(name), [{ chatId: person, firstName: 'Ann' }]);
		const finished = await run(file);
		expect(finished.error?.message).toMatch(/^(Telegram|MAX) has no "/);
		expect(parts.double.requests).toEqual([]);
	});

	it('"Only Chats" takes ids, and says what to do about phone numbers', async () => {
		const file = withParameters(
			readWorkflow('examples/who-just-wrote.json'),
			{ options: { onlyChats: [PHONE] } },
			triggerOf(readWorkflow('examples/who-just-wrote.json')),
		);
		const { apiUrl, idInstance, apiTokenInstance } = parts.double;
		const credentials = { greenApi: { apiUrl, idInstance, apiTokenInstance, messenger } };
		const activation = parts.engine.activate(file, { credentials });
		await expect(activation.then(async ({ close }) => await close())).rejects.toThrow(
			/takes chat IDs/,
		);
	});
});

describe('Telegram usernames', () => {
	const { parts, json, run, asked } = useMessenger('telegram');

	it('are looked up through checkAccount', async () => {
		const [contact] = await json(about('contacts', ['@ivan_petrov']));
		expect(contact?.chatId).toBe(chatIdOfUsername('@ivan_petrov'));
		expect(asked('checkAccount')).toEqual([{ username: '@ivan_petrov' }]);
		expect((await run(about('contacts', ['@nobody_here']))).error?.message).toContain('has nobody');
	});

	it('a list whose entries are of another messenger says so', async () => {
		parts.double.addressBook.setList([{ type: 'user' }]);
		parts.double.addressBook.setChats([]);
		const finished = await run(testWorkflow('get-many'));
		expect(finished.hints(NODE_NAME).join()).toContain('Check that "Messenger"');
	});
});

describe('MAX', () => {
	const { parts, run, greenApi, asked } = useMessenger('max');

	it.each(['', '/', '/v3', '/v3/'])('works with an API URL that ends in "%s"', async (ending) => {
		const values = greenApi();
		const credentials = { greenApi: { ...values, apiUrl: `${values.apiUrl}${ending}` } };
		const finished = await parts.engine.run(about('contacts', ['10000000']), { credentials });
		expect(finished.json(NODE_NAME)).toMatchObject([{ chatId: '10000000' }]);
	});

	it('refuses phone numbers that it can’t be asked about before anything is sent', async () => {
		const finished = await run(about('contacts', ['+972 50 123 4567']));
		expect(finished.error?.description).toContain('+7 and +375');
		expect(parts.double.requests).toEqual([]);
	});

	it('the limit of checkAccount leaves ids alone', async () => {
		parts.double.script(faults.messengerLimit, { method: 'checkAccount', times: Infinity });
		const file = about('contacts', [PHONE, '10000000']);
		const finished = await run(onError(file, 'continueRegularOutput'));
		const items = finished.json(NODE_NAME);
		expect(items[0]?.error).toContain('no more requests of this kind');
		expect(items[1]).toMatchObject({ chatId: '10000000' });
		expect(asked('getContactInfo')).toEqual([{ chatId: '10000000' }]);
	});
});
