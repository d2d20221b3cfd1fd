import { isFound, wantedIn } from '@package/nodes/GreenApi/addressBook';
import { readListedChat } from '@package/nodes/shared/green-api/chatList';
import { messengerNamed } from '@package/nodes/shared/green-api/messengers';

const WHATSAPP = messengerNamed('whatsapp');

const IVAN = { id: '71234567890@c.us', name: 'Vanya', contactName: 'Ivan Petrov', type: 'user' };

/** @returns whether a search finds the entry */
function finds(search: string, entry: object = IVAN): boolean {
	const chat = readListedChat(entry, WHATSAPP);
	if (!chat) throw new Error('The entry is no chat');
	return isFound(chat, wantedIn(search));
}

describe('an entry of the list of contacts', () => {
	it('is a chat with the names that the user knows it by, the address book’s first', () => {
		expect(readListedChat(IVAN, WHATSAPP)).toEqual({
			chatId: { kind: 'person', id: '71234567890@c.us' },
			formerChatId: null,
			lid: null,
			names: ['Ivan Petrov', 'Vanya'],
			isSaved: true,
			phoneNumber: '71234567890',
			number: '+71234567890',
		});
	});

	it('is a group where its id is one', () => {
		const entry = { id: '120363144038483540@g.us', name: 'Family', contactName: '' };
		expect(readListedChat(entry, WHATSAPP)).toEqual({
			chatId: { kind: 'group', id: '120363144038483540@g.us' },
			formerChatId: null,
			lid: null,
			names: ['Family'],
			isSaved: false,
			phoneNumber: null,
			number: '120363144038483540@g.us',
		});
	});

	it.each([[undefined], [null], [''], ['  '], [7]])(
		'has no name, and is not saved, where the name is %j',
		(none) => {
			const chat = readListedChat(
				{ id: '71234567890@c.us', name: none, contactName: none },
				WHATSAPP,
			);
			expect(chat).toMatchObject({ names: [], isSaved: false });
		},
	);

	it.each([
		['whatsapp', { id: '6581234567', name: 'Tan' }],
		['whatsapp', { chatId: 6581234567, name: 'Tan' }],
		['telegram', { id: '6581234567@c.us', name: 'Tan' }],
		['max', { chatId: 9_007_199_254_740_994, name: 'Tan' }],
	])('is no chat of %s where its id is another messenger’s: %j', (messenger, entry) => {
		expect(readListedChat(entry, messengerNamed(messenger))).toBeUndefined();
	});

	it('has the id that holds now, where a privacy id has changed', () => {
		const entry = { id: '111@lid', newChatId: '222@lid' };
		expect(readListedChat(entry, WHATSAPP)).toMatchObject({
			chatId: { id: '222@lid' },
			formerChatId: '111@lid',
		});
	});

	it.each([
		['the same', '111@lid'],
		['the same in another spelling', ' 111@LID '],
		['no id', '@c.us'],
	])('has no former id where the new one is %s', (_what, newChatId) => {
		expect(readListedChat({ id: '111@lid', newChatId }, WHATSAPP)).toMatchObject({
			chatId: { id: '111@lid' },
			formerChatId: null,
		});
	});

	it.each([
		['222@lid', '222@lid'],
		['222', '222@lid'],
		[222, '222@lid'],
		['', null],
		['79001234567@c.us', null],
	])('has its privacy id where the list tells it: %j', (lid, expected) => {
		expect(readListedChat({ ...IVAN, lid }, WHATSAPP)?.lid).toBe(expected);
	});

	it.each([
		['102388094480549@c.us', null],
		['79001234567@c.us', '79001234567'],
		['5215512345678@c.us', '5215512345678'],
		['5491166773399@c.us', '5491166773399'],
		['554789210000@c.us', '554789210000'],
		['71234567890@c.us', '71234567890'],
	])('has the phone number of %s as %j', (id, phoneNumber) => {
		expect(readListedChat({ id }, WHATSAPP)?.phoneNumber).toBe(phoneNumber);
	});

	it('is none where its id is endless, and is read at once', () => {
		for (const id of [`${'1'.repeat(1_000_000)}@c.us`, '@'.repeat(1_000_000), '+1('.repeat(1e6)]) {
			expect(readListedChat({ id, newChatId: id }, WHATSAPP)).toBeUndefined();
		}
	});

	it('is none where it is a channel', () => {
		const channel = { chatId: '-1001234567890', type: 'channel' };
		expect(readListedChat(channel, messengerNamed('telegram'))).toBeUndefined();
	});

	it('keeps the phone number that its former id is', () => {
		const changed = { id: '79001234567@c.us', newChatId: '123@lid' };
		expect(readListedChat(changed, WHATSAPP)).toMatchObject({
			chatId: { id: '123@lid' },
			formerChatId: '79001234567@c.us',
			phoneNumber: '79001234567',
			number: '+79001234567',
		});
	});

	it('is none where the id that it has by now has lost digits', () => {
		const max = messengerNamed('max');
		for (const id of [{ chatId: '10' }, { chatId: 2 ** 53 + 2 }]) {
			expect(readListedChat({ ...id, newChatId: 2 ** 53 + 2 }, max)).toBeUndefined();
		}
		expect(readListedChat({ id: '11', chatId: 2 ** 53 + 2 }, max)?.chatId.id).toBe('11');
	});

	it.each([[undefined], [null], ['']])('has its id where the new one is %j', (newChatId) => {
		expect(readListedChat({ id: '111@lid', newChatId }, WHATSAPP)?.chatId.id).toBe('111@lid');
	});

	it.each([[undefined], [null], ['71234567890@c.us'], [7], [{}], [{ id: 'status@broadcast' }]])(
		'is none where it is no contact or group: %j',
		(entry) => expect(readListedChat(entry, WHATSAPP)).toBeUndefined(),
	);
});

describe('a search in the list of contacts', () => {
	it.each([
		['nothing', ''],
		['spaces', '  '],
		['part of the saved name', 'van pet'],
		['part of the chat’s own name', 'anya'],
		['a name in another case', 'IVAN'],
		['a name with spaces around it', ' Ivan '],
		['part of a number', '3456'],
		['a number for people to read', '+7 (123) 456-78-90'],
		['the beginning of one, as it is typed', '+7 (123'],
		['a number with dots', '123.456.78'],
		['part of a chat id', '890@c.us'],
		['a chat id in capitals', '71234567890@C.US'],
	])('finds by %s', (_what, search) => {
		expect(finds(search)).toBe(true);
	});

	it('finds a name in capitals by small letters', () => {
		expect(finds('żan', { ...IVAN, contactName: 'ŻANETA' })).toBe(true);
	});

	it.each([
		['another name', 'Olga'],
		['another number', '+7 (124)'],
		['a number with something else about it', 'x7123'],
		['a number with something else behind it', '7123x'],
		['digits that stand apart in the number', '7 4567'],
		['punctuation alone', '+'],
		['brackets alone', '()'],
		['the end of one name and the beginning of another', 'petrov vanya'],
	])('does not find by %s', (_what, search) => {
		expect(finds(search)).toBe(false);
	});

	it.each([
		['5215512345678@c.us', '+52 55 1234 5678'],
		['5215512345678@c.us', '525512345678'],
		['525512345678@c.us', '+52 1 55'],
		['554789210000@c.us', '+55 47 98921-0000'],
		['5547989210000@c.us', '+55 47 8921'],
		['5491166773399@c.us', '+54 11 6677-3399'],
	])("finds %s by another of WhatsApp's ids of the person: %s", (id, search) => {
		expect(finds(search, { id, name: 'Ana' })).toBe(true);
	});

	it.each(['+44 (0)20 7946 0958', '0044 20 7946 0958', 'tel:+442079460958', 'wa.me/442079460958'])(
		'finds a number that is written as a contact may be: %s',
		(search) => expect(finds(search, { id: '442079460958@c.us' })).toBe(true),
	);

	it.each([
		['former id', '79001234567@c.us'],
		['former id, as it is typed', '4567@c'],
		['phone number', '+7 900 123-45-67'],
		['privacy id', '102@lid'],
		['privacy id’s digits', '102'],
		['new id', '999@lid'],
		['name', 'anna'],
	])('finds who has another id by now by the %s', (_what, search) => {
		const changed = { id: '79001234567@c.us', newChatId: '999@lid', lid: '102@lid', name: 'Anna' };
		expect(finds(search, changed)).toBe(true);
		expect(finds(search, { id: '111@lid', newChatId: '222@lid', name: 'Bob' })).toBe(false);
	});

	it.each(['@lid', 'lid', 'c.us', '@', '99@lid2', '999@c.us 1', '9 9@lid'])(
		'finds nobody by what all ids of a kind have, or by a part of something else: %s',
		(search) => {
			const changed = { id: '79001234567@c.us', newChatId: '999@lid', lid: '102@lid' };
			expect(finds(search, changed)).toBe(false);
		},
	);

	it('finds a group by its id, and a name that looks like one', () => {
		expect(finds('79001234567-1581234048@g.us', { id: '79001234567-1581234048@g.us' })).toBe(true);
		expect(finds('info7@c', { id: '1@lid', name: 'info7@c' })).toBe(true);
		expect(finds('7@c', { id: '1@lid', name: '7@company' })).toBe(true);
	});

	it('finds a chat without a name by its id', () => {
		expect(finds('222', { id: '222@lid' })).toBe(true);
		expect(finds('Ivan', { id: '222@lid' })).toBe(false);
	});
});
