import fc from 'fast-check';
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { addBinary, copyOf, foundItem, placeFields } from '@package/nodes/GreenApi/items';
import { deepFreeze, expectNothingShared } from '../assertions/objectGraph';

const INCLUDE = { includeInputFields: true, outputFieldName: '' };

describe('a copy', () => {
	it('is the same and shares nothing, whatever JSON it is of', () => {
		fc.assert(
			fc.property(fc.json({ maxDepth: 6 }), (text) => {
				const value: unknown = deepFreeze(JSON.parse(text));
				const copy = copyOf(value);
				expect(JSON.stringify(copy)).toBe(JSON.stringify(value));
				expectNothingShared([value, copy]);
			}),
		);
	});

	it.each(['constructor', '__proto__', 'prototype', 'hasOwnProperty', 'toJSON', 'length'])(
		'has a field called %s, too',
		(name) => {
			const text = `{"${name}":{"deep":{"${name}":[1]}},"other":1}`;
			const copy = copyOf(JSON.parse(text) as IDataObject);
			expect(JSON.stringify(copy)).toBe(text);
			expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
		},
	);

	it('has dates as n8n stores them', () => {
		const now = { toJSON: () => '2026-11-24T00:00:00.000Z' };
		expect(copyOf({ at: new Date(0), now })).toEqual({
			at: '1970-01-01T00:00:00.000Z',
			now: '2026-11-24T00:00:00.000Z',
		});
	});

	it('of functions and undefined is themselves', () => {
		const act = () => 1;
		expect(copyOf({ act, nothing: undefined })).toEqual({ act, nothing: undefined });
	});
});

describe('an item with the input’s fields', () => {
	it.each(['', 'contact'])(
		'leaves the input’s own error behind (under "%s")',
		(outputFieldName) => {
			const input = deepFreeze({ id: 7, error: 'of before', deep: { error: 1 } });
			const placed = placeFields({ chatId: 'x' }, input, { ...INCLUDE, outputFieldName });
			expect(placed).toMatchObject({ id: 7, deep: { error: 1 } });
			expect(placed).not.toHaveProperty('error');
		},
	);

	it.each(['constructor', '__proto__'])('keeps a field called %s', (name) => {
		const input = JSON.parse(`{"${name}":"theirs"}`) as IDataObject;
		expect(Object.entries(placeFields({ chatId: 'x' }, input, INCLUDE))).toEqual([
			[name, 'theirs'],
			['chatId', 'x'],
		]);
	});

	it('has copies of the input’s binary data, when the fields are wanted', () => {
		const input = deepFreeze({
			json: { id: 7 },
			binary: { invoice: { data: 'aW52', mimeType: 'text/plain' } },
		});
		const [one, other] = [0, 1].map(() => foundItem({ chatId: 'x' }, 3, input, INCLUDE));
		expect(one).toEqual({
			json: { id: 7, chatId: 'x' },
			binary: input.binary,
			pairedItem: { item: 3 },
		});
		expectNothingShared([one, other, input]);
		const alone = foundItem({ chatId: 'x' }, 3, input, { ...INCLUDE, includeInputFields: false });
		expect(alone).toEqual({ json: { chatId: 'x' }, pairedItem: { item: 3 } });
	});
});

describe('a picture for an item', () => {
	const picture = deepFreeze({ avatar: { data: 'cGlj', mimeType: 'image/jpeg' } });

	it('stands beside the binary data that the item has, or is its first', () => {
		const invoice = { data: 'aW52', mimeType: 'text/plain' };
		const first: INodeExecutionData = { json: {} };
		const second: INodeExecutionData = { json: {}, binary: { invoice } };
		for (const item of [first, second]) addBinary(item, picture);
		expect(first.binary).toEqual(picture);
		expect(second.binary).toEqual({ invoice, ...picture });
		expectNothingShared([first.binary, second.binary, picture]);
	});

	it('takes the place of what has the same name', () => {
		const item: INodeExecutionData = {
			json: {},
			binary: { avatar: { data: 'b2xk', mimeType: 'image/png' } },
		};
		addBinary(item, picture);
		expect(item.binary).toEqual(picture);
	});
});
