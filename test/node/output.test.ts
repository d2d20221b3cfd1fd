import type { IDataObject } from 'n8n-workflow';
import { expectNothingShared } from '../assertions/objectGraph';
import {
	NODE_NAME,
	onError,
	testWorkflow,
	triggerOf,
	withInput,
	withParameters,
} from '../engine/workflowFiles';
import seedContact from '../green-api-double/seedContact.json';
import { SEED_CHAT_ID, useNode } from './setup';

describe('what comes out', () => {
	const { parts, run, output, requested } = useNode();

	describe('of a node as it stands when it is dropped after a source of chat ids', () => {
		it('is a contact for each item, in the order of the input, paired with it', async () => {
			const chatIds = ['79001234568@c.us', SEED_CHAT_ID, '79001234567@c.us'];
			const input = chatIds.map((chatId) => ({ chatId }));
			const finished = await run(withInput(testWorkflow('contacts'), input));

			expect(finished.json(NODE_NAME).map(({ chatId }) => chatId)).toEqual(chatIds);
			expect(finished.items(NODE_NAME).map(({ pairedItem }) => pairedItem)).toEqual([
				{ item: 0 },
				{ item: 1 },
				{ item: 2 },
			]);
		});

		/** Where there are as many items as before, n8n pairs what a node leaves unpaired. */
		it('is paired with its item also where one makes several items, and another none', async () => {
			const chatIds = ['79001234568@c.us', '120363043968066561@g.us', SEED_CHAT_ID];
			const input = chatIds.map((chatId) => ({ chatId }));
			const file = withParameters(withInput(testWorkflow('split-products'), input), {
				options: { groupChats: 'skip' },
			});
			const finished = await run(file);

			expect(finished.items(NODE_NAME).map(({ pairedItem }) => pairedItem)).toEqual([
				{ item: 0 },
				{ item: 2 },
				{ item: 2 },
			]);
		});

		it("is GREEN-API's example contact byte for byte, unknown fields too", async () => {
			const text = '{"chatId":"79005550001@c.us","newField":{"b":[1,null],"a":"ä"},"name":""}';
			parts.double.addressBook.set('79005550001@c.us', text);
			const input = [{ chatId: SEED_CHAT_ID }, { chatId: '79005550001@c.us' }];
			const [example, other] = await output(withInput(testWorkflow('contacts'), input));

			expect(JSON.stringify(example)).toBe(JSON.stringify(seedContact));
			expect(JSON.stringify(other)).toBe(text);
		});

		it('never changes the input, and no two items share an object', async () => {
			const input = [{ chatId: SEED_CHAT_ID }, { chatId: SEED_CHAT_ID }];
			const file = withParameters(withInput(testWorkflow('split-products'), input), {
				options: { includeInputFields: true },
			});
			const finished = await run(file);

			expect(finished.items(NODE_NAME)).toHaveLength(4);
			expectNothingShared(finished.items(NODE_NAME));
			expect(finished.json(triggerOf(file))).toEqual(input);
		});
	});

	describe('of a contact', () => {
		it.each([
			['a chat id', '71234567890@c.us'],
			["a webhook's own form", '71234567890@s.whatsapp.net'],
			['a phone number with punctuation', '+7 (123) 456-78-90'],
			['a phone number with 00', '0071234567890'],
			['spaces around', '  71234567890 '],
			['a number', 71234567890],
		])('given as %s is asked for in normal form', async (_what, chatId) => {
			await output(withInput(testWorkflow('spellings'), [{ chatId }]));
			expect(requested()).toEqual([SEED_CHAT_ID]);
		});

		it('given by a privacy id is asked for by it', async () => {
			await output(withInput(testWorkflow('spellings'), [{ chatId: '84567890123456@lid' }]));
			expect(requested()).toEqual(['84567890123456@lid']);
		});

		it.each([
			['chosen from the list', 'from-list'],
			['given as a plain string, as AI-made workflows do', 'plain-string'],
		])('%s comes out', async (_what, name) => {
			const [contact] = await output(testWorkflow(name));
			expect(contact).toEqual(seedContact);
		});

		it('that GREEN-API answers null for is its chat id', async () => {
			parts.double.addressBook.set(SEED_CHAT_ID, null);
			const input = [{ chatId: SEED_CHAT_ID }];
			expect(await output(withInput(testWorkflow('contacts'), input))).toEqual([
				{ chatId: SEED_CHAT_ID },
			]);
		});
	});

	it('is at most ten fields when simplified, missing ones null', async () => {
		parts.double.addressBook.set('84567890123456@lid', { chatId: '84567890123456@lid', name: 'L' });
		const [business, hidden] = await output(testWorkflow('simplified'));

		expect(Object.keys(business ?? {})).toEqual([
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
		]);
		expect(business).toMatchObject({ phoneNumber: '71234567890', productCount: 2 });
		expect(hidden).toEqual({
			chatId: '84567890123456@lid',
			phoneNumber: null,
			name: 'L',
			contactName: null,
			isBusiness: null,
			category: null,
			description: null,
			email: null,
			avatar: null,
			productCount: 0,
		});
	});

	it('is the selected fields with the chat id in front', async () => {
		expect(await output(testWorkflow('selected-fields'))).toEqual([
			{
				chatId: SEED_CHAT_ID,
				name: 'Dealer',
				category: 'Automotive Dealership',
				lastSeen: null,
			},
		]);
	});

	describe('when products are split', () => {
		it('is an item for each product, with the contact’s fields and the product as sent', async () => {
			const { products, ...contact } = seedContact;
			const items = await output(
				withInput(testWorkflow('split-products'), [{ chatId: SEED_CHAT_ID }]),
			);

			expect(items).toEqual(products.map((product) => ({ ...contact, product })));
			expect(items[1]?.product).not.toHaveProperty('description');
		});

		it.each([
			['keep', [{ chatId: '79005550002@c.us', product: null }]],
			['drop', []],
		])('keeps or drops a contact without products (%s)', async (choice, expected) => {
			parts.double.addressBook.set('79005550002@c.us', { chatId: '79005550002@c.us' });
			const file = withInput(testWorkflow('split-products'), [{ chatId: '79005550002@c.us' }]);
			const options = { contactsWithoutProducts: choice };
			expect(await output(withParameters(file, { options }))).toEqual(expected);
		});

		it('gives ten thousand items for ten thousand products', async () => {
			const products = Array.from({ length: 10_000 }, (_, id) => ({ id: String(id) }));
			parts.double.addressBook.set(SEED_CHAT_ID, { chatId: SEED_CHAT_ID, products });
			const items = await output(
				withInput(testWorkflow('split-products'), [{ chatId: SEED_CHAT_ID }]),
			);
			expect(items.map(({ product }) => product)).toEqual(products);
		});
	});

	describe('of groups', () => {
		const groups = ['120363043968066561@g.us', '79001234567-1581234048@g.us'];

		it('is the chat id only, and costs no request', async () => {
			const items = await output(testWorkflow('groups'));
			expect(items.slice(1)).toEqual(groups.map((chatId) => ({ chatId, isGroup: true })));
			expect(requested()).toEqual([SEED_CHAT_ID]);
		});

		it("is the group's data when that is wanted, and costs no getContactInfo", async () => {
			const items = await output(
				withParameters(testWorkflow('groups'), { options: { groupChats: 'groupData' } }),
			);
			expect(items.slice(1)).toEqual(
				groups.map((chatId) => ({
					chatId,
					isGroup: true,
					group: expect.objectContaining({ groupId: chatId, participants: expect.any(Array) }),
				})),
			);
			expect(requested()).toEqual([SEED_CHAT_ID]);
		});

		it('is null in place of the group’s data where GREEN-API has none', async () => {
			parts.double.addressBook.set(groups[0] ?? '', null);
			const items = await output(
				withParameters(testWorkflow('groups'), { options: { groupChats: 'groupData' } }),
			);
			expect(items[1]).toEqual({ chatId: groups[0], isGroup: true, group: null });
		});

		it('is nothing when they are skipped', async () => {
			const items = await output(
				withParameters(testWorkflow('groups'), { options: { groupChats: 'skip' } }),
			);
			expect(items.map(({ chatId }) => chatId)).toEqual([SEED_CHAT_ID]);
		});

		it('is an error of their item when they are refused, before anything is sent', async () => {
			const finished = await run(
				withParameters(testWorkflow('groups'), { options: { groupChats: 'error' } }),
			);
			expect(finished.error?.message).toContain('[Item 1]');
			expect(parts.double.requests).toHaveLength(0);
		});
	});

	it('has the input’s fields too when they are wanted, the contact’s winning', async () => {
		const [item] = await output(testWorkflow('input-fields'));
		expect(item).toEqual({ ...seedContact, id: 7, tags: { vip: true } });
	});

	describe('with the input’s fields', () => {
		const included = (json: object) =>
			withParameters(withInput(testWorkflow('contacts'), [json as IDataObject]), {
				options: { includeInputFields: true },
			});

		it.each(['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'] as const)(
			'leaves the input’s own "error" behind, so that n8n takes no found contact for a failed one (On Error: %s)',
			async (setting) => {
				const input = { chatId: SEED_CHAT_ID, id: 7, error: 'of the step before' };
				const finished = await run(onError(included(input), setting));
				expect(finished.json(NODE_NAME)).toEqual([{ ...seedContact, id: 7 }]);
				expect(finished.json(NODE_NAME, 1)).toEqual([]);
			},
		);

		it('has the input’s binary data too, copied', async () => {
			const file = included({});
			const item = {
				json: { chatId: SEED_CHAT_ID },
				binary: { invoice: { data: 'aW52', mimeType: 'text/plain', fileName: 'a.txt' } },
			};
			const split = withParameters(file, { splitProducts: true });
			const finished = await run({ ...split, pinData: { [triggerOf(file)]: [item] } });
			expect(finished.items(NODE_NAME)).toHaveLength(2);
			for (const { binary } of finished.items(NODE_NAME)) {
				expect(binary?.invoice).toMatchObject({ data: 'aW52', fileName: 'a.txt' });
			}
			expectNothingShared([...finished.items(NODE_NAME), ...finished.items(triggerOf(file))]);
		});

		it('has no binary data of the input’s where its fields are not wanted', async () => {
			const file = testWorkflow('contacts');
			const item = {
				json: { chatId: SEED_CHAT_ID },
				binary: { invoice: { data: 'aW52', mimeType: 'text/plain' } },
			};
			const finished = await run({ ...file, pinData: { [triggerOf(file)]: [item] } });
			expect(finished.items(NODE_NAME)[0]).not.toHaveProperty('binary');
		});
	});

	it('sits under a field of its own when one is named', async () => {
		expect(await output(testWorkflow('output-field'))).toEqual([
			{ id: 7, chatId: SEED_CHAT_ID, whatsapp: seedContact },
		]);
	});

	it('follows fields and options that are expressions, item by item', async () => {
		const [first, second] = await output(testWorkflow('per-item-options'));
		expect(first).toEqual({ a: expect.objectContaining({ phoneNumber: '71234567890' }) });
		expect(second).toEqual({ b: seedContact });
	});

	it('is 2,000 items for 2,000 contacts in one execution', async () => {
		const chatIds = Array.from({ length: 2000 }, (_, index) => `${79000000000 + index}@c.us`);
		const items = await output(
			withInput(
				testWorkflow('contacts'),
				chatIds.map((chatId) => ({ chatId })),
			),
		);
		expect(items.map(({ chatId }) => chatId)).toEqual(chatIds);
	});
});
