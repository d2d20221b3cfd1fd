/** What a process holds of accounts that its triggers listened to. */

import { START_MS } from '@package/nodes/GreenApiTrigger/delivery';
import { Listeners } from '@package/nodes/GreenApiTrigger/listener';
import { Timetable } from '@package/nodes/shared/time';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { settle } from '../../virtual-time/virtualClock';
import { SimulatedQueue } from './simulatedQueue';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let queue: SimulatedQueue;
let listeners: Listeners;

beforeEach(() => {
	queue = new SimulatedQueue();
	listeners = new Listeners(queue.clock.shiftedBy(START_MS), new Timetable(queue.clock));
});

const join = (options: Parameters<SimulatedQueue['subscriber']>[1] = {}) =>
	listeners.of('account').join(queue.subscriber('a', options));

it('is the same for all triggers of an account, and another for another account', () => {
	const listener = listeners.of('account');
	expect(listeners.of('account')).toBe(listener);
	expect(listeners.of('other')).not.toBe(listener);
});

it('leaves memory when nobody has listened for an hour, and no timer stays', async () => {
	const leave = join({ auto: 'succeeded' });
	queue.enqueue(1);
	await queue.clock.pass(5 * HOUR_MS);
	expect(queue.left).toEqual([]);
	expect(listeners.size).toBe(1);
	leave();
	await queue.clock.pass(HOUR_MS - MINUTE_MS);
	expect(listeners.size).toBe(1);
	await queue.clock.pass(HOUR_MS);
	expect(listeners.size).toBe(0);
	expect(queue.clock.unreferenced + queue.clock.pending).toBe(0);
	listeners.of('account');
	expect(queue.clock.unreferenced).toBe(1);
});

it('knows what is being worked on for as long as that takes, after everybody has left', async () => {
	const leave = join();
	queue.enqueue(1);
	await queue.clock.pass(1_000);
	leave();
	await queue.clock.pass(5 * HOUR_MS);
	join();
	await queue.clock.pass(1_000);
	expect(queue.startedBy('a')).toEqual([1]);
	await queue.end('a');
	await queue.quiet();
	expect(queue.left).toEqual([]);
});

/** Joins, is given something and leaves; nothing but the return value knows the trigger then. */
async function visit(): Promise<WeakRef<object>> {
	const subscriber = queue.subscriber('a', { auto: 'succeeded' });
	const leave = listeners.of('account').join(subscriber);
	queue.enqueue(1);
	await queue.clock.pass(1_000);
	leave();
	await queue.clock.pass(MINUTE_MS);
	return new WeakRef(subscriber);
}

it('holds no trigger that has left', async () => {
	const trigger = await visit();
	await settle();
	collectGarbage();
	expect(listeners.size).toBe(1);
	expect(trigger.deref()).toBeUndefined();
});
