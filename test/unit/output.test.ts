import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';
import {
	type ContactShape,
	shapeContact as shapeFor,
} from '@package/nodes/GreenApi/contact/getContactInfo/output';
import { placeFields } from '@package/nodes/GreenApi/items';
import { messengerNamed } from '@package/nodes/shared/green-api/messengers';
import { deepFreeze, expectNothingShared, without } from '../assertions/objectGraph';

const CHAT_ID = '71234567890@c.us';

const shapeContact = (answer: IDataObject | null, chatId: string, shape: ContactShape) =>
	shapeFor(answer, chatId, shape, messengerNamed('whatsapp'));

const RAW: ContactShape = {
	output: 'raw',
	fields: [],
	splitProducts: false,
	contactsWithoutProducts: 'keep',
	addFingerprint: false,
};
const SIMPLIFIED: ContactShape = { ...RAW, output: 'simplified' };
const SPLIT: ContactShape = { ...RAW, splitProducts: true };

function selected(...fields: string[]): ContactShape {
	return { ...RAW, output: 'selectedFields', fields };
}

/** As in GREEN-API's documentation, shortened. */
const DEALER = deepFreeze({
	avatar: 'https://pps.whatsapp.net/v/fake.jpg?oh=01_fake',
	name: 'Dealer',
	contactName: 'Dealer from the book',
	email: '24service@tt.tt',
	category: 'Automotive Dealership',
	description: 'Official service',
	products: [
		{
			id: '42079728159',
			imageUrls: { requested: 'https://mmg.example/s', original: 'https://mmg.example/o' },
			reviewStatus: { whatsapp: 'APPROVED' },
			availability: 'in stock',
			name: 'Replacement',
			description: 'From 1000 RUB',
			price: null,
			isHidden: false,
		},
		{ id: '3545870328871389', name: 'Technical maintenance', price: null, isHidden: false },
	],
	chatId: CHAT_ID,
	lastSeen: null,
	isArchive: false,
	isDisappearing: false,
	isMute: false,
	messageExpiration: 0,
	muteExpiration: null,
	isBusiness: true,
});

const jsonObject = fc
	.dictionary(
		fc.string().filter((key) => key !== '__proto__'),
		fc.jsonValue(),
	)
	.map((value) => JSON.parse(JSON.stringify(value)) as IDataObject);

const contact = fc
	.tuple(
		jsonObject,
		fc.record(
			{
				chatId: fc.constantFrom(CHAT_ID, '123456789012345@lid'),
				name: fc.option(fc.string()),
				avatar: fc.option(fc.string()),
				isBusiness: fc.boolean(),
				products: fc.option(fc.array(jsonObject, { maxLength: 5 })),
			},
			{ requiredKeys: [] },
		),
	)
	.map(([unknown, known]): IDataObject => ({ ...unknown, ...known }) as IDataObject);

const shape: fc.Arbitrary<ContactShape> = fc.record({
	output: fc.constantFrom('raw', 'simplified', 'selectedFields'),
	fields: fc.subarray(['name', 'avatar', 'products', 'chatId', 'lastSeen']),
	splitProducts: fc.boolean(),
	contactsWithoutProducts: fc.constantFrom('keep', 'drop'),
	addFingerprint: fc.boolean(),
});

function countProducts({ products }: IDataObject): number {
	return Array.isArray(products) ? products.length : 0;
}

describe('"Raw"', () => {
	it('is byte for byte what GREEN-API sent, unknown fields too', () => {
		fc.assert(
			fc.property(contact, (answer) => {
				const sent = JSON.stringify(answer);
				const items = shapeContact(deepFreeze(answer), CHAT_ID, RAW);
				expect(items.map((item) => JSON.stringify(item))).toEqual([sent]);
			}),
		);
	});

	it('does not take the chat id that was asked for in place of the one that came', () => {
		const answer = { chatId: '123456789012345@lid', name: 'Ivan' };
		expect(shapeContact(answer, CHAT_ID, RAW)).toEqual([
			{ chatId: '123456789012345@lid', name: 'Ivan' },
		]);
	});

	it('is the chat id where GREEN-API knows nothing of the person', () => {
		expect(shapeContact(null, CHAT_ID, RAW)).toEqual([{ chatId: CHAT_ID }]);
	});
});

describe('"Simplified"', () => {
	it('is the ten most used fields in their order', () => {
		const [item] = shapeContact(DEALER, CHAT_ID, SIMPLIFIED);
		expect(Object.entries(item ?? {})).toEqual([
			['chatId', CHAT_ID],
			['phoneNumber', '71234567890'],
			['name', 'Dealer'],
			['contactName', 'Dealer from the book'],
			['isBusiness', true],
			['category', 'Automotive Dealership'],
			['description', 'Official service'],
			['email', '24service@tt.tt'],
			['avatar', 'https://pps.whatsapp.net/v/fake.jpg?oh=01_fake'],
			['productCount', 2],
		]);
	});

	it('has null for what is missing, never undefined, and the same fields always', () => {
		const names = Object.keys(shapeContact(DEALER, CHAT_ID, SIMPLIFIED)[0] ?? {});
		fc.assert(
			fc.property(fc.option(contact), (answer) => {
				const [item = {}] = shapeContact(answer, CHAT_ID, SIMPLIFIED);
				expect(Object.keys(item)).toEqual(names);
				expect(Object.values(item)).not.toContain(undefined);
			}),
		);
	});

	it('has the chat id that was asked for where none came', () => {
		for (const answer of [null, {}, { chatId: null }]) {
			expect(shapeContact(answer, CHAT_ID, SIMPLIFIED)).toEqual([
				expect.objectContaining({ chatId: CHAT_ID, phoneNumber: '71234567890', name: null }),
			]);
		}
	});

	it('has no phone number for a privacy id', () => {
		const answer = { chatId: '123456789012345@lid' };
		expect(shapeContact(answer, answer.chatId, SIMPLIFIED)).toEqual([
			expect.objectContaining({ chatId: '123456789012345@lid', phoneNumber: null }),
		]);
	});

	it('has the phone number that was asked for where the answer comes under a privacy id', () => {
		const answer = { chatId: '123456789012345@lid' };
		expect(shapeContact(answer, CHAT_ID, SIMPLIFIED)).toEqual([
			expect.objectContaining({ chatId: '123456789012345@lid', phoneNumber: '71234567890' }),
		]);
	});

	it.each([
		['absent', {}],
		['null', { products: null }],
		['empty', { products: [] }],
	])('counts 0 products where they are %s', (_what, answer) => {
		expect(shapeContact(answer, CHAT_ID, SIMPLIFIED)).toEqual([
			expect.objectContaining({ productCount: 0 }),
		]);
	});

	it('keeps what is empty or false as it is', () => {
		const answer = { chatId: CHAT_ID, name: '', isBusiness: false };
		expect(shapeContact(answer, CHAT_ID, SIMPLIFIED)).toEqual([
			expect.objectContaining({ name: '', isBusiness: false }),
		]);
	});
});

describe('"Selected Fields"', () => {
	it('has the chat id and the chosen fields', () => {
		expect(shapeContact(DEALER, CHAT_ID, selected('email', 'isMute'))).toEqual([
			{ chatId: CHAT_ID, email: '24service@tt.tt', isMute: false },
		]);
	});

	it('has the chat id once, in front, whether chosen or not', () => {
		for (const fields of [[], ['chatId'], ['name', 'chatId']]) {
			const [item = {}] = shapeContact(DEALER, CHAT_ID, selected(...fields));
			expect(Object.keys(item)[0]).toBe('chatId');
			expect(item.chatId).toBe(CHAT_ID);
		}
	});

	it('has null for what is missing', () => {
		expect(shapeContact({}, CHAT_ID, selected('name', 'products'))).toEqual([
			{ chatId: CHAT_ID, name: null, products: null },
		]);
		expect(shapeContact(null, CHAT_ID, selected('name'))).toEqual([
			{ chatId: CHAT_ID, name: null },
		]);
	});

	it('takes no name that every object has for a field', () => {
		expect(shapeContact({}, CHAT_ID, selected('constructor', 'toString'))).toEqual([
			{ chatId: CHAT_ID, constructor: null, toString: null },
		]);
	});

	it('keeps products whole', () => {
		expect(shapeContact(DEALER, CHAT_ID, selected('products'))).toEqual([
			{ chatId: CHAT_ID, products: DEALER.products },
		]);
	});
});

describe('"Split Products Into Items"', () => {
	it('gives one item for each product, as sent, with the contact’s other fields', () => {
		const rest = without(DEALER, 'products');
		expect(shapeContact(DEALER, CHAT_ID, SPLIT)).toEqual(
			DEALER.products.map((product) => ({ ...rest, product })),
		);
	});

	it.each<[string, ContactShape]>([
		['simplified', { ...SIMPLIFIED, splitProducts: true }],
		['selected', { ...selected('name', 'products'), splitProducts: true }],
	])('has the %s fields beside the product', (_what, wanted) => {
		const [contactAlone = {}] = shapeContact(DEALER, CHAT_ID, { ...wanted, splitProducts: false });
		const rest = without(contactAlone, 'products');
		expect(shapeContact(DEALER, CHAT_ID, wanted)).toEqual(
			DEALER.products.map((product) => ({ ...rest, product })),
		);
	});

	it('gives as many items as there are products, in their order, and nothing shared', () => {
		fc.assert(
			fc.property(contact, shape, (answer, wanted) => {
				const sent = JSON.stringify(answer);
				const items = shapeContact(deepFreeze(answer), CHAT_ID, { ...wanted, splitProducts: true });
				const count = countProducts(answer);
				const without = wanted.contactsWithoutProducts === 'drop' ? 0 : 1;

				expect(items).toHaveLength(count === 0 ? without : count);
				expect(items.every((item) => 'product' in item && !('products' in item))).toBe(true);
				if (count > 0) expect(items.map(({ product }) => product)).toEqual(answer.products);
				expectNothingShared(items);
				expect(JSON.stringify(answer)).toBe(sent);
			}),
		);
	});

	it('keeps every other field byte for byte', () => {
		fc.assert(
			fc.property(contact, (answer) => {
				const rest = without(answer, 'products', 'product');
				for (const item of shapeContact(answer, CHAT_ID, SPLIT)) {
					expect(JSON.stringify(without(item, 'product'))).toBe(JSON.stringify(rest));
				}
			}),
		);
	});

	it.each([
		['absent', {}],
		['null', { products: null }],
		['empty', { products: [] }],
	])('keeps or drops a contact whose products are %s', (_what, products) => {
		const answer = { chatId: CHAT_ID, name: 'Ivan', ...products };
		expect(shapeContact(answer, CHAT_ID, SPLIT)).toEqual([
			{ chatId: CHAT_ID, name: 'Ivan', product: null },
		]);
		expect(shapeContact(answer, CHAT_ID, { ...SPLIT, contactsWithoutProducts: 'drop' })).toEqual(
			[],
		);
	});

	it('keeps or drops a person whom GREEN-API does not know', () => {
		expect(shapeContact(null, CHAT_ID, SPLIT)).toEqual([{ chatId: CHAT_ID, product: null }]);
		expect(shapeContact(null, CHAT_ID, { ...SPLIT, contactsWithoutProducts: 'drop' })).toEqual([]);
	});

	it('gives ten thousand items for ten thousand products', () => {
		const products = Array.from({ length: 10_000 }, (_, index) => ({
			id: String(index),
			imageUrls: { requested: 'https://mmg.example/s' },
		}));
		const items = shapeContact({ chatId: CHAT_ID, tags: ['a'], products }, CHAT_ID, SPLIT);
		expect(items).toHaveLength(10_000);
		expect(items[9_999]).toEqual({ chatId: CHAT_ID, tags: ['a'], product: products[9_999] });
		expect(new Set(items.map(({ tags }) => tags)).size).toBe(10_000);
	});

	it('is what the choice for contacts without products waits for', () => {
		const drop: ContactShape = { ...RAW, contactsWithoutProducts: 'drop' };
		expect(shapeContact({ chatId: CHAT_ID }, CHAT_ID, drop)).toEqual([{ chatId: CHAT_ID }]);
	});
});

describe('whatever the fields ask for', () => {
	it('what came in is never changed', () => {
		fc.assert(
			fc.property(contact, shape, (answer, wanted) => {
				const sent = JSON.stringify(answer);
				shapeContact(deepFreeze(answer), CHAT_ID, wanted);
				expect(JSON.stringify(answer)).toBe(sent);
			}),
		);
	});
});

describe('where the contact goes', () => {
	const found = deepFreeze({ chatId: CHAT_ID, name: 'Dealer' });
	const input = deepFreeze({ id: 7, name: 'from the sheet', tags: ['a', { b: 1 }] });

	it('stands alone at the top level', () => {
		const placement = { includeInputFields: false, outputFieldName: '' };
		expect(placeFields(found, input, placement)).toEqual(found);
	});

	it('wins over the input’s fields', () => {
		const placement = { includeInputFields: true, outputFieldName: '' };
		expect(placeFields(found, input, placement)).toEqual({
			id: 7,
			tags: ['a', { b: 1 }],
			chatId: CHAT_ID,
			name: 'Dealer',
		});
	});

	it('stands under its field, alone', () => {
		const placement = { includeInputFields: false, outputFieldName: 'contact' };
		expect(placeFields(found, input, placement)).toEqual({ contact: found });
	});

	it('stands under its field, beside the input’s fields', () => {
		const placement = { includeInputFields: true, outputFieldName: 'contact' };
		expect(placeFields(found, input, placement)).toEqual({ ...input, contact: found });
	});

	it('wins over an input field of the name of its field', () => {
		const placement = { includeInputFields: true, outputFieldName: 'name' };
		expect(placeFields(found, input, placement)).toMatchObject({ id: 7, name: found });
	});

	it('leaves the input as it was and shares nothing with it', () => {
		const placement = fc.record({
			includeInputFields: fc.boolean(),
			outputFieldName: fc.constantFrom('', 'contact', 'name'),
		});
		fc.assert(
			fc.property(contact, jsonObject, placement, (answer, fields, wanted) => {
				const before = JSON.stringify(fields);
				const placed = placeFields(answer, deepFreeze(fields), wanted);
				expect(JSON.stringify(fields)).toBe(before);
				expectNothingShared([placed, fields]);
			}),
		);
	});

	it('two items made from one input item share nothing', () => {
		const placement = { includeInputFields: true, outputFieldName: 'contact' };
		const items = shapeContact(DEALER, CHAT_ID, SPLIT).map((item) =>
			placeFields(item, input, placement),
		);
		expect(items).toHaveLength(2);
		expectNothingShared(items);
	});
});

describe('"Add Fingerprint"', () => {
	it.each([RAW, SIMPLIFIED, selected('name')])('adds one field to those of $output', (wanted) => {
		const [plain] = shapeContact(DEALER, CHAT_ID, wanted);
		const [item] = shapeContact(DEALER, CHAT_ID, { ...wanted, addFingerprint: true });
		expect(item).toEqual({
			...plain,
			fingerprint: expect.stringMatching(/^[\da-f]{32}$/) as string,
		});
	});

	it('is that of the whole contact on each of its products', () => {
		const [whole] = shapeContact(DEALER, CHAT_ID, { ...RAW, addFingerprint: true });
		const cards = shapeContact(DEALER, CHAT_ID, { ...SPLIT, addFingerprint: true });
		expect(cards.map(({ fingerprint }) => fingerprint)).toEqual([
			whole?.fingerprint,
			whole?.fingerprint,
		]);
	});
});
