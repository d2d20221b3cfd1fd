import fc from 'fast-check';
import {
	afterTries,
	type Failure,
	failureOf,
	failureOfNetwork,
	failureOfReason,
	failureOfStatus,
	isRefusal,
	failureOfState,
	READY_STATE,
	sentencesOf,
	UNREADY_STATES,
} from '@package/nodes/shared/green-api/failures';
import { expectPlainWords, FAKE_TOKEN } from '../assertions/words';

const QUOTA_TEXT =
	'Monthly quota has been exceeded. Please go to your personal account and change the tariff to business https://console.green-api.com';

const notJson = (status: number) => failureOf('notJson', String(status));

function invokeStatus(status: string) {
	return { method: 'getcontactinfo', used: 100, total: 100, status, description: QUOTA_TEXT };
}

function correspondentsStatus(status: string) {
	return { correspondents: ['71234567890@c.us'], used: 3, total: 3, status };
}

/** The ways one text arrives: as GREEN-API's JSON with the path in it, or plain. */
function bodiesSaying(status: number, message: string): string[] {
	const path = `/waInstance1101000001/getContactInfo/${FAKE_TOKEN}`;
	const json = { statusCode: status, timestamp: '2024-01-01T00:00:00.000Z', path, message };
	return [
		JSON.stringify(json),
		JSON.stringify(json, null, 2),
		JSON.stringify({ message }),
		message,
	];
}

const HTML =
	'<!doctype html><html><head><title>Bad Gateway</title></head><body>nginx</body></html>';

/** GREEN-API's documented answers, with what they come to and words that the user finds in it. */
const DOCUMENTED: Array<
	[status: number, body: string, kind: Failure['kind'], message: RegExp, advice: RegExp]
> = [
	[400, 'instance in starting process try later', 'transient', /is starting/, /5 minutes/],
	[400, 'instance is starting or not authorized', 'instance', /no phone is linked/, /QR code/],
	[400, 'instance account not authorized', 'instance', /no phone is linked/, /QR code/],
	[
		400,
		'Instance account is expired. Renew instance from personal area',
		'instance',
		/not paid/,
		/Renew/,
	],
	[400, 'Instance is deleted', 'instance', /was deleted/, /another instance/],
	[
		400,
		"Validation failed. Details: 'chatId' must be one of the next formats: 'phone_number@c.us' or 'group_id@g.us'",
		'item',
		/does not accept this chat ID/,
		/country code/,
	],
	[
		400,
		'Validation failed. Details: The method GetContactInfo does not support group chats, to work with groups, use the GetGroupData method',
		'item',
		/does not accept this chat ID/,
		/./,
	],
	[
		400,
		'Message cannot be received because custom webhook url is set',
		'instance',
		/webhook URL is set/,
		/webhookUrl/,
	],
	[400, 'bad request data', 'item', /does not accept this chat ID/, /./],
	[400, 'Contact 77059640505@c.us already exists', 'item', /address book already/, /again/],
	[
		400,
		"Validation failed. Details: 'firstName' must be shorter than 64 characters",
		'item',
		/does not accept this name/,
		/too long/,
	],
	[
		400,
		"Validation failed. Details: 'lastName' must be a string",
		'item',
		/does not accept this name/,
		/last name/,
	],
	[401, 'Unauthorized', 'instance', /API Token/, /apiTokenInstance/],
	[403, 'Forbidden', 'instance', /Instance ID/, /idInstance and apiUrl/],
	[404, '77059640505@c.us is not on WhatsApp', 'item', /not on WhatsApp/, /country code/],
	[404, 'Cannot POST /waInstance1101000001/getContactInfo', 'instance', /API URL/, /apiUrl/],
	[404, 'Cannot GET /waInstance1101000001/getContactInfo', 'instance', /API URL/, /apiUrl/],
	[
		400,
		'check phone number timeout limit exceeded',
		'transient',
		/did not answer GREEN-API in time/,
		/again/,
	],
	[404, '77059640505@c.us is not on WhatsApp', 'item', /not on WhatsApp/, /country code/],
	[469, '', 'method', /no more requests of this kind/, /2 hours/],
	[429, 'Too Many Requests', 'transient', /faster than it allows/, /other software/],
	[499, 'Client Closed Request', 'transient', /closed before the answer came/, /again/],
	[
		500,
		'Cannot read properties of undefined (findUnAckedMessage)',
		'item',
		/not in the queue any more/,
		/Nothing needs to be done/,
	],
	[500, 'Internal Server Error', 'transient', /could not answer/, /in a few minutes/],
	[502, 'Bad Gateway', 'transient', /could not answer/, /in a few minutes/],
	[503, 'Service Unavailable', 'transient', /could not answer/, /in a few minutes/],
	[504, 'Gateway Timeout', 'transient', /could not answer/, /in a few minutes/],
];

const EVERY_STATUS = Array.from({ length: 600 }, (_, index) => index + 100);
const EVERY_BODY = [
	'',
	HTML,
	...DOCUMENTED.flatMap(([status, body]) => bodiesSaying(status, body)),
	JSON.stringify({ invokeStatus: invokeStatus('QUOTE_EXCEEDED') }),
	JSON.stringify({ correspondentsStatus: correspondentsStatus('CORRESPONDENTS_QUOTE_EXCEEDED') }),
];
const NETWORK_CODES: Array<[code: string, kind: Failure['kind'], message: RegExp]> = [
	['ETIMEDOUT', 'transient', /did not answer in time/],
	['ESOCKETTIMEDOUT', 'transient', /did not answer in time/],
	['ECONNABORTED', 'transient', /did not answer in time/],
	['ECONNRESET', 'transient', /broke off/],
	['EPIPE', 'transient', /broke off/],
	['ERR_BAD_RESPONSE', 'transient', /broke off/],
	['ECONNREFUSED', 'transient', /could not be reached/],
	['EHOSTUNREACH', 'transient', /could not be reached/],
	['ENETUNREACH', 'transient', /could not be reached/],
	['ENETDOWN', 'transient', /could not be reached/],
	['EAI_AGAIN', 'transient', /could not be reached/],
	['ERR_CANCELED', 'instance', /execution was stopped/],
	['ENOTFOUND', 'instance', /does not exist/],
	['CERT_HAS_EXPIRED', 'instance', /No trusted connection/],
	['DEPTH_ZERO_SELF_SIGNED_CERT', 'instance', /No trusted connection/],
	['SELF_SIGNED_CERT_IN_CHAIN', 'instance', /No trusted connection/],
	['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'instance', /No trusted connection/],
	['ERR_TLS_CERT_ALTNAME_INVALID', 'instance', /No trusted connection/],
	['ERR_SSL_WRONG_VERSION_NUMBER', 'instance', /No trusted connection/],
	['EPROTO', 'instance', /No trusted connection/],
	['EMFILE', 'item', /did not get through/],
	['ERR_INVALID_URL', 'item', /did not get through/],
];

describe('what GREEN-API’s answers mean', () => {
	it.each(DOCUMENTED)('%i "%s" concerns: %s', (status, text, kind, message, advice) => {
		for (const body of bodiesSaying(status, text)) {
			const failure = failureOfStatus(status, body);
			expect(failure).toMatchObject({ kind, code: String(status) });
			expect(failure.message).toMatch(message);
			expect(failure.description).toMatch(advice);
		}
	});

	it.each([
		[401, 'instance'],
		[403, 'instance'],
		[404, 'instance'],
		[429, 'transient'],
		[466, 'method'],
		[499, 'transient'],
		[500, 'transient'],
		[502, 'transient'],
		[503, 'transient'],
		[504, 'transient'],
	])('%i without a body, or with a proxy’s page, concerns: %s', (status, kind) => {
		for (const body of ['', HTML, '{"cut": "o', '{}', 'null']) {
			expect(failureOfStatus(status, body).kind).toBe(kind);
		}
	});

	it('blames no chat ID where the request names no chat', () => {
		for (const status of EVERY_STATUS.filter((other) => other !== 404)) {
			for (const body of EVERY_BODY) {
				const { message, description } = failureOfStatus(status, body, false);
				expect(message + description).not.toMatch(/chat ID|country code/);
			}
		}
		expect(failureOfStatus(400, 'bad request data', false)).toMatchObject({
			kind: 'item',
			message: 'GREEN-API refused the request',
		});
		expect(failureOfReason(200, 'something new', false).message).not.toContain('chat ID');
	});

	it('only "already exists" tells that a contact is there', () => {
		const telling = DOCUMENTED.filter(
			([status, body]) => failureOfStatus(status, body).id === 'contactExists',
		);
		expect(telling.map(([, body]) => body)).toEqual(['Contact 77059640505@c.us already exists']);
	});

	it('a limit that was met is given no number: it differs from method to method', () => {
		const { message, description } = failureOfStatus(429, '');
		expect(message + description).not.toMatch(/\d|one|lookup/);
	});

	it('a refusal that is not documented is told as one', () => {
		expect(failureOfStatus(402, '').message).toMatch(/refused the request/);
		expect(failureOfStatus(600, '').message).toMatch(/unknown way/);
	});

	it('advice names the console where the instance is looked after', () => {
		expect(failureOfStatus(401, '').description).toContain('console.green-api.com');
	});

	it('an empty 400 concerns the item alone', () => {
		for (const body of ['', HTML, '{}']) expect(failureOfStatus(400, body).kind).toBe('item');
	});

	it('the instance’s state is read in any case', () => {
		expect(failureOfStatus(400, 'INSTANCE IN STARTING PROCESS').kind).toBe('transient');
		expect(failureOfStatus(400, 'Instance Account Not Authorized').kind).toBe('instance');
		expect(failureOfStatus(400, 'instance account is EXPIRED').kind).toBe('instance');
		expect(failureOfStatus(400, 'INSTANCE IS DELETED').kind).toBe('instance');
	});

	it.each([301, 302, 303, 307, 308])('%i, a redirect, is not followed, and told', (status) => {
		const failure = failureOfStatus(status, HTML);
		expect(failure).toMatchObject({ kind: 'instance', code: String(status) });
		expect(failure.message).toMatch(/leads to another address/);
		expect(failure.description).toMatch(/not followed/);
	});

	it.each([
		[402, 'item'],
		[405, 'item'],
		[408, 'transient'],
		[413, 'item'],
		[418, 'item'],
		[501, 'transient'],
		[520, 'transient'],
		[599, 'transient'],
		[600, 'item'],
		[999, 'item'],
		[100, 'item'],
		[0, 'item'],
	])('%i, which is not documented, concerns: %s', (status, kind) => {
		expect(failureOfStatus(status, '')).toMatchObject({ kind, code: String(status) });
	});

	describe('when the month’s quota is used up (466)', () => {
		const exceeded = (body: object) => failureOfStatus(466, JSON.stringify(body));

		it.each(['QUOTE_EXCEEDED', 'QUOTA_EXCEEDED'])(
			'requests of a method, spelled %s: other methods still work',
			(status) => {
				const failure = exceeded({ invokeStatus: invokeStatus(status) });
				expect(failure).toMatchObject({ kind: 'method', code: '466' });
				expect(failure.message).toMatch(/number of requests .* used up/);
				expect(failure.description).toMatch(/change the tariff/);
			},
		);

		it.each(['QUOTE_EXCEEDED', 'QUOTA_EXCEEDED'])(
			'requests of a method that is named last, spelled %s: other methods still work',
			(status) => {
				const turned = { invokeStatus: { status, used: 100, method: 'getcontactinfo' } };
				for (const space of [0, 4]) {
					const body = JSON.stringify(turned, null, space).replaceAll(':', space ? ' : ' : ':');
					expect(failureOfStatus(466, body)).toMatchObject({ kind: 'method', code: '466' });
				}
			},
		);

		it.each(['QUOTE_EXCEEDED', 'QUOTA_EXCEEDED'])(
			'requests, spelled %s, of no method: nothing more works of the method that met it',
			(status) => {
				const counted = { ...invokeStatus(status), method: undefined };
				const other = { correspondentsStatus: { method: 'getcontactinfo', status: '' } };
				for (const body of [{ invokeStatus: counted }, { invokeStatus: counted, ...other }]) {
					expect(exceeded(body)).toMatchObject({ id: 'monthlyRequests', kind: 'method' });
				}
			},
		);

		it.each(['CORRESPONDENTS_QUOTE_EXCEEDED', 'CORRESPONDENTS_QUOTA_EXCEEDED'])(
			'chats, spelled %s: other chats still work',
			(status) => {
				const failure = exceeded({ correspondentsStatus: correspondentsStatus(status) });
				expect(failure).toMatchObject({ kind: 'item', code: '466' });
				expect(failure.message).toMatch(/number of chats .* used up/);
				expect(failure.description).toMatch(/already used this month still work/);
			},
		);

		it('chats, with requests left: other chats still work', () => {
			const left = { ...invokeStatus(''), used: 10 };
			const chats = correspondentsStatus('CORRESPONDENTS_QUOTE_EXCEEDED');
			expect(exceeded({ invokeStatus: left, correspondentsStatus: chats }).kind).toBe('item');
			expect(exceeded({ correspondentsStatus: chats, invokeStatus: left }).kind).toBe('item');
		});

		it.each(['QUOTE', 'QUOTA'])('both, spelled %s: nothing more of this method works', (word) => {
			const requests = invokeStatus(`${word}_EXCEEDED`);
			const chats = correspondentsStatus(`CORRESPONDENTS_${word}_EXCEEDED`);
			const both = { invokeStatus: requests, correspondentsStatus: chats };
			const turned = { correspondentsStatus: chats, invokeStatus: requests };
			expect(exceeded(both).kind).toBe('method');
			expect(exceeded(turned).kind).toBe('method');
		});

		it('reads the answer with line breaks and spaces in it, too', () => {
			const requests = { invokeStatus: invokeStatus('QUOTE_EXCEEDED') };
			const chats = {
				correspondentsStatus: correspondentsStatus('CORRESPONDENTS_QUOTE_EXCEEDED'),
			};
			expect(failureOfStatus(466, JSON.stringify(requests, null, 4)).kind).toBe('method');
			expect(failureOfStatus(466, JSON.stringify(chats, null, 4)).kind).toBe('item');
		});
	});
});

describe('a body of 500,000 characters', () => {
	it.each([
		'"method":"a"',
		'"QUOTE_EXCEEDED',
		'correspondentsStatus',
		'/waInstance1',
		'limit',
		' ',
	])(
		'of %s is looked through once',
		(part) => {
			const body = part.repeat(500_000 / part.length);
			// Looking through it again for each of its characters would take minutes.
			for (const status of [400, 404, 466, 500]) failureOfStatus(status, body);
			failureOfReason(200, body);
		},
		60_000,
	);
});

describe('the states of an instance', () => {
	it('the one that answers lookups is "authorized", and it alone', () => {
		expect(READY_STATE).toBe('authorized');
		expect(UNREADY_STATES).not.toContain(READY_STATE);
	});

	it.each([
		['notAuthorized', /scan its QR code/],
		['blocked', /blocked.*review/],
		['sleepMode', /phone on.*5 minutes/],
		['starting', /up to 5 minutes/],
		['yellowCard', /contact GREEN-API support/],
		['suspended', /suspended.*Wait/],
		['pendingPassword', /password.*Enter/],
		['expired', /Renew/],
		['constructor', /other than "authorized"/],
		['brandNew', /other than "authorized"/],
	])('%s: the user learns what to do', (state, advice) => {
		const failure = failureOfState(state);
		expect(sentencesOf(failure)).toMatch(advice);
		expect(failure.code).toBe(state);
		expectPlainWords(failure);
	});

	it('each has words of its own', () => {
		const texts = UNREADY_STATES.map((state) => failureOfState(state).message);
		expect(new Set(texts).size).toBe(UNREADY_STATES.length);
	});
});

describe('what the network’s faults mean', () => {
	it.each(NETWORK_CODES)('%s concerns: %s', (code, kind, message) => {
		const failure = failureOfNetwork(code);
		expect(failure).toMatchObject({ kind, code });
		expect(failure.message).toMatch(message);
	});

	it.each([undefined, ''])('a fault without a code is told, too (%j)', (code) => {
		const failure = failureOfNetwork(code);
		expect(failure).toMatchObject({ kind: 'instance', code: 'NOT_SENT' });
		expect(failure.message).toMatch(/did not send/);
	});

	it('a time-out names the option that helps', () => {
		expect(failureOfNetwork('ETIMEDOUT').description).toContain('"Timeout (Ms)"');
	});
});

describe('a success that brought something else', () => {
	it.each([200, 201, 204])('%i may pass by itself', (status) => {
		const failure = notJson(status);
		expect(failure).toMatchObject({ kind: 'transient', code: String(status) });
		expect(failure.message).toMatch(/incomplete or does not come from GREEN-API/);
		expect(failure.description).toMatch(/proxy/);
	});
});

describe('a success that has a reason in place of a result', () => {
	it.each([
		['get avatar timeout limit exceeded', 'transient', /did not answer GREEN-API in time/],
		['User get contact info limit reached', 'method', /no more requests of this kind/],
		['bad request data', 'item', /does not accept this chat ID/],
		['instance in starting process try later', 'transient', /is starting/],
		['instance account not authorized', 'instance', /no phone is linked/],
		['something new', 'item', /does not accept/],
	])('"%s" concerns: %s', (reason, kind, message) => {
		const failure = failureOfReason(200, `${reason} ${FAKE_TOKEN}`);
		expect(failure).toMatchObject({ kind, code: '200' });
		expect(failure.message).toMatch(message);
		expectPlainWords(failure);
		expect(JSON.stringify(failure)).not.toContain(FAKE_TOKEN);
	});
});

describe('a request that came too soon after another one', () => {
	it('is one that was answered with 429, whatever else came with it', () => {
		for (const body of EVERY_BODY)
			expect(failureOfStatus(429, body).id === 'rateLimited').toBe(true);
		expect({ ...failureOfStatus(429, ''), retryAfterMs: 5_000 }.id === 'rateLimited').toBe(true);
	});

	it('is none that was refused for other reasons or not answered', () => {
		for (const status of EVERY_STATUS.filter((other) => other !== 429)) {
			expect(failureOfStatus(status, 'Too Many Requests').id === 'rateLimited').toBe(false);
		}
		for (const [code] of NETWORK_CODES)
			expect(failureOfNetwork(code).id === 'rateLimited').toBe(false);
		expect(notJson(200).id === 'rateLimited').toBe(false);
	});
});

describe('a request that is known not to have been done', () => {
	it.each([
		['the instance is starting', failureOfStatus(400, 'instance in starting process try later')],
		['the request came too slowly', failureOfStatus(408, '')],
		['it came too soon after another one', failureOfStatus(429, '')],
		['GREEN-API could not be reached', failureOfNetwork('ECONNREFUSED')],
	])('is one where %s', (_why, failure) => expect(failure.isUndone).toBe(true));

	it.each([
		['GREEN-API broke down', failureOfStatus(503, '')],
		['the messenger was slow', failureOfStatus(400, 'timeout limit exceeded')],
		['no answer came in time', failureOfNetwork('ETIMEDOUT')],
		['the connection broke off', failureOfNetwork('ECONNRESET')],
		['something else answered', notJson(200)],
	])('is none where %s', (_why, failure) => expect(failure).not.toHaveProperty('isUndone'));
});

describe('an instance that is starting', () => {
	it('is known by what GREEN-API answers', () => {
		const failure = failureOfStatus(400, 'instance in starting process try later');
		expect(failure).toEqual(failureOf('starting', '400'));
		expect(failure.id === 'starting').toBe(true);
		expect(afterTries(failure, 5).id === 'starting').toBe(true);
	});

	it('is not taken for one that answers in another way', () => {
		for (const status of [401, 429, 500])
			expect(failureOfStatus(status, '').id === 'starting').toBe(false);
		expect(failureOfStatus(400, 'instance account not authorized').id === 'starting').toBe(false);
		expect(failureOfNetwork('ECONNRESET').id === 'starting').toBe(false);
	});
});

describe('a request that GREEN-API itself refused', () => {
	it.each([400, 401, 403, 404, 429, 466, 499])('is one that was answered with %i', (status) => {
		for (const body of ['', HTML]) expect(isRefusal(failureOfStatus(status, body))).toBe(true);
	});

	it.each([200, 302, 399, 500, 502, 503, 504, 599, 40, 1400, 4000])(
		'is none that something on the way may have answered: %i',
		(status) => expect(isRefusal(failureOfStatus(status, ''))).toBe(false),
	);

	it('is none that was not answered, or not as a whole', () => {
		for (const [code] of NETWORK_CODES) expect(isRefusal(failureOfNetwork(code))).toBe(false);
		expect(isRefusal(failureOfNetwork(undefined))).toBe(false);
		expect(isRefusal(notJson(200))).toBe(false);
	});
});

describe('a failure after several tries', () => {
	it('tells how many there were', () => {
		const { message, ...rest } = failureOfStatus(503, '');
		expect(afterTries({ message, ...rest }, 5)).toEqual({
			message: `${message} (tried 5 times)`,
			...rest,
		});
	});

	it('tells of no tries when there was one', () => {
		expect(afterTries(failureOfStatus(503, ''), 1)).toEqual(failureOfStatus(503, ''));
	});

	it('leaves what it was told of as it is', () => {
		const failure = Object.freeze(failureOfStatus(503, ''));
		expectPlainWords(afterTries(failure, 2));
		expect(failure).toEqual(failureOfStatus(503, ''));
	});
});

describe('the words of a failure', () => {
	it('say what happened and what to do, whatever the status and the body', () => {
		const texts = new Map<string, Failure>();
		const keep = (failure: Failure) => texts.set(failure.message + failure.description, failure);
		for (const status of EVERY_STATUS) {
			for (const body of EVERY_BODY) keep(failureOfStatus(status, body));
		}
		for (const [code] of NETWORK_CODES) keep(failureOfNetwork(code));
		keep(failureOfNetwork(undefined));
		keep(notJson(200));

		expect(texts.size).toBeGreaterThan(20);
		for (const failure of texts.values()) expectPlainWords(failure);
	});

	it('take a validation text with "expired" in it for what it is', () => {
		const body = 'Validation failed. Details: the invitation has expired';
		expect(failureOfStatus(400, body).kind).toBe('item');
	});

	it('hold nothing of what the server sent', () => {
		const token = fc.string({
			unit: fc.constantFrom(...'0123456789abcdef'),
			minLength: 50,
			maxLength: 50,
		});
		const anyText = fc.constantFrom(...DOCUMENTED.map(([, text]) => text), HTML, '');
		fc.assert(
			fc.property(fc.integer({ min: 100, max: 999 }), token, anyText, (status, secret, text) => {
				const path = `/waInstance1101000001/getContactInfo/${secret}`;
				const bodies = [
					JSON.stringify({ statusCode: status, path, message: `${text} ${path}` }),
					`${text} Cannot GET ${path}`,
					secret,
				];
				for (const body of bodies) {
					const told = JSON.stringify(failureOfStatus(status, body));
					for (let start = 0; start + 8 <= secret.length; start += 1) {
						expect(told).not.toContain(secret.slice(start, start + 8));
					}
					// Nor does anything else of them get through, in any form.
					expect(failureOfStatus(status, body.replaceAll(secret, ''))).toEqual(
						failureOfStatus(status, body),
					);
				}
			}),
		);
	});

	it('have nothing but their five parts, all of them texts, and whether nothing was done', () => {
		for (const failure of [
			failureOfStatus(400, EVERY_BODY[2] ?? ''),
			failureOfNetwork('EPIPE'),
			notJson(200),
		]) {
			const { isUndone = true, ...texts } = failure;
			expect(isUndone).toBe(true);
			expect(Object.keys(texts).sort()).toEqual(['code', 'description', 'id', 'kind', 'message']);
			for (const part of Object.values(texts)) expect(typeof part).toBe('string');
		}
	});
});
