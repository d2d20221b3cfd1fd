import type { INode } from 'n8n-workflow';
import { FORBIDDEN_WORDS } from '../assertions/words';
import {
	NODE_NAME,
	onError,
	testWorkflow,
	triggerOf,
	withInput,
	withParameters,
} from '../engine/workflowFiles';
import { faults } from '../green-api-double/faults';
import { SEED_CHAT_ID, useNode } from './setup';

describe('when something goes wrong', () => {
	const { parts, run, requested } = useNode();

	describe('with what the user entered', () => {
		it.each([
			['missing', { other: 1 }, 'missing'],
			['null', { chatId: null }, 'missing'],
			['empty', { chatId: '' }, 'empty'],
			['spaces', { chatId: '   ' }, 'empty'],
			['an object', { chatId: { id: 1 } }, 'is an object'],
			['an array', { chatId: ['71234567890'] }, 'is a list'],
			['a boolean', { chatId: true }, 'is a boolean'],
			['too short', { chatId: '12345' }, 'too short'],
			['letters', { chatId: 'Ivan' }, 'has letters'],
			['the status feed', { chatId: 'status@broadcast' }, 'status feed'],
			['a channel', { chatId: '120363144038483540@newsletter' }, 'channel'],
			['an emoji', { chatId: '🙂' }, 'characters'],
			['100,000 characters', { chatId: 'x'.repeat(100_000) }, 'is longer than a phone number'],
		])('%s: says so, names the item, and nothing is sent', async (_what, json, words) => {
			const input = [{ chatId: SEED_CHAT_ID }, json];
			const finished = await run(withInput(testWorkflow('contacts'), input));

			expect(finished.status).toBe('error');
			expect(finished.error).toMatchObject({ name: 'NodeOperationError' });
			expect(finished.error?.message).toContain(words);
			expect(finished.error?.message).toContain('[Item 1]');
			expect(finished.error?.message.length).toBeLessThan(200);
			expect(finished.error?.description).toBeTruthy();
			expect(finished.error?.message).not.toMatch(FORBIDDEN_WORDS);
			expect(finished.error?.context).toMatchObject({ itemIndex: 1 });
			expect(parts.double.requests).toHaveLength(0);
		});

		const MEANINGLESS: Array<[string, INode['parameters']]> = [
			['Output', { output: '={{ "everything" }}' }],
			['Fields', { output: 'selectedFields', fields: '={{ null }}' }],
			['Fields', { output: 'selectedFields', fields: '={{ [1] }}' }],
			['Split Products Into Items', { splitProducts: '={{ "maybe" }}' }],
			['Contacts Without Products', { options: { contactsWithoutProducts: 'hide' } }],
			['Add Fingerprint', { options: { addFingerprint: 'yes' } }],
			['Group Chats', { options: { groupChats: 'ask' } }],
			['Include Input Fields', { options: { includeInputFields: 'yes' } }],
			['Download Avatar', { options: { downloadAvatar: 1 } }],
			['Put Output File in Field', { options: { avatarBinaryField: true } }],
			['Output Field Name', { options: { outputFieldName: '={{ NaN }}' } }],
			['Output Field Name', { options: { outputFieldName: ['found'] } }],
			['Output Field Name', { options: { outputFieldName: 'error' } }],
			['Timeout (Ms)', { options: { timeout: 0 } }],
			['Timeout (Ms)', { options: { timeout: 'soon' } }],
			['Timeout (Ms)', { options: { timeout: true } }],
			['Max Retries', { options: { maxRetries: -1 } }],
			['Max Retries', { options: { maxRetries: '={{ "often" }}' } }],
			['Requests per Second', { options: { requestsPerSecond: -0.5 } }],
			['Requests per Second', { options: { requestsPerSecond: '={{ "" }}' } }],
			['Cache Results For (Seconds)', { options: { cacheSeconds: '={{ Infinity }}' } }],
			['Cache Results For (Seconds)', { options: { cacheSeconds: [60] } }],
		];

		it.each(MEANINGLESS)('"%s" that can’t be meant is told (%j)', async (name, parameters) => {
			const file = withParameters(testWorkflow('contacts'), parameters);
			const stopped = await run(file);
			const continued = await run(onError(file, 'continueRegularOutput'));
			const parted = await run(onError(file, 'continueErrorOutput'));

			const says = (message: unknown) => {
				expect(message).toMatch(/ \[Item 0\]$/);
				expect(message).toContain(`"${name}" `);
			};
			expect(stopped.error?.name).toBe('NodeOperationError');
			says(stopped.error?.message);
			expect(continued.json(NODE_NAME)[0]?.chatId).toBe(SEED_CHAT_ID);
			says(continued.json(NODE_NAME)[0]?.error);
			expect(parted.json(NODE_NAME, 1)[0]?.chatId).toBe(SEED_CHAT_ID);
			says(parted.json(NODE_NAME, 1)[0]?.error);
			expect(parts.double.requests).toHaveLength(0);
		});

		it.each([
			['text for a switch', { splitProducts: '={{ "false" }}' }, { chatId: SEED_CHAT_ID }],
			[
				'names with commas',
				{ output: 'selectedFields', fields: '={{ "name, category" }}' },
				{ chatId: SEED_CHAT_ID, name: 'Dealer', category: 'Automotive Dealership' },
			],
			['text for a number', { options: { timeout: '5000' } }, { chatId: SEED_CHAT_ID }],
			[
				'text for amounts',
				{ options: { maxRetries: '2', requestsPerSecond: ' 0.5 ', cacheSeconds: '60' } },
				{ chatId: SEED_CHAT_ID },
			],
			[
				'a number for text',
				{ options: { outputFieldName: '={{ 2024 }}' } },
				{ 2024: { chatId: SEED_CHAT_ID } },
			],
			['more than a timer can', { options: { timeout: 1e12 } }, { chatId: SEED_CHAT_ID }],
			['a fraction', { options: { timeout: 5000.5 } }, { chatId: SEED_CHAT_ID }],
		])('what an expression gives is taken as it is meant (%s)', async (_what, given, expected) => {
			const finished = await run(withParameters(testWorkflow('contacts'), given));
			expect(finished.json(NODE_NAME)[0]).toMatchObject(expected);
		});

		it.each<[string, INode['parameters']]>([
			['a setting that can’t be meant', { options: { timeout: 'soon' } }],
			['an expression', { options: { timeout: "={{ $('No Such Node').item.json.timeout }}" } }],
		])('%s leaves the item its contact, in normal form', async (_what, parameters) => {
			const input = [{ chatId: ' +7 (912) 123-45-67 ' }, { chatId: '12' }];
			const file = withParameters(withInput(testWorkflow('contacts'), input), parameters);
			const finished = await run(onError(file, 'continueRegularOutput'));
			expect(finished.json(NODE_NAME).map(({ chatId }) => chatId)).toEqual([
				'79121234567@c.us',
				'12',
			]);
		});

		it('a list in place of a contact is copied into the failed item, not shared', async () => {
			const list = ['71234567890', { id: 1 }];
			const file = onError(testWorkflow('contacts'), 'continueRegularOutput');
			const finished = await run(withInput(file, [{ chatId: list }]));
			const [input] = finished.json(triggerOf(file));

			expect(finished.json(NODE_NAME)[0]?.chatId).toEqual(list);
			expect(finished.json(NODE_NAME)[0]?.chatId).not.toBe(input?.chatId);
		});

		it('an option whose expression can’t be resolved leaves the item its contact', async () => {
			const file = withParameters(testWorkflow('contacts'), {
				options: { timeout: "={{ $('No Such Node').item.json.timeout }}" },
			});
			const finished = await run(onError(file, 'continueRegularOutput'));
			expect(finished.json(NODE_NAME)[0]).toEqual({
				chatId: SEED_CHAT_ID,
				error: expect.stringContaining('[Item 0]'),
			});
		});

		it('an expression that can’t be resolved is an error of its item', async () => {
			const file = withParameters(testWorkflow('contacts'), {
				chatId: "={{ $('No Such Node').item.json.chatId }}",
			});
			const finished = await run(onError(file, 'continueRegularOutput'));
			expect(finished.json(NODE_NAME)[0]?.error).toContain('[Item 0]');
			expect(parts.double.requests).toHaveLength(0);
		});
	});

	describe('"On Error" is to stop', () => {
		it('the first bad item is told, with its index, before anything is sent', async () => {
			const finished = await run(testWorkflow('bad-inputs'));
			expect(finished.error?.message).toBe(
				'"abc" has letters in it and is no chat ID or phone number [Item 1]',
			);
			expect(parts.double.requests).toHaveLength(0);
		});

		it('the first lookup that fails ends the batch', async () => {
			parts.double.script(faults.validationFailed, { chatId: '79001234567@c.us' });
			// A second from one request to the next: the answer has to be there before the third.
			const paced = { options: { requestsPerSecond: 0.001 } };
			const finished = await run(withParameters(testWorkflow('contacts'), paced));

			expect(finished.error).toMatchObject({
				name: 'NodeApiError',
				message: 'GREEN-API does not accept this chat ID [Item 1]',
				httpCode: '400',
				context: { itemIndex: 1 },
			});
			expect(requested()).toEqual([SEED_CHAT_ID, '79001234567@c.us']);
		});
	});

	describe('"On Error" is to continue', () => {
		const continued = (name: string) => onError(testWorkflow(name), 'continueRegularOutput');

		it('bad items carry their message, in place, and the others are unharmed', async () => {
			const finished = await run(continued('bad-inputs'));
			const [first, second, third, fourth] = finished.json(NODE_NAME);

			expect(first).toMatchObject({ chatId: SEED_CHAT_ID, name: 'Dealer' });
			expect(second).toEqual({ chatId: 'abc', error: expect.stringContaining('[Item 1]') });
			expect(third).toMatchObject({ chatId: '79001234567@c.us' });
			expect(third).not.toHaveProperty('error');
			expect(fourth).toEqual({
				chatId: 'status@broadcast',
				error: expect.stringContaining('[Item 3]'),
			});
			expect(finished.items(NODE_NAME).map(({ pairedItem }) => pairedItem)).toEqual(
				[0, 1, 2, 3].map((item) => ({ item })),
			);
		});

		/** Where there are as many items as before, n8n pairs what a node leaves unpaired. */
		it('bad items are paired with their input also where others make several items', async () => {
			const file = withParameters(continued('bad-inputs'), { splitProducts: true });
			const finished = await run(file);
			expect(finished.items(NODE_NAME).map(({ pairedItem }) => pairedItem)).toEqual(
				[0, 0, 1, 2, 2, 2, 3].map((item) => ({ item })),
			);
		});

		it('the older "Continue On Fail" of saved workflows does the same', async () => {
			const file = testWorkflow('bad-inputs');
			const nodes = file.nodes.map((node) => ({ ...node, continueOnFail: true }));
			const finished = await run({ ...file, nodes });
			expect(finished.json(NODE_NAME).map(({ error }) => typeof error)).toEqual([
				'undefined',
				'string',
				'undefined',
				'string',
			]);
		});

		it('a missing contact is an item with chatId null', async () => {
			const finished = await run(withInput(continued('contacts'), [{}]));
			expect(finished.json(NODE_NAME)).toEqual([
				{ chatId: null, error: expect.stringContaining('missing') },
			]);
		});

		it('a failed lookup carries the normal form of its chat id', async () => {
			parts.double.script(faults.validationFailed);
			const finished = await run(withInput(continued('contacts'), [{ chatId: '+7 123 4567890' }]));
			expect(finished.json(NODE_NAME)).toEqual([
				{ chatId: SEED_CHAT_ID, error: 'GREEN-API does not accept this chat ID [Item 0]' },
			]);
		});

		it('the input’s fields come along on failed items too, when they are wanted', async () => {
			const file = withParameters(continued('contacts'), {
				options: { includeInputFields: true },
			});
			const binary = { invoice: { data: 'aW52', mimeType: 'text/plain' } };
			const item = { json: { id: 7, chatId: 'abc', error: 'of before' }, binary };
			const finished = await run({ ...file, pinData: { [triggerOf(file)]: [item] } });
			expect(finished.json(NODE_NAME)).toEqual([
				{ id: 7, chatId: 'abc', error: expect.stringContaining('[Item 0]') },
			]);
			expect(finished.items(NODE_NAME)[0]?.binary).toMatchObject(binary);
		});
	});

	describe('"On Error" is to use the error output', () => {
		it('bad items leave by it with their input’s fields, good ones by the first', async () => {
			const file = onError(testWorkflow('bad-inputs'), 'continueErrorOutput');
			const input = [
				{ id: 1, chatId: SEED_CHAT_ID },
				{ id: 2, chatId: 'abc' },
			];
			const finished = await run(withInput(file, input));

			expect(finished.json(NODE_NAME)).toEqual([expect.objectContaining({ name: 'Dealer' })]);
			expect(finished.json(NODE_NAME, 1)).toEqual([
				{ id: 2, chatId: 'abc', error: expect.stringContaining('[Item 1]') },
			]);
		});
	});

	it('wrong credentials are told by what is wrong in them', async () => {
		const wrongToken = await run(testWorkflow('contacts'), { apiTokenInstance: 'fakeAndWrong' });
		const wrongId = await run(testWorkflow('contacts'), { idInstance: '999' });
		expect(wrongToken.error).toMatchObject({
			message: 'GREEN-API does not accept the API Token [Item 0]',
			httpCode: '401',
		});
		expect(wrongId.error).toMatchObject({
			message: 'GREEN-API does not know this Instance ID at this API URL [Item 0]',
			httpCode: '403',
		});
	});

	it('a credential that won’t do is refused before anything is sent', async () => {
		const finished = await run(testWorkflow('contacts'), { apiTokenInstance: 'no/token' });
		expect(finished.error?.message).toContain('The API Token of the GREEN-API credential');
		expect(finished.error?.description).toContain('apiTokenInstance');
		expect(parts.double.requests).toHaveLength(0);
	});

	it('an answer that takes longer than the timeout is told', async () => {
		parts.double.script({ kind: 'hang' });
		const file = withParameters(withInput(testWorkflow('contacts'), [{ chatId: SEED_CHAT_ID }]), {
			options: { timeout: 50, maxRetries: 0 },
		});
		const finished = await run(file);
		expect(finished.error?.message).toBe('GREEN-API did not answer in time [Item 0]');
	});

	it('a server that is not there is told, with the number of tries', async () => {
		const one = withInput(testWorkflow('contacts'), [{ chatId: SEED_CHAT_ID }]);
		const finished = await run(one, { apiUrl: 'http://127.0.0.1:1' });
		expect(finished.error).toMatchObject({
			message: 'GREEN-API could not be reached (tried 5 times) [Item 0]',
		});
	});

	it('a redirect is not followed, and told', async () => {
		parts.double.script(faults.redirectTo('http://127.0.0.1:1'));
		const finished = await run(testWorkflow('contacts'));
		expect(finished.error?.message).toContain('leads to another address');
		expect(parts.double.requests).toHaveLength(1);
	});

	it('a credential that is not there is told, once for all items', async () => {
		const file = onError(testWorkflow('contacts'), 'continueRegularOutput');
		const finished = await parts.engine.run(file, { credentials: {} });
		expect(finished.json(NODE_NAME).map(({ error }) => error)).toEqual(
			[0, 1, 2].map((item) => `n8n did not send the request to GREEN-API [Item ${item}]`),
		);
	});
});
