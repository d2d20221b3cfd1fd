import fc from 'fast-check';
import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	IHttpRequestOptions,
} from 'n8n-workflow';
import { GreenApi } from '@package/credentials/GreenApi.credentials';
import { CredentialRefusal } from '@package/nodes/shared/green-api/requestUrl';
import {
	failureOfState,
	sentencesOf,
	UNREADY_STATES,
} from '@package/nodes/shared/green-api/failures';
import { deepFreeze, without } from '../assertions/objectGraph';
import { FAKE_TOKEN, FORBIDDEN_WORDS } from '../assertions/words';

const credential = new GreenApi();

const VALUES = deepFreeze({
	apiUrl: 'https://api.green-api.com',
	idInstance: '1101000001',
	apiTokenInstance: FAKE_TOKEN,
});
const BASE = 'https://api.green-api.com/waInstance1101000001';

/** The options of n8n's older helper, which the HTTP Request node uses, are taken as well. */
async function authenticate(
	options: object,
	values: ICredentialDataDecryptedObject = VALUES,
): Promise<IHttpRequestOptions> {
	if (typeof credential.authenticate !== 'function') throw new Error('Not a function');
	return await credential.authenticate(values, options as IHttpRequestOptions);
}

describe('the credential’s fields', () => {
	it('is shown as the product calls itself', () => {
		expect(credential).toMatchObject({ name: 'greenApi', displayName: 'GREEN-API' });
		expect(credential.documentationUrl).toMatch(/^https:\/\//);
		expect(credential.icon).toEqual({
			light: expect.stringMatching(/^file:.*\.svg$/),
			dark: expect.stringMatching(/^file:.*\.svg$/),
		});
	});

	it('are the three values that the GREEN-API console shows, all required, and the messenger', () => {
		const shown = credential.properties.map(({ displayName, name, type, required }) => [
			displayName,
			name,
			type,
			required,
		]);
		expect(shown).toEqual([
			['API URL', 'apiUrl', 'string', true],
			['Instance ID', 'idInstance', 'string', true],
			['API Token', 'apiTokenInstance', 'string', true],
			['Messenger', 'messenger', 'options', undefined],
		]);
		expect(credential.properties[0]?.default).toBe('https://api.green-api.com');
		expect(credential.properties[1]?.default).toBe('');
		expect(credential.properties[2]?.default).toBe('');
	});

	it('take WhatsApp for the messenger where nothing else is chosen', () => {
		const messenger = credential.properties.find(({ name }) => name === 'messenger');
		expect(messenger).toMatchObject({
			default: 'whatsapp',
			options: [{ value: 'max' }, { value: 'telegram' }, { value: 'whatsapp' }],
		});
	});

	it('hide the token, and the token alone', () => {
		const hidden = credential.properties.filter(({ typeOptions }) => typeOptions?.password);
		expect(hidden.map(({ name }) => name)).toEqual(['apiTokenInstance']);
	});
});

describe('completing a request', () => {
	it('turns a bare method into address, instance, method and token', async () => {
		expect(await authenticate({ url: '/getContactInfo', method: 'POST' })).toMatchObject({
			url: `${BASE}/getContactInfo/${FAKE_TOKEN}`,
		});
	});

	it('keeps everything else of the request', async () => {
		const options = {
			method: 'POST',
			url: '/getContactInfo',
			body: { chatId: '71234567890@c.us' },
			headers: { Accept: 'application/json' },
			qs: { a: 1 },
			encoding: 'text',
			timeout: 1_000,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
		};
		expect(await authenticate(options)).toMatchObject(without(options, 'url'));
	});

	it('serves the HTTP Request node, which says uri in place of url', async () => {
		const completed = await authenticate({
			method: 'GET',
			uri: 'https://api.green-api.com/getSettings',
			json: true,
		});
		expect(completed).toMatchObject({
			method: 'GET',
			url: `${BASE}/getSettings/${FAKE_TOKEN}`,
			json: true,
		});
		expect(completed).not.toHaveProperty('uri');
	});

	it('serves the test button, which has the API URL as its base', async () => {
		const completed = await authenticate({ baseURL: VALUES.apiUrl, url: '/getStateInstance' });
		expect(completed.url).toBe(`${BASE}/getStateInstance/${FAKE_TOKEN}`);
		expect(completed).not.toHaveProperty('baseURL');
	});

	it('keeps a path of the API URL, for the test button too', async () => {
		const values = { ...VALUES, apiUrl: 'https://api.green-api.com/v3/' };
		const url = `https://api.green-api.com/v3/waInstance1101000001/getStateInstance/${FAKE_TOKEN}`;
		for (const baseURL of [undefined, values.apiUrl]) {
			expect(await authenticate({ baseURL, url: '/getStateInstance' }, values)).toMatchObject({
				url,
			});
		}
	});

	it('takes an instance id that is a number', async () => {
		const values = { ...VALUES, idInstance: 1_101_000_001 };
		expect((await authenticate({ url: '/getSettings' }, values)).url).toBe(
			`${BASE}/getSettings/${FAKE_TOKEN}`,
		);
	});

	it.each(['url', 'uri'])(
		'a second time, as n8n does after a 401, changes nothing more (%s)',
		async (key) => {
			const once = await authenticate({ [key]: '/deleteNotification/123?x=1', method: 'DELETE' });
			expect(await authenticate(once)).toEqual(once);
			const { url, ...rest } = once;
			expect(await authenticate({ ...rest, [key]: url })).toEqual(once);
		},
	);

	it('never changes what it is handed', async () => {
		const options = deepFreeze({ url: '/getSettings', headers: { a: 'b' }, body: { c: [1] } });
		const before = JSON.stringify(options);
		await authenticate(options);
		expect(JSON.stringify(options)).toBe(before);
	});

	it.each([
		['nothing about redirects', {}],
		['redirects to be followed', { disableFollowRedirect: false, maxRedirects: 21 }],
		['the older redirects to be followed', { followRedirect: true, followAllRedirects: true }],
	])('switches redirects off where the request asks for %s', async (_what, asked) => {
		expect(await authenticate({ url: '/getSettings', ...asked })).toMatchObject({
			disableFollowRedirect: true,
			maxRedirects: 0,
			followRedirect: false,
			followAllRedirects: false,
		});
	});

	it('puts the token into the path and nowhere else', async () => {
		const completed = await authenticate({ url: '/getSettings', headers: {}, qs: {}, body: {} });
		const { url, ...rest } = completed;
		expect(url.split(FAKE_TOKEN)).toHaveLength(2);
		expect(JSON.stringify(rest)).not.toContain(FAKE_TOKEN);
	});
});

describe('refusing to complete a request', () => {
	it.each<[string, object, ICredentialDataDecryptedObject]>([
		['another server', { url: 'https://evil.example/getSettings' }, {}],
		['another server as uri', { uri: 'https://evil.example/getSettings' }, {}],
		['another base URL', { url: '/getSettings', baseURL: 'https://evil.example' }, {}],
		['no URL at all', {}, {}],
		['an API URL without encryption', { url: '/getSettings' }, { apiUrl: 'http://10.0.0.1' }],
		['an instance id with letters', { url: '/getSettings' }, { idInstance: 'abc' }],
		['an empty instance id', { url: '/getSettings' }, { idInstance: '' }],
		['an empty token', { url: '/getSettings' }, { apiTokenInstance: '' }],
		['an API URL that is not there', { url: '/getSettings' }, { apiUrl: undefined as never }],
		['an instance id that is not there', { url: '/x' }, { idInstance: undefined as never }],
		['a token that is not there', { url: '/x' }, { apiTokenInstance: undefined as never }],
		['a token that is null', { url: '/x' }, { apiTokenInstance: null as never }],
	])('%s', async (_what, options, replaced) => {
		const refused = authenticate(options, { ...VALUES, ...replaced });
		await expect(refused).rejects.toBeInstanceOf(CredentialRefusal);
		// n8n's test of the credential would show a code in place of the message.
		await expect(refused).rejects.not.toHaveProperty('code');
		const refusal: unknown = await refused.catch((thrown: unknown) => thrown);
		expect(JSON.stringify(refusal)).not.toContain(FAKE_TOKEN);
		expect(String((refusal as Error).stack)).not.toContain(FAKE_TOKEN);
	});
});

type Rule = NonNullable<ICredentialTestRequest['rules']>[number];

function partOf(value: unknown, key: string): unknown {
	return key
		.split('.')
		.reduce<unknown>(
			(part, name) =>
				part === undefined || part === null ? undefined : Reflect.get(Object(part) as object, name),
			value,
		);
}

/** @returns names as GREEN-API gives states, of any length from `minLength` to `maxLength` */
function letters(minLength: number, maxLength: number): fc.Arbitrary<string> {
	const unit = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ');
	return fc.string({ unit, minLength, maxLength, size: 'max' });
}

/** As n8n's CredentialsTester does it; undefined is "Connection successful!". */
function tell(status: number, body: unknown): string | undefined {
	const rules: readonly Rule[] = credential.test.rules ?? [];
	const broken = rules.find((rule) => {
		if (rule.type === 'responseCode') return status === rule.properties.value;
		if (status < 200 || status > 299) return false;
		const { key, value } = rule.properties as { key: string; value: unknown };
		return partOf(body, key) === value;
	});
	return broken?.properties.message;
}

const UNKNOWN_STATE = sentencesOf(failureOfState('not known yet'));

describe('the test button', () => {
	it('asks for the state of the instance', () => {
		expect(credential.test.request).toEqual({
			baseURL: '={{$credentials.apiUrl}}',
			url: '/getStateInstance',
		});
	});

	it('is content with an authorized instance', () => {
		expect(tell(200, { stateInstance: 'authorized' })).toBeUndefined();
		expect(tell(200, { stateInstance: 'authorized', more: 1 })).toBeUndefined();
	});

	it.each(UNREADY_STATES)('tells what to do about %s', (stateInstance) => {
		const words = sentencesOf(failureOfState(stateInstance));
		expect(tell(200, { stateInstance })).toBe(words);
	});

	it('tells a state that GREEN-API may bring one day', () => {
		const state = letters(0, 31).filter(
			(text) => text.length !== 'authorized'.length && !UNREADY_STATES.includes(text),
		);
		fc.assert(
			fc.property(state, (stateInstance) => {
				expect(tell(200, { stateInstance })).toBe(UNKNOWN_STATE);
			}),
		);
	});

	it('tells one of the length of "authorized" by its first letter', () => {
		const state = letters(10, 10).filter((text) => /^[b-z]/.test(text));
		fc.assert(
			fc.property(state, (stateInstance) => {
				expect(tell(200, { stateInstance })).toBe(UNKNOWN_STATE);
			}),
		);
	});

	it.each(['restarting', 'connecting', 'terminated'])(
		'tells %s, which is as long as "authorized"',
		(stateInstance) => {
			expect(tell(200, { stateInstance })).toBe(UNKNOWN_STATE);
		},
	);

	it.each([
		['an object without a state', {}],
		['a state that is null', { stateInstance: null }],
		['a state that is a number', { stateInstance: 1 }],
		['a state that is a boolean', { stateInstance: true }],
		['a state that is an object', { stateInstance: { value: 'authorized' } }],
		['a text', 'welcome'],
		['null', null],
		['nothing', undefined],
	])('does not take %s for an authorized instance', (_what, body) => {
		expect(tell(200, body)).toEqual(expect.any(String));
	});

	it.each([
		[401, /API Token.*apiTokenInstance/],
		[403, /Instance ID.*idInstance/],
		[404, /API URL.*apiUrl/],
		[400, /console/],
		[429, /faster than it allows/],
		[466, /used up.*tariff/],
		[500, /busy.*again/],
		[502, /busy.*again/],
		[503, /busy.*again/],
		[504, /busy.*again/],
		[301, /leads to another address/],
		[302, /leads to another address/],
		[303, /leads to another address/],
		[307, /leads to another address/],
		[308, /leads to another address/],
	])('says at %i what is wrong', (status, words) => {
		expect(tell(status, '')).toMatch(words);
	});

	it('has a message of its own for each field that may be wrong', () => {
		const messages = [401, 403, 404].map((status) => tell(status, ''));
		expect(new Set(messages).size).toBe(3);
	});

	it('speaks plain words', () => {
		const rules: readonly Rule[] = credential.test.rules ?? [];
		for (const { message } of rules.map(({ properties }) => properties)) {
			expect(message).not.toMatch(FORBIDDEN_WORDS);
			expect(message).toMatch(/^[A-Z].*\.$/);
		}
	});
});
