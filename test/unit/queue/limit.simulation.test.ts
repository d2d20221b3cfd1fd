/** What the pace has to reach: whole batches in virtual time, over several seeds each. */

import { seededRandom } from '../../green-api-double/seededRandom';
import { type Asked, chatIds, processOn } from '../../virtual-time/batches';
import {
	SimulatedInstance,
	type SimulatedOptions,
	type SimulatedRequest,
} from '../../virtual-time/simulatedInstance';
import { BusyClock } from '../../virtual-time/busyClock';
import { VirtualClock } from '../../virtual-time/virtualClock';

const SECOND_MS = 1_000;
/** A batch that takes as long as nobody waits for. */
const ENDLESS = 1_000;
const SEEDS = chatIds(12, 'seed ');
/** Where each takes as long as several batches. */
const FEW_SEEDS = SEEDS.slice(0, 5);

type Line = (random: () => number) => SimulatedOptions;

function steadyLine(latencyMs: number): Line {
	return () => ({ latencyMs: () => latencyMs, refusalLatencyMs: () => latencyMs });
}

/** From 50 to 100 ms each way. */
const jitteryLine: Line = (random) => ({ wayMs: () => 50 + 50 * random() });

/** As between servers: 50 ms, hardly any jitter. */
const goodLine: Line = (random) => ({
	wayMs: () => 5 * random(),
	latencyMs: () => 50,
	refusalLatencyMs: () => 50,
});

/** A process that is busy for a good third of its time, as n8n is when 100 webhooks come at once. */
const busyClock = (random: () => number) =>
	new BusyClock(() => ({ freeMs: 100 * random(), busyMs: 70 * random() }));

type ClockFor = (random: () => number) => VirtualClock;

function simulate(seed: string, line: Line, clockFor: ClockFor = () => new VirtualClock()) {
	const random = seededRandom(seed);
	const clock = clockFor(random);
	const instance = new SimulatedInstance(clock, line(random));
	return {
		clock,
		instance,

		/** A process begins to look up so many contacts. */
		join(name: string, count: number, requestsPerSecond = 1) {
			const { start, ask } = processOn(instance, clock, random);
			const controller = new AbortController();
			const lookUp = (prefix: string, more: number) =>
				ask(start({ cancelSignal: controller.signal }), chatIds(more, `${prefix} `), {
					requestsPerSecond,
				});
			return { asked: lookUp(name, count), lookUp, leave: () => controller.abort() };
		},

		/** How many requests of a process get through in a second, from one time to another, in s. */
		rateOf(name: string, from: number, to: number): number {
			const through = instance.accepted.filter(({ chatId, sentAt }) => {
				return (
					chatId.startsWith(`${name} `) && sentAt >= from * SECOND_MS && sentAt < to * SECOND_MS
				);
			});
			return through.length / (to - from);
		},
	};
}

function refusedPart(requests: readonly SimulatedRequest[]): number {
	return requests.filter(({ isRefused }) => isRefused).length / requests.length;
}

function mean(values: readonly number[]): number {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
	return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

function countNotFound(asked: readonly Asked[]): number {
	return asked.filter(({ outcome }) => !outcome?.ok).length;
}

/** One process that looks up so many contacts, at a limit of one a second. */
async function batchOf(
	count: number,
	seed: string,
	line: Line,
	requestsPerSecond = 1,
	clockFor?: ClockFor,
) {
	const { clock, instance, join } = simulate(seed, line, clockFor);
	const { asked } = join('batch', count, requestsPerSecond);
	await clock.pass();
	expect(countNotFound(asked)).toBe(0);

	const endedAt = Math.max(...asked.map(({ settledAt = NaN }) => settledAt));
	const latencyMs = endedAt - (instance.accepted.at(-1)?.sentAt ?? NaN);
	return {
		ratio: endedAt / ((count - 1) * SECOND_MS + latencyMs),
		refusals: refusedPart(instance.requests),
		steadyRefusals: refusedPart(instance.requests.slice(instance.requests.length / 4)),
	};
}

describe('a batch that has the instance to itself', () => {
	it.each([50, 500, 2_000, 5_000])(
		'takes at most 5 %% longer than the limit makes it, at a latency of %d ms',
		async (latencyMs) => {
			for (const seed of FEW_SEEDS) {
				const { ratio, steadyRefusals } = await batchOf(100, seed, steadyLine(latencyMs));
				expect(ratio).toBeLessThanOrEqual(1.05);
				expect(steadyRefusals).toBe(0);
			}
		},
	);

	it('does so over a jittery line, too, with 2 % refused at most', async () => {
		const batches = [];
		for (const seed of SEEDS) batches.push(await batchOf(300, seed, jitteryLine));
		expect(median(batches.map(({ ratio }) => ratio))).toBeLessThanOrEqual(1.05);
		expect(mean(batches.map(({ steadyRefusals }) => steadyRefusals))).toBeLessThanOrEqual(0.02);
	});

	it('does so, or nearly, in a busy process that gets its requests onto the line late', async () => {
		const line = () => ({ wayMs: () => 15 });
		const batches = [];
		for (const seed of SEEDS) batches.push(await batchOf(100, seed, line, 1, busyClock));
		expect(median(batches.map(({ ratio }) => ratio))).toBeLessThanOrEqual(1.06);
		expect(mean(batches.map(({ refusals }) => refusals))).toBeLessThanOrEqual(0.005);
	});

	it.each([
		['a good line', goodLine, 1.05],
		['a jittery line', jitteryLine, 1.06],
	])(
		'does so, or nearly, with 10 %% refused at most, at a rate 5 times too high over %s',
		async (_how, line, mostRatio) => {
			const batches = [];
			for (const seed of SEEDS) batches.push(await batchOf(300, seed, line, 5));
			expect(median(batches.map(({ ratio }) => ratio))).toBeLessThanOrEqual(mostRatio);
			expect(mean(batches.map(({ steadyRefusals }) => steadyRefusals))).toBeLessThanOrEqual(0.1);
		},
	);
});

describe('a batch at a rate 5 times too high over a slow line', () => {
	it('takes at most 20 % longer, though it learns of refusals late', async () => {
		for (const seed of FEW_SEEDS) {
			const { ratio } = await batchOf(100, seed, steadyLine(2_000), 5);
			expect(ratio).toBeLessThanOrEqual(1.2);
		}
	});
});

describe('several processes on one instance', () => {
	it('use the limit up to 85 % at least, and nobody gets more than twice as much', async () => {
		for (const seed of FEW_SEEDS) {
			const { clock, join, rateOf } = simulate(seed, goodLine);
			const names = ['one', 'two', 'three'];
			for (const name of names) join(name, ENDLESS);
			await clock.pass(200 * SECOND_MS);
			const rates = names.map((name) => rateOf(name, 0, 200));
			expect(3 * mean(rates)).toBeGreaterThanOrEqual(0.85);
			expect(Math.max(...rates) / Math.min(...rates)).toBeLessThanOrEqual(2);
		}
	});

	it('give nobody up, however many they are', async () => {
		for (const seed of FEW_SEEDS) {
			const { clock, instance, join } = simulate(seed, goodLine);
			const processes = chatIds(8, 'process ').map((name) => join(name, ENDLESS));
			await clock.pass(300 * SECOND_MS);
			expect(instance.accepted.length / 300).toBeGreaterThanOrEqual(0.85);
			for (const { asked } of processes) {
				const settled = asked.filter(({ outcome }) => outcome);
				expect(settled.length).toBeGreaterThan(0);
				expect(countNotFound(settled)).toBe(0);
			}
		}
	});

	it('let one that comes later have its share', async () => {
		for (const seed of FEW_SEEDS) {
			const { clock, join, rateOf } = simulate(seed, goodLine);
			join('first', ENDLESS);
			await clock.pass(100 * SECOND_MS);
			join('late', ENDLESS);
			await clock.pass(200 * SECOND_MS);
			expect(rateOf('late', 100, 300)).toBeGreaterThanOrEqual(0.25);
			expect(rateOf('first', 100, 300)).toBeGreaterThanOrEqual(0.25);
		}
	});

	it('are not taken for a lower limit by one that looks something up now and then', async () => {
		for (const seed of FEW_SEEDS) {
			const { clock, join } = simulate(seed, goodLine);
			const { lookUp } = join('now and then', 1);
			for (const time of chatIds(30)) {
				await clock.pass(600 * SECOND_MS);
				const busy = join(`busy ${time}`, 60);
				await clock.pass(5 * SECOND_MS);
				lookUp(time, 1);
				await clock.pass(20 * SECOND_MS);
				busy.leave();
			}
			const askedAt = clock.now();
			const asked = lookUp('at last', 50);
			await clock.pass();
			const tookMs = Math.max(...asked.map(({ settledAt = NaN }) => settledAt)) - askedAt;
			expect(tookMs).toBeLessThanOrEqual(1.2 * 50 * SECOND_MS);
		}
	});

	it('leave the whole limit to the one that stays, within 40 slots', async () => {
		const rates = [];
		for (const seed of FEW_SEEDS) {
			const { clock, join, rateOf } = simulate(seed, goodLine);
			join('stays', ENDLESS);
			const others = ['other', 'another'].map((name) => join(name, ENDLESS));
			await clock.pass(100 * SECOND_MS);
			for (const { leave } of others) leave();
			await clock.pass(140 * SECOND_MS);
			rates.push(rateOf('stays', 140, 240));
		}
		expect(Math.min(...rates)).toBeGreaterThanOrEqual(0.95);
	});
});

describe('a limit for which refused requests count, too', () => {
	it.each([
		['one process', 1, 1, goodLine],
		['one process over a jittery line', 1, 1, jitteryLine],
		['one process at a rate 5 times too high', 1, 5, goodLine],
		['two processes', 2, 1, goodLine],
		['three processes', 3, 1, goodLine],
	])('locks nobody out, every contact is found: %s', async (_what, processes, rate, line) => {
		for (const seed of FEW_SEEDS) {
			const strict = (random: () => number) => ({ ...line(random), isStrict: true });
			const { clock, join } = simulate(seed, strict);
			const all = chatIds(processes, 'process ').map((name) => join(name, 20, rate));
			await clock.pass();
			for (const { asked } of all) expect(countNotFound(asked)).toBe(0);
		}
	});
});
