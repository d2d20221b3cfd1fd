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
		['{"status":false,"reason":"User get contact info limit reached"}', 'method'],
	])('is a failure: %s', (body, kind) => {
		expect(readAnswer(200, body, 'object')).toMatchObject({ ok: false, failure: { kind } });
		expect(readAnswer(200, body, 'list')).toMatchObject({ ok: false, failure: { kind } });
	});

	it.each([
		'{"result":false,"reason":"gone"}',
		'{"chatId":"1@c.us","reason":"a field of its own"}',
		'{"status":true,"reason":"fine"}',
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
	const read = (body: string) => confirmed(readAnswer(200, body, 'object'), 'addContact');

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
		expect(confirmed(nothing, undefined)).toBe(nothing);
		const failed = readAnswer(500, '', 'object');
		expect(confirmed(failed, 'addContact')).toBe(failed);
	});
});
