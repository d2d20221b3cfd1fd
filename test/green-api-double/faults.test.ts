import { setImmediate as nextTurn } from 'node:timers/promises';
import { businessWithProducts } from './addressBook';
import { get, post, send, urlOf } from './client';
import { type Fault, faults, transientFaults } from './faults';
import { type GreenApiDouble, type GreenApiDoubleOptions } from './greenApiDouble';
import { useDouble } from './useDouble';

const SEED = { chatId: '71234567890@c.us' };
const PERSON = { chatId: '79001234567@c.us' };

let double: GreenApiDouble;
const start = useDouble((started) => {
	double = started;
});

const statusOf = async (body: unknown = SEED) =>
	(await post(double, 'getContactInfo', body)).status;

const JSON_TYPE = 'application/json; charset=utf-8';
const TEXT_TYPE = 'text/plain; charset=utf-8';

/** A body that echoes the request's path, and the token with it. */
const ECHO = Symbol('echo');

type Form = typeof ECHO | typeof JSON_TYPE | typeof TEXT_TYPE | 'text/html' | 'empty';

/** What each fault puts on the wire: status, form, and a part of the text. */
const ON_THE_WIRE: ReadonlyArray<[keyof typeof faults, number, Form, string]> = [
	['instanceStarting', 400, ECHO, 'instance in starting process try later'],
	['instanceNotAuthorized', 400, ECHO, 'instance is starting or not authorized'],
	['accountNotAuthorized', 400, ECHO, 'instance account not authorized'],
	['instanceExpired', 400, ECHO, 'Instance account is expired. Renew instance from personal area'],
	['instanceDeleted', 400, ECHO, 'Instance is deleted'],
	['validationFailed', 400, ECHO, "Validation failed. Details: 'chatId' must be one of"],
	[
		'groupNotSupported',
		400,
		ECHO,
		'Validation failed. Details: The method GetContactInfo does not',
	],
	['badRequestData', 400, ECHO, 'bad request data'],
	['badRequestDataPlainText', 400, TEXT_TYPE, 'bad request data'],
	['badPhoneNumber', 400, ECHO, 'bad phone number, valid from 11 to 16 digits'],
	['notOnWhatsapp', 404, ECHO, '77059640505@c.us is not on WhatsApp'],
	['wrongToken', 401, 'empty', ''],
	['wrongTokenJson', 401, ECHO, 'Unauthorized'],
	['wrongInstance', 403, 'empty', ''],
	['wrongInstanceJson', 403, ECHO, 'Forbidden'],
	['notFound', 404, ECHO, 'Cannot POST /waInstance1101000001/getContactInfo/'],
	['tooManyRequests', 429, 'empty', ''],
	[
		'requestQuoteExceeded',
		466,
		JSON_TYPE,
		'{"invokeStatus":{"method":"getcontactinfo","used":100,"total":100,"status":"QUOTE_EXCEEDED","description":"Monthly quota has been exceeded. ',
	],
	['requestQuotaExceeded', 466, JSON_TYPE, '"status":"QUOTA_EXCEEDED"'],
	['correspondentsQuoteExceeded', 466, JSON_TYPE, '"status":"CORRESPONDENTS_QUOTE_EXCEEDED"'],
	['correspondentsQuotaExceeded', 466, JSON_TYPE, '"status":"CORRESPONDENTS_QUOTA_EXCEEDED"'],
	['correspondentsQuoteExceededRequestsAllowed', 466, JSON_TYPE, '"status":"QUOTE_ALLOWED"'],
	['messengerLimit', 469, 'empty', ''],
	['messengerLimitReason', 200, JSON_TYPE, '{"status":false,"reason":"User get contact info'],
	['avatarOverlimit', 200, JSON_TYPE, '"rate-overlimit"'],
	['avatarTimeout', 200, JSON_TYPE, 'get avatar timeout limit exceeded'],
	['contactLimitReason', 200, JSON_TYPE, '"chatId":""'],
	['accountLimitReason', 200, JSON_TYPE, '{"exist":false,'],
	['okWithQuota', 200, JSON_TYPE, '"status":"QUOTE_EXCEEDED"'],
	['okWithPath', 200, ECHO, 'Validation failed'],
	['findUnAckedMessage', 500, ECHO, 'findUnAckedMessage'],
	['clientClosedRequest', 499, 'empty', ''],
	['internalServerErrorJson', 500, ECHO, 'Internal Server Error'],
	['internalServerErrorPlainText', 500, TEXT_TYPE, 'Internal Server Error'],
	['internalServerErrorHtml', 500, 'text/html', '<h1>500 Internal Server Error</h1>'],
	['internalServerErrorEmpty', 500, 'empty', ''],
	['badGatewayJson', 502, ECHO, 'Bad Gateway'],
	['badGatewayPlainText', 502, TEXT_TYPE, 'Bad Gateway'],
	['badGatewayHtml', 502, 'text/html', '<h1>502 Bad Gateway</h1>'],
	['badGatewayEmpty', 502, 'empty', ''],
	['serviceUnavailableJson', 503, ECHO, 'Service Unavailable'],
	['serviceUnavailablePlainText', 503, TEXT_TYPE, 'Service Unavailable'],
	['serviceUnavailableHtml', 503, 'text/html', '<h1>503 Service Unavailable</h1>'],
	['serviceUnavailableEmpty', 503, 'empty', ''],
	['gatewayTimeoutJson', 504, ECHO, 'Gateway Timeout'],
	['gatewayTimeoutPlainText', 504, TEXT_TYPE, 'Gateway Timeout'],
	['gatewayTimeoutHtml', 504, 'text/html', '<h1>504 Gateway Timeout</h1>'],
	['gatewayTimeoutEmpty', 504, 'empty', ''],
	['okWithHtml', 200, 'text/html', '<html>'],
];

describe('the table of faults', () => {
	it('has no entry that these tests leave out', () => {
		expect([
			...ON_THE_WIRE.map(([name]) => name),
			'connectionReset',
			'cutOff',
			'cutOffJson',
			'redirectTo',
		]).toEqual(Object.keys(faults));
	});

	it.each(ON_THE_WIRE)('%s: status %i', async (name, expectedStatus, form, text) => {
		double.script(faults[name] as Fault);
		const { status, headers, data } = await post(double, 'getContactInfo', SEED);

		expect(status).toBe(expectedStatus);
		expect(data).toContain(text);
		expect(data.includes(double.apiTokenInstance)).toBe(form === ECHO);
		if (form === 'empty') {
			expect(data).toBe('');
			expect(headers).not.toHaveProperty('content-type');
		} else {
			expect(headers['content-type']).toBe(form === ECHO ? JSON_TYPE : form);
		}
		if (form === ECHO) {
			expect(JSON.parse(data)).toEqual({
				statusCode: expectedStatus === 200 ? 400 : expectedStatus,
				timestamp: expect.any(String),
				path: new URL(urlOf(double, 'getContactInfo')).pathname,
				message: expect.stringContaining(text),
			});
		}
		expect(double.requests.map((request) => request.status)).toEqual([expectedStatus]);
	});

	it('redirectTo: 302, or as asked, to the same path on another server', async () => {
		double.script(faults.redirectTo('http://127.0.0.1:1'));
		double.script(faults.redirectTo('http://127.0.0.1:1', 307));
		const first = await post(double, 'getContactInfo', SEED);
		const second = await post(double, 'getContactInfo', SEED);

		expect([first.status, second.status]).toEqual([302, 307]);
		const path = new URL(urlOf(double, 'getContactInfo')).pathname;
		expect(first.headers.location).toBe(`http://127.0.0.1:1${path}`);
	});

	it('connectionReset: the connection is reset before any byte', async () => {
		double.script(faults.connectionReset);
		await expect(statusOf()).rejects.toMatchObject({ code: 'ECONNRESET' });
		expect(double.requests[0]?.status).toBe(0);
	});

	it('cutOff: 200, then the connection is closed after half of the announced body', async () => {
		const whole = (await post(double, 'getContactInfo', SEED)).data;
		double.script(faults.cutOff);
		const { status, headers, data } = await send({
			method: 'POST',
			url: urlOf(double, 'getContactInfo'),
			data: SEED,
			responseType: 'stream',
		});
		expect(status).toBe(200);
		expect(headers['content-length']).toBe(String(Buffer.byteLength(whole)));

		let received = '';
		const reading = (async () => {
			for await (const chunk of data as unknown as AsyncIterable<Buffer>) received += String(chunk);
		})();
		await expect(reading).rejects.toMatchObject({ code: expect.any(String) });
		expect(received).toBe(whole.slice(0, Math.floor(whole.length / 2)));
		expect(double.requests[1]?.status).toBe(0);
	});

	it('cutOff: a client that wants the whole answer gets none', async () => {
		double.addressBook.set(PERSON.chatId, businessWithProducts(PERSON.chatId, 2000));
		double.script(faults.cutOff, { times: 2 });
		await expect(statusOf()).rejects.toMatchObject({ isAxiosError: true });
		await expect(statusOf(PERSON)).rejects.toMatchObject({ isAxiosError: true });
		expect(await statusOf(PERSON)).toBe(200);
	});

	it('cutOff: breaks off where there was no body to cut, too', async () => {
		double.script(faults.cutOff);
		const cut = post(double, 'getContactInfo', SEED, { apiTokenInstance: 'fake0wrong' });
		await expect(cut).rejects.toMatchObject({ isAxiosError: true });
	});

	it('cutOffJson: 200, with half of the JSON text', async () => {
		const whole = (await post(double, 'getContactInfo', SEED)).data;
		double.script(faults.cutOffJson);
		const { status, headers, data } = await post(double, 'getContactInfo', SEED);
		expect(status).toBe(200);
		expect(headers['content-type']).toBe(JSON_TYPE);
		expect(data).toBe(whole.slice(0, Math.floor(whole.length / 2)));
		expect(() => JSON.parse(data) as unknown).toThrow(SyntaxError);
	});

	it('hang: no answer', async () => {
		double.script({ kind: 'hang' });
		const giveUp = new AbortController();
		const hanging = send({ url: urlOf(double, 'getContacts'), signal: giveUp.signal });
		hanging.catch(() => {});
		while (double.requests.length === 0) await nextTurn();
		expect(await statusOf()).toBe(200);
		expect(double.requests[0]).toMatchObject({ method: 'getContacts', status: 0 });
		giveUp.abort();
		await expect(hanging).rejects.toMatchObject({ code: 'ERR_CANCELED' });
	});
});

describe('a scripted fault', () => {
	it('comes once, then the answer', async () => {
		double.script(faults.badGatewayHtml);
		expect([await statusOf(), await statusOf()]).toEqual([502, 200]);
	});

	it('comes as often as asked, and for ever at Infinity', async () => {
		double.script(faults.badGatewayEmpty, { times: 2 });
		expect([await statusOf(), await statusOf(), await statusOf()]).toEqual([502, 502, 200]);
		double.script(faults.gatewayTimeoutEmpty, { times: Infinity });
		expect([await statusOf(), await statusOf(), await statusOf()]).toEqual([504, 504, 504]);
	});

	it('comes in the order of the script', async () => {
		double.script(faults.tooManyRequests);
		double.script(faults.badGatewayEmpty);
		expect([await statusOf(), await statusOf(), await statusOf()]).toEqual([429, 502, 200]);
	});

	it('comes for its method and its chat alone', async () => {
		double.script(faults.badGatewayEmpty, { method: 'getContactInfo', ...PERSON });
		expect((await post(double, 'getAvatar', PERSON)).status).toBe(200);
		expect(await statusOf(SEED)).toBe(200);
		expect(await statusOf(PERSON)).toBe(502);
		expect(await statusOf(PERSON)).toBe(200);
	});

	it('does not wait for one that was scripted before it for other requests', async () => {
		double.script(faults.badGatewayEmpty, PERSON);
		double.script(faults.gatewayTimeoutEmpty);
		expect([await statusOf(SEED), await statusOf(PERSON)]).toEqual([504, 502]);
	});

	it('comes whatever else the request would have got', async () => {
		double.script(faults.badGatewayEmpty);
		const address = { apiTokenInstance: 'fake0wrong' };
		expect((await get(double, 'getContacts', address)).status).toBe(502);
	});

	it('counts for the rate limit', async () => {
		await start({ rateFactor: 0.01 });
		double.script(faults.badGatewayEmpty);
		expect([await statusOf(), await statusOf()]).toEqual([502, 429]);
	});

	it('can be made for the test', async () => {
		double.script({
			kind: 'answer',
			status: 418,
			contentType: 'text/plain',
			body: ({ method, idInstance, httpMethod }) => `${httpMethod} ${method} ${idInstance}`,
			headers: { 'X-Made-For': 'the test' },
		});
		const { status, headers, data } = await post(double, 'GETCONTACTINFO', SEED);
		expect(status).toBe(418);
		expect(headers).toMatchObject({ 'content-type': 'text/plain', 'x-made-for': 'the test' });
		expect(data).toBe(`POST getContactInfo ${double.idInstance}`);
	});
});

describe('random faults', () => {
	const REQUESTS = 300;

	/** The statuses of as many requests, one after the other. */
	async function statuses(options: GreenApiDoubleOptions): Promise<number[]> {
		await start(options);
		for (let sent = 0; sent < REQUESTS; sent++) await statusOf().catch(() => undefined);
		return double.requests.map(({ status }) => status);
	}

	const shareOfFaults = (all: readonly number[]) =>
		all.filter((status) => status !== 200).length / all.length;

	const only502 = { faults: [faults.badGatewayEmpty] };

	it('hit the wanted share of the requests, the same ones for the same seed', async () => {
		const first = await statuses({ randomFaults: { rate: 0.2, seed: 'a', ...only502 } });
		const again = await statuses({ randomFaults: { rate: 0.2, seed: 'a', ...only502 } });
		const other = await statuses({ randomFaults: { rate: 0.2, seed: 'b', ...only502 } });

		expect(shareOfFaults(first)).toBeGreaterThan(0.1);
		expect(shareOfFaults(first)).toBeLessThan(0.3);
		expect(again).toEqual(first);
		expect(other).not.toEqual(first);
	});

	it('hit none of the requests at rate 0, all at rate 1', async () => {
		expect(shareOfFaults(await statuses({ randomFaults: { rate: 0, seed: 1, ...only502 } }))).toBe(
			0,
		);
		expect(shareOfFaults(await statuses({ randomFaults: { rate: 1, seed: 1, ...only502 } }))).toBe(
			1,
		);
	});

	it('are of every transient kind unless the test says which', async () => {
		const all = await statuses({ randomFaults: { rate: 1, seed: 1 } });
		const expected = transientFaults.map((fault) => {
			if (fault.kind === 'answer') return fault.status;
			return fault.kind === 'cutOffJson' ? 200 : 0;
		});
		expect(new Set(all)).toEqual(new Set(expected));
	});

	it('never stand in for a refusal', async () => {
		await start({ randomFaults: { rate: 1, seed: 1, ...only502 } });
		double.setState(double.idInstance, 'notAuthorized');
		expect(await statusOf()).toBe(400);
	});
});
