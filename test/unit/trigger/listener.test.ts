import {
	type Failure,
	failureOf,
	failureOfNetwork,
} from '@package/nodes/shared/green-api/failures';
import { QUIET_MS, START_MS } from '@package/nodes/GreenApiTrigger/delivery';
import { SimulatedQueue } from './simulatedQueue';

const MINUTE = 60_000;
const STARTING = failureOf('starting', '400');

let queue: SimulatedQueue;

beforeEach(() => {
	queue = new SimulatedQueue();
});

const pass = async (ms: number) => await queue.clock.pass(ms);
const requests = (method: string) => queue.sent.filter((sent) => sent.method === method);

describe('one trigger', () => {
	it('gets what waits, in order, one after the other, each deleted when its execution is over', async () => {
		queue.listener.join(queue.subscriber('a'));
		await queue.quiet();
		queue.enqueue(1, 2, 3);
		await pass(MINUTE);
		expect(queue.startedBy('a')).toEqual([1]);
		expect(queue.left).toEqual([1, 2, 3]);
		await queue.end('a', 'failed');
		await pass(1_000);
		expect(queue.startedBy('a')).toEqual([1, 2]);
		expect(queue.left).toEqual([2, 3]);
		await queue.end('a');
		await pass(1_000);
		await queue.end('a');
		await pass(1_000);
		expect(queue.startedBy('a')).toEqual([1, 2, 3]);
		expect(queue.left).toEqual([]);
	});

	it('waits for no execution where notifications are deleted immediately', async () => {
		queue.listener.join(queue.subscriber('a', { deletion: 'immediately', auto: 'succeeded' }));
		await queue.quiet();
		queue.enqueue(1, 2, 3);
		await pass(1_000);
		expect(queue.startedBy('a')).toEqual([1, 2, 3]);
		expect(queue.left).toEqual([]);
	});

	it('keeps to 100 requests a second for each method', async () => {
		queue.listener.join(queue.subscriber('a', { auto: 'succeeded' }));
		await queue.quiet();
		queue.enqueue(...Array.from({ length: 200 }, (_, id) => id));
		await pass(MINUTE);
		expect(queue.left).toEqual([]);
		for (const method of ['receiveNotification', 'deleteNotification']) {
			const times = requests(method).map(({ at }) => at);
			const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
			expect(Math.min(...gaps)).toBeGreaterThanOrEqual(10);
		}
	});

	it('asks once a minute at most while nothing comes, and leaves nothing behind', async () => {
		const leave = queue.listener.join(queue.subscriber('a'));
		await pass(60 * MINUTE);
		expect(requests('receiveNotification').length).toBeLessThanOrEqual(60);
		expect(queue.waiting).toBe(1);
		expect(queue.log).toEqual([]);
		leave();
		await pass(0);
		expect(queue.waiting).toBe(0);
		expect(queue.clock.pending).toBe(0);
		const { length } = queue.sent;
		await pass(60 * MINUTE);
		expect(queue.sent).toHaveLength(length);
	});

	it('asks no faster than once a second where GREEN-API does not wait as it was asked', async () => {
		queue.faults.receiveNotification = Array.from({ length: 100 }, () => ({
			status: 200,
			body: '',
		}));
		queue.listener.join(queue.subscriber('a'));
		await pass(50_000);
		expect(requests('receiveNotification').length).toBeLessThanOrEqual(51);
		expect(queue.log).toEqual([]);
	});
});

describe('"When the Execution Succeeds"', () => {
	const deletion = 'executionSucceeds';

	it('delivers again after 1, 2, 4 … s, then deletes and says so', async () => {
		queue.listener.join(queue.subscriber('a', { deletion, maxDeliveries: 9, auto: 'failed' }));
		await queue.quiet();
		queue.enqueue(1);
		await pass(10 * MINUTE);
		const times = queue.started.map(({ at }) => at);
		expect(times.slice(1).map((at, index) => (at - (times[index] ?? 0)) / 1000)).toEqual([
			1, 2, 4, 8, 16, 32, 60, 60,
		]);
		expect(queue.left).toEqual([]);
		expect(queue.log).toEqual([
			'GREEN-API Trigger: none of 9 deliveries of a notification succeeded; it is deleted from the queue: test 101',
		]);
	});

	it('delivers again to the one whose execution failed, and to nobody else', async () => {
		queue.listener.join(queue.subscriber('a', { deletion }));
		queue.listener.join(queue.subscriber('b', { deletion, auto: 'succeeded' }));
		await queue.quiet();
		queue.enqueue(1, 2);
		await pass(100);
		await queue.end('a', 'failed');
		await pass(1_100);
		await queue.end('a', 'succeeded');
		await pass(100);
		expect(queue.startedBy('a')).toEqual([1, 1, 2]);
		expect(queue.startedBy('b')).toEqual([1, 2]);
	});
});

it.each(['executionFinishes', 'executionSucceeds', 'immediately'] as const)(
	'%s: what n8n can’t start an execution with is given up after so many tries, by type and id',
	async (deletion) => {
		const options = { deletion, maxDeliveries: 3, auto: 'notStarted' } as const;
		queue.listener.join(queue.subscriber('a', options));
		queue.listener.join(queue.subscriber('b', { auto: 'succeeded' }));
		await queue.quiet();
		queue.enqueue(1, 2);
		await pass(MINUTE);
		expect(queue.startedBy('a')).toEqual([1, 1, 1, 2, 2, 2]);
		expect(queue.startedBy('b')).toEqual([1, 2]);
		expect(queue.left).toEqual([]);
		expect(queue.log.join()).toMatch(/none of 3 deliveries .* deleted from the queue: test 101/);
	},
);

it('a trigger that can’t tell whether it wants a notification is given it', async () => {
	const wants = () => {
		throw new Error('wants');
	};
	queue.listener.join(queue.subscriber('a', { wants, auto: 'succeeded' }));
	await queue.quiet();
	queue.enqueue(1, 2);
	await pass(1_000);
	expect(queue.startedBy('a')).toEqual([1, 2]);
});

it('n8n is told when the listening ends for a reason that nobody thought of', async () => {
	const checkAccount = async () => {
		throw new Error('not foreseen');
	};
	queue.listener.join(queue.subscriber('a', { checkAccount }));
	queue.enqueue(1);
	await pass(1_000);
	expect(queue.failed).toEqual([{ key: 'a', message: 'The trigger could not go on listening' }]);
});

it('tries again, and says so, where n8n throws in place of starting an execution', async () => {
	let isBroken = true;
	const done: unknown[] = [];
	queue.listener.join(
		queue.subscriber('a', {
			async start({ id }) {
				if (isBroken) throw new Error('emit');
				done.push(id);
				return 'succeeded';
			},
		}),
	);
	await queue.quiet();
	queue.enqueue(1, 2);
	await pass(5_000);
	expect(queue.left).toEqual([1, 2]);
	expect(queue.log[0]).toMatch(/no execution could be started with a notification: test 101/);
	isBroken = false;
	await pass(MINUTE);
	expect(done).toEqual([1, 2]);
	expect(queue.left).toEqual([]);
});

describe('several triggers', () => {
	it('each get what they ask for, over one long poll', async () => {
		queue.listener.join(queue.subscriber('a', { only: [1, 2] }));
		queue.listener.join(queue.subscriber('b', { only: [2, 3] }));
		await pass(100);
		expect(queue.waiting).toBe(1);
		await queue.quiet();
		queue.enqueue(1, 2, 3);
		await pass(100);
		expect(queue.started.map(({ key, id }) => `${key}${id}`)).toEqual(['a1']);
		await queue.end('a');
		await pass(100);
		expect(queue.started.map(({ key, id }) => `${key}${id}`)).toEqual(['a1', 'a2', 'b2']);
		await queue.end('a');
		await pass(100);
		expect(queue.left).toEqual([2, 3]);
		await queue.end('b');
		await pass(100);
		expect(queue.startedBy('b')).toEqual([2, 3]);
	});

	it('lose at once what none of them wants', async () => {
		queue.listener.join(queue.subscriber('a', { only: [3] }));
		await queue.quiet();
		queue.enqueue(1, 2, 3);
		await pass(100);
		expect(queue.startedBy('a')).toEqual([3]);
		expect(queue.left).toEqual([3]);
	});

	it('one that joins in the middle gets the head as well', async () => {
		queue.listener.join(queue.subscriber('a'));
		await queue.quiet();
		queue.enqueue(1);
		await pass(100);
		queue.listener.join(queue.subscriber('b'));
		await pass(100);
		expect(queue.startedBy('b')).toEqual([1]);
		await queue.end('a');
		await pass(100);
		expect(queue.left).toEqual([1]);
		await queue.end('b');
		await queue.quiet();
		expect(queue.left).toEqual([]);
	});

	it('are not held by one that has left and whose execution never ends', async () => {
		const leave = queue.listener.join(queue.subscriber('a'));
		queue.listener.join(queue.subscriber('b', { auto: 'succeeded' }));
		await queue.quiet();
		queue.enqueue(1, 2);
		await pass(100);
		leave();
		await pass(QUIET_MS - 100);
		expect(queue.left).toEqual([1, 2]);
		await pass(200);
		expect(queue.startedBy('b')).toEqual([1, 2]);
		expect(queue.left).toEqual([]);
	});

	it('go on when the one whose credential was used leaves', async () => {
		const leave = queue.listener.join(queue.subscriber('a'));
		queue.listener.join(queue.subscriber('b', { auto: 'succeeded' }));
		leave();
		await queue.quiet();
		queue.enqueue(1, 2);
		await pass(1_000);
		expect(queue.startedBy('b')).toEqual([1, 2]);
	});

	it('a refused token ends each by a request of its own', async () => {
		queue.faults.a = [{ status: 401, body: '' }];
		queue.listener.join(queue.subscriber('a'));
		queue.listener.join(queue.subscriber('b', { auto: 'succeeded' }));
		await queue.quiet();
		queue.enqueue(1);
		await pass(1_000);
		expect(queue.failed).toEqual([
			{ key: 'a', message: 'GREEN-API does not accept the API Token' },
		]);
		expect(queue.startedBy('b')).toEqual([1]);
		expect(queue.left).toEqual([]);
	});
});

describe('a trigger that leaves', () => {
	it('and comes back, as a saved workflow does, is not given again what is being worked on', async () => {
		const leave = queue.listener.join(queue.subscriber('a'));
		await queue.quiet();
		queue.enqueue(1, 2);
		await pass(100);
		leave();
		await pass(50);
		queue.listener.join(queue.subscriber('a'));
		await pass(1_000);
		expect(queue.startedBy('a')).toEqual([1]);
		await queue.end('a');
		await pass(100);
		expect(queue.startedBy('a')).toEqual([1, 2]);
		expect(queue.left).toEqual([2]);
	});

	it('gets again what had failed, when it comes back beside another one', async () => {
		const options = { deletion: 'executionSucceeds', auto: 'failed' } as const;
		const leave = queue.listener.join(queue.subscriber('a', options));
		queue.listener.join(queue.subscriber('b', { auto: 'succeeded' }));
		await queue.quiet();
		queue.enqueue(1, 2);
		await pass(5_000);
		const before = queue.startedBy('a').length;
		leave();
		await pass(2_000);
		expect(queue.left).toEqual([1, 2]);
		queue.listener.join(queue.subscriber('a', { ...options, auto: 'succeeded' }));
		await pass(1_000);
		expect(queue.startedBy('a').slice(before)).toEqual([1, 2]);
		expect(queue.left).toEqual([]);
	});

	it('has its notification deleted when its execution ends after all have left', async () => {
		const leave = queue.listener.join(queue.subscriber('a'));
		await queue.quiet();
		queue.enqueue(1, 2);
		await pass(100);
		leave();
		await pass(MINUTE);
		expect(queue.left).toEqual([1, 2]);
		await queue.end('a');
		await pass(100);
		expect(queue.left).toEqual([2]);
		expect(queue.clock.pending).toBe(0);
	});

	it('while it waits to deliver again leaves no timer, and the notification stays', async () => {
		const leave = queue.listener.join(
			queue.subscriber('a', { deletion: 'executionSucceeds', auto: 'failed' }),
		);
		await queue.quiet();
		queue.enqueue(1);
		await pass(5_000);
		leave();
		await pass(0);
		expect(queue.clock.pending).toBe(0);
		expect(queue.left).toEqual([1]);
	});
});

describe('a trigger that comes back with other wishes', () => {
	const deletion = 'executionSucceeds';

	it('is not given again what it no longer asks for', async () => {
		const leave = queue.listener.join(queue.subscriber('a', { deletion }));
		await queue.quiet();
		queue.enqueue(1, 2);
		await pass(100);
		leave();
		queue.listener.join(queue.subscriber('a', { deletion, only: [2], auto: 'succeeded' }));
		await pass(MINUTE);
		// Its execution is still running.
		expect(queue.left).toEqual([1, 2]);
		await queue.end('a', 'failed');
		await pass(2 * MINUTE);
		expect(queue.startedBy('a')).toEqual([1, 2]);
		expect(queue.left).toEqual([]);
	});

	it('nor while it waits to be given it again', async () => {
		const leave = queue.listener.join(queue.subscriber('a', { deletion, auto: 'failed' }));
		await queue.quiet();
		queue.enqueue(1);
		await pass(100);
		leave();
		queue.listener.join(queue.subscriber('a', { deletion, only: [2] }));
		await pass(2 * MINUTE);
		expect(queue.startedBy('a')).toEqual([1]);
		expect(queue.left).toEqual([]);
	});
});

describe('a test in the editor', () => {
	const test = { isTest: true, auto: 'succeeded' } as const;

	it('gets one notification, and production gets all of them', async () => {
		queue.listener.join(queue.subscriber('a', { auto: 'succeeded' }));
		queue.listener.join(queue.subscriber('test', test));
		await queue.quiet();
		queue.enqueue(1, 2);
		await pass(1_000);
		expect(queue.startedBy('test')).toEqual([1]);
		expect(queue.startedBy('a')).toEqual([1, 2]);
		expect(queue.left).toEqual([]);
	});

	it('without production leaves the queue as it is, and asks no more', async () => {
		queue.listener.join(queue.subscriber('test', test));
		await queue.quiet();
		queue.enqueue(1, 2);
		await pass(MINUTE);
		expect(queue.startedBy('test')).toEqual([1]);
		expect(queue.left).toEqual([1, 2]);
		expect(queue.clock.pending).toBe(0);
		expect(requests('deleteNotification')).toEqual([]);
	});

	it('waits for others to take away what it does not want, then says what is in the way', async () => {
		queue.listener.join(queue.subscriber('test', { ...test, only: [2] }));
		await queue.quiet();
		queue.enqueue(1, 2);
		await pass(29_000);
		expect(queue.failed).toEqual([]);
		await pass(3_000);
		expect(queue.failed).toEqual([
			{
				key: 'test',
				message: 'The first notification in the queue is not one that this trigger waits for: test',
			},
		]);
		expect(queue.left).toEqual([1, 2]);
	});
});

describe('faults', () => {
	const transient = [
		['a broken connection', { code: 'ECONNRESET' }],
		['no connection', { code: 'ECONNREFUSED' }],
		['no network at all', { code: 'ENOTFOUND' }],
		['a limit', { status: 429, body: '' }],
		['a server in trouble', { status: 502, body: '<html>' }],
		['a starting instance', { status: 400, body: 'instance in starting process try later' }],
		['a page in place of an answer', { status: 200, body: '<html>' }],
	] as const;

	it.each(transient)('%s is waited out, with two lines in the log', async (_what, fault) => {
		queue.faults.receiveNotification = Array.from({ length: 8 }, () => fault);
		queue.listener.join(queue.subscriber('a', { auto: 'succeeded' }));
		await queue.quiet();
		queue.enqueue(1);
		await pass(10 * MINUTE);
		const times = requests('receiveNotification').map(({ at }) => at);
		const gaps = times
			.slice(1, 9)
			.map((at, index) => Math.round((at - (times[index] ?? 0)) / 1000));
		expect(gaps).toEqual([1, 2, 4, 8, 16, 30, 30, 30]);
		expect(queue.startedBy('a')).toEqual([1]);
		expect(queue.log).toHaveLength(2);
		expect(queue.log[1]).toMatch(/received again, after 121 s/);
	});

	it('a deletion that fails for the moment is tried again; nothing is delivered twice', async () => {
		queue.faults.deleteNotification = transient.map(([, fault]) => fault);
		queue.listener.join(queue.subscriber('a', { auto: 'succeeded' }));
		await queue.quiet();
		queue.enqueue(1, 2);
		await pass(10 * MINUTE);
		expect(queue.startedBy('a')).toEqual([1, 2]);
		expect(queue.left).toEqual([]);
	});

	it.each([
		['findUnAckedMessage', { status: 500, body: '{"message":"findUnAckedMessage"}' }],
		['"result": false', { status: 200, body: '{"result":false}' }],
	])('%s: what is gone and comes again is deleted, not delivered', async (_what, fault) => {
		queue.faults.deleteNotification = [fault];
		queue.listener.join(queue.subscriber('a'));
		await queue.quiet();
		queue.enqueue(1, 2);
		await pass(100);
		queue.renewReceipt();
		await queue.end('a');
		await pass(5_000);
		expect(queue.startedBy('a')).toEqual([1, 2]);
		expect(queue.left).toEqual([2]);
	});

	it.each([
		['a wrong token', { status: 401, body: '' }, 'does not accept the API Token'],
		['a wrong instance', { status: 403, body: '' }, 'does not know this Instance ID'],
		['no phone', { status: 400, body: 'instance account not authorized' }, 'is not authorized'],
		['no instance', { status: 400, body: 'Instance is deleted' }, 'was deleted'],
		[
			'a webhook URL',
			{ status: 400, body: 'Message cannot be received because custom webhook url is set' },
			'A webhook URL is set',
		],
	])('%s ends the listening and is told', async (_what, fault, words) => {
		queue.faults.receiveNotification = [fault];
		queue.listener.join(queue.subscriber('a'));
		await pass(MINUTE);
		expect(queue.failed).toEqual([{ key: 'a', message: expect.stringContaining(words) }]);
		expect(queue.sent).toHaveLength(1);
		expect(queue.clock.pending).toBe(0);
	});

	it('that n8n can’t be told of are in its log, and who joins later is heard', async () => {
		queue.faults.a = [{ status: 401, body: '' }];
		queue.faults.b = [{ status: 401, body: '' }];
		const fail = () => {
			throw new Error('emitError');
		};
		queue.listener.join(queue.subscriber('a', { fail }));
		queue.listener.join(queue.subscriber('b'));
		await pass(2_000);
		expect(queue.failed.map(({ key }) => key)).toEqual(['b']);
		expect(queue.log).toEqual(['GREEN-API Trigger: GREEN-API does not accept the API Token']);
		queue.listener.join(queue.subscriber('c', { auto: 'succeeded' }));
		queue.enqueue(1);
		await pass(1_000);
		expect(queue.startedBy('c')).toEqual([1]);
	});

	it('a proxy that ends idle connections is no news', async () => {
		const send = queue.subscriber('a').send;
		queue.listener.join(
			queue.subscriber('a', {
				send: async (request, signal) => {
					await queue.clock.sleep(55_000);
					queue.faults.receiveNotification = [{ code: 'ECONNRESET' }];
					return await send(request, signal);
				},
			}),
		);
		await pass(10 * MINUTE);
		expect(queue.log).toEqual([]);
		expect(queue.sent.length).toBeGreaterThan(9);
	});
});

describe('a trigger that could not be prepared yet', () => {
	it('listens once it is', async () => {
		const outcomes = [STARTING, STARTING, undefined];
		const prepare = async () => outcomes.shift();
		queue.listener.join(queue.subscriber('a', { prepare, auto: 'succeeded' }));
		queue.enqueue(1);
		await pass(1_000);
		expect(queue.sent).toEqual([]);
		await pass(3_000);
		expect(queue.startedBy('a')).toEqual([1]);
	});

	const LASTING: Array<[string, Failure['kind'], string]> = [
		['a credential that is gone', 'instance', 'NOT_SENT'],
		['a wrong token', 'instance', '401'],
		['an instance without a phone', 'instance', 'notAuthorized'],
		['a yellow card', 'instance', 'yellowCard'],
		['a webhook URL', 'instance', 'WEBHOOK_URL'],
		['settings that were not saved', 'instance', 'NOT_SAVED'],
		['another messenger', 'instance', 'OTHER_MESSENGER'],
		['a request that is refused', 'item', '400'],
	];

	it.each(LASTING)('is told what stands against it: %s', async (_what, kind, code) => {
		const failure: Failure = { id: 'unknownState', kind, message: 'No', description: '', code };
		queue.listener.join(queue.subscriber('a', { prepare: async () => failure }));
		await pass(1_000);
		expect(queue.failed).toEqual([{ key: 'a', message: 'No' }]);
		expect(queue.sent).toEqual([]);
		expect(queue.clock.pending).toBe(0);
	});

	it.each(['ENOTFOUND', 'CERT_HAS_EXPIRED', 'ECONNRESET'])('waits out %s', async (code) => {
		const outcomes = [failureOfNetwork(code), failureOfNetwork(code)];
		const prepare = async () => outcomes.shift();
		queue.listener.join(queue.subscriber('a', { prepare, auto: 'succeeded' }));
		await queue.quiet();
		queue.enqueue(1);
		await pass(4_000);
		expect(queue.failed).toEqual([]);
		expect(queue.startedBy('a')).toEqual([1]);
		expect(queue.log).toHaveLength(2);
	});

	it('holds up nobody, and gets what comes meanwhile', async () => {
		queue.listener.join(queue.subscriber('a', { auto: 'succeeded' }));
		const prepare = async () => STARTING;
		queue.listener.join(queue.subscriber('b', { prepare, only: [2], auto: 'succeeded' }));
		await queue.quiet();
		queue.enqueue(1, 2, 3);
		await pass(MINUTE);
		expect(queue.startedBy('a')).toEqual([1, 2, 3]);
		expect(queue.startedBy('b')).toEqual([2]);
		expect(queue.left).toEqual([]);
	});

	it('whose preparation throws is told', async () => {
		const prepare = async () => {
			throw new Error('not foreseen');
		};
		queue.listener.join(queue.subscriber('a', { prepare }));
		await pass(1_000);
		expect(queue.failed).toEqual([{ key: 'a', message: 'The trigger could not go on listening' }]);
	});

	it('that leaves is prepared no more', async () => {
		const signals: AbortSignal[] = [];
		const prepare = async (signal: AbortSignal) => {
			signals.push(signal);
			await queue.clock.sleep(5_000);
			return STARTING;
		};
		const leave = queue.listener.join(queue.subscriber('a', { prepare }));
		await pass(1_000);
		leave();
		expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
		await pass(MINUTE);
		expect(signals).toHaveLength(1);
		expect(queue.failed).toEqual([]);
		expect(queue.clock.pending).toBe(0);
	});
});

describe('nothing is deleted while the set of triggers is changing', () => {
	const auto = { auto: 'succeeded' } as const;

	async function activate(key: string, ms: number, isRefused = false) {
		return await queue.listeners.whileActivating(key, async () => {
			await queue.clock.sleep(ms);
			if (isRefused) throw new Error('refused');
			return queue.listener.join(queue.subscriber(key, auto));
		});
	}

	it('a single trigger’s first notification is started at once, the second when it is quiet', async () => {
		queue.listener.join(queue.subscriber('a', auto));
		queue.enqueue(1, 2, 3);
		await pass(100);
		expect(queue.startedBy('a')).toEqual([1]);
		await pass(MINUTE);
		const [first, second, third] = queue.started.map(({ at }) => at);
		expect(first).toBeLessThan(100);
		expect(second).toBe(QUIET_MS + 10);
		expect(third).toBeLessThan(QUIET_MS + 100);
	});

	it.each([0, 100, 300, 700, 3_000])(
		'n8n starts: each of 20 workflows, %i ms apart, gets what waits',
		async (gapMs) => {
			queue.enqueue(1, 2, 3);
			const keys = Array.from({ length: 20 }, (_, index) => `w${index}`);
			void (async () => {
				for (const key of keys) {
					await queue.clock.sleep(gapMs);
					await activate(key, 50);
				}
			})();
			await pass(5 * MINUTE);
			for (const key of keys) expect(queue.startedBy(key)).toEqual([1, 2, 3]);
			expect(queue.left).toEqual([]);
		},
	);

	it('an activation that takes 60 s, beside one that listens', async () => {
		queue.listener.join(queue.subscriber('a', auto));
		await queue.quiet();
		void activate('b', 60_000);
		queue.enqueue(1, 2);
		await pass(5 * MINUTE);
		expect(queue.startedBy('a')).toEqual([1, 2]);
		expect(queue.startedBy('b')).toEqual([1, 2]);
		expect(queue.left).toEqual([]);
	});

	it('a save: what comes between is both’s, and costs no more than the save takes', async () => {
		const leave = queue.listener.join(queue.subscriber('a', auto));
		queue.listener.join(queue.subscriber('b', auto));
		await queue.quiet();
		leave();
		queue.enqueue(1, 2);
		await pass(11_000);
		expect(queue.startedBy('b')).toEqual([1]);
		void activate('a', 100);
		await pass(500);
		expect(queue.startedBy('a')).toEqual([1, 2]);
		expect(queue.startedBy('b')).toEqual([1, 2]);
		expect(queue.left).toEqual([]);
	});

	it('an activation that is refused, and tried again by n8n', async () => {
		queue.listener.join(queue.subscriber('a', auto));
		await queue.quiet();
		void (async () => {
			await activate('b', 50, true).catch(() => undefined);
			await queue.clock.sleep(8_000);
			await activate('b', 50);
		})();
		queue.enqueue(1, 2);
		await pass(MINUTE);
		expect(queue.startedBy('b')).toEqual([1, 2]);
		expect(queue.left).toEqual([]);
	});

	it('n8n starts: another account’s activation that takes 30 s, between two of one account', async () => {
		queue.enqueue(1, 2);
		void activate('a', 50);
		await pass(100);
		const dead = queue.listeners.whileActivating('elsewhere', async () => {
			await queue.clock.sleep(30_000);
			throw new Error('refused');
		});
		void dead.catch(async () => await activate('b', 50));
		await pass(2 * MINUTE);
		expect([queue.startedBy('a'), queue.startedBy('b')]).toEqual([
			[1, 2],
			[1, 2],
		]);
		expect(queue.left).toEqual([]);
	});

	it('an n8n that was killed: one whose lease of 2 minutes has to run out gets what waits', async () => {
		await pass(MINUTE);
		queue.restart();
		queue.enqueue(1, 2);
		await pass(10_000);
		void activate('a', 50);
		await pass(100);
		expect(queue.startedBy('a')).toEqual([1]);
		void (async () => {
			await queue.clock.sleep(125_000);
			await activate('b', 1_000);
		})();
		await pass(START_MS + QUIET_MS);
		expect([queue.startedBy('a'), queue.startedBy('b')]).toEqual([
			[1, 2],
			[1, 2],
		]);
		expect(queue.left).toEqual([]);
	});

	it('each attempt at an activation holds the others up for the quiet time, and no longer', async () => {
		queue.listener.join(queue.subscriber('a', auto));
		await queue.quiet();
		for (const afterMs of [MINUTE, 10 * MINUTE]) {
			await pass(afterMs);
			void activate('b', 0, true).catch(() => undefined);
			await pass(100);
			queue.enqueue(1, 2);
			await pass(QUIET_MS - 1_000);
			expect(queue.left).toHaveLength(2);
			await pass(2_000);
			expect(queue.left).toEqual([]);
		}
	});

	it('the others wait no longer for one that does not come back', async () => {
		const leave = queue.listener.join(queue.subscriber('a', auto));
		queue.listener.join(queue.subscriber('b', auto));
		await queue.quiet();
		leave();
		queue.enqueue(1, 2, 3);
		await pass(QUIET_MS + 100);
		expect(queue.startedBy('b')).toEqual([1, 2, 3]);
	});
});

describe('a notification is what it says, not its receipt', () => {
	it('receipts that begin anew: another one under a known number is delivered', async () => {
		queue.listener.join(queue.subscriber('a', { auto: 'succeeded' }));
		await queue.quiet();
		queue.faults.deleteNotification = [{ code: 'ECONNRESET', isDone: true }];
		queue.enqueue(1);
		await pass(100);
		queue.beginReceiptsAnew();
		queue.enqueue(2);
		await pass(MINUTE);
		expect(queue.startedBy('a')).toEqual([1, 2]);
		expect(queue.left).toEqual([]);
	});
});

describe('401 to a deletion', () => {
	const refused = { status: 401, body: '' };

	it('of what is gone: one more look, and the next one', async () => {
		queue.faults.deleteNotification = [{ ...refused, isDone: true }];
		queue.listener.join(queue.subscriber('a', { auto: 'succeeded' }));
		await queue.quiet();
		queue.enqueue(1, 2);
		await pass(MINUTE);
		expect(queue.startedBy('a')).toEqual([1, 2]);
		expect(queue.failed).toEqual([]);
	});

	it('of what is there still: the token is to blame', async () => {
		queue.faults.deleteNotification = [refused, refused];
		queue.listener.join(queue.subscriber('a', { auto: 'succeeded' }));
		await queue.quiet();
		queue.enqueue(1);
		await pass(MINUTE);
		expect(queue.failed).toEqual([
			{ key: 'a', message: 'GREEN-API does not accept the API Token' },
		]);
		expect(queue.startedBy('a')).toEqual([1]);
	});
});

describe('a deletion', () => {
	const auto = { auto: 'succeeded' } as const;

	it('that is done before the queue shows it starts nothing again, and is not asked for at once', async () => {
		queue.listener.join(queue.subscriber('a', auto));
		await queue.quiet();
		queue.faults.deleteNotification = Array.from({ length: 3 }, () => ({
			status: 200,
			body: '{"result":true}',
		}));
		queue.enqueue(1, 2);
		await pass(MINUTE);
		expect(queue.startedBy('a')).toEqual([1, 2]);
		expect(queue.left).toEqual([]);
		const times = requests('deleteNotification').map(({ at }) => at);
		const waits = times
			.slice(1, 4)
			.map((at, index) => Math.round((at - (times[index] ?? 0)) / 1000));
		expect(waits).toEqual([0, 1, 2]);
		expect(queue.log).toHaveLength(2);
	});

	it.each([
		['true', { status: 200, body: '{"result":true}' }],
		['false', { status: 200, body: '{"result":false}' }],
		['400', { status: 400, body: '' }],
		['466', { status: 466, body: '' }],
	])('answered %s that the notification outlives for 10 minutes is told', async (_what, fault) => {
		queue.listener.join(queue.subscriber('a', auto));
		await queue.quiet();
		queue.faults.deleteNotification = Array.from({ length: 1_000 }, () => fault);
		queue.enqueue(1);
		await pass(9 * MINUTE);
		expect(queue.failed).toEqual([]);
		await pass(2 * MINUTE);
		expect(queue.failed).toHaveLength(1);
		expect(queue.startedBy('a')).toEqual([1]);
		expect(queue.log).toHaveLength(1);
		expect(requests('deleteNotification').length).toBeLessThan(30);
	});
});

describe('a refusal that lasts', () => {
	const starting = { status: 400, body: 'instance in starting process try later' };

	it.each([
		['466', { status: 466, body: '{"invokeStatus":{"status":"QUOTE_EXCEEDED"}}' }],
		['400', { status: 400, body: '{"message":"something new"}' }],
		['405', { status: 405, body: '' }],
		['410', { status: 410, body: '' }],
		['469', { status: 469, body: '' }],
	])('%s to each look at the queue: told after 10 minutes', async (_what, fault) => {
		queue.faults.a = [fault];
		queue.listener.join(queue.subscriber('a'));
		await pass(9 * MINUTE);
		expect(queue.failed).toEqual([]);
		await pass(2 * MINUTE);
		expect(queue.failed).toHaveLength(1);
		expect(queue.log).toHaveLength(1);
	});

	it('is not forgotten while the server is down', async () => {
		queue.faults.a = [starting];
		queue.listener.join(queue.subscriber('a'));
		await pass(9 * MINUTE);
		queue.faults.a = [{ status: 502, body: '' }];
		await pass(MINUTE / 2);
		queue.faults.a = [starting];
		await pass(2 * MINUTE);
		expect(queue.failed).toHaveLength(1);
	});

	it.each([{ code: 'ECONNREFUSED' }, { status: 502, body: '' }, { status: 429, body: '' }])(
		'%j is none: it is waited out for as long as it takes',
		async (fault) => {
			queue.faults.a = [fault];
			queue.listener.join(queue.subscriber('a', { auto: 'succeeded' }));
			await pass(24 * 60 * MINUTE);
			expect(queue.failed).toEqual([]);
			delete queue.faults.a;
			queue.enqueue(1);
			await pass(MINUTE);
			expect(queue.startedBy('a')).toEqual([1]);
		},
	);
});

describe('n8n can’t start executions at all', () => {
	it.each(['executionFinishes', 'executionSucceeds'] as const)(
		'%s: one notification may be to blame, and the next one stays until n8n can',
		async (deletion) => {
			let isFull = true;
			const { start } = queue.subscriber('a', { auto: 'succeeded' });
			const others = queue.subscriber('a', {
				deletion,
				start: async (notification) => {
					const ending = await start(notification);
					return isFull ? 'notStarted' : ending;
				},
			});
			queue.listener.join(others);
			await queue.quiet();
			queue.enqueue(1, 2, 3);
			await pass(60 * MINUTE);
			expect(queue.left).toEqual([2, 3]);
			expect(queue.log.filter((line) => line.includes('n8n starts no executions'))).toHaveLength(1);
			const times = queue.started.slice(-3).map(({ at }) => at);
			expect(times.slice(1).map((at, index) => at - (times[index] ?? 0))).toEqual([MINUTE, MINUTE]);
			isFull = false;
			await pass(2 * MINUTE);
			expect(queue.left).toEqual([]);
			expect(queue.startedBy('a')).toEqual(expect.arrayContaining([2, 3]));
		},
	);

	it('odd notifications in a row that n8n does not take are each given up', async () => {
		queue.listener.join(queue.subscriber('a', { maxDeliveries: 2, auto: 'refused' }));
		await queue.quiet();
		queue.enqueue(1, 2, 3);
		await pass(MINUTE);
		expect(queue.left).toEqual([]);
	});
});

describe('an instance that is starting', () => {
	const starting = { status: 400, body: 'instance in starting process try later' };

	it.each(['while it listens', 'as it is activated'])(
		'for more than 10 minutes, %s: scan the QR code again',
		async (when) => {
			queue.faults.a = [starting];
			const prepare = async () => STARTING;
			const options = when === 'while it listens' ? {} : { prepare };
			queue.listener.join(queue.subscriber('a', options));
			await pass(9 * MINUTE);
			expect(queue.failed).toEqual([]);
			await pass(2 * MINUTE);
			expect(queue.failed).toEqual([
				{ key: 'a', message: expect.stringMatching(/more than 10 minutes/) },
			]);
			expect(queue.log).toHaveLength(1);
		},
	);

	it('is waited for anew after each start', async () => {
		queue.listener.join(queue.subscriber('a', { auto: 'succeeded' }));
		for (let time = 0; time < 3; time += 1) {
			queue.faults.a = [starting];
			await pass(6 * MINUTE);
			delete queue.faults.a;
			await pass(2 * MINUTE);
		}
		expect(queue.failed).toEqual([]);
	});
});

describe('an execution whose end n8n does not tell', () => {
	it.each([
		['executionFinishes', [1, 2], []],
		['executionSucceeds', [1, 1], [1, 2]],
	] as const)(
		'%s: counts as failed after the limit, and n8n’s log says so',
		async (deletion, started, left) => {
			queue.listener.join(
				queue.subscriber('a', { deletion, maxDeliveries: 2, maxExecutionMs: 10 * MINUTE }),
			);
			await queue.quiet();
			queue.enqueue(1, 2);
			await pass(9 * MINUTE);
			expect(queue.startedBy('a')).toEqual([1]);
			await pass(2 * MINUTE);
			expect(queue.startedBy('a')).toEqual(started);
			expect(queue.log[0]).toMatch(/not told the end of an execution for 10 minutes.*: test 101/);
			await pass(8.5 * MINUTE);
			expect(queue.left).toEqual(left.length > 0 ? left : [2]);
		},
	);

	it('is waited for as long as it takes where there is no limit', async () => {
		queue.listener.join(queue.subscriber('a'));
		await queue.quiet();
		queue.enqueue(1);
		await pass(100 * 60 * MINUTE);
		await queue.end('a');
		await pass(100);
		expect(queue.left).toEqual([]);
	});
});

describe('a credential that is not the account’s any more', () => {
	const changed = failureOf('credentialChanged', 'CREDENTIAL_CHANGED');

	it.each(['the one that asks', 'another one'])(
		'ends %s, who is given nothing more',
		async (who) => {
			let isChanged = false;
			const checkAccount = async () => (isChanged ? changed : undefined);
			const others = () => queue.listener.join(queue.subscriber('b', { auto: 'succeeded' }));
			if (who === 'another one') others();
			queue.listener.join(queue.subscriber('a', { auto: 'succeeded', checkAccount }));
			if (who === 'the one that asks') others();
			await queue.quiet();
			isChanged = true;
			queue.enqueue(1, 2);
			await pass(MINUTE);
			expect(queue.failed).toEqual([{ key: 'a', message: changed.message }]);
			expect(queue.startedBy('a')).toEqual([]);
			expect(queue.startedBy('b')).toEqual([1, 2]);
		},
	);

	it('is noticed within a minute where nothing comes', async () => {
		let isChanged = false;
		const checkAccount = async () => (isChanged ? changed : undefined);
		queue.listener.join(queue.subscriber('a', { checkAccount }));
		await pass(1_000);
		isChanged = true;
		await pass(MINUTE);
		expect(queue.failed).toHaveLength(1);
	});

	it.each(['an execution works', 'its deletion is refused'])(
		'is noticed within a minute while %s',
		async (what) => {
			let isChanged = false;
			const checkAccount = async () => (isChanged ? changed : undefined);
			queue.listener.join(queue.subscriber('a'));
			queue.listener.join(queue.subscriber('b', { auto: 'succeeded', checkAccount }));
			await queue.quiet();
			queue.enqueue(1);
			await pass(100);
			if (what === 'its deletion is refused') {
				queue.faults.deleteNotification = Array.from({ length: 9 }, () => ({
					status: 502,
					body: '',
				}));
				await queue.end('a');
			}
			isChanged = true;
			await pass(MINUTE);
			expect(queue.failed).toEqual([{ key: 'b', message: changed.message }]);
		},
	);

	it('is noticed at once when a trigger listens to another queue', async () => {
		let isChanged = false;
		const checkAccount = async () => (isChanged ? changed : undefined);
		queue.listener.join(queue.subscriber('a', { checkAccount }));
		await pass(1_000);
		isChanged = true;
		queue.listeners.of('renewed').join(queue.subscriber('b'));
		await pass(0);
		expect(queue.failed).toEqual([{ key: 'a', message: changed.message }]);
	});

	it('is given nothing when it leaves while its credential is read', async () => {
		let readMs = 0;
		const checkAccount = async () => {
			await queue.clock.sleep(readMs);
			return undefined;
		};
		const options = { deletion: 'executionSucceeds', auto: 'failed', checkAccount } as const;
		const leave = queue.listener.join(queue.subscriber('a', options));
		await queue.quiet();
		queue.enqueue(1);
		await pass(500);
		readMs = 1_000;
		await pass(1_000);
		leave();
		await pass(MINUTE);
		expect(queue.startedBy('a')).toEqual([1]);
	});

	it('is given no second delivery', async () => {
		let isChanged = false;
		const checkAccount = async () => (isChanged ? changed : undefined);
		queue.listener.join(
			queue.subscriber('a', { deletion: 'executionSucceeds', auto: 'failed', checkAccount }),
		);
		await queue.quiet();
		queue.enqueue(1);
		await pass(100);
		isChanged = true;
		await pass(MINUTE);
		expect(queue.startedBy('a')).toEqual([1]);
		expect(queue.failed).toHaveLength(1);
	});
});
