import { setTimeout as sleep } from 'node:timers/promises';
import { get, post, send, urlOf } from './client';
import {
	type GreenApiDouble,
	type GreenApiDoubleOptions,
	startGreenApiDouble,
} from './greenApiDouble';
import { useDouble } from './useDouble';

const SEED = { chatId: '71234567890@c.us' };
const PERSON = { chatId: '79001234567@c.us' };
const GROUP = { groupId: '79001234567-1581234048@g.us' };
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

let double: GreenApiDouble;
const start = useDouble((started) => {
	double = started;
});

/** The body of a refusal that echoes the path, token included. */
function refusalOf(statusCode: number, method: string, message: string) {
	const path = urlOf(double, method).slice(new URL(double.apiUrl).origin.length);
	return { statusCode, timestamp: expect.stringMatching(ISO_TIME), path, message };
}

describe('each method', () => {
	it('getContactInfo answers with a contact, as compact JSON', async () => {
		const { status, headers, data } = await post(double, 'getContactInfo', PERSON);
		expect(status).toBe(200);
		expect(headers['content-type']).toBe('application/json; charset=utf-8');
		expect(data).toBe(JSON.stringify(JSON.parse(data)));
		expect(JSON.parse(data)).toMatchObject(PERSON);
	});

	it('getContactInfo answers for 71234567890 with the documentation’s example', async () => {
		const { data } = await post(double, 'getContactInfo', SEED);
		expect(data).toBe(JSON.stringify(await import('./seedContact.json').then((m) => m.default)));
	});

	it.each(['120363043968066561@g.us', GROUP.groupId])(
		'getContactInfo answers null for the group %s',
		async (chatId) => {
			const { status, data } = await post(double, 'getContactInfo', { chatId });
			expect({ status, data }).toEqual({ status: 200, data: 'null' });
		},
	);

	it('getContacts answers with the list of chats', async () => {
		const { status, data } = await get(double, 'getContacts');
		expect(status).toBe(200);
		expect(JSON.parse(data)).toContainEqual({
			id: SEED.chatId,
			name: 'Dealer',
			contactName: 'Dealer',
			type: 'user',
		});
	});

	it('getGroupData answers with the group', async () => {
		const { status, data } = await post(double, 'getGroupData', GROUP);
		expect(status).toBe(200);
		expect(Object.keys(JSON.parse(data) as object)).toEqual([
			'groupId',
			'owner',
			'subject',
			'creation',
			'participants',
			'size',
			'subjectTime',
			'subjectOwner',
			'groupInviteLink',
		]);
	});

	it('getAvatar answers with a link of its own in every answer, to a picture', async () => {
		const [first, second] = await Promise.all([
			post(double, 'getAvatar', PERSON),
			post(double, 'getAvatar', PERSON),
		]);
		const { urlAvatar, available } = JSON.parse(first.data) as Record<string, unknown>;
		expect(available).toBe(true);
		expect(second.data).not.toBe(first.data);

		const picture = await send({ url: String(urlAvatar), responseType: 'arraybuffer' });
		expect(picture.headers['content-type']).toBe('image/jpeg');
		const bytes = Buffer.from(picture.data);
		expect(bytes.subarray(0, 3).toString('hex')).toBe('ffd8ff');
		expect(bytes.subarray(-2).toString('hex')).toBe('ffd9');
	});

	it('checkWhatsapp answers to both forms of the request', async () => {
		const answers = await Promise.all(
			[
				{ phoneNumber: 79876543210 },
				{ chatId: '79876543210@c.us' },
				{ phoneNumber: 79876543000 },
			].map(
				async (body) => JSON.parse((await post(double, 'checkWhatsapp', body)).data) as unknown,
			),
		);
		expect(answers).toEqual([
			{ existsWhatsapp: true },
			{
				existsWhatsapp: true,
				chatId: expect.stringMatching(/^\d+@lid$/),
				phoneNumber: '79876543210@c.us',
				fromCache: false,
			},
			{ existsWhatsapp: false },
		]);
	});

	it('checkWhatsapp tells the number of a privacy id, unless it is hidden', async () => {
		const check = async (chatId: string) =>
			JSON.parse((await post(double, 'checkWhatsapp', { chatId })).data) as unknown;
		expect(await check('84567890123457@lid')).toEqual({
			existsWhatsapp: true,
			chatId: '84567890123457@lid',
			phoneNumber: expect.stringMatching(/^\d{11}@c\.us$/),
			fromCache: false,
		});
		expect(await check('84567890123456@lid')).toMatchObject({ phoneNumber: '' });
	});

	it('getContacts takes people or groups alone, and is empty at first where that is wanted', async () => {
		const list = async (query: string) => {
			const { data } = await send({ url: `${urlOf(double, 'getContacts')}${query}` });
			return (JSON.parse(data) as Array<{ type: string }>).map(({ type }) => type);
		};
		double.addressBook.setEmptyLists(1);
		expect(await list('')).toEqual([]);
		expect(new Set(await list(''))).toEqual(new Set(['user', 'group']));
		expect(new Set(await list('?group=true'))).toEqual(new Set(['group']));
		expect(new Set(await list('?group=false'))).toEqual(new Set(['user']));
	});

	it('addContact, editContact and deleteContact change the address book', async () => {
		const chatId = '79001234567@c.us';
		const change = async (method: string, body: object) => {
			const { status, data } = await post(double, method, { chatId, ...body });
			return [status, (JSON.parse(data) as { message?: string }).message ?? data];
		};
		const ivan = { firstName: 'Ivan', lastName: 'Petrov' };
		expect(await change('addContact', ivan)).toEqual([200, '{"addContact":true}']);
		expect(await change('addContact', ivan)).toEqual([400, `Contact ${chatId} already exists`]);
		expect(double.addressBook.savedName(chatId)).toBe('Ivan Petrov');
		expect(await change('editContact', { firstName: 'Ivan' })).toEqual([
			200,
			'{"editContact":true}',
		]);
		expect(double.addressBook.savedName(chatId)).toBe('Ivan');
		expect(await change('deleteContact', {})).toEqual([200, '{"deleteContact":true}']);
		expect(double.addressBook.savedName(chatId)).toBeUndefined();
		expect(await change('addContact', { ...ivan, chatId: '79001234000@c.us' })).toEqual([
			404,
			'79001234000@c.us is not on WhatsApp',
		]);
	});

	it('getStateInstance answers with the state', async () => {
		const { status, data } = await get(double, 'getStateInstance');
		expect({ status, data }).toEqual({ status: 200, data: '{"stateInstance":"authorized"}' });
	});

	it('is found in any case', async () => {
		const url = `${double.apiUrl}/WAINSTANCE${double.idInstance}/GETSTATEINSTANCE/${double.apiTokenInstance}`;
		expect((await send({ url })).status).toBe(200);
		expect(double.requests[0]?.method).toBe('getStateInstance');
	});

	it('is found below a prefix, and nowhere else then; refusals echo the prefix too', async () => {
		await start({ prefix: '/v3' });
		expect(double.apiUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v3$/);
		const url = urlOf(double, 'getStateInstance');
		expect((await send({ url })).status).toBe(200);
		expect((await send({ url: url.replace('/v3', '') })).status).toBe(404);

		const refused = await post(double, 'getContactInfo', []);
		expect(JSON.parse(refused.data)).toEqual(refusalOf(400, 'getContactInfo', 'bad request data'));
	});
});

describe('what is wrong with a request', () => {
	it.each([
		['an unknown method', 'POST', 'getNothing'],
		['GET for a method that takes POST', 'GET', 'getContactInfo'],
		['POST for a method that takes GET', 'POST', 'getContacts'],
	])('%s: 404, the path echoed with the token', async (_what, verb, method) => {
		const url = urlOf(double, method);
		const { status, data } = await send({ method: verb, url });
		const path = new URL(url).pathname;
		expect(status).toBe(404);
		expect(JSON.parse(data)).toEqual(refusalOf(404, method, `Cannot ${verb} ${path}`));
		expect(data).toContain(double.apiTokenInstance);
	});

	it.each(['/', '/waInstance/getContactInfo', '/%E0%A4%A/x/y', '/waInstance1/%E0%A4%A/y'])(
		'the path %s: 404',
		async (path) => {
			const { status, data } = await send({ url: `${double.apiUrl}${path}` });
			expect(status).toBe(404);
			expect(JSON.parse(data)).toMatchObject({ path, message: `Cannot GET ${path}` });
		},
	);

	it('an unknown instance: 403, empty', async () => {
		const { status, data } = await post(double, 'getContactInfo', SEED, { idInstance: '999' });
		expect({ status, data }).toEqual({ status: 403, data: '' });
	});

	it('a wrong token: 401, empty', async () => {
		const address = { apiTokenInstance: 'fake0wrong' };
		const { status, data, headers } = await post(double, 'getContactInfo', SEED, address);
		expect({ status, data }).toEqual({ status: 401, data: '' });
		expect(headers).not.toHaveProperty('content-type');
	});

	it.each([
		['no JSON', 'application/json', '{"chatId":'],
		['a list', 'application/json', '[]'],
		['null', 'application/json', 'null'],
		['text', 'application/json', '"71234567890@c.us"'],
		['JSON that is not called JSON', 'text/plain', JSON.stringify(SEED)],
		['a form', 'application/x-www-form-urlencoded', 'chatId=71234567890@c.us'],
	])('a body that is %s: 400, bad request data', async (_what, contentType, data) => {
		const url = urlOf(double, 'getContactInfo');
		const headers = { 'Content-Type': contentType };
		// axios encodes a string as JSON once more, unless told otherwise.
		const answer = await send({
			method: 'POST',
			url,
			headers,
			data,
			transformRequest: (text) => text as string,
		});
		expect(answer.status).toBe(400);
		expect(JSON.parse(answer.data)).toEqual(refusalOf(400, 'getContactInfo', 'bad request data'));
	});

	const CHAT_ID_MESSAGE =
		"Validation failed. Details: 'chatId' must be one of the next formats: 'phone_number@c.us' or 'group_id@g.us'";

	it.each([
		'71234567890',
		'+71234567890@c.us',
		'123456@c.us',
		'12345678901234567@c.us',
		'71234567890@s.whatsapp.net',
		'status@broadcast',
		'71234567890@c.us ',
		'',
		undefined,
		null,
		71234567890,
	])('the chat id %j: 400, validation failed', async (chatId) => {
		const { status, data } = await post(double, 'getContactInfo', { chatId });
		expect(status).toBe(400);
		expect(JSON.parse(data)).toEqual(refusalOf(400, 'getContactInfo', CHAT_ID_MESSAGE));
	});

	it('no body at all: 400, validation failed', async () => {
		const { status, data } = await post(double, 'getContactInfo', undefined);
		expect(status).toBe(400);
		expect(JSON.parse(data)).toEqual(refusalOf(400, 'getContactInfo', CHAT_ID_MESSAGE));
	});

	it.each(['1234567@c.us', '1234567890123456@c.us', '1@lid', '1@g.us', '1-2@g.us'])(
		'nothing, with the chat id %s',
		async (chatId) => {
			expect((await post(double, 'getContactInfo', { chatId })).status).toBe(200);
		},
	);

	it.each([
		['getGroupData', PERSON],
		['getGroupData', { groupId: PERSON.chatId }],
		['getAvatar', GROUP],
		['checkWhatsapp', {}],
		['checkWhatsapp', { phoneNumber: 123 }],
		['checkWhatsapp', { chatId: 'abc' }],
		['addContact', { chatId: '120363043968066561@g.us', firstName: 'Family' }],
		['addContact', { ...PERSON, firstName: '' }],
		['deleteContact', { chatId: 'abc' }],
	])('%s of %j: 400, validation failed', async (method, body) => {
		const { status, data } = await post(double, method, body);
		expect(status).toBe(400);
		expect(data).toContain('"Validation failed. Details: ');
	});

	it.each([
		['starting', 'instance in starting process try later'],
		['notAuthorized', 'instance account not authorized'],
		['expired', 'Instance account is expired. Renew instance from personal area'],
		['deleted', 'Instance is deleted'],
		['blocked', 'instance is starting or not authorized'],
		['somethingNew', 'instance is starting or not authorized'],
	])('an instance that is %s: 400, and getStateInstance tells', async (state, message) => {
		double.setState(double.idInstance, state);
		const lookup = await post(double, 'getContactInfo', SEED);
		expect(lookup.status).toBe(400);
		expect(JSON.parse(lookup.data)).toEqual(refusalOf(400, 'getContactInfo', message));
		expect((await get(double, 'getContacts')).status).toBe(400);
		expect((await get(double, 'getStateInstance')).data).toBe(`{"stateInstance":"${state}"}`);
	});

	it('nothing any more, once the instance is authorized again', async () => {
		double.setState(double.idInstance, 'starting');
		double.setState(double.idInstance, 'authorized');
		expect((await post(double, 'getContactInfo', SEED)).status).toBe(200);
	});
});

describe('several instances', () => {
	const first = { idInstance: '1', apiTokenInstance: 'fake0first' };
	const second = { idInstance: '2', apiTokenInstance: 'fake0second', stateInstance: 'blocked' };
	const third = { idInstance: '3', apiTokenInstance: 'fake0third' };

	beforeEach(async () => await start({ instances: [first, second, third], rateFactor: 0.01 }));

	const statusOf = async (address: { idInstance: string; apiTokenInstance: string }) =>
		(await post(double, 'getContactInfo', SEED, address)).status;

	it('have tokens, states and rate limits of their own', async () => {
		expect(double).toMatchObject(first);
		expect(await statusOf(first)).toBe(200);
		expect(await statusOf(second)).toBe(400);
		expect(await statusOf({ ...third, apiTokenInstance: first.apiTokenInstance })).toBe(401);
		expect(await statusOf(third)).toBe(200);
		expect(await statusOf(first)).toBe(429);
	});
});

describe('what answers say of the rate limit', () => {
	it('is nothing unless it is asked for', async () => {
		await start();
		const { headers } = await post(double, 'getContactInfo', SEED);
		expect(headers['x-ratelimit-replenish-rate']).toBeUndefined();
	});

	it.each(['spacing', 'second'] as const)(
		'is the rate and what remains, refused answers included (%s)',
		async (limiter) => {
			await start({ headers: true, limiter, rates: { checkWhatsapp: 0.01 } });
			const ask = async () => {
				const { status, headers } = await post(double, 'checkWhatsapp', SEED);
				const { 'x-ratelimit-replenish-rate': rate, 'x-ratelimit-remaining': remaining } = headers;
				return { status, rate: rate as unknown, remaining: remaining as unknown };
			};
			expect(await ask()).toEqual({ status: 200, rate: '0.01', remaining: '0' });
			expect(await ask()).toEqual({ status: 429, rate: '0.01', remaining: '0' });
			double.setRate('checkWhatsapp', 1_000);
			await sleep(5);
			expect(await ask()).toMatchObject({ status: 200, rate: '1000' });
		},
	);
});

describe('rate limits', () => {
	/** Nobody is added twice. */
	let people = 79_001_000_001;
	const nextPerson = () => ({ chatId: `${people++ * 10 + 1}@c.us` });
	const METHODS = {
		getContactInfo: async () => await post(double, 'getContactInfo', SEED),
		getContacts: async () => await get(double, 'getContacts'),
		getGroupData: async () => await post(double, 'getGroupData', GROUP),
		getStateInstance: async () => await get(double, 'getStateInstance'),
		getAvatar: async () => await post(double, 'getAvatar', SEED),
		checkWhatsapp: async () => await post(double, 'checkWhatsapp', SEED),
		addContact: async () => await post(double, 'addContact', { ...nextPerson(), firstName: 'A' }),
		editContact: async () => await post(double, 'editContact', { ...SEED, firstName: 'A' }),
		deleteContact: async () => await post(double, 'deleteContact', SEED),
	};
	type Method = keyof typeof METHODS;
	const names = Object.keys(METHODS) as Method[];

	/** GREEN-API documentation, "Rate limiter". */
	const REQUESTS_PER_SECOND: Readonly<Record<Method, number>> = {
		getContactInfo: 1,
		getContacts: 1,
		getGroupData: 1,
		getStateInstance: 1,
		getAvatar: 10,
		checkWhatsapp: 10,
		// Not in the documentation's table.
		addContact: 1,
		editContact: 1,
		deleteContact: 1,
	};

	const askAll = async () =>
		await Promise.all(names.map(async (name) => (await METHODS[name]()).status));

	it.each(names)('%s: of two requests at once, one is refused', async (name) => {
		await start({ rateFactor: 0.01 });
		const answers = await Promise.all([METHODS[name](), METHODS[name]()]);
		expect(answers.map(({ status }) => status).sort()).toEqual([200, 429]);

		const refused = answers.find(({ status }) => status === 429);
		expect(refused?.data).toBe('');
		expect(refused?.headers).not.toHaveProperty('retry-after');
	});

	it('are the documented ones, unless the test asks for others', async () => {
		const unlimited = double;
		double = await startGreenApiDouble();
		const end = performance.now() + 1200;
		while (performance.now() < end) await askAll();
		await double.close();

		for (const name of names) {
			// By the log's own clock, so that a slow machine changes nothing.
			let last = -Infinity;
			for (const { at, status } of double.requestsOf(name)) {
				const spacing = 1000 / REQUESTS_PER_SECOND[name];
				expect([name, at, status]).toEqual([name, at, at - last < spacing ? 429 : 200]);
				if (status === 200) last = at;
			}
		}
		double = unlimited;
	});

	it('are off at a factor of Infinity', async () => {
		expect(await Promise.all([askAll(), askAll(), askAll()])).toEqual(
			Array(3).fill(names.map(() => 200)),
		);
	});
});

describe('the log', () => {
	it('has every request in the order of arrival, with what was asked and answered', async () => {
		await post(double, 'GETCONTACTINFO', SEED);
		await post(double, 'getGroupData', GROUP);
		await get(double, 'getStateInstance', { idInstance: '999' });
		await send({ url: `${double.apiUrl}/nowhere` });

		const at = expect.any(Number);
		const { idInstance } = double;
		expect(double.requests).toEqual([
			{
				at,
				query: {},
				method: 'getContactInfo',
				httpMethod: 'POST',
				idInstance,
				...SEED,
				body: SEED,
				status: 200,
			},
			{
				at,
				query: {},
				method: 'getGroupData',
				httpMethod: 'POST',
				idInstance,
				chatId: GROUP.groupId,
				body: GROUP,
				status: 200,
			},
			{
				at,
				query: {},
				method: 'getStateInstance',
				httpMethod: 'GET',
				idInstance: '999',
				body: undefined,
				status: 403,
			},
			{ at, query: {}, httpMethod: 'GET', idInstance: '', body: undefined, status: 404 },
		]);
		const times = double.requests.map((request) => request.at);
		expect(times).toEqual([...times].sort((one, other) => one - other));
	});

	it('never has the token', async () => {
		await post(double, 'getContactInfo', SEED);
		await post(double, 'getNothing', SEED);
		expect(JSON.stringify(double.requests)).not.toContain(double.apiTokenInstance);
	});

	it('leaves pictures out', async () => {
		await send({ url: `${double.apiUrl}/media/1.jpg` });
		expect(double.requests).toEqual([]);
	});

	it('can be read by method, and cleared', async () => {
		await post(double, 'getContactInfo', SEED);
		await post(double, 'getAvatar', PERSON);
		expect(double.requestsOf('getAvatar')).toEqual([expect.objectContaining(PERSON)]);
		double.clearRequests();
		expect(double.requests).toEqual([]);
	});
});

describe('latency', () => {
	it('holds every answer back for that long', async () => {
		await start({ latencyMs: 80 });
		const before = performance.now();
		await post(double, 'getContactInfo', SEED);
		expect(performance.now() - before).toBeGreaterThan(75);
	});

	it('can differ from request to request, so that answers overtake each other', async () => {
		await start({ latencyMs: ({ chatId }) => (chatId === SEED.chatId ? 500 : 0) });
		const answered: string[] = [];
		const ask = async (body: typeof SEED) => {
			await post(double, 'getContactInfo', body);
			answered.push(body.chatId);
		};
		await Promise.all([ask(SEED), ask(PERSON)]);
		expect(answered).toEqual([PERSON.chatId, SEED.chatId]);
	});

	it('leaves status 0 of a client that did not wait', async () => {
		await start({ latencyMs: 500 });
		const url = urlOf(double, 'getContacts');
		await expect(send({ url, timeout: 50 })).rejects.toMatchObject({ code: 'ECONNABORTED' });
		await new Promise((resolve) => setTimeout(resolve, 600));
		expect(double.requests).toEqual([expect.objectContaining({ status: 0 })]);
	});
});

describe('the way between client and double', () => {
	/** Asks for SEED and, once it is on its way, for PERSON; the ways take `ways` ms in turn. */
	async function askInTurn(ways: readonly number[]) {
		let drawn = 0;
		await start({ wayMs: () => ways[drawn++] ?? NaN, rateFactor: 0.01 });
		const answered: string[] = [];
		const ask = async ({ chatId }: typeof SEED) => {
			const { status } = await post(double, 'getContactInfo', { chatId });
			answered.push(`${status} ${chatId}`);
		};
		const first = ask(SEED);
		while (drawn === 0) await new Promise(setImmediate);
		await Promise.all([first, ask(PERSON)]);
		return { answered, arrived: double.requests.map(({ chatId }) => chatId) };
	}

	it('comes before a request counts for log and limit', async () => {
		expect(await askInTurn([500, 0, 0, 0])).toEqual({
			arrived: [PERSON.chatId, SEED.chatId],
			answered: [`200 ${PERSON.chatId}`, `429 ${SEED.chatId}`],
		});
	});

	it('is drawn anew for the answer', async () => {
		expect(await askInTurn([0, 500, 0, 0])).toEqual({
			arrived: [SEED.chatId, PERSON.chatId],
			answered: [`429 ${PERSON.chatId}`, `200 ${SEED.chatId}`],
		});
	});

	it('is there besides the latency', async () => {
		await start({ wayMs: 40, latencyMs: 40 });
		const sent = performance.now();
		await post(double, 'getContactInfo', SEED);
		const arrived = double.requests[0]?.at ?? NaN;
		expect(arrived - sent).toBeGreaterThan(35);
		expect(performance.now() - arrived).toBeGreaterThan(75);
	});
});

describe('starting and closing', () => {
	it('listens on the wanted port, and tells when it is taken', async () => {
		const port = Number(new URL(double.apiUrl).port);
		await expect(startGreenApiDouble({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
		await double.close();
		await start({ port });
		expect(double.apiUrl).toBe(`http://127.0.0.1:${port}`);
	});

	it.each<[string, GreenApiDoubleOptions]>([
		['no instances', { instances: [] }],
		['a rate factor of 0', { rateFactor: 0 }],
		['more random faults than requests', { randomFaults: { rate: 2, seed: 1 } }],
	])('refuses %s', async (_what, options) => {
		await expect(startGreenApiDouble(options)).rejects.toThrow(RangeError);
	});

	it('refuses a state for an instance that it does not have', () => {
		expect(() => double.setState('999', 'blocked')).toThrow(RangeError);
	});

	it('ends what is still open, and the server', async () => {
		double.script({ kind: 'hang' });
		const hanging = post(double, 'getContactInfo', SEED);
		const ended = expect(hanging).rejects.toMatchObject({ code: 'ECONNRESET' });
		while (double.requests.length === 0) await new Promise(setImmediate);
		await double.close();
		await ended;
		await expect(get(double, 'getContacts')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
	});
});
