import fc from 'fast-check';
import {
	accountKey,
	addressRequest,
	CredentialRefusal,
	type GreenApiAccount,
} from '@package/nodes/shared/green-api/requestUrl';
import { expectPlainWords, FAKE_TOKEN } from '../assertions/words';

const ACCOUNT: GreenApiAccount = {
	apiUrl: 'https://api.green-api.com',
	idInstance: '1101000001',
	apiTokenInstance: FAKE_TOKEN,
};
const COMPLETE = `https://api.green-api.com/waInstance1101000001/getSettings/${FAKE_TOKEN}`;

function address(url: string, replaced: Partial<GreenApiAccount> = {}, baseURL?: string): string {
	return addressRequest(url, baseURL, { ...ACCOUNT, ...replaced });
}

/** The addressed URL, or the refusal; anything else that is thrown fails the test. */
function outcomeOf(attempt: () => string): string | CredentialRefusal {
	try {
		return attempt();
	} catch (thrown) {
		expect(thrown).toBeInstanceOf(CredentialRefusal);
		return thrown as CredentialRefusal;
	}
}

function refusalOf(attempt: () => string): CredentialRefusal {
	const outcome = outcomeOf(attempt);
	if (typeof outcome === 'string') throw new Error(`Not refused: ${outcome}`);
	return outcome;
}

/** Everything of a refusal that could be shown, stored or logged. */
function allTexts(refusal: CredentialRefusal): string {
	const own = Object.getOwnPropertyNames(refusal).map((name) =>
		String(JSON.stringify(Reflect.get(refusal, name))),
	);
	return [refusal.message, refusal.stack, String(refusal.cause), ...own].join('\n');
}

function expectRefusal(attempt: () => string, words: RegExp): void {
	const refusal = refusalOf(attempt);
	expect(refusal.message).toMatch(words);
	// Tells n8n that nothing is broken.
	expect(refusal).toMatchObject({ errorCode: 'CREDENTIAL_REFUSED', level: 'info' });
	expectPlainWords({ message: refusal.message, description: refusal.description ?? '' });
	expect(allTexts(refusal)).not.toContain(FAKE_TOKEN);
}

const method = fc.string({
	unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'),
	minLength: 1,
	maxLength: 30,
});
const segment = fc.string({
	unit: fc.constantFrom(...'abcXYZ0123456789_~!$&+,;=:@-'),
	minLength: 1,
});
const apiUrl = fc.constantFrom(
	'https://api.green-api.com',
	'https://7103.api.greenapi.com/',
	'https://7103.api.greenapi.com/v3',
	'https://proxy.example:8443/green/api/',
	'http://127.0.0.1:3000',
);

const MEDIA_ORIGINS: Readonly<Record<string, string>> = {
	'https://api.green-api.com': 'https://media.green-api.com',
	'https://7103.api.greenapi.com': 'https://7103.media.greenapi.com',
};

describe('addressing a request', () => {
	it.each([
		['a bare method', '/getContactInfo', 'getContactInfo'],
		['a method without the slash', 'getContactInfo', 'getContactInfo'],
		['a whole URL', 'https://api.green-api.com/getSettings', 'getSettings'],
		[
			'the port that goes without saying',
			'https://api.green-api.com:443/getSettings',
			'getSettings',
		],
		['a host in capitals', 'https://API.GREEN-API.COM/getSettings', 'getSettings'],
		['a slash at the end', 'https://api.green-api.com/getSettings/', 'getSettings'],
		['slashes too many', 'https://api.green-api.com//getSettings', 'getSettings'],
		['spaces around', '  https://api.green-api.com/getSettings ', 'getSettings'],
		['capitals in the method', '/GetContactInfo', 'GetContactInfo'],
	])('%s becomes instance, method and token', (_what, url, name) => {
		expect(address(url)).toBe(
			`https://api.green-api.com/waInstance1101000001/${name}/${FAKE_TOKEN}`,
		);
	});

	it('keeps what follows the method, after the token', () => {
		expect(address('https://api.green-api.com/deleteNotification/123')).toBe(
			`https://api.green-api.com/waInstance1101000001/deleteNotification/${FAKE_TOKEN}/123`,
		);
		expect(address('/deleteNotification/123/456')).toMatch(new RegExp(`/${FAKE_TOKEN}/123/456$`));
	});

	it('keeps a query string', () => {
		expect(address('https://api.green-api.com/lastIncomingMessages?minutes=60&x=a%20b')).toBe(
			`https://api.green-api.com/waInstance1101000001/lastIncomingMessages/${FAKE_TOKEN}?minutes=60&x=a%20b`,
		);
		expect(address('/deleteNotification/123?x=1')).toMatch(new RegExp(`/${FAKE_TOKEN}/123\\?x=1$`));
	});

	it.each([
		['a slash at the end of the API URL is ignored', 'https://api.green-api.com/', ''],
		['many slashes at its end are, too', 'https://api.green-api.com///', ''],
		['spaces around it are, too', ' https://api.green-api.com ', ''],
		['spaces of another kind are, too', '\u00a0https://api.green-api.com\u00a0', ''],
		['a path in it is kept', 'https://api.green-api.com/v3', '/v3'],
		['a path’s slash at the end is ignored', 'https://api.green-api.com/v3/', '/v3'],
		['a longer path is kept', 'https://api.green-api.com/a/b/', '/a/b'],
	])('%s', (_what, url, prefix) => {
		expect(address('/getSettings', { apiUrl: url })).toBe(
			`https://api.green-api.com${prefix}/waInstance1101000001/getSettings/${FAKE_TOKEN}`,
		);
	});

	it('a URL that has the API URL’s path gets it once', () => {
		const withPath = { apiUrl: 'https://api.green-api.com/v3' };
		const complete = `https://api.green-api.com/v3/waInstance1101000001/getSettings/${FAKE_TOKEN}`;
		expect(address('https://api.green-api.com/v3/getSettings', withPath)).toBe(complete);
		expect(address('https://api.green-api.com/getSettings', withPath)).toBe(complete);
		expect(address('/getSettings', withPath, 'https://api.green-api.com/v3')).toBe(complete);
		expect(address('/getSettings', withPath, 'https://api.green-api.com/v3/')).toBe(complete);
		expect(address('getSettings', withPath, 'https://api.green-api.com/v3/')).toBe(complete);
	});

	it('a method that begins like the API URL’s path is not cut', () => {
		expect(address('/vanish', { apiUrl: 'https://api.green-api.com/v' })).toBe(
			`https://api.green-api.com/v/waInstance1101000001/vanish/${FAKE_TOKEN}`,
		);
	});

	it.each([
		['https://7103.api.greenapi.com', 'https://7103.media.greenapi.com'],
		['https://api.greenapi.com/', 'https://media.greenapi.com'],
		['https://api.green-api.com', 'https://media.green-api.com'],
		['https://7105.api.green-api.com', 'https://7105.media.green-api.com'],
		['https://7103.API.GreenAPI.com:443', 'https://7103.media.greenapi.com'],
	])('%s has the media host %s', (base, media) => {
		const complete = `${media}/waInstance1101000001/sendFileByUpload/${FAKE_TOKEN}`;
		const withBase = { apiUrl: base };
		expect(address(`${media}/sendFileByUpload`, withBase)).toBe(complete);
		expect(address('/sendFileByUpload', withBase, media)).toBe(complete);
		expect(address(complete, withBase)).toBe(complete);
	});

	it('the media host has the path of the API URL, too', () => {
		const withPath = { apiUrl: 'https://3100.api.greenapi.com/v3' };
		const complete = `https://3100.media.greenapi.com/v3/waInstance1101000001/uploadFile/${FAKE_TOKEN}`;
		expect(address('https://3100.media.greenapi.com/uploadFile', withPath)).toBe(complete);
		expect(address('https://3100.media.greenapi.com/v3/uploadFile', withPath)).toBe(complete);
	});

	it('a base URL that is none does no harm', () => {
		expect(address('/getSettings', {}, '')).toBe(COMPLETE);
		expect(address('/getSettings', {}, 'https://api.green-api.com')).toBe(COMPLETE);
	});

	it('what was addressed before stays as it is', () => {
		const tail = fc.array(segment, { maxLength: 3 });
		const query = fc.constantFrom('', '?minutes=60', '?a=b&c=%20');
		fc.assert(
			fc.property(apiUrl, method, tail, query, (base, name, segments, search) => {
				const once = address(`/${[name, ...segments].join('/')}${search}`, { apiUrl: base });
				expect(address(once, { apiUrl: base })).toBe(once);
				expect(once).toContain(`/waInstance1101000001/${name}/${FAKE_TOKEN}`);
				expect(once.endsWith(search)).toBe(true);
			}),
		);
	});

	it('whatever the URL, the token goes to the API URL’s or its media host’s origin and path or nowhere', () => {
		const start = fc.constantFrom(
			'',
			'/',
			'//',
			'\\\\',
			'/\\',
			'https:',
			'http://',
			'https://',
			'@',
		);
		const middle = fc.constantFrom(
			'evil.example',
			'api.green-api.com',
			'media.green-api.com/',
			'7103.media.greenapi.com/',
			'x@',
			'',
			'..',
			'%2e%2e/',
		);
		const anyUrl = fc.oneof(
			fc.webUrl({ withQueryParameters: true, withFragments: true }),
			fc.string({ unit: 'binary' }),
			fc.string({ unit: fc.constantFrom(...'/\\:@.?#%2eEfhtps') }),
			fc.tuple(start, middle, fc.string()).map((parts) => parts.join('')),
			method.map((name) => `/${name}`),
			method.map((name) => `https://media.green-api.com/${name}`),
			method.map((name) => `https://7103.media.greenapi.com/${name}`),
		);
		fc.assert(
			fc.property(apiUrl, anyUrl, fc.option(anyUrl, { nil: undefined }), (base, url, baseURL) => {
				const outcome = outcomeOf(() => address(url, { apiUrl: base }, baseURL));
				if (typeof outcome !== 'string') {
					expect(allTexts(outcome)).not.toContain(FAKE_TOKEN);
					return;
				}
				const given = new URL(outcome);
				const allowed = new URL(base);
				expect([allowed.origin, MEDIA_ORIGINS[allowed.origin]]).toContain(given.origin);
				expect(given.username + given.password).toBe('');
				expect(given.pathname).toContain(
					`${allowed.pathname.replace(/\/$/, '')}/waInstance1101000001/`,
				);
			}),
			{ numRuns: 2_000 },
		);
	});
});

describe('refusing before anything is sent', () => {
	it.each([
		['another host', 'https://evil.example/getSettings'],
		['another host without a scheme', '//evil.example/getSettings'],
		['another host after backslashes', '\\\\evil.example\\getSettings'],
		['another host after slash and backslash', '/\\evil.example/getSettings'],
		['a scheme and backslashes', 'https:\\\\evil.example\\getSettings'],
		['a tab between the slashes', '/\t/evil.example/getSettings'],
		['the right host as a user name', 'https://api.green-api.com@evil.example/getSettings'],
		['the right host as user and password', 'https://api.green-api.com:443@evil.example/x'],
		['the right host with a user', 'https://user@api.green-api.com/getSettings'],
		['the right host with a password', 'https://:secret@api.green-api.com/getSettings'],
		['the right host as a subdomain', 'https://api.green-api.com.evil.example/getSettings'],
		['a subdomain of the right host', 'https://x.api.green-api.com/getSettings'],
		['a name that ends like the right host', 'https://evilapi.green-api.com/getSettings'],
		['another port', 'https://api.green-api.com:8443/getSettings'],
		['no encryption', 'http://api.green-api.com/getSettings'],
		['another scheme', 'ftp://api.green-api.com/getSettings'],
		['a scheme without a host', 'javascript:getSettings'],
		['a file', 'file:///getSettings'],
		['a dot after the host', 'https://api.green-api.com./getSettings'],
		['a look-alike in another script', 'https://арі.green-api.com/getSettings'],
		['no valid URL', 'https://'],
		['another server’s copy of a tokened URL', `https://evil.example/waInstance1/x/${FAKE_TOKEN}`],
		['a user before a tokened URL', COMPLETE.replace('://', '://user@')],
	])('%s: another server', (_what, url) => {
		expectRefusal(() => address(url), /another server than the API URL/);
	});

	it.each([
		['another instance’s', 'https://7103.api.greenapi.com', 'https://7104.media.greenapi.com'],
		['that of all instances', 'https://7103.api.greenapi.com', 'https://media.greenapi.com'],
		['one instance’s', 'https://api.greenapi.com', 'https://7103.media.greenapi.com'],
		['the other domain’s', 'https://7103.api.greenapi.com', 'https://7103.media.green-api.com'],
		['in the clear', 'https://7103.api.greenapi.com', 'http://7103.media.greenapi.com'],
		['on another port', 'https://7103.api.greenapi.com', 'https://7103.media.greenapi.com:8443'],
		['with a user', 'https://7103.api.greenapi.com', 'https://x@7103.media.greenapi.com'],
		['with a dot at its end', 'https://7103.api.greenapi.com', 'https://7103.media.greenapi.com.'],
		[
			'with the domain in front',
			'https://api.greenapi.com',
			'https://media.greenapi.com.evil.example',
		],
		['of a port', 'https://api.greenapi.com:8443', 'https://media.greenapi.com:8443'],
		['of a subdomain', 'https://a.b.api.greenapi.com', 'https://a.b.media.greenapi.com'],
		['of a name that ends alike', 'https://evilapi.greenapi.com', 'https://evilmedia.greenapi.com'],
		[
			'of a domain that ends alike',
			'https://api.evilgreenapi.com',
			'https://media.evilgreenapi.com',
		],
		[
			'of a domain that begins alike',
			'https://api.greenapi.company',
			'https://media.greenapi.company',
		],
		['of a dot that is none', 'https://apixgreenapi.com', 'https://mediaxgreenapi.com'],
		['of another domain', 'https://7103.api.evil.example', 'https://7103.media.evil.example'],
		[
			'of GREEN-API’s name below another',
			'https://api.greenapi.com.evil.example',
			'https://media.greenapi.com.evil.example',
		],
		['of this computer', 'http://127.0.0.1:3000', 'http://127.0.0.1:3001'],
		['of a media host', 'https://7103.media.greenapi.com', 'https://7103.api.greenapi.com'],
	])('a media host that is not the instance’s: %s', (_what, apiUrl, media) => {
		const attempt = () => address(`${media}/sendFileByUpload`, { apiUrl });
		expectRefusal(attempt, /another server than the API URL/);
	});

	it('a URL inside another scheme’s', () => {
		expectRefusal(() => address('blob:https://api.green-api.com/getSettings'), /./);
	});

	it('a bare method relative to another server', () => {
		expectRefusal(
			() => address('/getSettings', {}, 'https://evil.example'),
			/another server than the API URL/,
		);
	});

	it.each([
		'http://api.green-api.com',
		'http://10.0.0.1',
		'http://0.0.0.0',
		'http://localhost.evil.example',
		'http://127.0.0.1.evil.example',
		'http://127evil.example',
		'http://notlocalhost',
		'http://[::2]',
		'HTTP://api.green-api.com',
	])('an API URL that sends the token in the clear: %s', (url) => {
		expectRefusal(() => address('/getSettings', { apiUrl: url }), /has to start with https:\/\//);
	});

	it.each([
		'http://localhost',
		'http://localhost:3000',
		'http://LOCALHOST:3000',
		'http://127.0.0.1:3000',
		'http://127.1.2.3',
		'http://127.10.20.130',
		'http://[::1]:3000',
	])('but not on this computer itself: %s', (url) => {
		expect(address('/getSettings', { apiUrl: url })).toBe(
			`${new URL(url).origin}/waInstance1101000001/getSettings/${FAKE_TOKEN}`,
		);
	});

	it.each([
		'',
		' ',
		'api.green-api.com',
		'undefined',
		'ftp://api.green-api.com',
		'https://',
		'javascript:alert(1)',
		'71234567890',
	])('an API URL that is none: %j', (url) => {
		expectRefusal(() => address('/getSettings', { apiUrl: url }), /API URL.*not a web address/);
	});

	it.each([
		'https://user@api.green-api.com',
		'https://user:secret@api.green-api.com',
		'https://api.green-api.com?x=1',
		'https://api.green-api.com/#x',
	])('an API URL with more than an address: %s', (url) => {
		expectRefusal(() => address('/getSettings', { apiUrl: url }), /API URL.*more than an address/);
	});

	it.each([
		'',
		' ',
		'abc',
		'1101000001x',
		'-1',
		'1.5',
		'1 1',
		' 1101000001',
		'11/01',
		'1\n',
		'١٢٣',
	])('an instance id that is not digits: %j', (idInstance) => {
		expectRefusal(() => address('/getSettings', { idInstance }), /Instance ID.*1 to 20 digits/);
	});

	it('an instance id of 21 digits, but not one of 1 or 20', () => {
		for (const length of [1, 20]) {
			const idInstance = '7'.repeat(length);
			expect(address('/getSettings', { idInstance })).toContain(`/waInstance${idInstance}/`);
		}
		expectRefusal(() => address('/getSettings', { idInstance: '7'.repeat(21) }), /1 to 20 digits/);
	});

	it.each([
		'',
		' ',
		'fake token',
		' fakeToken',
		'fakeToken\n',
		'fake/token',
		'fake%2Ftoken',
		'../fakeToken',
		'fake?token',
		'fake#token',
		'fake-token',
		'fáke',
	])('a token with other characters than letters and digits: %j', (apiTokenInstance) => {
		const refusal = refusalOf(() => address('/getSettings', { apiTokenInstance }));
		expect(refusal.message).toMatch(/API Token.*letters and digits/);
		expectPlainWords({ message: refusal.message, description: refusal.description ?? '' });
		if (apiTokenInstance.trim()) expect(allTexts(refusal)).not.toContain(apiTokenInstance);
	});

	it.each([
		'',
		'/',
		'https://api.green-api.com',
		'?x=1',
		'/get%53ettings',
		'/get.settings',
		'/waInstance9/getSettings',
		`/waInstance9/getSettings/${FAKE_TOKEN}`,
		`/waInstance1101000001/getSettings/${FAKE_TOKEN}fake`,
		'/waInstance1101000001/getSettings',
	])('a URL that names no method: %s', (url) => {
		expectRefusal(() => address(url), /names no GREEN-API method/);
	});

	it('and names the servers that the token may go to', () => {
		const withPath = { apiUrl: 'https://7103.api.greenapi.com/v3' };
		const { description } = refusalOf(() => address('https://evil.example/x', withPath));
		expect(description).toContain(
			'https://7103.api.greenapi.com and https://7103.media.greenapi.com.',
		);
		const withProxy = { apiUrl: 'https://proxy.example:8443/green/api' };
		expect(refusalOf(() => address('https://evil.example/x', withProxy)).description).toContain(
			'only sent to https://proxy.example:8443.',
		);
	});

	it('and never tells the token, whatever the values', () => {
		const token = fc
			.string({ unit: fc.constantFrom(...'fakeTOKEN0123456789/%?# .'), minLength: 12 })
			.filter((text) => text.trim().length >= 12);
		const apiUrls = fc.oneof(fc.string(), fc.webUrl(), apiUrl);
		const urls = fc.oneof(fc.string(), fc.webUrl(), fc.constant('https://evil.example/'));
		const idInstance = fc.constantFrom('1101000001', 'abc');
		fc.assert(
			fc.property(apiUrls, urls, token, idInstance, (base, url, apiTokenInstance, id) => {
				const account = { apiUrl: base, idInstance: id, apiTokenInstance };
				const outcome = outcomeOf(() => address(`${url}${apiTokenInstance}`, account));
				if (typeof outcome !== 'string') {
					expect(allTexts(outcome)).not.toContain(apiTokenInstance);
				}
			}),
		);
	});
});

describe('the key of an account', () => {
	const instanceKey = (apiUrl: string, idInstance: string, apiTokenInstance = FAKE_TOKEN) =>
		accountKey({ apiUrl, idInstance, apiTokenInstance });
	const ID = '1101000001';
	const KEY = instanceKey('https://api.green-api.com', ID);

	it.each([
		['a slash at the end', 'https://api.green-api.com/', ID],
		['several slashes', 'https://api.green-api.com///', ID],
		['spaces around', ' https://api.green-api.com\n', ` ${ID}\t`],
		['spaces of another kind', '\u00a0https://api.green-api.com', ID],
		['capitals', 'HTTPS://API.Green-API.com', ID],
		['the port that goes without saying', 'https://api.green-api.com:443', ID],
	])('is the same however its address is spelled: %s', (_what, url, id) => {
		expect(instanceKey(url, id)).toBe(KEY);
	});

	it('is the same with a path, with and without a slash', () => {
		const withPath = instanceKey('https://proxy.example/green/api', ID);
		expect(instanceKey('https://proxy.example/green/api/', ID)).toBe(withPath);
	});

	it.each([
		'https://7103.api.greenapi.com',
		'https://1101.api.green-api.com',
		'https://api.greenapi.com',
		'https://3100.api.green-api.com/v3/',
	])('is the same at each of GREEN-API’s own addresses: one queue, one limit (%s)', (url) => {
		expect(instanceKey(url, ID)).toBe(KEY);
		expect(instanceKey(url, '1101000002')).not.toBe(KEY);
	});

	it('is another for every other instance, server, port, path and scheme', () => {
		const keys = [
			KEY,
			instanceKey('https://api.green-api.com', '1101000002'),
			instanceKey('https://evilgreen-api.com', ID),
			instanceKey('https://api.green-api.com.proxy.example', ID),
			instanceKey('https://proxy.example', ID),
			instanceKey('https://proxy.example:8443', ID),
			instanceKey('https://proxy.example/v3', ID),
			instanceKey('http://localhost:3000', ID),
			instanceKey('http://localhost:3001', ID),
			instanceKey('https://proxy.example/waInstance1', '2'),
		];
		expect(new Set(keys).size).toBe(keys.length);
	});

	it('is another for every other token', () => {
		expect(instanceKey('https://api.green-api.com', ID, `${FAKE_TOKEN}0`)).not.toBe(KEY);
	});

	it('goes by the parts that the request goes by, where servers are not GREEN-API’s own', () => {
		const elsewhere = apiUrl.map((url) => url.replace(/green-?api/, 'proxy'));
		fc.assert(
			fc.property(elsewhere, elsewhere, (one, other) => {
				const sameKey = instanceKey(one, ID) === instanceKey(other, ID);
				const sameAddress =
					address('/getSettings', { apiUrl: one }) === address('/getSettings', { apiUrl: other });
				expect(sameKey).toBe(sameAddress);
			}),
		);
	});

	it('is there for an API URL that is none, too, and never throws', () => {
		fc.assert(
			fc.property(fc.string(), fc.string(), (url, id) => {
				expect(instanceKey(url, id)).toBe(instanceKey(url, id));
			}),
		);
		expect(instanceKey('not an address', ID)).not.toBe(instanceKey('nor this', ID));
	});
});
