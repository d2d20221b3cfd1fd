import fc from 'fast-check';
import {
	Answer,
	type AnswerKind,
	confirmed,
	type Outcome,
	readAnswer,
} from '@package/nodes/shared/green-api/answer';
import { expectNothingShared } from '../assertions/objectGraph';
import { expectPlainWords, FAKE_TOKEN } from '../assertions/words';

const CONTACT = '{"chatId":"71234567890@c.us"}';
const KINDS: AnswerKind[] = ['object', 'list'];

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
				const answer = answerOf(readAnswer(status, body, expected));
				expect(answer.text).toBe(body);
				expect(answer.isNull).toBe(false);
				expect(JSON.stringify(answer.read())).toBe(JSON.stringify(JSON.parse(body)));
			}),
		);
	});

	it('knows null, which GREEN-API answers for groups', () => {
		for (const body of ['null', ' null\n']) {
			const answer = answerOf(readAnswer(200, body, 'object'));
			expect(answer.isNull).toBe(true);
			expect(answer.read()).toBeNull();
		}
	});

	it.each(['', ' \n', 'null'])('knows that there is nothing to tell: %j', (body) => {
		const answer = answerOf(readAnswer(200, body, 'objectOrNothing'));
		expect(answer.isNull).toBe(true);
		expect(answer.read()).toBeNull();
	});

	it('gives an object where there is something to tell', () => {
		const answer = answerOf(readAnswer(200, CONTACT, 'objectOrNothing'));
		expect(answer.isNull).toBe(false);
		expect(answer.read()).toEqual(JSON.parse(CONTACT));
	});

	it.each([
		['object', ''],
		['objectOrNothing', '[]'],
		['objectOrNothing', '"x"'],
		['list', ''],
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
		expect(readAnswer(200, body, expected)).toMatchObject({
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
			expect(readAnswer(200, body, expected)).toMatchObject({
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
		expect(readAnswer(status, CONTACT, 'object')).toMatchObject({
			ok: false,
			failure: { kind, code: String(status) },
		});
	});

	it('tells what GREEN-API’s text means, not the text', () => {
		const body = '{"message":"Instance account is expired. Renew instance"}';
		const outcome = readAnswer(400, body, 'object');
		expect(outcome).toMatchObject({ ok: false, failure: { kind: 'instance' } });
		expect(JSON.stringify(outcome)).not.toContain('Renew instance');
	});

	it('never throws, and never lets a body that is no answer through', () => {
		const body = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.constant(''));
		const kind = fc.constantFrom(...KINDS);
		fc.assert(
			fc.property(fc.integer({ min: 0, max: 999 }), body, kind, (status, text, expected) => {
				const outcome = readAnswer(status, `${FAKE_TOKEN}${text}`, expected);
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
		for (const answer of [new Answer(body), answerOf(readAnswer(200, body, 'object'))]) {
			const given = [answer.read(), answer.read(), answer.read()];
			expectNothingShared(given);
			for (const value of given) expect(value).toEqual(JSON.parse(body));
		}
	});
});

describe('an answer with a reason in place of a result', () => {
	it.each([
		['{"reason":"bad request data"}', 'item'],
		['{"reason":"get avatar timeout limit exceeded"}', 'transient'],
		['{"reason":"get avatar timeout limit exceeded","urlAvatar":"","available":true}', 'transient'],
		['{"reason":"rate-overlimit","urlAvatar":null}', 'transient'],
		['{"status":false,"reason":"User get contact info limit reached"}', 'method'],
		['{"status":false,"reason":"User get contact info limit reached","chatId":""}', 'method'],
		['{"exist":false,"reason":"Check account limit reached","phoneNumber":0}', 'method'],
		['{"reason":"bad request data","participants":[],"group":{},"status":true}', 'item'],
	])('is a failure: %s', (body, kind) => {
		expect(readAnswer(200, body, 'object')).toMatchObject({ ok: false, failure: { kind } });
		expect(readAnswer(200, body, 'list')).toMatchObject({ ok: false, failure: { kind } });
	});

	it.each([
		'{"result":false,"reason":"gone"}',
		'{"chatId":"1@c.us","reason":"a field of its own"}',
		'{"status":false,"reason":"gone","name":"Ivan"}',
		'{"reason":""}',
		'{"reason":null}',
		'{"reason":{"text":"x"}}',
		'{"status":false}',
	])('is none where there is a result, or no reason: %s', (body) => {
		expect(readAnswer(200, body, 'object').ok).toBe(true);
	});
});

describe('an answer that has to confirm what was done', () => {
	const read = (body: string) =>
		confirmed(readAnswer(200, body, 'object'), { confirmedBy: 'addContact' });

	it('is one where it does', () => {
		expect(answerOf(read('{"addContact":true}')).read()).toEqual({ addContact: true });
	});

	it.each(['{"addContact":false}', '{"addContact":"true"}', '{}', 'null', '{"editContact":true}'])(
		'is a failure where it does not: %s',
		(body) => {
			expect(read(body)).toMatchObject({ ok: false, failure: { kind: 'item', code: '200' } });
		},
	);

	it('is as it was where nothing has to be confirmed, or the request failed', () => {
		const nothing = readAnswer(200, '{}', 'object');
		expect(confirmed(nothing, {})).toBe(nothing);
		const failed = readAnswer(500, '', 'object');
		expect(confirmed(failed, { confirmedBy: 'addContact' })).toBe(failed);
		expect(confirmed(failed, { answeredBy: 'exist' })).toBe(failed);
	});
});

describe('an answer that is a boolean', () => {
	const read = (body: string) =>
		confirmed(readAnswer(200, body, 'object'), { answeredBy: 'existsWhatsapp' });

	it.each([true, false])('is one where it has it: %p', (existsWhatsapp) => {
		const sent = { existsWhatsapp, chatId: '' };
		expect(answerOf(read(JSON.stringify(sent))).read()).toEqual(sent);
	});

	it.each(['{}', 'null', '{"existsWhatsapp":null}', '{"existsWhatsapp":"true"}', '{"exist":true}'])(
		'is a failure without it: %s',
		(body) => expect(read(body)).toMatchObject({ ok: false, failure: { kind: 'transient' } }),
	);
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
			expect(readAnswer(200, JSON.stringify(body), expected)).toMatchObject({
				ok: false,
				failure: { kind, code: '466' },
			});
		}
	});

	it('is an answer where nothing is used up, and as a notification', () => {
		const allowed = { status: 'QUOTE_ALLOWED', invokeStatus: null };
		const notification = { receiptId: 1, body: { typeWebhook: 'quotaExceeded', quotaData: quota } };
		for (const body of [allowed, notification]) {
			expect(readAnswer(200, JSON.stringify(body), 'objectOrNothing').ok).toBe(true);
		}
	});
});

describe('an answer that repeats the request’s path', () => {
	const path = `/waInstance1101000001/getContactInfo/${FAKE_TOKEN}`;

	it.each([
		['as GREEN-API’s refusals do', { statusCode: 400, path, message: 'Validation failed' }],
		['in a text', { message: `Cannot POST ${path}` }],
		['deep inside', { chatId: '1@c.us', debug: { request: [path] } }],
		['encoded', { url: path.replaceAll('/', '%2F') }],
		['in any case', { path: path.toUpperCase() }],
	])('is a failure: %s', (_what, sent) => {
		const plain = JSON.stringify(sent);
		for (const body of [plain, plain.replaceAll('/', '\\/'), plain.replaceAll('/', '\\u002f')]) {
			const outcome = readAnswer(200, body, 'object');
			expect(outcome.ok).toBe(false);
			expect(JSON.stringify(outcome)).not.toContain(FAKE_TOKEN.slice(0, 10));
			expect(readAnswer(200, body, 'objectOrNothing').ok).toBe(false);
		}
	});

	it('is one where somebody else wrote it: a notification, an entry of a list', () => {
		const received = JSON.stringify({ receiptId: 1, body: { text: path } });
		expect(readAnswer(200, received, 'objectOrNothing').ok).toBe(true);
		expect(readAnswer(200, received, 'object').ok).toBe(false);
		expect(readAnswer(200, JSON.stringify([{ id: '1@c.us', name: path }]), 'list').ok).toBe(true);
	});
});

describe('reading takes time in proportion to what the server sent', () => {
	const MB = 1_000_000;
	it.each<[string, string]>([
		['the beginnings of paths', 'waInstance1'.repeat(MB / 10)],
		['one path that never ends', `waInstance${'1'.repeat(MB)}`],
		['empty fields beside a reason', JSON.stringify({ reason: 'x'.repeat(MB), a: [] })],
		['quotas', '{"invokeStatus":"QUOTE_EXCEEDE'.repeat(MB / 30)],
		['spaces', ' '.repeat(MB)],
	])(
		'%s',
		(_what, text) => {
			const readers = [text, JSON.stringify({ text })].flatMap((body) => [
				() => readAnswer(200, body, 'object'),
				() => readAnswer(200, body, 'objectOrNothing'),
				() => confirmed(readAnswer(200, body, 'object'), { answeredBy: 'exist' }),
			]);
			for (const reader of readers) reader();
		},
		5_000,
	);
});
