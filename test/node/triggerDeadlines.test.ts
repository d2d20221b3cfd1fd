/** Nothing that a server or n8n leaves undone holds the trigger up for longer than it says. */

import { systemTimers } from '@package/nodes/shared/time';
import { listenToLog } from '../engine/n8nVersions';
import { idsOf, message, TIME_FACTOR, until, useTriggers } from './triggers';

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

it('an execution whose end n8n never tells counts as failed after the limit', async () => {
	const options = { maxExecutionMinutes: 2 };
	const trigger = await activate({ options });
	parts.double.queue.enqueue(message('a'), message('b'));
	await emitted(trigger, 2);
	expect(idsOf(trigger)).toEqual(['a', 'b']);
	const told = log.filter((line) => line.includes('end of an execution for 2 minutes'));
	expect(told[0]).toContain('incomingMessageReceived a');
});
