import type { INode, INodeExecutionData } from 'n8n-workflow';
import {
	NODE_NAME,
	onError,
	testWorkflow,
	withInput,
	withParameters,
} from '../engine/workflowFiles';
import { faults } from '../green-api-double/faults';
import { SEED_CHAT_ID, useNode } from './setup';

/** How many times as fast as GREEN-API's one a second: a slot is 50 ms. */
const TIME_FACTOR = 20;
const SLOT_MS = 1000 / TIME_FACTOR;

const chatIdOf = (index: number) => `${79_001_000_000 + index}@c.us`;

function contacts(count: number, from = 0): Array<INodeExecutionData['json']> {
	return Array.from({ length: count }, (_, index) => ({ chatId: chatIdOf(from + index) }));
}

function workflow(input: ReadonlyArray<INodeExecutionData['json']>, options = {}) {
	return withParameters(withInput(testWorkflow('contacts'), input), { options });
}

describe('at GREEN-API’s limit', () => {
	let mostInFlight = 0;
	const latencyMs = () => {
		const inFlight = parts.double.requests.filter(({ status }) => status === 0);
		mostInFlight = Math.max(mostInFlight, inFlight.length);
		return 3 * SLOT_MS;
	};
	const { parts, credentials, run, requested } = useNode(
		{ rateFactor: TIME_FACTOR, latencyMs },
		TIME_FACTOR,
	);
	const found = (items: ReadonlyArray<INodeExecutionData['json']>) =>
		items.map(({ chatId }) => chatId);

	it('finds every contact, in order, though answers take three slots', async () => {
		const input = contacts(20);
		const finished = await run(workflow(input));

		expect(found(finished.json(NODE_NAME))).toEqual(found(input));
		expect(mostInFlight).toBeGreaterThan(1);
	});

	it('two executions share the limit, and a single lookup does not wait for a batch', async () => {
		const slow = { requestsPerSecond: 0.25 };
		const batch = parts.engine.run(workflow(contacts(15), slow), { credentials: credentials() });
		while (parts.double.requests.length < 3) await new Promise(setImmediate);
		const one = await run(workflow(contacts(1, 1000), slow));

		expect(found(one.json(NODE_NAME))).toEqual([chatIdOf(1000)]);
		const position = requested().indexOf(chatIdOf(1000));
		const before = requested().slice(0, position).length;
		// Requests that were refused are sent again and don't count as somebody else's turn.
		expect(new Set(requested().slice(3, position)).size).toBeLessThanOrEqual(3);
		expect(before).toBeLessThan(15);
		const finished = await batch;
		expect(found(finished.json(NODE_NAME))).toEqual(found(contacts(15)));
	});

	it('keeps to a lower rate that the user sets', async () => {
		// The second request of the slow one is due after 500 seconds.
		const slow = workflow(contacts(2), { requestsPerSecond: 0.0001 });
		const running = parts.engine.begin(slow, { credentials: credentials() });
		while (parts.double.requests.length === 0) await new Promise(setImmediate);
		const finished = await run(workflow(contacts(5, 1000)));
		running.cancel();
		await running.catch(() => undefined);
		expect(found(finished.json(NODE_NAME))).toEqual(found(contacts(5, 1000)));
		expect(requested()[0]).toBe(chatIdOf(0));
		expect(requested()).not.toContain(chatIdOf(1));
	});

	it('goes no faster than GREEN-API allows when the rate is set five times too high', async () => {
		const finished = await run(workflow(contacts(10), { requestsPerSecond: 5 }));
		expect(found(finished.json(NODE_NAME))).toEqual(found(contacts(10)));
		// At five a slot, four of five would be refused, 40 before the tenth is found.
		const refused = parts.double.requests.filter(({ status }) => status === 429);
		expect(refused.length).toBeLessThan(20);
	});

	it('loses nothing when the limit is lower than its documentation has it', async () => {
		parts.double.setRate('getContactInfo', TIME_FACTOR / 5);
		const finished = await run(workflow(contacts(10)));
		expect(found(finished.json(NODE_NAME))).toEqual(found(contacts(10)));
		expect(parts.double.requests.some(({ status }) => status === 429)).toBe(true);
		expect(finished.hints(NODE_NAME)).toEqual([
			expect.stringMatching(/limit was met \(429\)/),
			expect.stringMatching(
				/something else uses this instance.*"Requests per Second" to 1 ÷ workers/,
			),
		]);
	});

	it('groups’ data have a pace of their own', async () => {
		const input = [{ chatId: '120363043968066561@g.us' }, { chatId: SEED_CHAT_ID }];
		await run(workflow(input, { groupChats: 'groupData', requestsPerSecond: 0.0001 }));
		// On one pace with the contact, they would come after 500 seconds.
		expect(parts.double.requests.map(({ method }) => method).sort()).toEqual([
			'getContactInfo',
			'getGroupData',
		]);
	});
});

describe('a batch that can’t go on', () => {
	const { parts, credentials, run, requested } = useNode({}, TIME_FACTOR);
	const continued = (options = {}) =>
		onError(workflow(contacts(100), options), 'continueRegularOutput');

	it.each([
		['at the pace of a limit', { requestsPerSecond: 0.05 }],
		['without pacing', { requestsPerSecond: 0 }],
	])(
		'asks once, and every item carries what holds for the instance (%s)',
		async (_how, options) => {
			parts.double.setState(parts.double.idInstance, 'notAuthorized');
			const finished = await run(continued(options));

			expect(finished.json(NODE_NAME).map(({ error }) => error)).toEqual(
				contacts(100).map((_, item) =>
					expect.stringMatching(`not authorized.*\\[Item ${item}\\]$`),
				),
			);
			expect(parts.double.requests).toHaveLength(1);
		},
	);

	it('keeps what was found before, on "continue"', async () => {
		parts.double.script(faults.wrongToken, { chatId: chatIdOf(3) });
		const finished = await run(continued({ requestsPerSecond: 0.2 }));
		const kinds = finished.json(NODE_NAME).map(({ error }) => typeof error);
		expect(kinds).toEqual([
			...Array<string>(3).fill('undefined'),
			...Array<string>(97).fill('string'),
		]);
		expect(requested()).toEqual(contacts(4).map(({ chatId }) => chatId));
	});

	it('without pacing, tells the item that stopped it, though others were in flight', async () => {
		parts.double.script(faults.validationFailed, { chatId: chatIdOf(7) });
		const finished = await run(workflow(contacts(100), { requestsPerSecond: 0 }));
		expect(finished.error?.message).toBe('GREEN-API does not accept this chat ID [Item 7]');
		expect(parts.double.requests.length).toBeLessThan(100);
	});

	it.each(['stopWorkflow', 'continueRegularOutput'] as const)(
		'ends at once when the user stops it, and sends nothing more (On Error: %s)',
		async (setting) => {
			parts.double.script({ kind: 'hang' });
			const file = onError(workflow(contacts(100), { requestsPerSecond: 0.0001 }), setting);
			const running = parts.engine.begin(file, { credentials: credentials() });
			while (parts.double.requests.length === 0) await new Promise(setImmediate);
			running.cancel();
			await running.catch(() => undefined);

			// Whatever the node still had in mind would come before what a second run asks.
			await run(workflow(contacts(2, 500)));
			expect(requested()).toEqual([chatIdOf(0), chatIdOf(500), chatIdOf(501)]);
		},
	);
});

describe('what fails for the moment', () => {
	const { parts, run, requested } = useNode();

	it.each([
		['GREEN-API starts', faults.instanceStarting],
		['GREEN-API is too busy', faults.tooManyRequests],
		['GREEN-API is down', faults.serviceUnavailableHtml],
		['the connection is reset', { kind: 'reset' as const }],
		['the answer is cut off', { kind: 'cutOff' as const }],
		['the JSON is cut off', { kind: 'cutOffJson' as const }],
	])('is tried again: %s', async (_what, fault) => {
		parts.double.script(fault, { times: 3 });
		const finished = await run(workflow(contacts(3)));
		expect(finished.json(NODE_NAME).map(({ chatId }) => chatId)).toEqual(
			contacts(3).map(({ chatId }) => chatId),
		);
		expect(finished.hints(NODE_NAME)).toEqual([
			expect.stringContaining('3 requests sent again: 3 because '),
		]);
		expect(requested()).toHaveLength(6);
	});

	it.each([
		[{}, 5, ' (tried 5 times)'],
		[{ maxRetries: 1 }, 2, ' (tried 2 times)'],
		[{ maxRetries: 0 }, 1, ''],
	])('is told after the last try (%j)', async (options, tries, words) => {
		parts.double.script(faults.badGatewayHtml, { times: Infinity });
		const finished = await run(workflow(contacts(1), options));
		expect(finished.error?.message).toBe(`GREEN-API could not answer${words} [Item 0]`);
		expect(parts.double.requests).toHaveLength(tries);
	});

	it('is tried again when a server that says how long to wait has been given that time', async () => {
		const seconds = 400;
		parts.double.script({
			...faults.serviceUnavailableEmpty,
			headers: { 'Retry-After': String(seconds) },
		});
		await run(workflow(contacts(30), { requestsPerSecond: 0.05 }));
		const tries = parts.double.requests.filter(({ chatId }) => chatId === chatIdOf(0));
		// 30 seconds at most, a thousand times as fast.
		expect((tries[1]?.at ?? 0) - (tries[0]?.at ?? 0)).toBeGreaterThan(29);
		// The other lookups wait as well, those aside that were on their way.
		expect(requested().lastIndexOf(chatIdOf(0))).toBeLessThan(20);
	});

	it('is told, too, when the limit never opens', async () => {
		parts.double.script(faults.tooManyRequests, { times: Infinity });
		const finished = await run(workflow(contacts(1)));
		expect(finished.error?.message).toMatch(
			/^GREEN-API received requests faster than it allows \(tried \d+ times\) \[Item 0\]$/,
		);
	});

	it.each([
		['a chat id that GREEN-API does not take', faults.validationFailed],
		['a quota of chats', faults.correspondentsQuotaExceeded],
	])('but not what is no use trying again: %s', async (_what, fault) => {
		parts.double.script(fault);
		await run(onError(workflow(contacts(1)), 'continueRegularOutput'));
		expect(parts.double.requestsOf('getContactInfo')).toHaveLength(1);
	});
});

describe('one request for one contact', () => {
	const { parts, run, credentials, requested } = useNode();
	const spellings = ['+7 (123) 456-78-90', '71234567890', SEED_CHAT_ID, '0071234567890'];

	it('however it is spelled, with a copy for each item', async () => {
		const input = spellings.map((chatId) => ({ chatId }));
		const finished = await run(workflow(input));
		const items = finished.json(NODE_NAME);

		expect(requested()).toEqual([SEED_CHAT_ID]);
		expect(items.map(({ name }) => name)).toEqual(spellings.map(() => 'Dealer'));
		expect(new Set(items).size).toBe(spellings.length);
		expect(new Set(items.map(({ products }) => products)).size).toBe(spellings.length);
		expect(finished.hints(NODE_NAME)).toEqual([
			'Found 4 of 4 contacts, 3 by sharing the request of another item.',
		]);
	});

	it('also when two executions ask at the same time', async () => {
		parts.double.script({ kind: 'hang' });
		const file = workflow(contacts(1), { timeout: 1000 });
		const asking = [run(file)];
		while (parts.double.requests.length === 0) await new Promise(setImmediate);
		asking.push(run(file));
		const [one, other] = await Promise.all(asking);
		// The one that hung, and the one try more that answered both.
		expect(requested()).toHaveLength(2);
		expect(one?.json(NODE_NAME)).toEqual(other?.json(NODE_NAME));
		expect(one?.json(NODE_NAME)[0]).not.toBe(other?.json(NODE_NAME)[0]);
	});

	it('also when the execution that asked first is stopped', async () => {
		parts.double.script({ kind: 'hang' });
		const file = workflow(contacts(1));
		const first = parts.engine.begin(file, { credentials: credentials() });
		while (parts.double.requests.length === 0) await new Promise(setImmediate);
		const second = run(file);
		await new Promise(setImmediate);
		first.cancel();
		await first.catch(() => undefined);
		expect((await second).json(NODE_NAME)).toEqual([
			expect.objectContaining({ chatId: chatIdOf(0) }),
		]);
	});

	const cached = { cacheSeconds: 3600 };

	it('is kept for as long as the user says, and copied', async () => {
		const file = workflow(contacts(2), cached);
		const [first, second] = [await run(file), await run(file)];
		expect(requested()).toHaveLength(2);
		expect(second.json(NODE_NAME)).toEqual(first.json(NODE_NAME));
		expect(second.json(NODE_NAME)[0]).not.toBe(first.json(NODE_NAME)[0]);
		expect(second.hints(NODE_NAME)).toEqual(['Found 2 of 2 contacts, 2 from the cache.']);
	});

	it('is asked again by who does not want kept answers, and when it was null or failed', async () => {
		await run(workflow(contacts(1), cached));
		await run(workflow(contacts(1)));
		expect(requested()).toHaveLength(2);

		parts.double.addressBook.set(chatIdOf(5), null);
		await run(workflow(contacts(1, 5), cached));
		await run(workflow(contacts(1, 5), cached));
		expect(requested()).toHaveLength(4);

		parts.double.script(faults.validationFailed);
		await run(workflow(contacts(1, 6), cached));
		await run(workflow(contacts(1, 6), cached));
		expect(requested()).toHaveLength(6);
	});

	it('is told to another credential of the same account', async () => {
		const withCredential = (id: string): INode['credentials'] => ({ greenApi: { id, name: id } });
		const as = (id: string) => {
			const file = workflow(contacts(1), cached);
			const nodes = file.nodes.map((node) =>
				node.name === NODE_NAME ? { ...node, credentials: withCredential(id) } : node,
			);
			return { ...file, nodes } as typeof file;
		};
		await run(as('one'));
		await run(as('other'));
		expect(requested()).toHaveLength(1);
	});
});

describe('hints', () => {
	const { run } = useNode();

	it('there are none when there is nothing worth telling', async () => {
		expect((await run(workflow(contacts(3)))).hints(NODE_NAME)).toEqual([]);
	});

	it('tell of groups that were skipped', async () => {
		const input = [...contacts(2), { chatId: '120363043968066561@g.us' }];
		const finished = await run(workflow(input, { groupChats: 'skip' }));
		expect(finished.hints(NODE_NAME)).toEqual(['Found 2 of 2 contacts. Skipped 1 group.']);
	});

	it('tell that it is GREEN-API’s limit when a batch takes minutes', async () => {
		const finished = await run(workflow(contacts(150)));
		expect(finished.hints(NODE_NAME)).toEqual([
			'Found 150 of 150 contacts.',
			'GREEN-API allows 1 request a second for each instance: 150 requests take about 3 minutes.',
		]);
	});

	it('or the user’s own', async () => {
		const finished = await run(workflow(contacts(30), { requestsPerSecond: 0.5 }));
		expect(finished.hints(NODE_NAME)).toEqual([
			'Found 30 of 30 contacts.',
			'"Requests per Second" is set to 0.5: 30 requests take about 1 minute.',
		]);
	});
});
