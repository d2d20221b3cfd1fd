import fc from 'fast-check';
import {
	Answer,
	type AnswerForm,
	type AnswerKind,
	type Outcome,
	readAnswer,
} from '@package/nodes/shared/green-api/answer';
import { METHODS } from '@package/nodes/shared/green-api/methods';
import { expectNothingShared } from '../assertions/objectGraph';
import { expectPlainWords, FAKE_TOKEN } from '../assertions/words';

const CONTACT = '{"chatId":"71234567890@c.us"}';
const KINDS: AnswerKind[] = ['object', 'list'];
const OBJECT: AnswerForm = { answer: 'object' };
const LIST: AnswerForm = { answer: 'list' };
const NOTHING: AnswerForm = { answer: 'objectOrNothing' };

function answerOf(outcome: Outcome<Answer>): Answer {
	if (!outcome.ok) throw new Error(outcome.failure.message);
	return outcome.value;
}

describe('reading an answer', () => {
	const success = fc.integer({ min: 200, max: 299 });
	const space = fc.string({ unit: fc.constantFrom(' ', '\n', '\t', '\r'), maxLength: 3 });
	const jsonOf = (value: fc.Arbitrary<unknown>) =>
		fc.tuple(space, value, space).map(([before, json, after]) => {
			return before + JSON.stringify(json) + after;
		});

	it.each([
		['object', fc.dictionary(fc.string(), fc.jsonValue())],
		['list', fc.array(fc.jsonValue())],
	] as const)('gives any success that is an %s exactly as it was sent', (expected, value) => {
		fc.assert(
			fc.property(jsonOf(value), success, (body, status) => {
				const answer = answerOf(readAnswer(status, body, { answer: expected }));
				expect(answer.text).toBe(body);
				expect(answer.isNull).toBe(false);
				expect(JSON.stringify(answer.read())).toBe(JSON.stringify(JSON.parse(body)));
			}),
		);
	});

	it('knows null, which GREEN-API answers for groups', () => {
		for (const body of ['null', ' null\n']) {
			const answer = answerOf(readAnswer(200, body, { answer: 'objectOrNull' }));
			expect(answer.isNull).toBe(true);
			expect(answer.read()).toBeNull();
		}
	});

	it.each(['', ' \n', 'null'])('knows that there is nothing to tell: %j', (body) => {
		const answer = answerOf(readAnswer(200, body, NOTHING));
		expect(answer.isNull).toBe(true);
		expect(answer.read()).toBeNull();
	});

	it('gives an object where there is something to tell', () => {
		const answer = answerOf(readAnswer(200, CONTACT, NOTHING));
		expect(answer.isNull).toBe(false);
		expect(answer.read()).toEqual(JSON.parse(CONTACT));
	});

	it.each([
		['object', ''],
		['objectOrNothing', '[]'],
		['objectOrNothing', '"x"'],
		['list', ''],
		['object', 'null'],
		['objectOrNull', ''],
		['object', '[]'],
		['object', `[${CONTACT}]`],
		['object', '"null"'],
		['object', '5'],
		['object', '0'],
		['object', 'true'],
		['object', 'false'],
		['list', CONTACT],
		['list', '{"0":{},"length":1}'],
		['list', 'null'],
		['list', '"[]"'],
		['list', '0'],
	] as const)('where an answer is an %s, %s does not come from GREEN-API', (expected, body) => {
		expect(readAnswer(200, body, { answer: expected })).toMatchObject({
			ok: false,
			failure: { kind: 'transient', code: '200' },
		});
	});

	it.each([
		['an empty body', ''],
		['a proxy’s page', '<html><body>Sign in to the network</body></html>'],
		['JSON that is cut off', '{"avatar":"https://pps.whatsapp.net/v/t61.24694-24/24_13494719","na'],
		['plain text', 'OK'],
		['two answers in one', '{}{}'],
	])('a success with %s may pass by itself', (_what, body) => {
		for (const expected of KINDS) {
			expect(readAnswer(200, body, { answer: expected })).toMatchObject({
				ok: false,
				failure: { kind: 'transient', code: '200' },
			});
		}
	});

	it.each([
		[199, 'item'],
		[302, 'instance'],
		[400, 'item'],
		[401, 'instance'],
		[429, 'transient'],
		[500, 'transient'],
	])('%i is a failure even when the body is a contact', (status, kind) => {
		expect(readAnswer(status, CONTACT, OBJECT)).toMatchObject({
			ok: false,
			failure: { kind, code: String(status) },
		});
	});

	it('tells what GREEN-API’s text means, not the text', () => {
		const body = '{"message":"Instance account is expired. Renew instance"}';
		const outcome = readAnswer(400, body, OBJECT);
		expect(outcome).toMatchObject({ ok: false, failure: { kind: 'instance' } });
		expect(JSON.stringify(outcome)).not.toContain('Renew instance');
	});

	it('never throws, and never lets a body that is no answer through', () => {
		const body = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.constant(''));
		const kind = fc.constantFrom(...KINDS);
		fc.assert(
			fc.property(fc.integer({ min: 0, max: 999 }), body, kind, (status, text, expected) => {
				const outcome = readAnswer(status, `${FAKE_TOKEN}${text}`, { answer: expected });
				expect(outcome.ok).toBe(false);
				if (outcome.ok) return;
				expect(JSON.stringify(outcome)).not.toContain(FAKE_TOKEN.slice(0, 10));
				expectPlainWords(outcome.failure);
			}),
		);
	});
});

describe('an answer that several read', () => {
	it('gives each of them objects of their own', () => {
		const body = '{"name":"Dealer","products":[{"id":"1"}]}';
		for (const answer of [new Answer(body), answerOf(readAnswer(200, body, OBJECT))]) {
			const given = [answer.read(), answer.read(), answer.read()];
			expectNothingShared(given);
			for (const value of given) expect(value).toEqual(JSON.parse(body));
		}
	});
});

describe('an answer with a reason in place of a result', () => {
	it.each<[keyof typeof METHODS, object, string]>([
		['getAvatar', { reason: 'bad request data' }, 'item'],
		['getAvatar', { reason: 'get avatar timeout limit exceeded' }, 'transient'],
		['getAvatar', { reason: 'rate-overlimit', urlAvatar: '', available: true }, 'transient'],
		['getAvatar', { reason: 'rate-overlimit', urlAvatar: null }, 'transient'],
		['getAvatar', { reason: 'rate-overlimit', urlAvatar: null, chatId: '1@c.us' }, 'transient'],
		['getAvatar', { reason: 'rate-overlimit', urlAvatar: null, code: 429 }, 'transient'],
		['getAvatar', { status: 'error', reason: 'rate-overlimit', urlAvatar: '' }, 'transient'],
		[
			'checkWhatsapp',
			{
				existsWhatsapp: false,
				reason: 'check phone number timeout limit exceeded',
				phoneNumber: '1@c.us',
			},
			'transient',
		],
		['checkAccount', { exist: false, reason: 'limit reached', chatId: '0' }, 'method'],
		['checkAccount', { exist: false, reason: 'limit reached', phoneNumber: 0 }, 'method'],
		['getContactInfo', { status: false, reason: 'limit reached' }, 'method'],
		['getContactInfo', { status: false, reason: 'limit reached', chatId: '1@c.us' }, 'method'],
		['getContactInfo', { status: 'fail', reason: 'limit reached', phoneNumber: 1 }, 'method'],
		['getGroupData', { reason: 'limit reached', groupId: '1@g.us', participants: [] }, 'method'],
		['getContacts', { status: false, reason: 'limit reached' }, 'method'],
		['getSettings', { reason: 'bad request data', status: true, more: {} }, 'item'],
		['addContact', { addContact: false, reason: 'limit reached' }, 'method'],
		['receiveNotification', { reason: 'bad request data' }, 'item'],
	])('is a failure: %s, %j', (method, body, kind) => {
		const outcome = readAnswer(200, JSON.stringify(body), METHODS[method]);
		expect(outcome).toMatchObject({ ok: false, failure: { kind, code: '200' } });
	});

	it.each<[keyof typeof METHODS, object]>([
		['deleteNotification', { result: false, reason: 'gone' }],
		['getAvatar', { urlAvatar: 'https://pps.whatsapp.net/1', reason: 'a field of its own' }],
		['checkWhatsapp', { existsWhatsapp: true, reason: 'a field of its own' }],
		['checkWhatsapp', { existsWhatsapp: false, reason: '' }],
		['getContactInfo', { chatId: '1@c.us', status: false, reason: 'gone', name: 'Ivan' }],
		['getContactInfo', { chatId: '1@c.us', reason: null }],
		['getContactInfo', { chatId: '1@c.us', reason: { text: 'x' } }],
		['getGroupData', { groupId: '1@g.us', subject: 'Family', reason: 'gone' }],
		['receiveNotification', { receiptId: 1, body: {}, reason: 'a field of its own' }],
		['getSettings', { status: false }],
	])('is none where there is a result, or no reason: %s, %j', (method, body) => {
		expect(readAnswer(200, JSON.stringify(body), METHODS[method]).ok).toBe(true);
	});
});

describe('an answer without the result of its method', () => {
	it.each<[keyof typeof METHODS, string]>([
		['getAvatar', '{}'],
		['getAvatar', 'null'],
		['getAvatar', '{"message":"Monthly quota has been exceeded"}'],
		['getAvatar', '{"statusCode":500,"message":"x"}'],
		['getContactInfo', '{}'],
		['getContactInfo', '{"message":"Monthly quota has been exceeded"}'],
		['getGroupData', '{"message":"x"}'],
		['checkWhatsapp', '{}'],
		['checkWhatsapp', 'null'],
		['checkWhatsapp', '{"existsWhatsapp":null}'],
		['checkWhatsapp', '{"existsWhatsapp":"true"}'],
		['checkWhatsapp', '{"exist":true}'],
		['checkWhatsapp', '{"__proto__":{"existsWhatsapp":true},"constructor":1}'],
	])('is a failure that may pass: %s, %s', (method, body) => {
		expect(readAnswer(200, body, METHODS[method])).toMatchObject({
			ok: false,
			failure: { id: 'notJson', kind: 'transient' },
		});
	});

	it.each(['{"addContact":false}', '{"addContact":"true"}', '{}', 'null', '{"editContact":true}'])(
		'says, where something was to be done, that it was not: %s',
		(body) =>
			expect(readAnswer(200, body, METHODS.addContact)).toMatchObject({
				ok: false,
				failure: { id: 'notDone', kind: 'item', code: '200' },
			}),
	);

	it.each<[keyof typeof METHODS, object]>([
		['addContact', { addContact: true }],
		['checkWhatsapp', { existsWhatsapp: true, chatId: '' }],
		['checkWhatsapp', { existsWhatsapp: false, chatId: '' }],
		['getAvatar', { urlAvatar: '' }],
		['getAvatar', { urlAvatar: null }],
		['getContactInfo', { chatId: '1@c.us' }],
	])('is none where it is there: %s, %j', (method, body) => {
		expect(answerOf(readAnswer(200, JSON.stringify(body), METHODS[method])).read()).toEqual(body);
	});
});

describe('what GREEN-API says of a quota with status 466', () => {
	const quota = { method: 'checkwhatsapp', used: 100, total: 100, status: 'QUOTE_EXCEEDED' };
	const chats = { ...quota, status: 'CORRESPONDENTS_QUOTA_EXCEEDED' };

	it.each([
		['of a method', { invokeStatus: quota }, 'method'],
		['of a method, without its wrapper', quota, 'method'],
		['of chats', { correspondentsStatus: chats, invokeStatus: null }, 'item'],
	])('is a failure with status 200, too: %s', (_what, body, kind) => {
		for (const expected of [...KINDS, 'objectOrNothing'] as const) {
			expect(readAnswer(200, JSON.stringify(body), { answer: expected })).toMatchObject({
				ok: false,
				failure: { kind, code: '466' },
			});
		}
	});

	it('is an answer where nothing is used up, and as a notification', () => {
		const allowed = { status: 'QUOTE_ALLOWED', invokeStatus: null };
		const notification = { receiptId: 1, body: { typeWebhook: 'quotaExceeded', quotaData: quota } };
		for (const body of [allowed, notification]) {
			expect(readAnswer(200, JSON.stringify(body), NOTHING).ok).toBe(true);
		}
	});
});

describe('an answer that holds the API token', () => {
	const path = `/waInstance1101000001/getContactInfo/${FAKE_TOKEN}`;
	const asked = { token: FAKE_TOKEN };
	const escaped = (text: string, escape: (code: string) => string) =>
		text.replaceAll('k', escape('6b'));

	it.each<[string, unknown]>([
		['as GREEN-API’s refusals do', { statusCode: 400, path, message: 'Validation failed' }],
		['in a text', { message: `Cannot POST ${path}` }],
		['deep inside', { chatId: '1@c.us', debug: { request: [path] } }],
		['in any case', { path: path.toUpperCase() }],
		['without the instance', { path: `/getContactInfo/${FAKE_TOKEN}` }],
		['in a list', [{ id: '1@c.us', path }]],
		['encoded', { url: encodeURIComponent(path) }],
		['encoded twice', { url: encodeURIComponent(encodeURIComponent(path)) }],
		['with its letters encoded', { url: escaped(path, (code) => `%${code}`) }],
		['with its letters encoded three times', { url: escaped(path, (code) => `%2525${code}`) }],
		['as JSON in JSON', { log: escaped(path, (code) => `\\u00${code}`) }],
	])('is a failure: %s', (_what, sent) => {
		const plain = JSON.stringify(sent);
		for (const body of [
			plain,
			plain.replaceAll('/', '\\/'),
			plain.replaceAll('/', '\\u002f'),
			escaped(plain, (code) => `\\u00${code}`),
		]) {
			for (const form of [OBJECT, LIST, NOTHING]) {
				const outcome = readAnswer(200, body, form, asked);
				expect(outcome.ok).toBe(false);
				expect(JSON.stringify(outcome)).not.toContain(FAKE_TOKEN.slice(0, 10));
			}
		}
	});

	it('loses it where it is a notification, which must not block the queue', () => {
		const received = JSON.stringify({ receiptId: 1, body: { text: `see ${path}!` } });
		const answer = answerOf(readAnswer(200, received, NOTHING, asked));
		expect(answer.read()).toEqual({
			receiptId: 1,
			body: { text: 'see /waInstance1101000001/getContactInfo/[API token]!' },
		});
		expect(answer.text).not.toContain(FAKE_TOKEN);
		expect(readAnswer(200, received, OBJECT, asked).ok).toBe(false);
	});

	it('is one where it only looks like a path of somebody else', () => {
		const others = '/waInstance1101000001/getContactInfo/another0token';
		for (const [body, form] of [
			[{ chatId: '1@c.us', description: others }, OBJECT],
			[[{ id: '1@c.us', name: others }], LIST],
		] as const) {
			expect(readAnswer(200, JSON.stringify(body), form, asked).ok).toBe(true);
		}
	});

	it('is one where the token is too short to be told from other text', () => {
		expect(readAnswer(200, '{"chatId":"1@c.us"}', OBJECT, { token: 'c' }).ok).toBe(true);
	});
});

describe('reading takes time in proportion to what the server sent', () => {
	const MB = 1_000_000;
	it.each<[string, string]>([
		['percent signs', '%25'.repeat(MB / 3)],
		['one percent sign that never ends', `%${'25'.repeat(MB / 2)}`],
		['backslashes', '\\\\'.repeat(MB / 2)],
		['empty fields beside a reason', JSON.stringify({ reason: 'x'.repeat(MB), a: [] })],
		['quotas', '{"invokeStatus":"QUOTE_EXCEEDE'.repeat(MB / 30)],
		['spaces', ' '.repeat(MB)],
	])(
		'%s',
		(_what, text) => {
			const readers = [text, JSON.stringify({ text })].flatMap((body) =>
				[OBJECT, NOTHING, METHODS.checkAccount].map(
					(form) => () => readAnswer(200, body, form, { token: FAKE_TOKEN }),
				),
			);
			for (const reader of readers) reader();
		},
		5_000,
	);
});
