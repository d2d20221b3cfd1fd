/** Whatever triggers, executions and the network do: nothing is lost, and order is kept. */

import type { Ending } from '@package/nodes/GreenApiTrigger/afterExecution';
import fc from 'fast-check';
import { type Fault, SimulatedQueue } from './simulatedQueue';

const OTHERS = ['b', 'c'] as const;

const FAULTS: Fault[] = [
	{ code: 'ECONNRESET' },
	{ status: 429, body: '' },
	{ status: 502, body: '' },
	{ status: 400, body: 'instance in starting process try later' },
	{ status: 200, body: '' },
];

const step = fc.oneof(
	fc.record({ kind: fc.constant('enqueue' as const), count: fc.integer({ min: 1, max: 4 }) }),
	fc.record({
		kind: fc.constant('end' as const),
		key: fc.constantFrom('a', ...OTHERS),
		ending: fc.constantFrom<Ending>('succeeded', 'failed', 'notStarted'),
	}),
	fc.record({
		kind: fc.constantFrom('join' as const, 'leave' as const),
		key: fc.constantFrom(...OTHERS),
	}),
	fc.record({
		kind: fc.constant('fault' as const),
		method: fc.constantFrom('receiveNotification', 'deleteNotification'),
		fault: fc.constantFrom(...FAULTS),
	}),
	fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 20_000 }) }),
);

const withoutRepeats = (ids: number[]) => ids.filter((id, index) => id !== ids[index - 1]);

it('a trigger that stays is given everything it wants, in order, before it is deleted', async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.boolean(), async (steps, succeeds) => {
			const queue = new SimulatedQueue();
			const deletion = succeeds ? 'executionSucceeds' : 'executionFinishes';
			const wanted = (id: number) => id % 3 > 0;
			const leaves = new Map<string, () => void>();
			let next = 0;
			/** Of the one that stays: deletions that came before it was done. */
			const tooEarly: number[] = [];
			const done = new Set<number>();
			const endOf = (key: string, ending: Ending) => {
				const last = queue.started.findLast((started) => started.key === key);
				if (key === 'a' && last && (ending === 'succeeded' || (!succeeds && ending === 'failed'))) {
					done.add(last.id);
				}
				last?.end(ending);
			};
			const look = () => {
				for (let id = 0; id < next; id += 1) {
					if (wanted(id) && !queue.left.includes(id) && !done.has(id)) tooEarly.push(id);
				}
			};

			queue.listener.join(
				queue.subscriber('a', {
					deletion,
					maxDeliveries: 1_000,
					wants: ({ id }) => wanted(Number(id)),
				}),
			);
			for (const each of steps) {
				if (each.kind === 'enqueue') {
					for (let count = 0; count < each.count; count += 1) queue.enqueue(next++);
				} else if (each.kind === 'end') endOf(each.key, each.ending);
				else if (each.kind === 'join') {
					leaves.set(each.key, queue.listener.join(queue.subscriber(each.key)));
				} else if (each.kind === 'leave') leaves.get(each.key)?.();
				else if (each.kind === 'fault') (queue.faults[each.method] ??= []).push(each.fault);
				await queue.clock.pass(each.kind === 'pass' ? each.ms : 10);
				look();
			}
			for (const leave of leaves.values()) leave();
			for (let round = 0; queue.left.length > 0 && round < 500; round += 1) {
				endOf('a', 'succeeded');
				await queue.clock.pass(5_000);
				look();
			}

			const all = Array.from({ length: next }, (_, id) => id).filter(wanted);
			expect(withoutRepeats(queue.startedBy('a'))).toEqual(all);
			expect(queue.left).toEqual([]);
			expect(tooEarly).toEqual([]);
		}),
		{ numRuns: 150 },
	);
});
