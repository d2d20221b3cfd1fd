import { createHash } from 'node:crypto';
import { AddressBook, businessWithProducts } from './addressBook';
import seedContact from './seedContact.json';

type Json = Record<string, unknown>;
type Contact = Json & { products?: Json[] | null };

const linkTo = (name: string) => `http://127.0.0.1/media/${name}.jpg`;
const book = new AddressBook();

const contact = (chatId: string) => JSON.parse(book.contactInfo(chatId, linkTo)) as Contact;
const listed = JSON.parse(book.contacts()) as Array<Record<'id' | 'name' | 'type', string>>;
const contacts = Array.from({ length: 1000 }, (_, index) => contact(`${79001234567 + index}@c.us`));
const businesses = contacts.filter(({ isBusiness }) => isBusiness);
const people = contacts.filter(({ isBusiness }) => !isBusiness);
const products = businesses.flatMap((business) => business.products ?? []);

/** The values that a field has among these objects; undefined where it is missing. */
function kinds(objects: readonly Json[], field: string): Set<unknown> {
	return new Set(objects.map((object) => (Array.isArray(object[field]) ? '[]' : object[field])));
}

describe('the address book', () => {
	it('tells of 71234567890 what GREEN-API’s documentation tells, byte for byte', () => {
		const text = book.contactInfo('71234567890@c.us', linkTo);
		// Of the documentation's example, written as JSON without spaces.
		expect(createHash('sha256').update(text).digest('hex')).toBe(
			'4c7cab69b743e42f84232d68c9083bc7423b7ac8f9aca1657e4591e922e01006',
		);
	});

	it('tells the same of a chat in every book', () => {
		const other = new AddressBook();
		for (const { chatId } of contacts) {
			expect(other.contactInfo(String(chatId), linkTo)).toBe(
				book.contactInfo(String(chatId), linkTo),
			);
		}
		const group = '120363043968066561@g.us';
		expect(other.groupData(group)).toBe(book.groupData(group));
	});

	it('has no contact field that the documentation lacks, and keeps its order', () => {
		const documented = Object.keys(seedContact);
		for (const one of contacts) {
			const fields = Object.keys(one);
			expect(fields).toEqual(documented.filter((field) => fields.includes(field)));
			expect(fields).toEqual(expect.arrayContaining(['avatar', 'name', 'chatId', 'isBusiness']));
		}
	});

	it('has people, some without names, whose products are absent, null or empty', () => {
		expect(people.length).toBeGreaterThan(500);
		expect(people.filter(({ name, contactName }) => !name && !contactName).length).toBeGreaterThan(
			50,
		);
		expect(kinds(people, 'products')).toEqual(new Set([undefined, null, '[]']));
		expect(people.flatMap((person) => person.products ?? [])).toEqual([]);
	});

	it.each(['email', 'category', 'description', 'lastSeen', 'isDisappearing'])(
		'has people with %s and people without',
		(field) => {
			expect(kinds(people, field).has(undefined)).toBe(true);
			expect(kinds(people, field).size).toBeGreaterThan(1);
		},
	);

	it('has businesses with products of every documented kind', () => {
		expect(businesses.length).toBeGreaterThan(200);
		expect(businesses.every((business) => (business.products ?? []).length > 0)).toBe(true);
		expect(products.every(({ id }) => /^[1-9]\d+$/.test(String(id)))).toBe(true);
		expect(products.some(({ id }) => BigInt(String(id)) > 2n ** 53n)).toBe(true);
		expect(kinds(products, 'description').has(undefined)).toBe(true);
		expect(kinds(products, 'price').has(null)).toBe(true);
		expect(products.some(({ price }) => typeof price === 'string')).toBe(true);
	});

	it('has contacts without an avatar', () => {
		expect(contacts.filter(({ avatar }) => avatar === '').length).toBeGreaterThan(100);
		expect(contacts.filter(({ avatar }) => avatar !== '').length).toBeGreaterThan(500);
	});

	it('lists about 60 chats: the documentation’s contact, people, privacy ids, groups', () => {
		expect(listed).toHaveLength(60);
		expect(listed[0]).toEqual({
			id: '71234567890@c.us',
			name: 'Dealer',
			contactName: 'Dealer',
			type: 'user',
		});
		expect(listed.filter(({ id }) => id.endsWith('@lid')).length).toBeGreaterThan(5);
		expect(listed.filter(({ name }) => name === '').length).toBeGreaterThan(5);
		expect(listed.filter(({ type }) => type === 'group').map(({ id }) => id)).toEqual(
			listed.map(({ id }) => id).filter((id) => id.endsWith('@g.us')),
		);
		expect(new Set(listed.map(({ id }) => id)).size).toBe(listed.length);
	});

	it.each(['Cyrillic', 'Hebrew', 'Latin'])('lists names in %s letters', (script) => {
		const letters = new RegExp(`\\p{Script=${script}}`, 'u');
		expect(listed.some(({ name }) => letters.test(name))).toBe(true);
	});

	it('names a chat the same in the list and by itself', () => {
		for (const { id, name, type } of listed) {
			const alone =
				type === 'group' ? (JSON.parse(book.groupData(id)) as Json).subject : contact(id).name;
			expect(name).toBe(alone);
		}
	});

	it('reads creator and time from the id of an old group', () => {
		expect(JSON.parse(book.groupData('79001234567-1581234048@g.us'))).toMatchObject({
			groupId: '79001234567-1581234048@g.us',
			owner: '79001234567@c.us',
			creation: 1581234048,
			participants: expect.arrayContaining([
				{
					id: '79001234567@c.us',
					lid: expect.stringMatching(/^\d+@lid$/),
					isAdmin: true,
					isSuperAdmin: true,
				},
			]),
		});
	});

	it.each<[string, unknown, string]>([
		[
			'any JSON',
			{ chatId: '79000000001@c.us', b: [null], a: 1 },
			'{"chatId":"79000000001@c.us","b":[null],"a":1}',
		],
		['null', null, 'null'],
		['raw text', '{ "id": 12345678901234567890,', '{ "id": 12345678901234567890,'],
	])('takes %s in place of a contact', (_what, body, text) => {
		const changed = new AddressBook();
		changed.set('79000000001@c.us', body);
		expect(changed.contactInfo('79000000001@c.us', linkTo)).toBe(text);
	});

	it('builds a business with as many products as wanted', () => {
		const business = businessWithProducts('79000000002@c.us', 10_000);
		expect(business).toMatchObject({ chatId: '79000000002@c.us', avatar: '', isBusiness: true });
		expect(business.products).toHaveLength(10_000);
	});
});
