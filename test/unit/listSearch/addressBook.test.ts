import fc from 'fast-check';
import { AddressBook, isFound, wantedIn } from '@package/nodes/GreenApi/addressBook';
import { readListedChat } from '@package/nodes/shared/green-api/chatList';
import { messengerNamed } from '@package/nodes/shared/green-api/messengers';

const WHATSAPP = messengerNamed('whatsapp');
const TELEGRAM = messengerNamed('telegram');

interface Entry {
	id: string;
	name?: string;
	contactName?: string;
}

function idsOf(addressBook: AddressBook, filter: string): string[] {
	return [...addressBook.search(filter)].map(({ chatId }) => chatId.id);
}

function found(entries: Entry[], filter: string): Array<string | undefined> {
	return [...new AddressBook(entries, WHATSAPP).search(filter)].map(
		({ names: [name], number }) => name ?? number,
	);
}

function named(...names: string[]): Entry[] {
	return names.map((name, index) => ({ id: `${79_001_230_000 + index}@c.us`, name }));
}

describe('the address book', () => {
	it('has the best matches first, and among equals goes by name', () => {
		const names = ['Zoe Ann', 'Joanna', 'Annette', 'Ann', 'Bob Annan', 'Anna', 'Marianne'];
		expect(found(named(...names), 'ann')).toEqual([
			'Ann',
			'Anna',
			'Annette',
			'Bob Annan',
			'Zoe Ann',
			'Joanna',
			'Marianne',
		]);
	});

	it('counts a chat by the best of its names, and by the best place in each', () => {
		const entries = [{ id: '79001234567@c.us', contactName: 'Bob', name: 'Ann' }];
		expect(found([...named('Anna'), ...entries], 'ann')).toEqual(['Bob', 'Anna']);
		expect(found(named('Bob Ann', 'Ann Joanna'), 'ann')).toEqual(['Ann Joanna', 'Bob Ann']);
	});

	it.each(['bob 7900', '7900 bob', '7900x'])('takes %j for no phone number', (filter) => {
		expect(found([{ id: '79001234567@c.us', name: 'Ada' }], filter)).toEqual([]);
	});

	it('counts a number that is typed in full, or its beginning, as it counts a name', () => {
		const entries = [
			{ id: '179001234567@c.us', name: 'Ada' },
			{ id: '790012345670@c.us', name: 'Bob' },
			{ id: '79001234567@c.us', name: 'Cem' },
			{ id: '4912345678@c.us', name: 'Dee 79001234567' },
		];
		for (const filter of ['79001234567', '+7 (900) 123-45-67', '+79001234567']) {
			expect(found(entries, filter).slice(0, 2)).toEqual(['Cem', 'Bob']);
			expect(found(entries, filter)).toContain('Ada');
		}
		expect(found(entries, '79001234567')[2]).toBe('Dee 79001234567');
	});

	it.each([
		['a bracket', 'Work (Anna)'],
		['a quote', '"Anna"'],
		['a hyphen', 'Mary-Anna'],
		['an emoji', '🌸Anna'],
		['a space of another kind', 'Mary\u00a0Anna'],
		['a line end', 'Mary\nAnna'],
	])('knows a word behind %s', (_what, name) => {
		expect(found(named('Aanna', name), 'anna')).toEqual([name, 'Aanna']);
	});

	it.each([
		['in another case', 'ŻANETA', 'żan'],
		['in bold letters, as people have them on WhatsApp', '𝐈𝐯𝐚𝐧', 'ivan'],
		['with its accents apart', 'Jose\u0301', 'josé'],
		['with an apostrophe', "O'Neil", "o'neil"],
		['from the apostrophe on', "O'Neil", "'neil"],
		['up to the apostrophe', "O'Neil", "o'"],
		['by an emoji', '🌸 Anna 🌸', '🌸'],
		['with two spaces', 'Anna  Maria', 'anna maria'],
		['with its number in it', 'Anna +7 901', '+7 901'],
	])('finds a name %s', (_what, name, filter) => {
		expect(found(named('Bob', name), filter)).toEqual([name]);
	});

	it('finds each chat once, though it fits more than once', () => {
		expect(found([{ id: '79001234567@c.us', name: 'Ann Ann', contactName: 'Ann' }], 'ann')).toEqual(
			['Ann'],
		);
	});

	it('does not find what stands partly in one name, partly in another', () => {
		const entries = [{ id: '79001234567@c.us', contactName: 'Ann', name: 'Bob' }];
		expect(found(entries, 'ann bob')).toEqual([]);
		expect(found(named('Ann', 'Bob'), 'ann\nbob')).toEqual([]);
	});

	it('finds the chats of other messengers by name, id, phone number and username', () => {
		const entries = [
			{ chatId: '10000000', name: 'Ann', phoneNumber: 79_001_234_567, username: '@lovely' },
			{ chatId: '-1001234567890', name: 'Family', phoneNumber: 0, username: '' },
		];
		const addressBook = new AddressBook(entries, TELEGRAM);
		for (const typed of ['ann', '1000000', '+7 (900) 123', '@love']) {
			expect(idsOf(addressBook, typed)).toEqual(['10000000']);
		}
		expect(idsOf(addressBook, 'fam')).toEqual(['-1001234567890']);
		const numbers = addressBook.search('').map(({ number }) => number);
		expect(numbers).toEqual(['+79001234567', '-1001234567890']);
	});

	it('finds what has the text anywhere, and nothing else, whatever the names', () => {
		const name = fc.string({ unit: fc.constantFrom(...'aAbB .7@-'), maxLength: 8 });
		const names = fc.array(name, { maxLength: 12 });
		const filter = fc.string({ unit: fc.constantFrom(...'aAbBcus .7@'), maxLength: 3 });
		fc.assert(
			fc.property(names, filter, (texts, typed) => {
				const entries = named(...texts);
				// A space between punctuation and a word makes no difference.
				const plain = (text: string) =>
					text
						.toLowerCase()
						.replace(/\s+/g, ' ')
						.replace(/(?<=[.@-]) (?=[a-z\d])/g, '');
				const wanted = plain(typed.trim());
				const digits = /^[+\d\s().-]+$/.test(wanted) ? wanted.replace(/\D/g, '') : '';
				const has = (text: string, part: string) => part !== '' && text.includes(part);
				const fitting = entries.filter(({ id, name: text = '' }) => {
					const name = text.trim() === '' ? '' : plain(text);
					// Its end is the same for all, so that it tells nobody by itself.
					const isId = [wanted, digits].some((part) => has(id, part) && !has('@c.us', part));
					return wanted === '' || isId || has(name, wanted) || has(name, digits);
				});
				const expected = fitting.map(({ id }) => id);
				expect(idsOf(new AddressBook(entries, WHATSAPP), typed).sort()).toEqual(expected.sort());
				// Get Many looks at each chat by itself.
				const each = entries.filter((entry) => {
					const chat = readListedChat(entry, WHATSAPP);
					return chat && isFound(chat, wantedIn(typed));
				});
				expect(each.map(({ id }) => id).sort()).toEqual(expected);
			}),
			{ numRuns: 1_000 },
		);
	});

	it('leaves out what is no contact or group', () => {
		const rest = [null, undefined, 7, 'Ann', { id: 'status@broadcast', name: 'Ann' }, {}];
		const list = [...rest, ...named('Ann')];
		expect(idsOf(new AddressBook(list, WHATSAPP), '')).toEqual(['79001230000@c.us']);
		expect(idsOf(new AddressBook(list, WHATSAPP), 'ann')).toEqual(['79001230000@c.us']);
	});

	it.each([[''], [' \n'], [undefined]])('takes a name that is %j for none', (none) => {
		const entry = { id: '4912345678@c.us', contactName: none, name: none } as Entry;
		expect(found([entry, ...named('Bob')], '')).toEqual(['Bob', '+4912345678']);
		expect(found([{ ...entry, name: 'Ann' }], 'ann')).toEqual(['Ann']);
	});

	it('has those of the same name, and those without one, in the order of their numbers', () => {
		const entries = [
			{ id: '79001230002@c.us', name: 'Ann' },
			{ id: '79001230001@c.us', name: 'Ann' },
			{ id: '4912345672@c.us' },
			{ id: '4912345671@c.us' },
		];
		const ids = ['79001230001@c.us', '79001230002@c.us', '4912345671@c.us', '4912345672@c.us'];
		expect(idsOf(new AddressBook(entries, WHATSAPP), '')).toEqual(ids);
		expect(idsOf(new AddressBook([...entries].reverse(), WHATSAPP), '')).toEqual(ids);
	});

	it('shows a group by its id where it has no name', () => {
		expect(found([{ id: '120363144038483540@g.us' }], '1203')).toEqual(['120363144038483540@g.us']);
	});

	it('gives all, the nameless last, where nothing is typed', () => {
		const entries = [{ id: '4912345678@c.us' }, ...named('Zoe', 'Bob', 'Ann')];
		for (const list of [entries, [...entries].reverse()]) {
			expect(found(list, '')).toEqual(['Ann', 'Bob', 'Zoe', '+4912345678']);
			expect(found(list, '  ')).toEqual(['Ann', 'Bob', 'Zoe', '+4912345678']);
		}
	});
});
