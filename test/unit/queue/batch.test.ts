import { getEventListeners, setMaxListeners } from 'node:events';
import fc from 'fast-check';
import { Answer } from '@package/nodes/shared/green-api/answer';
import {
	type Failure,
	type FailureKind,
	failureOfNetwork,
	failureOfStatus,
} from '@package/nodes/shared/green-api/failures';
import type { GreenApiRequest } from '@package/nodes/shared/green-api/methods';
import type { LookUpOutcome, SendRequest } from '@package/nodes/shared/queue/batch';
import { type Asked, chatIds, newProcess, requestFor } from '../../virtual-time/batches';
import {
	answerFor,
	RATE_LIMITED,
	type SimulatedInstance,
} from '../../virtual-time/simulatedInstance';
import { settle } from '../../virtual-time/virtualClock';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
/** A slot at GREEN-API's one a second, with the margin. */
const MOST_SLOT_MS = 1.08 * SECOND_MS;

/** Of one instance and method. */
const MOST_IN_FLIGHT = 64;

const DOWN = failureOfStatus(503, '');
const WRONG_CHAT_ID = failureOfStatus(400, '');
const WRONG_TOKEN = failureOfStatus(401, '');
const STOPPED = failureOfNetwork('ERR_CANCELED');
const FAILURES: Array<[kind: FailureKind, failure: Failure]> = [
	['transient', DOWN],
	['item', WRONG_CHAT_ID],
	['instance', WRONG_TOKEN],
];

function found(chatId: string): LookUpOutcome {
	return { ok: true, value: answerFor(chatId) };
}

function own(failure: Failure): LookUpOutcome {
	return { ok: false, failure, inherited: false };
}

function inherited(failure: Failure): LookUpOutcome {
	return { ok: false, failure, inherited: true };
}

function afterTries(failure: Failure, tries: number): Failure {
	return { ...failure, message: `${failure.message} (tried ${tries} times)` };
}

function outcomesOf(asked: readonly Asked[]) {
	return asked.map(({ outcome }) => outcome);
}

/** Faults for some chat ids, for so many requests each. */
function faultsFor(faults: Record<string, Failure | readonly Failure[]>) {
	const tries = new Map<string, number>();
	return ({ body }: GreenApiRequest): Failure | undefined => {
		const chatId = String(body?.chatId ?? '');
		const fault = faults[chatId];
		if (!Array.isArray(fault)) return fault as Failure | undefined;
		const nth = tries.get(chatId) ?? 0;
		tries.set(chatId, nth + 1);
		return (fault as Failure[])[nth];
	};
}

/** An instance that says with each answer that so many requests a second are allowed. */
function telling(instance: SimulatedInstance, requestsPerSecond = 1_000): SendRequest {
	return async (request) => ({ ...(await instance.send(request)), limit: { requestsPerSecond } });
}

function times<T>(count: number, value: T): T[] {
	return Array.from({ length: count }, () => value);
}

describe('a batch of lookups', () => {
	it('sends nothing before it is asked', async () => {
		const { clock, instance, start } = newProcess();
		start();
		await clock.pass();
		expect(instance.requests).toEqual([]);
	});

	it('asks in the order of the lookups, at the pace, and gives each its own answer', async () => {
		const { clock, instance, start, ask } = newProcess({ latencyMs: () => 50 });
		const batch = start();
		const asked = ask(batch, chatIds(30));
		await clock.pass();
		expect(instance.chatIds).toEqual(chatIds(30));
		expect(outcomesOf(asked)).toEqual(chatIds(30).map(found));
		expect(instance.refused).toEqual([]);
		expect(clock.now()).toBeLessThanOrEqual(29 * MOST_SLOT_MS + 50);
		expect(batch.counts).toEqual({
			refusals: 0,
			retries: 0,
			shared: 0,
			cached: 0,
			retained: 0,
			pacedRequests: 30,
			pacedMs: 30 * SECOND_MS,
		});
	});

	it('sends each request as it is', async () => {
		const { clock, instance, start } = newProcess();
		const send = jest.fn(instance.send);
		const request = Object.freeze(requestFor('a', {}, { timeout: 1_234 }));
		void start({}, send).lookUp(request);
		await clock.pass();
		expect(send).toHaveBeenCalledTimes(1);
		expect(send).toHaveBeenCalledWith(expect.objectContaining(request), expect.any(AbortSignal));
	});

	it('does not wait for an answer before the next request', async () => {
		const { clock, instance, start, ask } = newProcess({ latencyMs: () => MINUTE_MS });
		const asked = ask(start(), chatIds(10));
		await clock.pass();
		expect(instance.requests.at(-1)?.sentAt).toBeLessThanOrEqual(9 * MOST_SLOT_MS);
		expect(outcomesOf(asked)).toEqual(chatIds(10).map(found));
	});

	it('gives answers as they come, in whatever order', async () => {
		const { clock, start, ask } = newProcess({
			latencyMs: ({ body }) => (body?.chatId === 'slow' ? MINUTE_MS : 0),
		});
		const asked = ask(start(), ['slow', 'quick']);
		await clock.pass(10 * SECOND_MS);
		expect(outcomesOf(asked)).toEqual([undefined, found('quick')]);
		await clock.pass();
		expect(outcomesOf(asked)).toEqual([found('slow'), found('quick')]);
	});

	it('takes more after earlier ones were answered', async () => {
		const { clock, instance, start, ask } = newProcess();
		const batch = start({ stopOnFailure: true });
		ask(batch, ['a']);
		await clock.pass();
		const later = ask(batch, ['b']);
		await clock.pass();
		expect(instance.chatIds).toEqual(['a', 'b']);
		expect(outcomesOf(later)).toEqual([found('b')]);
	});

	it('shares the pace with other batches of the account', async () => {
		const { clock, instance, start, ask } = newProcess();
		for (const name of ['one', 'other']) {
			ask(start({ account: { key: 'account' } }), chatIds(5, `${name} `));
		}
		await clock.pass();
		expect(instance.requests).toHaveLength(10);
		expect(instance.refused).toEqual([]);
	});

	it('has a pace of its own for each instance and method, as GREEN-API has', async () => {
		const { clock, instance, start, ask } = newProcess({ limit: Infinity });
		const batch = start();
		ask(batch, ['a']);
		ask(batch, ['a'], {}, { method: 'getGroupData' });
		ask(start({ account: { key: 'another' } }), ['a']);
		await settle();
		await clock.pass(1);
		expect(instance.requests).toHaveLength(3);
	});

	it('tells of the method with the most to wait for', async () => {
		const { clock, start, ask } = newProcess();
		const batch = start();
		ask(batch, chatIds(10));
		ask(batch, chatIds(3), { requestsPerSecond: 0.1 }, { method: 'getGroupData' });
		await clock.pass();
		expect(batch.counts).toMatchObject({ pacedRequests: 3, pacedMs: 30_000 });
	});
});

describe('lookups of the same contact', () => {
	it('are one request, and each gets its answer', async () => {
		const { clock, instance, start, ask } = newProcess({ latencyMs: () => 100 });
		const batch = start();
		const asked = ask(batch, ['a', 'b', 'a', 'a']);
		await clock.pass();
		expect(instance.chatIds).toEqual(['a', 'b']);
		expect(outcomesOf(asked)).toEqual(['a', 'b', 'a', 'a'].map(found));
		expect(batch.counts).toMatchObject({ shared: 2, cached: 0 });
	});

	it('have the same failure, which is nobody else’s', async () => {
		const { clock, instance, start, ask } = newProcess({ fault: () => WRONG_CHAT_ID });
		const batch = start();
		const asked = ask(batch, ['a', 'a']);
		await clock.pass();
		expect(instance.chatIds).toEqual(['a']);
		expect(outcomesOf(asked)).toEqual([own(WRONG_CHAT_ID), own(WRONG_CHAT_ID)]);
		expect(batch.counts).toMatchObject({ shared: 0 });
	});

	it('are one request for several batches as well', async () => {
		const { clock, instance, start, ask } = newProcess({ latencyMs: () => 100 });
		const [one, other] = [start(), start()];
		const asked = [...ask(one, ['a', 'b']), ...ask(other, ['b', 'a'])];
		await clock.pass();
		expect([...instance.chatIds].sort()).toEqual(['a', 'b']);
		expect(outcomesOf(asked)).toEqual(['a', 'b', 'b', 'a'].map(found));
	});

	it('wait no longer than they would alone: whoever has a turn first asks for all', async () => {
		const { clock, instance, start, ask } = newProcess();
		const others = ask(start(), chatIds(1_000));
		const batch = start();
		const [asked] = ask(batch, ['999']);
		await clock.pass(3 * MOST_SLOT_MS);
		expect(asked?.outcome).toEqual(found('999'));
		expect(others[999]?.outcome).toEqual(found('999'));
		expect(batch.counts).toMatchObject({ shared: 0 });
		await clock.pass();
		expect(instance.requests).toHaveLength(1_000);
		expect(outcomesOf(others)).toEqual(chatIds(1_000).map(found));
	});

	it.each([
		['method', {}, { method: 'getGroupData' as const }],
		['time-out', {}, { timeout: 2 * MINUTE_MS }],
		['number of tries', { maxRetries: 0 }, {}],
	])('are several requests when they are asked with another %s', async (_what, policy, request) => {
		const { clock, instance, start, ask } = newProcess({ latencyMs: () => MINUTE_MS });
		const batch = start();
		ask(batch, ['a']);
		ask(batch, ['a'], policy, request);
		await clock.pass();
		expect(instance.chatIds).toEqual(['a', 'a']);
	});

	it('are never shared between accounts, in flight or kept', async () => {
		const { clock, instance, start, ask } = newProcess({ latencyMs: () => MINUTE_MS });
		const cached = { cacheSeconds: 3_600 };
		for (const key of ['one', 'other']) {
			ask(start({ account: { key } }), ['a'], cached);
			await clock.pass(2 * SECOND_MS);
		}
		expect(instance.chatIds).toEqual(['a', 'a']);
		await clock.pass();

		ask(start({ account: { key: 'third' } }), ['a'], cached);
		await clock.pass();
		expect(instance.chatIds).toEqual(['a', 'a', 'a']);
	});

	it('are asked for once in as many seconds as the user says', async () => {
		const { clock, instance, start, ask } = newProcess();
		const cached = { cacheSeconds: 60 };
		const [first, second, third] = [start(), start(), start()];
		ask(first, ['a'], cached);
		await clock.pass(59 * SECOND_MS);
		const [kept] = ask(second, ['a'], cached);
		await settle();
		expect(kept).toMatchObject({ outcome: found('a'), settledAt: 59 * SECOND_MS });
		await clock.pass(SECOND_MS);
		ask(third, ['a'], cached);
		await clock.pass();
		expect(instance.chatIds).toEqual(['a', 'a']);
		expect([first, second, third].map(({ counts }) => counts.cached)).toEqual([0, 1, 0]);
	});
});

describe('a request that fails for the moment', () => {
	it('is tried again', async () => {
		const fault = faultsFor({ a: [DOWN, failureOfNetwork('ECONNRESET')] });
		const { clock, instance, start, ask } = newProcess({ fault });
		const batch = start();
		const asked = ask(batch, ['a', 'b']);
		await clock.pass();
		expect(outcomesOf(asked)).toEqual([found('a'), found('b')]);
		expect(instance.chatIds.filter((chatId) => chatId === 'a')).toHaveLength(3);
		expect(batch.counts).toMatchObject({ retries: 2, refusals: 0 });
	});

	it.each([0, 1, 4])('is given up after %d retries, and tells of its tries', async (maxRetries) => {
		const { clock, instance, start, ask } = newProcess({ fault: () => DOWN });
		const batch = start();
		const [asked] = ask(batch, ['a'], { maxRetries });
		await clock.pass();
		expect(instance.requests).toHaveLength(maxRetries + 1);
		expect(asked?.outcome).toEqual(own(maxRetries === 0 ? DOWN : afterTries(DOWN, maxRetries + 1)));
		expect(batch.counts.retries).toBe(maxRetries);
	});

	it('does not hold the others up while it waits, and comes before them then', async () => {
		const { clock, instance, start, ask } = newProcess({
			fault: faultsFor({ 0: [DOWN, DOWN, DOWN, DOWN] }),
		});
		const asked = ask(start(), chatIds(60));
		await clock.pass();
		expect(instance.chatIds.filter((chatId) => chatId !== '0')).toEqual(chatIds(60).slice(1));
		expect(instance.requests.at(-1)?.sentAt).toBeLessThanOrEqual(63 * MOST_SLOT_MS);
		// 1, 2, 4 and 8 s at most, with a slot for each.
		expect(asked[0]?.settledAt).toBeLessThanOrEqual(15 * SECOND_MS + 8 * MOST_SLOT_MS);
	});

	it('is tried again in the place that it took: at the pace', async () => {
		const { clock, instance, start, ask } = newProcess({ fault: () => DOWN });
		ask(start(), chatIds(5));
		await clock.pass();
		expect(instance.requests).toHaveLength(25);
		expect(instance.refused).toEqual([]);
	});

	it('holds everyone back for as long as the server asks, and no longer than 30 s', async () => {
		for (const [retryAfterMs, pauseMs] of [
			[10_000, 10_000],
			[MINUTE_MS, 30_000],
		]) {
			const asking: Failure = { ...DOWN, retryAfterMs: retryAfterMs ?? 0 };
			const { clock, instance, start, ask } = newProcess({
				fault: faultsFor({ a: [asking] }),
			});
			ask(start(), ['a']);
			ask(start(), ['b']);
			await clock.pass();
			expect(instance.requests[1]?.sentAt).toBe(pauseMs);
			expect(instance.requests).toHaveLength(3);
		}
	});
});

describe('a request that the limit refuses (429)', () => {
	it('is tried again, without using up its retries, as long as others get through', async () => {
		const refusals = 20;
		const { clock, instance, start, ask } = newProcess({
			limit: Infinity,
			fault: faultsFor({ 0: times(refusals, RATE_LIMITED) }),
		});
		const batch = start();
		const asked = ask(batch, chatIds(100), { maxRetries: 1 });
		await clock.pass();
		expect(outcomesOf(asked)).toEqual(chatIds(100).map(found));
		expect(instance.requests).toHaveLength(100 + refusals);
		expect(batch.counts).toMatchObject({ refusals, retries: 0, pacedRequests: 100 });
	});

	it('comes before the others of its batch', async () => {
		const { clock, instance, start, ask } = newProcess({
			limit: Infinity,
			fault: faultsFor({ 0: [RATE_LIMITED] }),
		});
		ask(start(), chatIds(5));
		await clock.pass();
		expect(instance.chatIds).toEqual(['0', ...chatIds(5)]);
	});

	it.each([
		['', 1],
		[', at a low rate', 0.05],
		[', at a high rate', 50],
	])('is given up, and told, when the limit never opens%s', async (_how, requestsPerSecond) => {
		const { clock, instance, start, ask } = newProcess({ fault: () => RATE_LIMITED });
		const batch = start();
		const asked = ask(batch, chatIds(20), { requestsPerSecond });
		await clock.pass(10 * MINUTE_MS * Math.max(1, 1 / requestsPerSecond));
		for (const { outcome } of asked) {
			expect(outcome).toMatchObject({ ok: false, inherited: false, failure: { code: '429' } });
			if (!outcome || outcome.ok) continue;
			const [, tries] = /\(tried (\d+) times\)$/.exec(outcome.failure.message) ?? [];
			expect(Number(tries)).toBeGreaterThanOrEqual(5);
		}
		const refusals = instance.requests.length - asked.length;
		expect(batch.counts).toMatchObject({ refusals, retries: 0, pacedRequests: 0, pacedMs: 0 });
	});

	it('is not given up the sooner because the one before it was, long ago', async () => {
		let isClosed = true;
		const { clock, start, ask } = newProcess({
			fault: () => (isClosed ? RATE_LIMITED : undefined),
		});
		ask(start(), ['a']);
		await clock.pass();
		await clock.pass(60 * MINUTE_MS);
		const [later] = ask(start(), ['b']);
		await clock.pass(20 * SECOND_MS);
		isClosed = false;
		await clock.pass();
		expect(later?.outcome).toEqual(found('b'));
	});

	it('is not given up the sooner because an answer promised more than is let through', async () => {
		let isClosed = true;
		const { clock, start, ask } = newProcess({
			limit: 100,
			headers: true,
			fault: () => (isClosed ? RATE_LIMITED : undefined),
		});
		const [patient] = ask(start(), ['a']);
		await clock.pass(20 * SECOND_MS);
		isClosed = false;
		await clock.pass();
		expect(patient?.outcome).toEqual(found('a'));
	});

	it('is not tried again where the user wants no retries', async () => {
		const { clock, instance, start, ask } = newProcess({ fault: () => RATE_LIMITED });
		const asked = ask(start(), ['a'], { maxRetries: 0 });
		await clock.pass();
		expect(instance.requests).toHaveLength(1);
		expect(outcomesOf(asked)).toEqual([own(RATE_LIMITED)]);
	});

	it('tells of all its tries when it fails for another reason in the end', async () => {
		const { clock, start, ask } = newProcess({
			limit: Infinity,
			fault: faultsFor({ a: [...times(3, RATE_LIMITED), DOWN, RATE_LIMITED, DOWN] }),
		});
		const asked = ask(start(), ['a'], { maxRetries: 1 });
		await clock.pass();
		expect(outcomesOf(asked)).toEqual([own(afterTries(DOWN, 6))]);
	});
});

describe('a failure', () => {
	it.each(FAILURES.slice(0, 2))('that is %s does not end the batch', async (_kind, failure) => {
		const { clock, instance, start, ask } = newProcess({ fault: faultsFor({ b: failure }) });
		const asked = ask(start(), ['a', 'b', 'c'], { maxRetries: 0 });
		await clock.pass();
		expect(instance.chatIds).toEqual(['a', 'b', 'c']);
		expect(outcomesOf(asked)).toEqual([found('a'), own(failure), found('c')]);
	});

	it('that holds for the instance ends the batch at once; the rest carries it', async () => {
		const { clock, instance, start, ask } = newProcess({ fault: faultsFor({ b: WRONG_TOKEN }) });
		const batch = start();
		const asked = ask(batch, ['a', 'b', 'c', 'd']);
		await clock.pass();
		expect(instance.chatIds).toEqual(['a', 'b']);
		expect(outcomesOf(asked)).toEqual([
			found('a'),
			own(WRONG_TOKEN),
			inherited(WRONG_TOKEN),
			inherited(WRONG_TOKEN),
		]);
		expect(asked.at(-1)?.settledAt).toBe(asked[1]?.settledAt);

		const later = ask(batch, ['e', 'b']);
		await settle();
		expect(outcomesOf(later)).toEqual([inherited(WRONG_TOKEN), inherited(WRONG_TOKEN)]);
		expect(instance.requests).toHaveLength(2);
	});

	it.each(FAILURES)(
		'that is %s ends the batch when the workflow is to stop',
		async (_kind, failure) => {
			const { clock, instance, start, ask } = newProcess({ fault: faultsFor({ b: failure }) });
			const asked = ask(start({ stopOnFailure: true }), ['a', 'b', 'c'], { maxRetries: 0 });
			await clock.pass();
			expect(instance.chatIds).toEqual(['a', 'b']);
			expect(outcomesOf(asked)).toEqual([found('a'), own(failure), inherited(failure)]);
		},
	);

	it('that passes does not end the batch even when the workflow is to stop', async () => {
		const { clock, start, ask } = newProcess({ fault: faultsFor({ 0: [DOWN, DOWN] }) });
		const asked = ask(start({ stopOnFailure: true }), chatIds(10));
		await clock.pass();
		expect(outcomesOf(asked)).toEqual(chatIds(10).map(found));
	});

	it('leaves requests in flight their own outcomes', async () => {
		const { clock, instance, start, ask } = newProcess({
			latencyMs: ({ body }) => (body?.chatId === '3' ? 0 : 20 * SECOND_MS),
			fault: faultsFor({ 0: WRONG_CHAT_ID, 2: failureOfStatus(403, ''), 3: WRONG_TOKEN }),
		});
		const asked = ask(start(), chatIds(6));
		await clock.pass();
		expect(instance.chatIds).toEqual(chatIds(4));
		expect(outcomesOf(asked)).toEqual([
			own(WRONG_CHAT_ID),
			found('1'),
			own(failureOfStatus(403, '')),
			own(WRONG_TOKEN),
			inherited(WRONG_TOKEN),
			inherited(WRONG_TOKEN),
		]);
		expect(asked[4]?.settledAt).toBe(asked[3]?.settledAt);
	});

	it('ends the waiting for another try at once, too', async () => {
		const { clock, start, ask } = newProcess({
			limit: Infinity,
			fault: faultsFor({ a: { ...DOWN, retryAfterMs: 30_000 }, b: WRONG_TOKEN }),
			latencyMs: ({ body }) => (body?.chatId === 'b' ? 5 * SECOND_MS : 2 * SECOND_MS),
		});
		const asked = ask(start(), ['a', 'b']);
		await clock.pass(10 * SECOND_MS);
		expect(outcomesOf(asked)).toEqual([inherited(WRONG_TOKEN), own(WRONG_TOKEN)]);
		expect(asked[0]?.settledAt).toBe(asked[1]?.settledAt);
	});

	it('is that batch’s own: others go on, at once', async () => {
		const { clock, instance, start, ask } = newProcess({ fault: faultsFor({ bad: WRONG_TOKEN }) });
		const ended = ask(start(), ['bad', ...chatIds(100, 'ended ')]);
		const asked = ask(start(), chatIds(3));
		await clock.pass();
		expect(ended.slice(1).every(({ settledAt }) => settledAt === 0)).toBe(true);
		expect(instance.chatIds).toEqual(['bad', '0', '1', '2']);
		expect(outcomesOf(asked)).toEqual(chatIds(3).map(found));
		expect(clock.now()).toBeLessThanOrEqual(3 * MOST_SLOT_MS);
	});

	it('does not leave the batch waiting for what others have asked for', async () => {
		const { clock, start, ask } = newProcess({
			latencyMs: ({ body }) => (body?.chatId === 'slow' ? MINUTE_MS : 0),
			fault: faultsFor({ bad: WRONG_CHAT_ID }),
		});
		const others = ask(start(), ['slow', ...chatIds(100)]);
		await clock.pass(10);
		const asked = ask(start({ stopOnFailure: true }), ['slow', 'bad', '99']);
		await clock.pass(10 * SECOND_MS);
		expect(outcomesOf(asked)).toEqual([
			inherited(WRONG_CHAT_ID),
			own(WRONG_CHAT_ID),
			inherited(WRONG_CHAT_ID),
		]);
		expect(asked[0]?.settledAt).toBe(asked[1]?.settledAt);
		await clock.pass();
		expect(outcomesOf(others)).toEqual(['slow', ...chatIds(100)].map(found));
	});

	it('does not let the batch ask by itself for what others dropped later', async () => {
		const { clock, instance, start, ask } = newProcess({
			latencyMs: ({ body }) => (body?.chatId === 'bad' ? 0 : MINUTE_MS),
			fault: faultsFor({ bad: WRONG_TOKEN }),
		});
		const controller = new AbortController();
		const group = { method: 'getGroupData' } as const;
		ask(start({ cancelSignal: controller.signal }), ['a', 'b'], {}, group);
		const batch = start();
		ask(batch, ['b'], {}, group);
		ask(batch, ['bad']);
		await clock.pass(500);
		controller.abort();
		await clock.pass();
		expect(instance.chatIds).toEqual(['a', 'bad']);
	});

	it('of the first that ended the batch is the one that is inherited', async () => {
		const { clock, start, ask } = newProcess({
			latencyMs: ({ body }) => (body?.chatId === '0' ? 5 * SECOND_MS : 3 * SECOND_MS),
			fault: faultsFor({ 0: WRONG_TOKEN, 1: failureOfStatus(403, '') }),
		});
		const asked = ask(start(), chatIds(10));
		await clock.pass();
		expect(outcomesOf(asked).slice(0, 2)).toEqual([
			own(WRONG_TOKEN),
			own(failureOfStatus(403, '')),
		]);
		expect(asked.at(-1)?.outcome).toEqual(inherited(failureOfStatus(403, '')));
	});

	it('asks for as many as make sense, whatever the answers', async () => {
		const fault = fc.constantFrom(undefined, ...FAILURES.map(([, failure]) => failure));
		await fc.assert(
			fc.asyncProperty(
				fc.array(fault, { maxLength: 20 }),
				fc.boolean(),
				async (faults, stopOnFailure) => {
					const { clock, instance, start, ask } = newProcess({
						fault: ({ body }) => faults[Number(body?.chatId)],
					});
					const asked = ask(start({ stopOnFailure }), chatIds(faults.length), { maxRetries: 0 });
					await clock.pass();

					const ends = faults.findIndex((one) => one && (stopOnFailure || one.kind === 'instance'));
					const last = ends === -1 ? faults.length - 1 : ends;
					const ending = faults[last] ?? WRONG_TOKEN;
					expect(instance.chatIds).toEqual(chatIds(last + 1));
					expect(outcomesOf(asked)).toEqual(
						faults.map((one, index) => {
							if (index > last) return inherited(ending);
							return one ? own(one) : found(String(index));
						}),
					);
				},
			),
		);
	});
});

describe('a batch that the user stops', () => {
	function stoppable() {
		const controller = new AbortController();
		return { cancelSignal: controller.signal, stop: () => controller.abort() };
	}

	it('ends at once, whatever it waits for, and sends nothing more', async () => {
		const { clock, instance, start, ask } = newProcess({
			limit: Infinity,
			latencyMs: ({ body }) => (body?.chatId === 'retried' ? 0 : MINUTE_MS),
			fault: faultsFor({ retried: { ...DOWN, retryAfterMs: 20_000 } }),
		});
		const { cancelSignal, stop } = stoppable();
		ask(start(), ['of another batch']);
		const batch = start({ cancelSignal });
		const asked = ask(batch, ['in flight', 'retried', 'waiting', 'in flight', 'of another batch']);
		await clock.pass(5 * SECOND_MS);
		expect(instance.chatIds).toEqual(['of another batch', 'in flight', 'retried']);
		expect(outcomesOf(asked)).toEqual(times(5, undefined));

		stop();
		await settle();
		expect(outcomesOf(asked)).toEqual(times(5, inherited(STOPPED)));
		expect(clock.now()).toBe(5 * SECOND_MS);
		const later = ask(batch, ['later']);
		await clock.pass();
		expect(outcomesOf(later)).toEqual([inherited(STOPPED)]);
		expect(instance.requests).toHaveLength(3);
	});

	it('sends nothing when it was stopped before it began', async () => {
		const { clock, instance, start, ask } = newProcess();
		const asked = ask(start({ cancelSignal: AbortSignal.abort() }), ['a', 'b']);
		await settle();
		expect(outcomesOf(asked)).toEqual([inherited(STOPPED), inherited(STOPPED)]);
		await clock.pass();
		expect(instance.requests).toEqual([]);
	});

	it('leaves its slots to others at once', async () => {
		const { clock, instance, start, ask } = newProcess();
		const { cancelSignal, stop } = stoppable();
		ask(start({ cancelSignal }), chatIds(1_000, 'stopped '));
		const asked = ask(start(), chatIds(5));
		await clock.pass(1.5 * SECOND_MS);
		stop();
		await clock.pass();
		expect(instance.chatIds.slice(2)).toEqual(expect.arrayContaining(chatIds(5).slice(1)));
		expect(instance.requests).toHaveLength(7);
		expect(clock.now()).toBeLessThanOrEqual(6 * MOST_SLOT_MS);
		expect(outcomesOf(asked)).toEqual(chatIds(5).map(found));
	});

	it.each([
		['paced', {}],
		['not paced', { requestsPerSecond: 0 }],
	])('leaves others the answers that they share with it (%s)', async (_how, policy) => {
		const { clock, start, ask } = newProcess({ limit: Infinity, latencyMs: () => 100 });
		const { cancelSignal, stop } = stoppable();
		const stopped = ask(start({ cancelSignal }), chatIds(5), policy);
		const asked = ask(start(), chatIds(5), policy);
		await clock.pass(50);
		stop();
		await clock.pass();
		expect(outcomesOf(stopped)).toEqual(times(5, inherited(STOPPED)));
		expect(outcomesOf(asked)).toEqual(chatIds(5).map(found));
	});

	it('holds nobody back with a request that gets no answer', async () => {
		const { clock, start, ask } = newProcess({
			limit: Infinity,
			latencyMs: ({ body }) => (String(body?.chatId).startsWith('hangs') ? 60 * MINUTE_MS : 0),
		});
		const { cancelSignal, stop } = stoppable();
		setMaxListeners(MOST_IN_FLIGHT, cancelSignal);
		const unpaced = { requestsPerSecond: 0 };
		for (const chatId of chatIds(MOST_IN_FLIGHT, 'hangs ')) {
			ask(start({ cancelSignal }), [chatId], unpaced);
		}
		const asked = ask(start(), ['a'], unpaced);
		await clock.pass(100);
		expect(outcomesOf(asked)).toEqual([undefined]);
		stop();
		await clock.pass(1);
		expect(outcomesOf(asked)).toEqual([found('a')]);
	});

	it('keeps what it had, and what ended it before', async () => {
		const { clock, start, ask } = newProcess({
			latencyMs: ({ body }) => (body?.chatId === 'slow' ? MINUTE_MS : 0),
			fault: faultsFor({ bad: WRONG_TOKEN }),
		});
		const { cancelSignal, stop } = stoppable();
		const asked = ask(start({ cancelSignal }), ['a', 'slow', 'bad', 'late']);
		await clock.pass(5 * SECOND_MS);
		stop();
		await clock.pass();
		expect(outcomesOf(asked)).toEqual([
			found('a'),
			inherited(WRONG_TOKEN),
			own(WRONG_TOKEN),
			inherited(WRONG_TOKEN),
		]);
	});

	it('listens to its signal only while it looks something up', async () => {
		const { clock, start, ask } = newProcess({ fault: faultsFor({ bad: WRONG_TOKEN }) });
		const { cancelSignal } = stoppable();
		const batch = start({ cancelSignal });
		const listeners = () => getEventListeners(cancelSignal, 'abort').length;
		expect(listeners()).toBe(0);
		for (const chatId of ['a', 'bad', 'after the end']) {
			ask(batch, [chatId, chatId]);
			expect(listeners()).toBe(1);
			await clock.pass();
			expect(listeners()).toBe(0);
		}
	});

	it('can be stopped when it has nothing to do', async () => {
		const { clock, instance, start, ask } = newProcess();
		const { cancelSignal, stop } = stoppable();
		const batch = start({ cancelSignal });
		const before = ask(batch, ['a']);
		await clock.pass();
		stop();
		const after = ask(batch, ['b']);
		await clock.pass();
		expect(outcomesOf([...before, ...after])).toEqual([found('a'), inherited(STOPPED)]);
		expect(instance.chatIds).toEqual(['a']);
	});
});

describe('the rate that the user sets', () => {
	it.each([0.1, 0.5, 3, 50])(
		'is kept to, and nearly reached where the server allows it: %d a second',
		async (rate) => {
			const { clock, instance, start, ask } = newProcess({ limit: Infinity });
			ask(start({}, telling(instance)), chatIds(50), { requestsPerSecond: rate });
			// What the server allows is known from the first answer on.
			await clock.pass(1);
			await clock.pass();
			const lastMs = instance.requests.at(-1)?.sentAt ?? 0;
			expect(lastMs).toBeGreaterThanOrEqual((49 * SECOND_MS) / rate);
			expect(lastMs).toBeLessThanOrEqual((49 * MOST_SLOT_MS) / rate);
		},
	);

	it('is each batch’s own, and one that is low holds up nobody else', async () => {
		const { clock, instance, start, ask } = newProcess({ limit: Infinity });
		ask(start({}, telling(instance)), chatIds(3, 'slow '), { requestsPerSecond: 0.1 });
		const fast = ask(start(), chatIds(30, 'fast '), { requestsPerSecond: 10 });
		await clock.pass();
		expect(Math.max(...fast.map(({ settledAt = NaN }) => settledAt))).toBeLessThanOrEqual(
			32 * 0.1 * MOST_SLOT_MS,
		);
		const slow = instance.requests.filter(({ chatId }) => chatId.startsWith('slow'));
		for (const [index, { sentAt }] of slow.slice(1).entries()) {
			expect(sentAt - (slow[index]?.sentAt ?? NaN)).toBeGreaterThanOrEqual(10 * SECOND_MS);
		}
	});

	it('is a cap: GREEN-API’s own limit holds where it is lower, or none is set', async () => {
		for (const policy of [{ requestsPerSecond: 50 }, {}]) {
			const { clock, instance, start } = newProcess({ limit: Infinity });
			const batch = start();
			const request = {
				...requestFor('', { ...policy }),
				policy: { maxRetries: 4, cacheSeconds: 0, ...policy },
			};
			for (const chatId of chatIds(10)) void batch.lookUp({ ...request, body: { chatId } });
			await clock.pass();
			expect(instance.requests.at(-1)?.sentAt).toBeGreaterThanOrEqual(9 * SECOND_MS);
			expect(batch.counts).toMatchObject({ pacedRequests: 10, pacedMs: 10 * SECOND_MS });
		}
	});

	it('is what the method’s own documentation says, if nothing is set', async () => {
		const { clock, instance, start } = newProcess({ limit: Infinity });
		const batch = start();
		for (const chatId of chatIds(10)) {
			const policy = { maxRetries: 4, cacheSeconds: 0 };
			void batch.lookUp({ ...requestFor(chatId), method: 'checkWhatsapp', policy });
		}
		await clock.pass();
		expect(instance.requests.at(-1)?.sentAt).toBeLessThanOrEqual(0.9 * MOST_SLOT_MS);
	});

	it('follows what the answers say, refusals included', async () => {
		const { clock, instance, start } = newProcess({
			fault: faultsFor({ 0: WRONG_CHAT_ID }),
			limit: Infinity,
		});
		const batch = start({}, telling(instance, 20));
		for (const chatId of chatIds(20)) {
			const policy = { maxRetries: 4, cacheSeconds: 0 };
			void batch.lookUp({ ...requestFor(chatId), policy });
		}
		await clock.pass();
		expect(instance.requests.at(-1)?.sentAt).toBeLessThanOrEqual(19 * 0.05 * MOST_SLOT_MS);
	});

	it('is found out when it is more than GREEN-API allows: nothing is lost', async () => {
		const { clock, start, ask } = newProcess({ latencyMs: () => 50 });
		const asked = ask(start(), chatIds(100), { requestsPerSecond: 5 });
		await clock.pass();
		expect(outcomesOf(asked)).toEqual(chatIds(100).map(found));
	});

	it('can be none: all that may be in flight at once are, once the first is answered', async () => {
		const { clock, instance, start, ask } = newProcess({ limit: Infinity, latencyMs: () => 100 });
		const batch = start();
		const asked = ask(batch, chatIds(1_000), { requestsPerSecond: 0 });
		await clock.pass(99);
		expect(instance.chatIds).toEqual(['0']);
		await clock.pass();
		expect(instance.chatIds).toEqual(chatIds(1_000));
		expect(outcomesOf(asked)).toEqual(chatIds(1_000).map(found));
		expect(clock.now()).toBeLessThanOrEqual(25 * 100);
		expect(batch.counts).toMatchObject({ pacedMs: 0 });
	});

	it('can be none: what holds for the instance is known before much was asked', async () => {
		const { clock, instance, start, ask } = newProcess({ fault: () => WRONG_TOKEN });
		const asked = ask(start(), chatIds(1_000), { requestsPerSecond: 0 });
		await clock.pass();
		expect(instance.requests).toHaveLength(1);
		expect(asked.at(-1)?.outcome).toEqual(inherited(WRONG_TOKEN));
	});

	it('can be none: then a refusal is like any other that passes', async () => {
		const { clock, instance, start, ask } = newProcess({ fault: () => RATE_LIMITED });
		const batch = start();
		const asked = ask(batch, ['a'], { requestsPerSecond: 0 });
		await clock.pass();
		expect(outcomesOf(asked)).toEqual([own(afterTries(RATE_LIMITED, 5))]);
		expect(instance.requests).toHaveLength(5);
		expect(batch.counts).toMatchObject({ refusals: 4, retries: 0 });
		expect(clock.now()).toBeLessThanOrEqual(15 * SECOND_MS);
		expect(clock.now()).toBeGreaterThan(SECOND_MS / 2);
	});

	it('can be none beside batches that have one, which keep their pace', async () => {
		const { clock, instance, start, ask } = newProcess({ limit: Infinity, latencyMs: () => 10 });
		ask(start(), chatIds(5, 'paced '));
		ask(start(), chatIds(500), { requestsPerSecond: 0 });
		await clock.pass();
		const paced = instance.requests.filter(({ chatId }) => chatId.startsWith('paced'));
		for (const [index, { sentAt }] of paced.entries()) {
			expect(sentAt).toBeLessThanOrEqual(index * MOST_SLOT_MS);
		}
	});
});

describe('many lookups', () => {
	async function outcomesOfAll(outcomes: AsyncIterable<LookUpOutcome>): Promise<LookUpOutcome[]> {
		const all = [];
		for await (const outcome of outcomes) all.push(outcome);
		return all;
	}

	it('bring their outcomes in the order of the requests, whatever the order of the answers', async () => {
		const { clock, instance, start } = newProcess({
			latencyMs: ({ body }) => 10 * SECOND_MS * (1 + (Number(body?.chatId) % 3)),
			fault: faultsFor({ 3: WRONG_CHAT_ID, 4: [DOWN] }),
		});
		const ids = chatIds(700);
		const all = outcomesOfAll(start().lookUpAll(ids.map((chatId) => requestFor(chatId))));
		await clock.pass();
		expect(await all).toEqual(
			ids.map((chatId) => (chatId === '3' ? own(WRONG_CHAT_ID) : found(chatId))),
		);
		expect(instance.requests).toHaveLength(701);
		expect(instance.accepted.at(-1)?.sentAt).toBeLessThanOrEqual(702 * MOST_SLOT_MS);
	});

	it('ask the same once, however far apart it comes', async () => {
		const { clock, instance, start } = newProcess();
		const ids = [...chatIds(600), '0', '599', ...chatIds(600)];
		const batch = start();
		const all = outcomesOfAll(batch.lookUpAll(ids.map((chatId) => requestFor(chatId))));
		await clock.pass();
		expect(await all).toEqual(ids.map(found));
		expect(instance.chatIds).toEqual(chatIds(600));
		expect(batch.counts).toMatchObject({ shared: 602 });
	});

	it('run on ahead of who takes their outcomes, a few hundred at a time', async () => {
		const { clock, instance, start } = newProcess({ limit: Infinity, latencyMs: () => 100 });
		const ids = chatIds(2_000);
		const outcomes = start().lookUpAll(ids.map((chatId) => requestFor(chatId)));
		void outcomes.next();
		await clock.pass();
		expect(instance.requests).toHaveLength(2_000);
	});

	it('wait for who takes their outcomes when much text waits already', async () => {
		const { clock, start } = newProcess();
		const text = JSON.stringify('x'.repeat(1_000_000));
		let sent = 0;
		const batch = start({}, async () => {
			sent += 1;
			return await Promise.resolve({ ok: true, value: new Answer(text) });
		});
		const requests = chatIds(2_000).map((chatId) => requestFor(chatId));
		const outcomes = batch.lookUpAll(requests);
		void outcomes.next();
		await clock.pass();
		const held = sent;
		expect(held).toBeGreaterThanOrEqual(20);
		expect(held).toBeLessThanOrEqual(300);
		for (let taken = 0; taken < held; taken++) void outcomes.next();
		await clock.pass();
		expect(sent).toBeGreaterThan(held);
	});

	it('are sent no more when nobody takes the rest of their outcomes', async () => {
		const { clock, instance, start } = newProcess();
		const outcomes = start().lookUpAll(chatIds(100).map((chatId) => requestFor(chatId)));
		const first = outcomes.next();
		await clock.pass(1);
		await first;
		await outcomes.return();
		await clock.pass();
		expect(instance.chatIds).toEqual(['0']);
	});

	it('are none where there are no requests', async () => {
		const { start } = newProcess();
		expect(await outcomesOfAll(start().lookUpAll([]))).toEqual([]);
	});

	it('end together at what holds for the instance', async () => {
		const { clock, instance, start } = newProcess({ fault: faultsFor({ 1: WRONG_TOKEN }) });
		const ids = [...chatIds(1_000), '0', '1', '5'];
		const all = outcomesOfAll(start().lookUpAll(ids.map((chatId) => requestFor(chatId))));
		await clock.pass();
		const expected = ids.map((chatId) => {
			if (chatId === '0') return found('0');
			return chatId === '1' ? own(WRONG_TOKEN) : inherited(WRONG_TOKEN);
		});
		expect(await all).toEqual(expected);
		expect(instance.chatIds).toEqual(['0', '1']);
	});
});

describe('a failure of one method', () => {
	const USED_UP = failureOfStatus(
		466,
		'{"invokeStatus":{"method":"getgroupdata","status":"QUOTE_EXCEEDED"}}',
	);
	const group = { method: 'getGroupData' } as const;

	it('ends what asks that method, at once, and nothing else', async () => {
		const { clock, instance, start, ask } = newProcess({
			fault: ({ method }) => (method === 'getGroupData' ? USED_UP : undefined),
		});
		const batch = start();
		const groups = ask(batch, ['g1', 'g2', 'g3'], {}, group);
		const people = ask(batch, ['a', 'b', 'c']);
		await clock.pass();
		expect(USED_UP.kind).toBe('method');
		expect(outcomesOf(groups)).toEqual([own(USED_UP), inherited(USED_UP), inherited(USED_UP)]);
		expect(groups[2]?.settledAt).toBe(groups[0]?.settledAt);
		expect(outcomesOf(people)).toEqual(['a', 'b', 'c'].map(found));
		const later = [...ask(batch, ['g4'], {}, group), ...ask(batch, ['d'])];
		await clock.pass();
		expect(outcomesOf(later)).toEqual([inherited(USED_UP), found('d')]);
		expect(instance.requests.filter(({ method }) => method === 'getGroupData')).toHaveLength(1);
	});

	it('ends the batch when the workflow is to stop', async () => {
		const { clock, instance, start, ask } = newProcess({ fault: faultsFor({ g1: USED_UP }) });
		const batch = start({ stopOnFailure: true });
		const asked = [...ask(batch, ['g1'], {}, group), ...ask(batch, ['a', 'b'])];
		await clock.pass();
		expect(outcomesOf(asked)).toEqual([own(USED_UP), found('a'), inherited(USED_UP)]);
		expect(instance.requests).toHaveLength(2);
	});

	it('gives way to what holds for the instance', async () => {
		const { clock, start, ask } = newProcess({ fault: faultsFor({ g1: USED_UP, b: WRONG_TOKEN }) });
		const batch = start();
		const asked = [...ask(batch, ['g1', 'g2'], {}, group), ...ask(batch, ['a', 'b', 'c'])];
		await clock.pass();
		expect(outcomesOf(asked)).toEqual([
			own(USED_UP),
			inherited(USED_UP),
			found('a'),
			own(WRONG_TOKEN),
			inherited(WRONG_TOKEN),
		]);
	});
});

describe('requests that change something', () => {
	const writing = (method: 'setSettings' | 'editContact') => ({ method });

	it('are each sent, also those that are alike', async () => {
		const { clock, instance, start } = newProcess();
		const batch = start();
		const requests = ['a', 'a', 'b'].map((chatId) =>
			requestFor(chatId, { cacheSeconds: 60 }, writing('editContact')),
		);
		const taken: LookUpOutcome[] = [];
		void (async () => {
			for await (const outcome of batch.lookUpAll(requests)) taken.push(outcome);
		})();
		await clock.pass();
		expect(taken).toHaveLength(3);
		// The second of one chat waits for the outcome of the first, and holds up nobody else.
		expect(instance.chatIds).toEqual(['a', 'b', 'a']);
		expect(batch.counts).toMatchObject({ shared: 0, cached: 0 });
	});

	it('are tried again only where that does no harm', async () => {
		const { clock, instance, start, ask } = newProcess({
			fault: faultsFor({ a: times(2, DOWN), b: times(2, DOWN), c: [RATE_LIMITED] }),
		});
		const batch = start();
		const asked = [
			...ask(batch, ['a', 'c'], {}, writing('setSettings')),
			...ask(batch, ['b'], {}, writing('editContact')),
		];
		await clock.pass();
		expect(outcomesOf(asked)).toEqual([own(DOWN), found('c'), found('b')]);
		expect(instance.chatIds.filter((chatId) => chatId === 'a')).toHaveLength(1);
		expect(instance.chatIds.filter((chatId) => chatId === 'b')).toHaveLength(3);
	});
});
