import fc from 'fast-check';
import type { ChatId, ChatIdReading } from '@package/nodes/shared/green-api/chatId';
import { readListedChat } from '@package/nodes/shared/green-api/chatList';
import {
	MESSENGER_OPTIONS,
	messengerNamed,
	otherMessenger,
	ownFieldsOf,
	requestsPerSecond,
} from '@package/nodes/shared/green-api/messengers';
import { METHODS } from '@package/nodes/shared/green-api/methods';
import { expectPlainWords } from '../assertions/words';

const [WHATSAPP, TELEGRAM, MAX] = ['whatsapp', 'telegram', 'max'].map(messengerNamed);
const ALL = [WHATSAPP, TELEGRAM, MAX];
const WITH_DIGITS = [TELEGRAM, MAX];

function rejectionOf(reading: ChatIdReading | undefined) {
	if (!reading || reading.ok) throw new Error('It was read');
	return reading.rejection;
}

const read = (value: unknown, messenger = TELEGRAM, defaultCountryCode = '') =>
	messenger?.readChat(value, { defaultCountryCode });
const accepted = (kind: ChatId['kind'], id: string) => ({ ok: true, chatId: { kind, id } });

describe('the messenger of a credential', () => {
	it('is WhatsApp where the credential was saved before it had one', () => {
		expect(messengerNamed(undefined)).toBe(WHATSAPP);
		expect(messengerNamed('constructor')).toBe(WHATSAPP);
	});

	it('is told when the instance is of another one, and only then', () => {
		for (const expected of ALL) {
			for (const actual of ALL) {
				if (!expected || !actual) throw new Error('There are three');
				const failure = otherMessenger(actual.typeInstance, expected);
				if (actual === expected) {
					expect(failure).toBeUndefined();
				} else {
					expect(failure).toMatchObject({ kind: 'instance', code: 'OTHER_MESSENGER' });
					expect(failure?.message).toContain(`is of ${actual.label}`);
					expect(failure?.description).toContain(`Set "Messenger" to ${actual.label}`);
				}
			}
		}
		expect(WHATSAPP && otherMessenger(undefined, WHATSAPP)).toBeUndefined();
		expect(WHATSAPP && otherMessenger('v7', WHATSAPP)).toBeUndefined();
	});

	it('lacks methods that the package has', () => {
		for (const messenger of ALL) {
			for (const method of messenger?.lacks ?? []) expect(METHODS).toHaveProperty(method);
			expect(messenger?.lacks).not.toContain(messenger?.check);
		}
	});
});

describe('what an instance can do', () => {
	it('is offered for each messenger, by its name', () => {
		expect(MESSENGER_OPTIONS).toEqual([
			{ name: 'MAX', value: 'max' },
			{ name: 'Telegram', value: 'telegram' },
			{ name: 'WhatsApp', value: 'whatsapp' },
		]);
	});

	it.each([
		['whatsapp', 'whatsapp'],
		['telegram', 'telegram'],
		['max', 'v3'],
	])('of %s is known by what GREEN-API calls it: %s', (name, typeInstance) => {
		expect(messengerNamed(name).typeInstance).toBe(typeInstance);
	});

	it('of WhatsApp is everything but another messenger’s check', () => {
		expect(messengerNamed('whatsapp')).toMatchObject({
			label: 'WhatsApp',
			lacks: ['checkAccount'],
			check: 'checkWhatsapp',
			hasProducts: true,
			chatLists: { people: { query: { group: false } } },
			ownFields: [],
		});
	});

	it.each(['telegram', 'max'])('of %s is to read, but not to write the address book', (name) => {
		expect(messengerNamed(name)).toMatchObject({
			lacks: ['addContact', 'editContact', 'deleteContact', 'checkWhatsapp'],
			check: 'checkAccount',
			hasProducts: false,
			chatLists: { groups: { method: 'getChats' } },
			ownFields: ['username'],
		});
	});

	it.each([
		['whatsapp', { groupId: '-1' }],
		['telegram', { chatId: '-1' }],
		['max', { groupId: '-1', chatId: '-1' }],
	])('of %s asks for a group as its documentation says', (name, body) => {
		expect(messengerNamed(name).groupBody('-1')).toEqual(body);
	});

	it('has limits that differ on MAX alone', () => {
		const faster = ['checkAccount', 'getAvatar', 'getContactInfo', 'getGroupData'] as const;
		for (const method of Object.keys(METHODS) as Array<keyof typeof METHODS>) {
			for (const name of ['whatsapp', 'telegram']) {
				expect(requestsPerSecond(method, messengerNamed(name))).toBe(
					METHODS[method].requestsPerSecond,
				);
			}
			expect(requestsPerSecond(method, messengerNamed('max'))).toBe(
				faster.some((one) => one === method) ? 10 : METHODS[method].requestsPerSecond,
			);
		}
	});

	it('of Telegram and MAX gives a username, null where there is none', () => {
		const ivan = { username: 'ivan', name: 'Ivan' };
		for (const name of ['telegram', 'max']) {
			expect(ownFieldsOf(ivan, messengerNamed(name))).toEqual({ username: 'ivan' });
			for (const none of [{}, { username: '' }, { username: null }]) {
				expect(ownFieldsOf(none, messengerNamed(name))).toEqual({ username: null });
			}
		}
		expect(ownFieldsOf(ivan, messengerNamed('whatsapp'))).toEqual({});
	});
});

describe.each(WITH_DIGITS.map((messenger) => [messenger?.label, messenger] as const))(
	'chats of %s',
	(_label, messenger) => {
		const reads = (value: unknown, country = '') => read(value, messenger, country);

		it.each<[string, unknown, ChatId['kind'], string]>([
			['an id', '10000000', 'person', '10000000'],
			['an id as a number', 10_000_000, 'person', '10000000'],
			['an id with spaces around', ' 10000000 ', 'person', '10000000'],
			['an id that could be a phone number', '79001234567', 'person', '79001234567'],
			['an id after a spreadsheet’s quote', "'79001234567", 'person', '79001234567'],
			['an id in quotes', '"79001234567"', 'person', '79001234567'],
			['an id in a spreadsheet’s formula', '="79001234567"', 'person', '79001234567'],
			['an id with a separator', '79001234567;', 'person', '79001234567'],
			['a group in quotes', '"-1001234567890",', 'group', '-1001234567890'],
			['a phone number in quotes', "'+7 900 123-45-67", 'phone', '+79001234567'],
			['a group', '-1001234567890', 'group', '-1001234567890'],
			['a group as a number', -1_001_234_567_890, 'group', '-1001234567890'],
			['a group with a typeset minus', '\u22121001234567890', 'group', '-1001234567890'],
			['a phone number', '+7 (900) 123-45-67', 'phone', '+79001234567'],
			['one with 00', '007 900 123-45-67', 'phone', '+79001234567'],
			['a tel: address', 'tel:+79001234567', 'phone', '+79001234567'],
			['one in groups', '7 900 123-45-67', 'phone', '+79001234567'],
		])('takes %s', (_what, value, kind, id) => {
			expect(reads(value)).toMatchObject(accepted(kind, id));
		});

		it('never takes digits alone for a phone number, whatever the default country is', () => {
			const digits = fc.stringMatching(/^[1-9]\d{0,15}$/);
			const country = fc.constantFrom('', '7', '1', '972', '44', '375');
			fc.assert(
				fc.property(digits, country, (id, code) => {
					expect(reads(id, code)).toEqual(accepted('person', id));
					expect(reads(`-${id}`, code)).toEqual(accepted('group', `-${id}`));
				}),
			);
		});

		it('never takes dressed digits for a phone number, nor for another id', () => {
			const digits = fc.stringMatching(/^[1-9]\d{6,12}$/);
			const country = fc.constantFrom('', '7', '1', '972', '44', '375');
			const dressed = [
				"'…",
				'"…"',
				'="…"',
				'“…”',
				'`…`',
				'…;',
				'…,',
				', …',
				'…|',
				'"…";',
				"'…',",
				'…_',
				'_…',
				'(…)',
				'[…]',
				'…-',
				'…/',
				'….',
				'….0',
				'….000',
				'…,0',
				'tel:…',
				'Tel: …',
				'number …',
				'№ …',
				'… (mobile)',
				'…@',
				'☎ …',
				'•…',
				'p:…',
				'TEL;TYPE=CELL:…',
				'id …',
				'#…',
				'=…',
			];
			fc.assert(
				fc.property(digits, country, fc.constantFrom(...dressed), (id, code, dress) => {
					for (const written of [
						id,
						id.replace(/(\d{3})(?=\d{2})/g, '$1_'),
						id.replace(/(?<=\d)(?=(\d{3})+$)/g, "'"),
					]) {
						const reading = reads(dress.replace('…', written), code);
						if (reading?.ok) expect(reading).toEqual(accepted('person', id));
					}
				}),
			);
		});

		it('never takes a phone number, however it is written, for an id', () => {
			const number = fc.stringMatching(/^9\d{9}$/).map((rest) => `7${rest}`);
			const written = fc.constantFrom(
				(digits: string) => `+${digits}`,
				(digits: string) => `00${digits}`,
				(digits: string) => `+7 (${digits.slice(1, 4)}) ${digits.slice(4)}`,
				(digits: string) => `tel:+${digits}`,
			);
			fc.assert(
				fc.property(number, written, (digits, write) => {
					const reading = reads(write(digits));
					if (reading?.ok) expect(reading).toEqual(accepted('phone', `+${digits}`));
				}),
			);
		});

		it('reads national numbers that no id looks like with the default country', () => {
			expect(reads('8 (912) 345-67-89', '7')).toEqual(accepted('phone', '+79123456789'));
			expect(reads('8 (912) 345-67-89')).toMatchObject({ ok: false });
		});

		it.each([
			'71234567890@c.us',
			'71234567890@s.whatsapp.net',
			'84567890123456@lid',
			'120363043968066561@g.us',
		])('refuses %s, and says that it is WhatsApp’s', (value) => {
			const { message, description } = rejectionOf(reads(value));
			expect(message).toContain('is a WhatsApp chat ID');
			expect(message).toContain(messenger?.label);
			expect(description).toContain('10000000');
		});

		it.each([
			['10000000.0', /chat ID or a phone number/],
			['10000000.00', /chat ID or a phone number/],
			['972501234567.000', /chat ID or a phone number/],
			['900_123_45_67', /chat ID or a phone number/],
			['tel:79001234567', /chat ID or a phone number/],
			['№ 79001234567', /chat ID or a phone number/],
			['79001234567 (mobile)', /chat ID or a phone number/],
			['(79001234567)', /chat ID or a phone number/],
			['7.9001234567E10', /chat ID or a phone number/],
			['-1001234567890x', /minus sign/],
			['7.9001234567E+10', /chat ID or a phone number/],
			['79 001 234 567', /chat ID or a phone number/],
			['1,000,000', /chat ID or a phone number/],
			['+7 900', /too short/],
			['', /empty/],
			[null, /missing/],
			['10000000, 10000001', /more than one number/],
			['ivan', /letters/],
			['12345678901234567', /too long/],
			[2 ** 53, /is no phone number/],
			[{ id: 1 }, /an object/],
		])('refuses %j and never speaks of WhatsApp', (value, words) => {
			const rejection = rejectionOf(reads(value));
			expect(rejection.message).toMatch(words);
			expect(JSON.stringify(rejection)).not.toMatch(/WhatsApp|@c\.us/);
			expectPlainWords(rejection);
		});

		it('never throws, and gives nothing but these forms', () => {
			const forms = /^(-?[1-9]\d{0,15}|\+[1-9]\d{6,14}|@[a-z]\w{3,31})$/i;
			fc.assert(
				fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.anything()), (value) => {
					const reading = reads(value);
					if (reading?.ok) expect(reading.chatId.id).toMatch(forms);
					else expectPlainWords(rejectionOf(reading));
				}),
			);
		});

		it('has the phone number as text, and null where it is hidden', () => {
			const number = (phoneNumber?: number | string | null) =>
				messenger?.phoneNumberOf({ phoneNumber }, '10000000');
			expect(number(79_001_234_567)).toBe('79001234567');
			for (const hidden of [0, '', null, undefined, 'x79', '79x', 2 ** 53])
				expect(number(hidden)).toBeNull();
		});

		it('leaves out of its list what is no chat id', () => {
			for (const chatId of ['+79001234567', '@ivan_petrov', '', 0, null]) {
				expect(messenger && readListedChat({ chatId }, messenger)).toBeUndefined();
			}
		});

		it('reads the entries of its list', () => {
			const entry = { chatId: '10000000', name: 'Ann', contactName: '', phoneNumber: 0 };
			expect(messenger && readListedChat(entry, messenger)).toEqual({
				chatId: { kind: 'person', id: '10000000' },
				formerChatId: null,
				lid: null,
				names: ['Ann'],
				isSaved: false,
				phoneNumber: null,
				number: '10000000',
			});
		});
	},
);

describe('usernames', () => {
	it('are Telegram’s', () => {
		expect(read('@ivan_petrov')).toEqual(accepted('username', '@ivan_petrov'));
		for (const messenger of [MAX, WHATSAPP]) {
			expect(rejectionOf(read('@ivan_petrov', messenger)).message).toContain('username');
		}
	});

	it.each(['@1van', '@iv', '@ivan petrov', 'ivan@petrov'])('refuses %s', (value) => {
		expect(read(value)).toMatchObject({ ok: false });
	});
});

describe('phone numbers of MAX', () => {
	it.each(['+7 900 123-45-67', '+375 29 123-45-67'])('takes %s', (value) => {
		expect(read(value, MAX)).toMatchObject({ ok: true });
	});

	it('refuses those of other countries, which GREEN-API does not look up', () => {
		const { message, description } = rejectionOf(read('+972 50 123 4567', MAX));
		expect(message).toMatch(/"\+972 50 123 4567" is no phone number that MAX can be asked about/);
		expect(description).toContain('+7 and +375');
	});
});
