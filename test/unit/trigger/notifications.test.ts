import { EVENT_OPTIONS, eventOf, flagsFor } from '@package/nodes/GreenApiTrigger/events';
import {
	labelOf,
	type Notification,
	readReceived,
	simplify as simplified,
} from '@package/nodes/GreenApiTrigger/notification';
import { wants } from '@package/nodes/GreenApiTrigger/subscription';
import fc from 'fast-check';

const simplify = (notification: Notification) => simplified(notification, eventOf(notification));

const INSTANCE = {
	instanceData: { idInstance: 1101000001, wid: '71231234567@c.us', typeInstance: 'whatsapp' },
	timestamp: 1588091580,
};
const SENDER = {
	chatId: '71234567890@c.us',
	sender: '71234567890@c.us',
	chatName: 'Dealer',
	senderName: 'Dealer',
	senderContactName: 'Dealer',
};

function message(
	messageData: object,
	type = 'incomingMessageReceived',
	senderData: object = SENDER,
) {
	return {
		typeWebhook: type,
		...INSTANCE,
		idMessage: 'F7AEC1B7',
		senderData,
		messageData,
	} as never;
}

const TEXT_MESSAGE = {
	typeMessage: 'textMessage',
	textMessageData: { textMessage: 'Hello' },
};

const COMMON = { timestamp: '2020-04-28T16:33:00.000Z', instanceId: '1101000001' };

describe('an id', () => {
	const chatIdOf = (chatId: unknown) =>
		simplify(message(TEXT_MESSAGE, undefined, { ...SENDER, chatId })).chatId;

	it('may be a number, but none that has lost digits', () => {
		expect(chatIdOf(10_000_000)).toBe('10000000');
		expect(chatIdOf(2 ** 53 + 2)).toBeNull();
	});
});

describe('the simplified output', () => {
	it('of a message: the fields that are used most, the chat at the top', () => {
		expect(simplify(message(TEXT_MESSAGE))).toEqual({
			event: 'incomingMessageReceived',
			chatId: '71234567890@c.us',
			sender: '71234567890@c.us',
			senderName: 'Dealer',
			phoneNumber: '71234567890',
			isGroup: false,
			text: 'Hello',
			sharedContacts: null,
			details: null,
			messageType: 'textMessage',
			messageId: 'F7AEC1B7',
			...COMMON,
		});
	});

	it.each([
		['a group', { chatId: '79001234567-1588091580@g.us', sender: '71234567890@c.us' }, true],
		['a privacy id', { chatId: '123456789012345@lid', sender: '123456789012345@lid' }, false],
		['a Telegram group', { chatId: '-1001234567890', sender: '10000000' }, true],
		['somebody on Telegram', { chatId: '10000000', sender: '10000000' }, false],
	])('of a message in %s', (_what, senderData, isGroup) => {
		expect(simplify(message(TEXT_MESSAGE, undefined, senderData))).toMatchObject({
			...senderData,
			senderName: null,
			isGroup,
		});
	});

	it('has WhatsApp’s own spelling in normal form', () => {
		const senderData = {
			chatId: '71234567890@s.whatsapp.net',
			sender: '71234567890@s.whatsapp.net',
		};
		expect(simplify(message(TEXT_MESSAGE, undefined, senderData))).toMatchObject({
			chatId: '71234567890@c.us',
			sender: '71234567890@c.us',
		});
	});

	it.each<[string, object, string | null]>([
		['textMessage', { textMessageData: { textMessage: 'Hi' } }, 'Hi'],
		['extendedTextMessage', { extendedTextMessageData: { text: 'Link' } }, 'Link'],
		['quotedMessage', { extendedTextMessageData: { text: 'Answer' } }, 'Answer'],
		['reactionMessage', { extendedTextMessageData: { text: '👍' } }, null],
		['imageMessage', { fileMessageData: { caption: 'Picture' } }, 'Picture'],
		['videoMessage', { fileMessageData: { caption: 'Video' } }, 'Video'],
		['documentMessage', { fileMessageData: { caption: 'Contract' } }, 'Contract'],
		['audioMessage', { fileMessageData: { caption: '' } }, null],
		['stickerMessage', { fileMessageData: {} }, null],
		['locationMessage', { locationMessageData: { nameLocation: 'Office' } }, null],
		['contactMessage', { contactMessageData: { displayName: 'Ivan' } }, null],
		['contactsArrayMessage', { messageData: { contacts: [] } }, null],
		['pollMessage', { pollMessageData: { name: 'When?' } }, 'When?'],
		['pollUpdateMessage', { pollMessageData: { name: 'When?' } }, null],
		['editedMessage', { editedMessageData: { textMessage: 'Better' } }, 'Better'],
		['editedMessage', { editedMessageData: { caption: 'Better' } }, 'Better'],
		['deletedMessage', { deletedMessageData: { stanzaId: 'F7' } }, null],
		['buttonsMessage', { buttonsMessage: { contentText: 'Choose' } }, 'Choose'],
		['buttonsResponseMessage', { buttonsResponseMessage: { selectedButtonText: 'Yes' } }, 'Yes'],
		[
			'templateButtonsReplyMessage',
			{ templateButtonReplyMessage: { selectedDisplayText: 'Yes' } },
			'Yes',
		],
		[
			'interactiveButtonsResponse',
			{ interactiveButtonsResponse: { selectedDisplayText: 'Yes' } },
			'Yes',
		],
		['interactiveButtons', { interactiveButtons: { contentText: 'Choose' } }, 'Choose'],
		['interactiveButtonsReply', { interactiveButtonsReply: { contentText: 'Choose' } }, 'Choose'],
		['templateMessage', { templateMessage: { contentText: 'Code' } }, 'Code'],
		['listMessage', { listMessage: { contentText: 'Menu' } }, 'Menu'],
		['listResponseMessage', { listResponseMessage: { title: 'Soup' } }, 'Soup'],
		['groupInviteMessage', { groupInviteMessageData: { caption: 'Join' } }, 'Join'],
		['orderMessage', { orderMessageData: { orderId: '1' } }, null],
		['productMessage', { productMessageData: { title: 'Chair' } }, null],
		['aNewKindOfMessage', { extendedTextMessageData: { text: 'New' } }, 'New'],
		['aNewKindOfMessage', { somethingElse: 1 }, null],
	])('of a message of type %s (%j): its text is %j', (typeMessage, data, text) => {
		expect(simplify(message({ typeMessage, ...data }))).toMatchObject({
			messageType: typeMessage,
			text,
			chatId: SENDER.chatId,
		});
	});

	const NOTHING = {
		chatId: null,
		sender: null,
		senderName: null,
		phoneNumber: null,
		isGroup: null,
		text: null,
		sharedContacts: null,
		details: null,
		messageType: null,
		messageId: null,
		...COMMON,
	};

	it.each<[string, object, object]>([
		[
			'outgoingMessageStatus',
			{ chatId: '71234567890@c.us', idMessage: 'F7', status: 'read', sendByApi: true },
			{ chatId: '71234567890@c.us', isGroup: false, messageId: 'F7', status: 'read' },
		],
		['stateInstanceChanged', { stateInstance: 'notAuthorized' }, { status: 'notAuthorized' }],
		['statusInstanceChanged', { statusInstance: 'offline' }, { status: 'offline' }],
		[
			'incomingCall',
			{ from: '71234567890@c.us', idMessage: 'F7', status: 'missed', isVideo: true },
			{
				chatId: '71234567890@c.us',
				sender: '71234567890@c.us',
				phoneNumber: '71234567890',
				isGroup: false,
				messageId: 'F7',
				status: 'missed',
				details: {
					from: '71234567890@c.us',
					idMessage: 'F7',
					status: 'missed',
					isVideo: true,
				},
			},
		],
		[
			'outgoingCall',
			// GREEN-API's page: "Chat and correspondent Id, in which the call was made".
			{ from: '71234567890@c.us', status: 'hangUp' },
			{
				chatId: '71234567890@c.us',
				isGroup: false,
				status: 'hangUp',
				details: { from: '71234567890@c.us', status: 'hangUp' },
			},
		],
		[
			'incomingBlock',
			{ chatId: '71234567890@c.us', chatState: 'blocked' },
			{
				chatId: '71234567890@c.us',
				isGroup: false,
				status: 'blocked',
				details: { chatId: '71234567890@c.us', chatState: 'blocked' },
			},
		],
		['deviceInfo', { deviceData: { platform: 'android' } }, {}],
		[
			'quotaExceeded',
			{ quotaData: { method: 'checkWhatsapp', used: 100, total: 100 } },
			{ details: { method: 'checkWhatsapp', used: 100, total: 100 } },
		],
		[
			'somethingNew',
			{ chatId: '71234567890@c.us' },
			{ chatId: '71234567890@c.us', isGroup: false },
		],
	])('of %s', (typeWebhook, fields, expected) => {
		const notification = { typeWebhook, ...INSTANCE, ...fields };
		expect(simplify(notification as never)).toEqual({
			event: typeWebhook,
			...NOTHING,
			...expected,
		});
	});

	it.each([
		['WhatsApp', { sender: '71234567890@c.us' }, '71234567890'],
		['a privacy id', { sender: '123456789012345@lid' }, null],
		['Telegram, MAX', { sender: '10000000', senderPhoneNumber: 79001234567 }, '79001234567'],
		['as text', { sender: '10000000', senderPhoneNumber: '79001234567' }, '79001234567'],
		['hidden', { sender: '10000000', senderPhoneNumber: 0 }, null],
		['a group', { chatId: '7900-158@g.us', sender: '79001234567@c.us' }, '79001234567'],
	])('phoneNumber, %s: %j gives %j', (_what, senderData, phoneNumber) => {
		const notification = message(TEXT_MESSAGE, undefined, senderData);
		expect(simplify(notification)).toMatchObject({ phoneNumber });
	});

	const VCARD =
		'BEGIN:VCARD\nVERSION:3.0\nN:Smit;Anna;;\nFN:Anna Smit\nitem1.TEL;waid=72345678910:+7 234 567 8910\nTEL;type=HOME:+7 (495) 123-45-67\nEND:VCARD';

	it.each<[string, object, unknown]>([
		[
			'contactMessage',
			{ contactMessageData: { displayName: 'Anna', vcard: VCARD } },
			[{ name: 'Anna', phoneNumbers: ['72345678910', '74951234567'] }],
		],
		[
			'contactMessage',
			{
				contactMessageData: { vcard: VCARD.replace(/\n/g, '\r\n').replace('234 5', '23\r\n 4 5') },
			},
			[{ name: 'Anna Smit', phoneNumbers: ['72345678910', '74951234567'] }],
		],
		[
			'contactMessage',
			// Telegram.
			{ contactMessageData: { phoneContact: '79001234567', firstName: 'Ivan', lastName: '' } },
			[{ name: 'Ivan', phoneNumbers: ['79001234567'] }],
		],
		[
			'contactMessage',
			// MAX.
			{ contactMessageData: { displayName: 'Ivan', phoneNumber: 79001234567, vcard: '' } },
			[{ name: 'Ivan', phoneNumbers: ['79001234567'] }],
		],
		[
			'contactsArrayMessage',
			{
				messageData: {
					contacts: [
						{ displayName: 'Anna', vcard: VCARD },
						{ displayName: 'Nobody', vcard: 'TEL' },
					],
				},
			},
			[
				{ name: 'Anna', phoneNumbers: ['72345678910', '74951234567'] },
				{ name: 'Nobody', phoneNumbers: [] },
			],
		],
		...(
			[
				['TEL;VALUE=uri:tel:+1-201-555-0123;ext=102', null, '12015550123'],
				['TEL:+1 201 555 0123 x102', null, '12015550123'],
				['TEL;type=WORK:+1 (201) 555-0123 ext. 102', null, '12015550123'],
				['TEL:+44 (0)20 7946 0958', null, '442079460958'],
				['TEL:(51) 98765-0001', null, '(51) 98765-0001'],
				['TEL:138 1234 5678', null, '138 1234 5678'],
				['TEL:+7 495 123-45-67 / 68', null, '+7 495 123-45-67 / 68'],
				['FN:Smit\\, Anna', 'Smit, Anna'],
				['FN:Smit; Anna', 'Smit; Anna'],
				['FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D0=90=D0=BD=D0=BD=D0=B0', 'Анна'],
				['FN;CHARSET=UTF-8;QUOTED-PRINTABLE:=D0=90=D0=BD=\r\n=D0=BD=D0=B0', 'Анна'],
				['FN;CHARSET=WINDOWS-1251;ENCODING=QUOTED-PRINTABLE:=C0=ED', '=C0=ED'],
				['PHOTO;ENCODING=b:AAA=\nFN:Anna', 'Anna'],
				['N:Smit;Anna;Maria;Dr.;', 'Anna Maria Smit'],
				['N;ENCODING=QUOTED-PRINTABLE:;=D0=90=D0=BD=D0=BD=D0=B0;;;', 'Анна'],
				['N:;;;;', null],
			] as Array<[string, string | null, string?]>
		).map(([line, name, number]): [string, object, unknown] => [
			'contactMessage',
			{ contactMessageData: { vcard: `BEGIN:VCARD\r\n${line}\r\nEND:VCARD` } },
			[{ name, phoneNumbers: number === undefined ? [] : [number] }],
		]),
		['contactMessage', { contactMessageData: {} }, [{ name: null, phoneNumbers: [] }]],
		['contactsArrayMessage', { messageData: { contacts: 'none' } }, null],
	])('sharedContacts of a message of type %s (%j)', (typeMessage, data, sharedContacts) => {
		expect(simplify(message({ typeMessage, ...data }))).toMatchObject({ sharedContacts });
	});

	it.each([
		['a channel of Telegram', { chatId: '-1001234567890', chatType: 'channel' }, false],
		['a group of Telegram', { chatId: '-1001234567890', chatType: 'supergroup' }, true],
	])('isGroup of %s', (_what, senderData, isGroup) => {
		expect(simplify(message(TEXT_MESSAGE, undefined, senderData))).toMatchObject({ isGroup });
	});

	it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
		'of a message of type %s',
		(typeMessage) => {
			const notification = message({ typeMessage, textMessageData: { textMessage: 'Hi' } });
			expect(simplify(notification)).toMatchObject({ messageType: typeMessage, text: 'Hi' });
		},
	);

	it('never throws, whatever comes, nor does the question who wants it', () => {
		const anything = fc.jsonValue();
		const shaped = fc.record(
			{
				typeWebhook: anything,
				senderData: fc.oneof(anything, fc.record({ chatId: anything, sender: anything })),
				messageData: fc.oneof(
					anything,
					fc.record({ typeMessage: fc.oneof(anything, fc.constant('__proto__')) }),
					fc.record({ contactMessageData: fc.record({ vcard: anything }) }),
				),
				timestamp: anything,
				quotaData: anything,
			},
			{ requiredKeys: [] },
		);
		fc.assert(
			fc.property(fc.oneof(fc.dictionary(fc.string(), anything), shaped), (given) => {
				const notification = given as Notification;
				expect(Object.keys(simplify(notification)).length).toBeGreaterThanOrEqual(13);
				const options = {
					chats: 'people' as const,
					includeStatusAndChannels: false,
					onlyChats: new Set(['71234567890@c.us']),
				};
				expect(typeof wants({ events: ['any'], ...options }, notification)).toBe('boolean');
			}),
		);
	});
});

describe('events', () => {
	it.each(['incomingMessageReceived', 'outgoingMessageReceived'])(
		'edits, deletions and polls in %s are events of their own',
		(type) => {
			const of = (typeMessage: string) => eventOf(message({ typeMessage }, type));
			expect(of('textMessage')).toBe(type);
			expect(of('editedMessage')).toBe('editedMessage');
			expect(of('deletedMessage')).toBe('deletedMessage');
			expect(of('pollUpdateMessage')).toBe('pollMessage');
		},
	);

	it('need these settings', () => {
		const table = EVENT_OPTIONS.map(({ value }) => [value, flagsFor([String(value)]).join()]);
		expect(Object.fromEntries(table)).toMatchObject({
			incomingMessageReceived: 'incomingWebhook',
			outgoingMessageReceived: 'outgoingMessageWebhook',
			outgoingAPIMessageReceived: 'outgoingAPIMessageWebhook',
			outgoingMessageStatus: 'outgoingWebhook',
			stateInstanceChanged: 'stateWebhook',
			statusInstanceChanged: 'stateWebhook',
			incomingCall: 'incomingWebhook,incomingCallWebhook',
			outgoingCall: 'outgoingCallWebhook',
			incomingBlock: 'incomingWebhook,incomingBlockWebhook',
			editedMessage: 'incomingWebhook,editedMessageWebhook',
			deletedMessage: 'incomingWebhook,deletedMessageWebhook',
			pollMessage: 'incomingWebhook,pollMessageWebhook',
			deviceInfo: '',
			quotaExceeded: '',
		});
		expect(flagsFor(['any'])).toHaveLength(11);
	});

	it('a setting that two of them need is named once', () => {
		expect(flagsFor(['stateInstanceChanged', 'statusInstanceChanged'])).toEqual(['stateWebhook']);
	});
});

describe('what a trigger wants', () => {
	const asked = (options: object = {}) => ({
		events: ['incomingMessageReceived', 'stateInstanceChanged'],
		chats: 'all' as const,
		includeStatusAndChannels: false,
		onlyChats: new Set<string>(),
		...options,
	});
	const inGroup = message(TEXT_MESSAGE, undefined, { ...SENDER, chatId: '7900-158@g.us' });
	const state = { typeWebhook: 'stateInstanceChanged', stateInstance: 'blocked' } as never;

	it('its events', () => {
		expect(wants(asked(), message(TEXT_MESSAGE))).toBe(true);
		expect(wants(asked(), message(TEXT_MESSAGE, 'outgoingMessageReceived'))).toBe(false);
		expect(wants(asked(), { typeWebhook: 'somethingNew' })).toBe(false);
		expect(wants(asked({ events: ['any'] }), { typeWebhook: 'somethingNew' })).toBe(true);
	});

	it('its chats; what happened in no chat all the same', () => {
		expect(wants(asked({ chats: 'people' }), inGroup)).toBe(false);
		expect(wants(asked({ chats: 'groups' }), inGroup)).toBe(true);
		expect(wants(asked({ chats: 'groups' }), message(TEXT_MESSAGE))).toBe(false);
		expect(wants(asked({ chats: 'groups' }), state)).toBe(true);
		const onlyChats = new Set(['71234567890@c.us']);
		expect(wants(asked({ onlyChats }), message(TEXT_MESSAGE))).toBe(true);
		expect(wants(asked({ onlyChats }), inGroup)).toBe(false);
		expect(wants(asked({ onlyChats }), state)).toBe(true);
	});

	const PERSON = ['all', 'people'];
	const GROUP = ['all', 'groups'];
	const FEED = ['all with status and channels'];

	it.each<[object, string[]]>([
		[{ chatId: '71234567890@c.us' }, PERSON],
		[{ chatId: '71234567890@s.whatsapp.net' }, PERSON],
		[{ chatId: '123456789012345@lid' }, PERSON],
		[{ chatId: '10000000' }, PERSON],
		[{ chatId: '10000000', senderType: 'user' }, PERSON],
		[{ chatId: '10000000', senderType: 'bot' }, ['all']],
		[{ chatId: 'status@broadcast' }, FEED],
		[{ chatId: '1234567890@broadcast' }, FEED],
		[{ chatId: '120363043968066561@newsletter' }, FEED],
		[{ chatId: '-1001234567890', chatType: 'channel' }, FEED],
		[{ chatId: '-1001234567890', chatType: 'supergroup', senderType: 'bot' }, GROUP],
		[{ chatId: '120363043968066561@g.us' }, GROUP],
		[{ chatId: '-1001234567890' }, GROUP],
	])('what happens in %j comes with %j', (senderData, expected) => {
		const notification = message(TEXT_MESSAGE, undefined, senderData);
		const having = [
			...(['all', 'people', 'groups'] as const).filter((chats) =>
				wants(asked({ chats }), notification),
			),
			...(wants(asked(), notification) ? [] : ['all with status and channels']).filter(() =>
				wants(asked({ includeStatusAndChannels: true }), notification),
			),
		];
		expect(having).toEqual(expected);
	});

	it.each<[object, boolean]>([
		[{ chatId: '10000000', sender: '10000000', senderPhoneNumber: 79001234567 }, true],
		[{ chatId: '10000000', sender: '10000000', senderPhoneNumber: '79001234567' }, true],
		[{ chatId: '10000000', sender: '10000000', senderPhoneNumber: 0 }, false],
		[{ chatId: '10000000', sender: '10000000', senderPhoneNumber: 79001234568 }, false],
		[{ chatId: '-100123', sender: '10000000', senderPhoneNumber: 79001234567 }, false],
		// What the instance itself has written: the number is its own.
		[{ chatId: '10000001', sender: '10000000', senderPhoneNumber: 79001234567 }, false],
	])('a chat that "Only Chats" names by its phone number: %j, %s', (senderData, expected) => {
		const onlyChats = new Set(['+79001234567']);
		const notification = message(TEXT_MESSAGE, undefined, senderData);
		expect(wants(asked({ onlyChats }), notification)).toBe(expected);
	});

	it('a channel that "Only Chats" names', () => {
		const senderData = { chatId: '-1001234567890', chatType: 'channel' };
		const onlyChats = new Set(['-1001234567890']);
		expect(wants(asked({ onlyChats }), message(TEXT_MESSAGE, undefined, senderData))).toBe(true);
	});
});

describe('receiveNotification’s answer', () => {
	it.each([null, {}, { body: {} }])('%j holds no notification', (answer) =>
		expect(readReceived(JSON.stringify(answer))).toBeUndefined(),
	);

	it.each([null, undefined, 'text', 7, [], [1]])(
		'with a receipt and %j as its body holds one that can be deleted, and is given to "Anything"',
		(body) => {
			const received = readReceived(JSON.stringify({ receiptId: 1, body }));
			expect(received).toMatchObject({ receiptId: '1', notification: {} });
			expect(received?.copy()).toEqual({});
			const options = {
				chats: 'all' as const,
				includeStatusAndChannels: false,
				onlyChats: new Set<string>(),
			};
			expect(wants({ events: ['any'], ...options }, {})).toBe(true);
			expect(wants({ events: ['incomingMessageReceived'], ...options }, {})).toBe(false);
		},
	);
});

describe('a receipt', () => {
	it.each([
		['{"receiptId":1,"body":{}}', '1'],
		['{"receiptId":9007199254740993,"body":{}}', '9007199254740993'],
		['{"body":{"receiptId":5},"receiptId": 18446744073709551615}', '18446744073709551615'],
		['{"receiptId":"9007199254740993","body":{}}', '9007199254740993'],
		['{"receiptId":"f7-ae","body":{"text":"\\"receiptId\\":8"}}', 'f7-ae'],
	])('goes back as it came: %s', (answer, receiptId) => {
		expect(readReceived(answer)?.receiptId).toBe(receiptId);
	});

	it('is no part of what the notification says', () => {
		const textOf = (answer: string) => readReceived(answer)?.text;
		const one = textOf('{"receiptId":1,"body":{"idMessage":"a"}}');
		expect(textOf('{"receiptId":"2","body":{"idMessage":"a"}}')).toBe(one);
		expect(textOf('{"receiptId":1,"body":{"idMessage":"b"}}')).not.toBe(one);
	});
});

it('5,000 levels of nesting are read, copied and told apart', () => {
	const nested = `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`;
	const received = readReceived(`{"receiptId":1,"body":${nested}}`);
	expect(Object.keys(received?.copy() ?? {})).toEqual(['a']);
	expect(received?.copy()).not.toBe(received?.notification);
});

it('n8n’s log is given type and id of a notification, and never a person’s words', () => {
	const labelFor = (body: object) => {
		const received = readReceived(JSON.stringify({ receiptId: 7, body }));
		return received && labelOf(received);
	};
	const typeWebhook = 'incomingMessageReceived';
	expect(labelFor({ typeWebhook, idMessage: 'F7' })).toBe('incomingMessageReceived F7');
	expect(labelFor({ typeWebhook })).toBe('incomingMessageReceived 7');
	expect(labelFor({ typeWebhook: 'Hello Ivan', idMessage: 'F'.repeat(99) })).toBe(
		'(unknown) (unknown)',
	);
});
