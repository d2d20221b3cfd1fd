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
	it('of a message: ten fields, the chat at the top', () => {
		expect(simplify(message(TEXT_MESSAGE))).toEqual({
			event: 'incomingMessageReceived',
			chatId: '71234567890@c.us',
			sender: '71234567890@c.us',
			senderName: 'Dealer',
			isGroup: false,
			text: 'Hello',
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
		isGroup: null,
		text: null,
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
			{ from: '71234567890@c.us', idMessage: 'F7', status: 'missed' },
			{
				chatId: '71234567890@c.us',
				sender: '71234567890@c.us',
				isGroup: false,
				messageId: 'F7',
				status: 'missed',
			},
		],
		[
			'outgoingCall',
			// GREEN-API's page: "Chat and correspondent Id, in which the call was made".
			{ from: '71234567890@c.us', status: 'hangUp' },
			{ chatId: '71234567890@c.us', isGroup: false, status: 'hangUp' },
		],
		[
			'incomingBlock',
			{ chatId: '71234567890@c.us', chatState: 'blocked' },
			{ chatId: '71234567890@c.us', isGroup: false, status: 'blocked' },
		],
		['deviceInfo', { deviceData: { platform: 'android' } }, {}],
		['quotaExceeded', { quotaData: { method: 'checkWhatsapp' } }, {}],
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

	it('never throws, whatever comes', () => {
		fc.assert(
			fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (notification) => {
				expect(Object.keys(simplify(notification as never)).length).toBeGreaterThanOrEqual(10);
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

	it.each([
		['71234567890@c.us', true],
		['71234567890@s.whatsapp.net', true],
		['123456789012345@lid', true],
		['10000000', true],
		['status@broadcast', false],
		['1234567890@broadcast', false],
		['120363043968066561@newsletter', false],
		['120363043968066561@g.us', false],
		['-1001234567890', false],
	])('"People" are persons: %s counts as one: %s. With "All" all of them come', (chatId, isOne) => {
		const notification = message(TEXT_MESSAGE, undefined, { ...SENDER, chatId });
		expect(wants(asked({ chats: 'people' }), notification)).toBe(isOne);
		expect(wants(asked(), notification)).toBe(true);
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
