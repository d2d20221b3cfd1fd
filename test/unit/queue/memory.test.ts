/** What a process holds over months. */

import { seededRandom } from '../../green-api-double/seededRandom';
import { newProcess, requestFor } from '../../virtual-time/batches';
import { ProcessState } from '@package/nodes/shared/queue/process';
import { startBatch } from '@package/nodes/shared/queue/batch';
import { Timetable } from '@package/nodes/shared/time';
import { settle, VirtualClock } from '../../virtual-time/virtualClock';
import { SimulatedInstance } from '../../virtual-time/simulatedInstance';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

describe('30 days of traffic from 1,000 instances', () => {
	it('hold what the last hour needs, and nothing once it is quiet', async () => {
		const clock = new VirtualClock();
		const random = seededRandom('months');
		const timetable = new Timetable(clock);
		const state = new ProcessState(clock, random, timetable);
		const instance = new SimulatedInstance(clock, { limit: Infinity });
		/** So many times a day some instances are used; most answers are kept for a while. */
		const visits = 8;
		const stepMs = DAY_MS / visits;
		const perStep = 34;
		let most = { queues: 0, answers: 0 };
		let asked = 0;
		let found = 0;
		for (let step = 0; step < 30 * visits; step++) {
			for (let visit = 0; visit < perStep; visit++) {
				const name = `instance ${Math.floor(random() * 1_000)}`;
				const account = { key: name };
				const batch = startBatch(instance.send, { account, stopOnFailure: false }, state);
				for (const chatId of ['a', 'b']) {
					asked += 1;
					const cacheSeconds = [0, 10, 60, 1_800][Math.floor(random() * 4)] ?? 0;
					const request = requestFor(chatId, { cacheSeconds }, { timeout: 30_000 });
					void batch.lookUp(request).then(({ ok }) => (found += ok ? 1 : 0));
				}
			}
			await clock.pass(stepMs);
			const { queues, answers, questions } = state.held();
			most = { queues: Math.max(most.queues, queues), answers: Math.max(most.answers, answers) };
			expect(questions).toBe(0);
			expect(clock.unreferenced).toBeLessThanOrEqual(1);
		}
		expect(found).toBe(asked);
		// Three hours after they were used last.
		expect(most.queues).toBe(0);
		expect(most.answers).toBe(0);

		await clock.pass(2 * HOUR_MS);
		expect(state.held()).toEqual({ queues: 0, answers: 0, questions: 0, writes: 0 });
		expect(timetable.size).toBe(0);
		expect(clock.unreferenced).toBe(0);
		expect(clock.pending).toBe(0);
	});
});

describe('answers that are kept', () => {
	it('leave memory when they expire, whatever else the cache does', async () => {
		const { clock, state, start, ask } = newProcess({ limit: Infinity });
		ask(start(), ['long'], { cacheSeconds: 86_400 });
		const ids = Array.from({ length: 500 }, (_, index) => String(index));
		await clock.pass(1);
		ask(start(), ids, { cacheSeconds: 60, requestsPerSecond: 0 });
		await clock.pass(10);
		expect(state.held().answers).toBe(501);
		await clock.pass(2 * MINUTE_MS);
		expect(state.held().answers).toBe(1);
		await clock.pass(DAY_MS);
		expect(state.held().answers).toBe(0);
	});
});

describe('what a busy instance holds', () => {
	it('is not let go of: a batch of hours keeps its place and its pace', async () => {
		const { clock, instance, state, start, ask } = newProcess();
		const ids = Array.from({ length: 5_000 }, (_, index) => String(index));
		ask(start(), ids);
		await clock.pass(80 * MINUTE_MS);
		expect(state.held().queues).toBe(1);
		ask(start(), ['other']);
		await clock.pass(5_000);
		expect(instance.chatIds).toContain('other');
		await settle();
		expect(instance.refused).toEqual([]);
	});
});
