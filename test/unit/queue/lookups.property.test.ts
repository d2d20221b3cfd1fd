/** Whatever is asked, whatever fails and whoever stops: what holds for all batches of a process. */

import fc from 'fast-check';
import { Answer, type Outcome } from '@package/nodes/shared/green-api/answer';
import {
	type Failure,
	failureOfNetwork,
	failureOfStatus,
} from '@package/nodes/shared/green-api/failures';
import type { Account } from '@package/nodes/shared/n8n/transport';
import type { GreenApiMethod, GreenApiRequest } from '@package/nodes/shared/green-api/methods';
import { ProcessState } from '@package/nodes/shared/queue/process';
import {
	type Batch,
	type LookUpOutcome,
	type LookUpPolicy,
	startBatch,
} from '@package/nodes/shared/queue/batch';
import { Timetable } from '@package/nodes/shared/time';
import type { LimiterModel } from '../../green-api-double/rateLimiter';
import { seededRandom } from '../../green-api-double/seededRandom';
import { requestFor } from '../../virtual-time/batches';
import { EarlyClock } from '../../virtual-time/earlyClock';
import { SimulatedInstance } from '../../virtual-time/simulatedInstance';
import { VirtualClock } from '../../virtual-time/virtualClock';

type AccountKey = Pick<Account, 'key'>;

/** Each with an instance of its own. */
const ACCOUNTS = [{ key: 'one' }, { key: 'two' }] as const satisfies AccountKey[];
const CHAT_IDS = ['0', '1', '2', '3', '4'];

/** The most that may be in flight at once, of one instance and method. */
const MOST_IN_FLIGHT = 64;
const LONGEST_PAUSE_MS = 30_000;
/** Sums of times are not exact. */
const ROUNDING_MS = 1e-6;
const STOPPED = 'ERR_CANCELED';

const RATE_LIMITED = failureOfStatus(429, '');
const DOWN = failureOfStatus(503, '');

/** What comes in place of an answer: more often what passes by itself than what ends a batch. */
const fault = fc.oneof(
	{ weight: 8, arbitrary: fc.constant(undefined) },
	{ weight: 3, arbitrary: fc.constantFrom(DOWN, failureOfNetwork('ECONNRESET')) },
	{ weight: 3, arbitrary: fc.constant(RATE_LIMITED) },
	{
		weight: 2,
		arbitrary: fc.constantFrom(
			{ ...DOWN, retryAfterMs: 7_000 },
			{ ...RATE_LIMITED, retryAfterMs: 90_000 },
		),
	},
	{ weight: 1, arbitrary: fc.constant(failureOfStatus(400, '')) },
	{ weight: 1, arbitrary: fc.constant(failureOfStatus(401, '')) },
);

interface PlannedBatch {
	account: AccountKey;
	method: GreenApiMethod;
	policy: Required<LookUpPolicy>;
	stopOnFailure: boolean;
	/** Asks for all at once, and takes the outcomes in order. */
	asksForAll: boolean;
	startsAt: number;
	/** Whom to ask for, and how long after the one before, in ms. */
	lookUps: Array<{ chatId: string; laterMs: number }>;
	stopsAt: number | null;
}

interface Schedule {
	batches: PlannedBatch[];
	/** For one request after the other, whoever sends it; none after these. */
	faults: Array<Failure | undefined>;
	/** In turns, in ms. */
	latencies: number[];
	limit: number;
	limiter: LimiterModel;
	/** Whether answers say what the limit is. */
	headers: boolean;
	hasEarlyTimers: boolean;
	seed: string;
}

const timeMs = (max: number) => fc.oneof(fc.constant(0), fc.nat({ max }));

const plannedBatch: fc.Arbitrary<PlannedBatch> = fc.record({
	account: fc.constantFrom(...ACCOUNTS),
	method: fc.constantFrom('getContactInfo', 'getContactInfo', 'getGroupData'),
	policy: fc.record({
		requestsPerSecond: fc.constantFrom(1, 0, 0.25, 3, 1_000),
		maxRetries: fc.constantFrom(4, 1, 0),
		cacheSeconds: fc.constantFrom(0, 0, 3, 60),
	}),
	stopOnFailure: fc.constantFrom(false, false, true),
	asksForAll: fc.boolean(),
	startsAt: timeMs(10_000),
	lookUps: fc.array(
		fc.record({
			chatId: fc.constantFrom(...CHAT_IDS),
			laterMs: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat({ max: 3_000 })),
		}),
		{ maxLength: 8, size: 'max' },
	),
	stopsAt: fc.option(timeMs(20_000), { freq: 3 }),
});

const schedule: fc.Arbitrary<Schedule> = fc.record({
	batches: fc.array(plannedBatch, { minLength: 1, maxLength: 5, size: 'max' }),
	faults: fc.array(fault, { maxLength: 30, size: 'max' }),
	latencies: fc.array(timeMs(6_000), { minLength: 1, maxLength: 10 }),
	limit: fc.constantFrom(Infinity, 1, 2),
	limiter: fc.constantFrom('spacing', 'second'),
	headers: fc.boolean(),
	hasEarlyTimers: fc.boolean(),
	seed: fc.string(),
});

interface Sent {
	chatId: string;
	at: number;
	/** Set as soon as it is answered. */
	outcome?: Outcome<Answer>;
	answeredAt?: number;
	/** Whether the batch had been stopped by then. */
	isLate?: boolean;
}

interface Asked {
	chatId: string;
	at: number;
	outcomes: LookUpOutcome[];
	settledAt: number;
}

/** A batch that runs, and all that became of it. */
interface Run {
	plan: PlannedBatch;
	batch: Batch;
	asked: Asked[];
	sent: Sent[];
	stoppedAt: number;
	/** How much it had sent when it was stopped, or when it knew that going on makes no sense. */
	sentAtEnd?: number;
}

interface World {
	clock: VirtualClock;
	state: ProcessState;
	instances: Record<string, SimulatedInstance>;
	runs: Run[];
}

/** The answer says whom it is for: nobody else may get it. */
function answerTo(account: AccountKey, { method, body }: GreenApiRequest): string {
	return JSON.stringify([account.key, method, body?.chatId]);
}

function endsBatch({ stopOnFailure }: PlannedBatch, { kind }: Failure): boolean {
	return stopOnFailure || kind === 'instance';
}

function startRun({ clock, state, instances }: World, plan: PlannedBatch): Run {
	const { account, stopOnFailure, stopsAt, policy, method } = plan;
	const controller = new AbortController();
	const sent: Sent[] = [];
	const send = async (request: GreenApiRequest): Promise<Outcome<Answer>> => {
		const one: Sent = { chatId: String(request.body?.chatId ?? ''), at: clock.now() };
		sent.push(one);
		const simulated = await instances[account.key]?.send(request);
		if (!simulated) throw new Error(`No instance ${account.key}`);
		one.outcome = simulated.ok
			? { ok: true, value: new Answer(answerTo(account, request)) }
			: simulated;
		one.answeredAt = clock.now();
		one.isLate = controller.signal.aborted;
		const failure = one.outcome.ok ? undefined : one.outcome.failure;
		// What may pass by itself ends a batch after the last try only.
		if (failure && failure.kind !== 'transient' && endsBatch(plan, failure)) {
			run.sentAtEnd ??= sent.length;
		}
		return one.outcome;
	};
	const cancelSignal = stopsAt === null ? undefined : controller.signal;
	const batch = startBatch(send, { account, stopOnFailure, cancelSignal }, state);
	const run: Run = { plan, batch, asked: [], sent, stoppedAt: stopsAt ?? Infinity };

	const ask = (chatId: string) => {
		const one: Asked = { chatId, at: clock.now(), outcomes: [], settledAt: Infinity };
		run.asked.push(one);
		return one;
	};
	const settle = (one: Asked, outcome: LookUpOutcome) => {
		one.outcomes.push(outcome);
		one.settledAt = clock.now();
	};
	if (plan.asksForAll) {
		clock.at(plan.startsAt, async () => {
			const asked = plan.lookUps.map(({ chatId }) => ask(chatId));
			const requests = asked.map(({ chatId }) => requestFor(chatId, policy, { method }));
			let index = 0;
			for await (const outcome of batch.lookUpAll(requests)) {
				const one = asked[index++];
				if (one) settle(one, outcome);
			}
		});
	} else {
		let at = plan.startsAt;
		for (const { chatId, laterMs } of plan.lookUps) {
			at += laterMs;
			clock.at(at, async () => {
				const one = ask(chatId);
				settle(one, await batch.lookUp(requestFor(chatId, policy, { method })));
			});
		}
	}
	if (stopsAt !== null) {
		clock.at(stopsAt, () => {
			controller.abort();
			run.sentAtEnd ??= sent.length;
		});
	}
	return run;
}

/** Runs a schedule until nothing happens any more. */
async function play(planned: Schedule): Promise<World> {
	const random = seededRandom(planned.seed);
	const clock = planned.hasEarlyTimers ? new EarlyClock(random) : new VirtualClock();
	const faults = [...planned.faults];
	let count = 0;
	const latencyMs = () => planned.latencies[count++ % planned.latencies.length] ?? 0;
	const newInstance = () =>
		new SimulatedInstance(clock, {
			limit: planned.limit,
			limiter: planned.limiter,
			headers: planned.headers && planned.limit < Infinity,
			wayMs: () => 20 * random(),
			latencyMs,
			refusalLatencyMs: latencyMs,
			fault: () => faults.shift(),
		});
	const state = new ProcessState(clock, random, new Timetable(clock));
	const world: World = {
		clock,
		state,
		instances: { one: newInstance(), two: newInstance() },
		runs: [],
	};
	for (const plan of planned.batches) world.runs.push(startRun(world, plan));
	await clock.pass();
	return world;
}

function failureOf(outcome: LookUpOutcome | Outcome<Answer> | undefined): Failure | undefined {
	return outcome && !outcome.ok ? outcome.failure : undefined;
}

function isRefused({ outcome }: Sent): boolean {
	const failure = failureOf(outcome);
	return failure !== undefined && failure.id === 'rateLimited';
}

function isPaced({ plan: { policy } }: Run): boolean {
	return policy.requestsPerSecond > 0;
}

/** The runs whose requests one limit counts. */
function runsByLimit(runs: readonly Run[]): Run[][] {
	const keyOf = ({ plan }: Run) => JSON.stringify([plan.account.key, plan.method]);
	const keys = [...new Set(runs.map(keyOf))];
	return keys.map((key) => runs.filter((run) => keyOf(run) === key));
}

function checkOutcomes(runs: readonly Run[]): void {
	for (const { plan, asked, stoppedAt } of runs) {
		expect(asked).toHaveLength(plan.lookUps.length);
		for (const { chatId, at, outcomes, settledAt } of asked) {
			expect(outcomes).toHaveLength(1);
			expect(settledAt).toBeLessThanOrEqual(Math.max(stoppedAt, at));
			const [outcome] = outcomes;
			const request = requestFor(chatId, {}, { method: plan.method });
			if (outcome?.ok) expect(outcome.value.text).toBe(answerTo(plan.account, request));
			if (!outcome || outcome.ok || outcome.inherited) continue;
			// Somebody with this account asked for this contact, and that is what came.
			const sent = runs
				.filter((run) => run.plan.account.key === plan.account.key)
				.filter((run) => run.plan.method === plan.method)
				.flatMap((run) => run.sent.filter((one) => one.chatId === chatId));
			const codes = sent.map((one) => failureOf(one.outcome)?.code);
			expect(codes).toContain(outcome.failure.code);
		}
	}
}

/** A failure is inherited from what ended the batch, as soon as it did. */
function checkInheritance(runs: readonly Run[]): void {
	for (const { plan, asked, sent, stoppedAt } of runs) {
		const ending = asked.filter(({ outcomes: [outcome] }) => {
			return outcome && !outcome.ok && !outcome.inherited && endsBatch(plan, outcome.failure);
		});
		const endedAt = Math.min(stoppedAt, ...ending.map(({ settledAt }) => settledAt));
		const codes = ending.map(({ outcomes: [outcome] }) => failureOf(outcome)?.code);
		for (const { chatId, at, outcomes, settledAt } of asked) {
			const [outcome] = outcomes;
			if (!outcome || outcome.ok || !outcome.inherited) continue;
			const isStopped = outcome.failure.code === STOPPED;
			if (isStopped) expect(stoppedAt).toBeLessThanOrEqual(settledAt);
			else expect(codes).toContain(outcome.failure.code);
			// Outcomes that are taken in order may have to wait for those of earlier lookups.
			if (plan.asksForAll) continue;
			// What was in flight may have failed in a way that is usually tried again.
			const answers = sent.filter((one) => one.chatId === chatId && one.at <= endedAt);
			const answeredAt = answers.map((one) => one.answeredAt ?? Infinity);
			expect(settledAt).toBeLessThanOrEqual(Math.max(endedAt, at, ...answeredAt));
		}
	}
}

function checkEnds(runs: readonly Run[]): void {
	for (const { sent, sentAtEnd = sent.length } of runs) expect(sent).toHaveLength(sentAtEnd);
}

function checkTries(runs: readonly Run[]): void {
	for (const { plan, asked, sent, batch } of runs) {
		expect(batch.counts.refusals).toBeLessThanOrEqual(sent.filter(isRefused).length);
		for (const chatId of CHAT_IDS) {
			const lookUps = asked.filter((one) => one.chatId === chatId);
			const tries = sent.filter((one) => one.chatId === chatId && !isRefused(one));
			expect(tries.length).toBeLessThanOrEqual(lookUps.length * (plan.policy.maxRetries + 1));
		}
	}
}

/** Whom no other batch asks for goes out in the order asked; the others may have waited for that. */
function checkOrder(runs: readonly Run[]): void {
	for (const run of runs) {
		const others = runs.filter(
			(other) =>
				other !== run &&
				other.plan.account.key === run.plan.account.key &&
				other.plan.method === run.plan.method,
		);
		const elsewhere = new Set(
			others.flatMap(({ plan }) => plan.lookUps.map(({ chatId }) => chatId)),
		);
		const firsts = (chatIds: string[]) =>
			[...new Set(chatIds)].filter((chatId) => !elsewhere.has(chatId));
		const sent = firsts(run.sent.map(({ chatId }) => chatId));
		const asked = firsts(run.asked.map(({ chatId }) => chatId));
		expect(sent).toEqual(asked.filter((chatId) => sent.includes(chatId)));
		// Only what ended the batch keeps it from asking.
		const hasEnded = run.asked.some(({ outcomes: [outcome] }) => {
			return outcome && !outcome.ok && outcome.inherited;
		});
		if (!hasEnded) expect(sent).toEqual(asked);
	}
}

/** No request comes sooner after one that got through than the highest of the rates allows … */
function checkSpacing(runs: readonly Run[]): void {
	for (const sharing of runsByLimit(runs)) {
		const paced = sharing.filter(isPaced);
		const spacings = paced.map(({ plan }) => 1000 / plan.policy.requestsPerSecond);
		expectSpacing(
			paced.flatMap(({ sent }) => sent),
			Math.min(...spacings),
		);
		// … and none of a batch sooner after another one of it than its own rate does.
		for (const [index, { sent }] of paced.entries()) expectSpacing(sent, spacings[index] ?? NaN);
	}
}

function expectSpacing(requests: readonly Sent[], spacingMs: number): void {
	let throughAt = -Infinity;
	for (const one of [...requests].sort((a, b) => a.at - b.at)) {
		expect(one.at - throughAt).toBeGreaterThanOrEqual(spacingMs - ROUNDING_MS);
		if (!isRefused(one)) throughAt = one.at;
	}
}

function checkPauses(runs: readonly Run[]): void {
	for (const sharing of runsByLimit(runs)) {
		for (const paced of [true, false]) {
			const sent = sharing.filter((run) => isPaced(run) === paced).flatMap((run) => run.sent);
			for (const { outcome, answeredAt = NaN, isLate } of sent) {
				const wishedMs = isLate ? 0 : (failureOf(outcome)?.retryAfterMs ?? 0);
				const pauseMs = Math.min(LONGEST_PAUSE_MS, wishedMs);
				for (const { at } of sent) {
					const isInside = at > answeredAt && at < answeredAt + pauseMs - ROUNDING_MS;
					expect(isInside).toBe(false);
				}
			}
		}
	}
}

/** Every slot and every place in flight is free again: as many go out as may, and no more. */
async function checkFreshBatches({ clock, state, runs }: World): Promise<void> {
	await clock.pass(LONGEST_PAUSE_MS);
	const hangsForMs = 1_000_000;
	const fresh = runsByLimit(runs).flatMap(([run]) =>
		[0, 1_000].flatMap((requestsPerSecond) =>
			run ? [{ ...run.plan, requestsPerSecond, sent: 0, found: 0 }] : [],
		),
	);
	for (const one of fresh) {
		const send = async (): Promise<Outcome<Answer>> => {
			one.sent += 1;
			await clock.sleep(hangsForMs);
			return { ok: true, value: new Answer('{}') };
		};
		const batch = startBatch(send, { account: one.account, stopOnFailure: false }, state);
		for (let index = 0; index < MOST_IN_FLIGHT; index++) {
			const { method, requestsPerSecond } = one;
			const chatId = `fresh ${index} at ${requestsPerSecond}`;
			const request = requestFor(chatId, { requestsPerSecond }, { method });
			void batch.lookUp(request).then(({ ok }) => {
				if (ok) one.found += 1;
			});
		}
	}
	await clock.pass(hangsForMs / 2);
	for (const { requestsPerSecond, sent } of fresh) {
		expect(sent).toBe(requestsPerSecond > 0 ? MOST_IN_FLIGHT - 1 : 1);
	}
	await clock.pass();
	for (const { found } of fresh) expect(found).toBe(MOST_IN_FLIGHT);
}

describe('batches of lookups, whatever happens', () => {
	it('lose nothing, mix nothing up, keep to order, pace and pauses, and end when they are to', async () => {
		await fc.assert(
			fc.asyncProperty(schedule, async (planned) => {
				const world = await play(planned);
				checkOutcomes(world.runs);
				checkInheritance(world.runs);
				checkEnds(world.runs);
				checkTries(world.runs);
				checkOrder(world.runs);
				checkSpacing(world.runs);
				checkPauses(world.runs);
				await checkFreshBatches(world);
			}),
			{ numRuns: 250 },
		);
	});
});
