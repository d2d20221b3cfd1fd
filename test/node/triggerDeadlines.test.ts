/** Nothing that a server or n8n leaves undone holds the trigger up for longer than it says. */

import { systemTimers } from '@package/nodes/shared/time';
import { TestCredentials } from '../engine/credentialsHelper';
import { listenToLog } from '../engine/n8nVersions';
import { finish, idsOf, message, TIME_FACTOR, until, useTriggers } from './triggers';

const { parts, activate, emitted, queueLength } = useTriggers();

const immediately = { deleteFromQueue: 'immediately' };

let log: string[];
let endLog: () => void;

beforeAll(() => {
	const { now, start } = systemTimers;
	jest.spyOn(systemTimers, 'now').mockImplementation(() => now() * TIME_FACTOR);
	jest.spyOn(systemTimers, 'start').mockImplementation((ms, wake) => start(ms / TIME_FACTOR, wake));
});
beforeEach(() => {
	log = [];
	endLog = listenToLog((...line) => log.push(JSON.stringify(line)));
});
afterEach(() => endLog());

it.each(['getStateInstance', 'getSettings'] as const)(
	'activation: %s that comes drop by drop',
	async (method) => {
		parts.double.script({ kind: 'drip' }, { method });
		await expect(activate()).rejects.toThrow('did not answer in time');
		await until('no request', () => parts.double.openRequestsOf(method) === 0);
	},
);

it('receiveNotification and deleteNotification that come drop by drop', async () => {
	const trigger = await activate(immediately);
	parts.double.script({ kind: 'drip' }, { method: 'receiveNotification', times: 2 });
	parts.double.script({ kind: 'drip' }, { method: 'deleteNotification', times: 2 });
	parts.double.queue.enqueue(message('a'), message('b'));
	await queueLength(0);
	await emitted(trigger, 2);
	expect(idsOf(trigger)).toEqual(['a', 'b']);
	expect(trigger.errors).toEqual([]);
});

describe('a credential that n8n never gives', () => {
	const { getDecrypted } = TestCredentials.prototype;
	let hanging: unknown;

	beforeEach(() => {
		hanging = undefined;
		const read = jest.spyOn(TestCredentials.prototype, 'getDecrypted');
		read.mockImplementation(async function (this: TestCredentials, ...args) {
			const values = await getDecrypted.apply(this, args);
			return values === hanging ? await new Promise(() => {}) : values;
		});
	});
	afterEach(() => {
		jest.spyOn(TestCredentials.prototype, 'getDecrypted').mockRestore();
	});

	const told = 'n8n did not give the GREEN-API credential in time';

	it('as it is activated', async () => {
		const credential = parts.credential();
		hanging = credential;
		await expect(activate(immediately, { credential })).rejects.toThrow(told);
	});

	it.each(['while it listens', 'before it is given something again'])(
		'%s: that trigger ends, and the others go on',
		async (when) => {
			const isAgain = when !== 'while it listens';
			const credential = parts.credential();
			const parameters = isAgain ? { deleteFromQueue: 'executionSucceeds' } : immediately;
			const bad = await activate(parameters, { credential });
			const good = await activate(immediately);
			parts.double.queue.enqueue(message('a'), message('b'), message('c'));
			await emitted(bad, 1);
			hanging = credential;
			if (isAgain) finish(bad, 'error');
			await queueLength(0);
			expect(idsOf(good)).toEqual(['a', 'b', 'c']);
			expect(bad.errors.map(({ message: text }) => text).join()).toContain(told);
			expect(good.errors).toEqual([]);
		},
	);
});

it('an execution whose end n8n never tells counts as failed after the limit', async () => {
	const options = { maxExecutionMinutes: 2 };
	const trigger = await activate({ options });
	parts.double.queue.enqueue(message('a'), message('b'));
	await emitted(trigger, 2);
	expect(idsOf(trigger)).toEqual(['a', 'b']);
	const told = log.filter((line) => line.includes('end of an execution for 2 minutes'));
	expect(told[0]).toContain('incomingMessageReceived a');
});
