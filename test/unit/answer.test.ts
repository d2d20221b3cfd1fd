import fc from 'fast-check';
import { expectObject, readAnswer } from '@package/nodes/GreenApi/green-api/answer';
import { expectPlainWords, FAKE_TOKEN } from '../assertions/words';

describe('reading an answer', () => {
	it('gives any JSON of a success exactly as it was sent', () => {
		fc.assert(
			fc.property(fc.json(), fc.integer({ min: 200, max: 299 }), (body, status) => {
				const outcome = readAnswer(status, body);
				expect(outcome).toMatchObject({ ok: true });
				if (outcome.ok)
					expect(JSON.stringify(outcome.value)).toBe(JSON.stringify(JSON.parse(body)));
			}),
		);
	});

	it('gives null where GREEN-API answers null, as for groups', () => {
		expect(readAnswer(200, 'null')).toEqual({ ok: true, value: null });
		expect(readAnswer(200, ' null\n')).toEqual({ ok: true, value: null });
	});

	it.each([
		['an empty body', ''],
		['a proxy’s page', '<html><body>Sign in to the network</body></html>'],
		['JSON that is cut off', '{"avatar":"https://pps.whatsapp.net/v/t61.24694-24/24_13494719","na'],
		['plain text', 'OK'],
		['two answers in one', '{}{}'],
	])('a success with %s may pass by itself', (_what, body) => {
		expect(readAnswer(200, body)).toMatchObject({
			ok: false,
			failure: { kind: 'transient', code: '200' },
		});
	});

	it.each([
		[199, 'item'],
		[302, 'instance'],
		[400, 'item'],
		[401, 'instance'],
		[429, 'transient'],
		[500, 'transient'],
	])('%i is a failure even when the body is a contact', (status, kind) => {
		expect(readAnswer(status, '{"chatId":"71234567890@c.us"}')).toMatchObject({
			ok: false,
			failure: { kind, code: String(status) },
		});
	});

	it('tells what GREEN-API’s text means, not the text', () => {
		const outcome = readAnswer(400, '{"message":"Instance account is expired. Renew instance"}');
		expect(outcome).toMatchObject({ ok: false, failure: { kind: 'instance' } });
	});

	it('never throws, and never lets a body that is no answer through', () => {
		const body = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.constant(''));
		fc.assert(
			fc.property(fc.integer({ min: 0, max: 999 }), body, (status, text) => {
				const outcome = readAnswer(status, `${FAKE_TOKEN}${text}`);
				expect(outcome.ok).toBe(false);
				if (outcome.ok) return;
				expect(JSON.stringify(outcome)).not.toContain(FAKE_TOKEN.slice(0, 10));
				expectPlainWords(outcome.failure);
			}),
		);
	});
});

describe('expecting an object', () => {
	it('takes an object and null', () => {
		const contact = { chatId: '71234567890@c.us' };
		expect(expectObject({ ok: true, value: contact })).toEqual({ ok: true, value: contact });
		expect(expectObject({ ok: true, value: null })).toEqual({ ok: true, value: null });
	});

	it.each([[[]], [[{ chatId: '71234567890@c.us' }]], ['text'], [''], [5], [0], [true], [false]])(
		'%j is an answer that does not come from GREEN-API',
		(value) => {
			expect(expectObject({ ok: true, value })).toMatchObject({
				ok: false,
				failure: { kind: 'transient', code: '200' },
			});
		},
	);

	it('hands a failure on as it is', () => {
		const failed = readAnswer(401, '');
		expect(expectObject(failed)).toEqual(failed);
	});
});
