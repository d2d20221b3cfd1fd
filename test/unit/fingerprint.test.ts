import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';
import { fingerprintOf, md5 } from '@package/nodes/GreenApi/contact/getContactInfo/fingerprint';
import { without } from '../assertions/objectGraph';
import { AddressBook } from '../green-api-double/addressBook';
import seedContact from '../green-api-double/seedContact.json';

/** Of all that says nothing: what GREEN-API sends for a field of which it knows nothing. */
const NOTHING = [null, undefined, '', [], {}, false] as const;

const CONTACT_TEXTS = ['name', 'contactName', 'email', 'category', 'description'] as const;
const PRODUCT_TEXTS = ['id', 'name', 'description', 'price', 'availability'] as const;

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const maybe = fc.option(text);

const product = fc.record(
	{
		id: fc.stringMatching(/^[1-9]\d{0,17}$/),
		name: maybe,
		description: maybe,
		price: maybe,
		availability: fc.constantFrom('in stock', 'out of stock'),
		isHidden: fc.boolean(),
		reviewStatus: fc.record({ whatsapp: fc.constantFrom('APPROVED', 'PENDING'), facebook: text }),
		imageUrls: fc.record({ requested: fc.webUrl(), original: fc.webUrl() }),
	},
	{ requiredKeys: ['id'] },
);

const contact: fc.Arbitrary<IDataObject> = fc.record(
	{
		name: maybe,
		contactName: maybe,
		email: maybe,
		category: maybe,
		description: maybe,
		isBusiness: fc.boolean(),
		avatar: fc.option(fc.webUrl()),
		products: fc.option(fc.uniqueArray(product, { selector: ({ id }) => id, maxLength: 4 })),
	},
	{ requiredKeys: [] },
);

/** What differs from answer to answer, or is about the chat. */
const passing: fc.Arbitrary<IDataObject> = fc.record(
	{
		chatId: fc.constantFrom('71234567890@c.us', '123456789012345@lid'),
		lastSeen: fc.option(fc.nat().map(String)),
		isArchive: fc.boolean(),
		isDisappearing: fc.boolean(),
		isMute: fc.boolean(),
		messageExpiration: fc.nat(),
		muteExpiration: fc.option(fc.nat()),
		anythingNew: text,
	},
	{ requiredKeys: [] },
);

function productsIn({ products }: IDataObject): IDataObject[] {
	return (products ?? []) as IDataObject[];
}

/** The same with all keys, at any depth, the other way round. */
function turned(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(turned);
	if (typeof value !== 'object' || value === null) return value;
	const entries = Object.entries(value).map(([key, inner]) => [key, turned(inner)] as const);
	return Object.fromEntries(entries.reverse());
}

function withLinks(value: IDataObject, link: string): IDataObject {
	return {
		...value,
		...(value.avatar ? { avatar: link } : {}),
		products: productsIn(value).map((card) => ({
			...card,
			imageUrls: { requested: link, original: `${link}&o` },
		})),
	};
}

describe('MD5', () => {
	it('is RFC 1321’s: its test suite (A.5)', () => {
		expect(
			[
				'',
				'a',
				'abc',
				'message digest',
				'abcdefghijklmnopqrstuvwxyz',
				'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
				'12345678901234567890123456789012345678901234567890123456789012345678901234567890',
			].map(md5),
		).toEqual([
			'd41d8cd98f00b204e9800998ecf8427e',
			'0cc175b9c0f1b6a831c399e269772661',
			'900150983cd24fb0d6963f7d28e17f72',
			'f96b697d7cb7938d525a2f31aaf161d0',
			'c3fcd3d76192e4007dfb496cca67e13b',
			'd174ab98d277d9f5a5611c2c9f419d9f',
			'57edf4a22be3c955ac49da2e2107b67a',
		]);
	});

	it('is Node.js’s own for any text of any length', () => {
		const long = fc.tuple(fc.string({ unit: 'binary' }), fc.nat(200));
		fc.assert(
			fc.property(long, ([part, times]) => {
				const whole = part.repeat(times);
				expect(md5(whole)).toBe(createHash('md5').update(whole).digest('hex'));
			}),
		);
	});
});

describe('a fingerprint', () => {
	it('is 32 hexadecimal characters', () => {
		fc.assert(
			fc.property(contact, (one) => {
				expect(fingerprintOf(one)).toMatch(/^[0-9a-f]{32}$/);
			}),
		);
	});

	/** Databases keep them: a version of the package with other ones would tell everyone as changed. */
	it('stays what it is in every version', () => {
		expect([
			fingerprintOf(seedContact),
			fingerprintOf({ name: 'נועה 🌷', isBusiness: true, avatar: 'https://a.example' }),
			fingerprintOf(null),
		]).toEqual([
			'a2ec979f04f36b9c37947e3b7231758d',
			'be4f63841c657b5706816349089435f1',
			'a288b7dcfdadbea62f3ed348ef52ae02',
		]);
	});

	it('is what a database’s md5() makes of the documented text', () => {
		const text =
			'["Dealer","","","","","true",false,["[\\"7\\",\\"Oil\\",\\"\\",\\"\\",\\"\\",\\"\\",\\"\\"]"]]';
		const md5OfText = createHash('md5').update(text).digest('hex');
		const dealer = { name: 'Dealer', isBusiness: true, products: [{ id: '7', name: 'Oil' }] };
		expect(fingerprintOf(dealer)).toBe(md5OfText);
	});

	it('spells lists in their order, and fields within fields by their names', () => {
		const text =
			'["","","",["b","a"],"","",false,["[\\"7\\",\\"\\",\\"\\",\\"\\",\\"\\",\\"\\",[[\\"facebook\\",\\"PENDING\\"],[\\"whatsapp\\",\\"APPROVED\\"]]]"]]';
		const reviewStatus = { whatsapp: 'APPROVED', facebook: 'PENDING' };
		const dealer = { category: ['b', 'a'], products: [{ id: '7', reviewStatus }] };
		expect(fingerprintOf(dealer)).toBe(createHash('md5').update(text).digest('hex'));
	});

	it('does not depend on links, nor on what is about the chat', () => {
		fc.assert(
			fc.property(contact, passing, passing, fc.webUrl(), (one, before, after, link) => {
				expect(fingerprintOf({ ...withLinks(one, link), ...after })).toBe(
					fingerprintOf({ ...before, ...one }),
				);
			}),
		);
	});

	it('does not depend on the order of keys', () => {
		fc.assert(
			fc.property(contact, (one) => {
				expect(fingerprintOf(turned(one) as IDataObject)).toBe(fingerprintOf(one));
			}),
		);
	});

	it('does not depend on the order of products, even of two with the same id', () => {
		const cards = fc.array(product, { minLength: 2, maxLength: 5 });
		const orders = cards.chain((one) =>
			fc.tuple(fc.constant(one), fc.shuffledSubarray(one, { minLength: one.length })),
		);
		fc.assert(
			fc.property(orders, ([one, other]) => {
				expect(fingerprintOf({ products: other })).toBe(fingerprintOf({ products: one }));
			}),
		);
	});

	it('takes whatever says nothing for the same', () => {
		const [unknown, ...others] = NOTHING.map((nothing) =>
			fingerprintOf({
				...Object.fromEntries(CONTACT_TEXTS.map((field) => [field, nothing])),
				avatar: nothing,
				isBusiness: nothing,
				products: nothing,
			} as IDataObject),
		);
		expect(others).toEqual(others.map(() => unknown));
		expect(fingerprintOf({})).toBe(unknown);
		expect(fingerprintOf(null)).toBe(unknown);

		const cards = NOTHING.map((nothing) =>
			fingerprintOf({
				products: [{ id: '1', description: nothing, reviewStatus: { whatsapp: nothing } }],
			} as IDataObject),
		);
		expect(new Set(cards)).toEqual(new Set([fingerprintOf({ products: [{ id: '1' }] })]));
	});

	it('takes a number and its digits for the same', () => {
		const [number, digits] = [1500, '1500'].map((price) =>
			fingerprintOf({ products: [{ id: '1', price }] }),
		);
		expect(number).toBe(digits);
	});

	it('differs when a field of the contact’s does', () => {
		fc.assert(
			fc.property(contact, fc.constantFrom(...CONTACT_TEXTS), text, (one, field, value) => {
				fc.pre((one[field] ?? '') !== value);
				expect(fingerprintOf({ ...one, [field]: value })).not.toBe(fingerprintOf(one));
			}),
		);
	});

	it.each([
		['isBusiness', { isBusiness: true }],
		['an avatar', { avatar: 'https://pps.example/1.jpg' }],
		['a product', { products: [{ id: '1' }] }],
	])('differs when %s comes or goes', (_what, with_) => {
		expect(fingerprintOf(with_)).not.toBe(fingerprintOf({}));
	});

	it('differs when a field of a product’s does', () => {
		const values = fc.constantFrom(...PRODUCT_TEXTS);
		fc.assert(
			fc.property(product, product, values, text, (card, other, field, value) => {
				fc.pre((card[field] ?? '') !== value);
				const [before, after] = [card, { ...card, [field]: value }].map((changing) =>
					fingerprintOf({ products: [changing, other] }),
				);
				expect(after).not.toBe(before);
			}),
		);
	});

	it.each([
		['isHidden', { isHidden: true }],
		['the review status', { reviewStatus: { whatsapp: 'PENDING' } }],
	])('differs when %s of a product does', (_what, change) => {
		const card = { id: '1', isHidden: false, reviewStatus: { whatsapp: 'APPROVED' } };
		expect(fingerprintOf({ products: [{ ...card, ...change }] })).not.toBe(
			fingerprintOf({ products: [card] }),
		);
	});

	it('differs when what one field says moves to another', () => {
		const moved = [...CONTACT_TEXTS.map((field) => ({ [field]: 'Dealer' })), {}];
		expect(new Set(moved.map(fingerprintOf)).size).toBe(moved.length);
	});

	it('tells 10,000 contacts of all kinds apart as their fields do', () => {
		const book = new AddressBook();
		const pick = ({ avatar, products, ...one }: IDataObject) => ({
			...Object.fromEntries([...CONTACT_TEXTS, 'isBusiness'].map((key) => [key, one[key] || ''])),
			hasAvatar: Boolean(avatar),
			products: ((products ?? []) as IDataObject[]).map((card) => without(card, 'imageUrls')),
		});
		const seen = new Map<string, string>();
		for (let index = 0; index < 10_000; index++) {
			const one = JSON.parse(
				book.contactInfo(`7900${1_000_000 + index}@c.us`, () => 'x'),
			) as IDataObject;
			const said = JSON.stringify(pick(one));
			const fingerprint = fingerprintOf(one);
			expect(seen.get(fingerprint) ?? said).toBe(said);
			seen.set(fingerprint, said);
		}
		expect(seen.size).toBeGreaterThan(1_000);
	});

	it('makes do with products that are no cards', () => {
		const odd: unknown[] = [
			{ products: {} },
			{ products: 'none' },
			{ products: [null, 'x', 7, [[]]] },
		];
		for (const one of odd) expect(fingerprintOf(one as IDataObject)).toMatch(/^[0-9a-f]{32}$/);
	});
});
