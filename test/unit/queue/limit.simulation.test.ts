/** What limit and send queue have to reach: whole batches in virtual time, over several seeds each. */

import type { LookUpPolicy } from '@package/nodes/shared/queue/batch';
import type { LimiterModel } from '../../green-api-double/rateLimiter';
import { seededRandom } from '../../green-api-double/seededRandom';
import { type Asked, chatIds, processOn } from '../../virtual-time/batches';
import {
	RATE_LIMITED,
	SimulatedInstance,
	type SimulatedOptions,
	type SimulatedRequest,
} from '../../virtual-time/simulatedInstance';
import { TickingClock } from '../../virtual-time/tickingClock';
import { VirtualClock } from '../../virtual-time/virtualClock';

const SECOND_MS = 1_000;
/** A batch that takes as long as nobody waits for. */
const ENDLESS = 1_000;
const MANY_SEEDS = chatIds(40, 'seed ');
const SEEDS = MANY_SEEDS.slice(0, 16);
/** Where chance hardly matters. */
const FEW_SEEDS = SEEDS.slice(0, 4);

type Line = (random: () => number) => SimulatedOptions;

function steadyLine(latencyMs: number): Line {
	return () => ({ latencyMs: () => latencyMs, refusalLatencyMs: () => latencyMs });
}

/** Up to 50 ms each way. */
const jitteryLine: Line = (random) => ({ wayMs: () => 50 * random() });

/** A first request that connects; each way takes so many ms by chance, rarely many more. */
const busyLine =
	(firstMs: number, meanMs: number): Line =>
	(random) => {
		let isFirst = true;
		return {
			wayMs() {
				const connectMs = isFirst ? firstMs : 0;
				isFirst = false;
				return connectMs - meanMs * Math.log(1 - random());
			},
		};
	};

/** As between servers: 50 ms, hardly any jitter. */
const goodLine: Line = (random) => ({
	wayMs: () => 25 + 5 * random(),
	latencyMs: () => 50,
	refusalLatencyMs: () => 50,
});

interface World {
	seed: string;
	limiter: LimiterModel;
	line?: Line;
	options?: SimulatedOptions;
	clock?: VirtualClock;
	/** What a process sees of the clock. */
	own?: (clock: VirtualClock, random: () => number) => VirtualClock;
}

function simulate({ seed, limiter, line = goodLine, options, clock = new VirtualClock() }: World) {
	const random = seededRandom(seed);
	const instance = new SimulatedInstance(clock, { ...line(random), limiter, ...options });
	// The server's seconds begin at any time.
	clock.skip(SECOND_MS * random());
	const startedAt = clock.now();
	return {
		clock,
		instance,
		random,

		/** A process begins to look up so many contacts. */
		join(name: string, count: number, policy: Partial<LookUpPolicy> = {}, own = clock) {
			const { start, ask } = processOn(instance, own, random);
			const lookUp = (prefix: string, more: number, moreOf: Partial<LookUpPolicy> = {}) => {
				const controller = new AbortController();
				const batch = start({ cancelSignal: controller.signal });
				const asked = ask(batch, chatIds(more, `${prefix} `), moreOf);
				return { asked, leave: () => controller.abort() };
			};
			return { ...lookUp(name, count, policy), lookUp };
		},

		/** How many requests of a process get through in a second, from one time to another, in s. */
		rateOf(name: string, from: number, to: number): number {
			const through = instance.accepted.filter(({ chatId, sentAt }) => {
				const at = (sentAt - startedAt) / SECOND_MS;
				return chatId.startsWith(`${name} `) && at >= from && at < to;
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

function countNotFound(asked: readonly Asked[]): number {
	return asked.filter(({ outcome }) => !outcome?.ok).length;
}

/** One process that looks up so many contacts, and how much longer than needed that took. */
async function batchOf(count: number, world: World, policy: Partial<LookUpPolicy> = {}) {
	const { clock, instance, join } = simulate(world);
	const startedAt = clock.now();
	const { asked } = join('batch', count, policy);
	await clock.pass();
	expect(countNotFound(asked)).toBe(0);

	const endedAt = Math.max(...asked.map(({ settledAt = NaN }) => settledAt));
	const latencyMs = endedAt - (instance.accepted.at(-1)?.sentAt ?? NaN);
	const leastMs = ((count - 1) * SECOND_MS) / instance.limit + latencyMs;
	return {
		ratio: (endedAt - startedAt) / leastMs,
		refusals: instance.refused.length,
		refused: refusedPart(instance.requests),
	};
}

const LIMITERS = ['spacing', 'second'] as const;

describe.each(LIMITERS)('a batch that has the instance to itself (%s)', (limiter) => {
	it.each([50, 500, 2_000, 5_000])(
		'takes at most 4 %% longer than the limit makes it, with no 429, at a latency of %d ms',
		async (latencyMs) => {
			for (const seed of FEW_SEEDS) {
				const { ratio, refusals } = await batchOf(110, {
					seed,
					limiter,
					line: steadyLine(latencyMs),
				});
				expect(ratio).toBeLessThanOrEqual(1.04);
				expect(refusals).toBe(0);
			}
		},
	);

	it('takes at most 5 % longer with 50 ms of jitter each way, with 3 % refused at most', async () => {
		const batches = [];
		for (const seed of SEEDS)
			batches.push(await batchOf(300, { seed, limiter, line: jitteryLine }));
		expect(mean(batches.map(({ ratio }) => ratio))).toBeLessThanOrEqual(1.05);
		expect(mean(batches.map(({ refused }) => refused))).toBeLessThanOrEqual(0.03);
	});

	it.each([
		[1, 300, 1],
		[1, 300, 20],
		[10, 50, 1],
		[10, 50, 2],
	])(
		'takes at most 8 %% longer at %d a second where connecting takes %d ms and each way %d ms',
		async (limit, firstMs, meanMs) => {
			for (const seed of FEW_SEEDS) {
				const line = busyLine(firstMs, meanMs);
				const world = { seed, limiter, line, options: { limit, headers: true } };
				expect((await batchOf(400, world)).ratio).toBeLessThanOrEqual(1.08);
			}
		},
	);

	it('takes at most 5 % longer where timers tick every 15.6 ms', async () => {
		const clock = new TickingClock(15.6);
		const { ratio, refusals } = await batchOf(110, {
			seed: 'ticks',
			limiter,
			line: steadyLine(300),
			clock,
		});
		expect(ratio).toBeLessThanOrEqual(1.05);
		expect(refusals).toBe(0);
	});

	it.each([10, 0.5])('follows the limit of %d a second that answers tell', async (limit) => {
		const world = { seed: 'told', limiter, options: { limit, headers: true } };
		const { ratio, refusals } = await batchOf(110, world);
		expect(ratio).toBeLessThanOrEqual(1.1);
		expect(refusals).toBeLessThanOrEqual(5);
	});

	it.each([true, false])(
		'at a cap 5 times too high, keeps to the limit (headers: %s)',
		async (headers) => {
			for (const seed of FEW_SEEDS) {
				const world = { seed, limiter, options: { headers } };
				const { ratio, refusals } = await batchOf(110, world, { requestsPerSecond: 5 });
				expect(ratio).toBeLessThanOrEqual(1.04);
				expect(refusals).toBeLessThanOrEqual(3);
			}
		},
	);

	it('keeps to a cap below the limit', async () => {
		const { clock, join, rateOf } = simulate({ seed: 'cap', limiter });
		join('capped', ENDLESS, { requestsPerSecond: 0.25 });
		await clock.pass(400 * SECOND_MS);
		expect(rateOf('capped', 0, 400)).toBeLessThanOrEqual(0.25);
		expect(rateOf('capped', 0, 400)).toBeGreaterThanOrEqual(0.25 / 1.05);
	});

	it('goes on at each rate when the limit goes from 1 to 10 and to 0.5 a second', async () => {
		const { clock, instance, join, rateOf } = simulate({
			seed: 'changes',
			limiter,
			options: { headers: true },
		});
		const { asked } = join('batch', 300);
		await clock.pass(60 * SECOND_MS);
		instance.limit = 10;
		await clock.pass(15 * SECOND_MS);
		instance.limit = 0.5;
		await clock.pass();
		expect(countNotFound(asked)).toBe(0);
		expect(rateOf('batch', 0, 60)).toBeGreaterThanOrEqual(0.9);
		expect(rateOf('batch', 62, 75)).toBeGreaterThanOrEqual(9);
		expect(rateOf('batch', 80, 180)).toBeGreaterThanOrEqual(0.45);
		expect(instance.refused.length).toBeLessThanOrEqual(10);
	});
});

/** Processes that look up for 300 s, and start at any moment within the first second. */
async function shared(processes: number, world: World, policy: Partial<LookUpPolicy> = {}) {
	const { clock, instance, random, join, rateOf } = simulate(world);
	const names = chatIds(processes, 'process ');
	const batches = [];
	for (const name of names) {
		await clock.pass((SECOND_MS * random()) / processes);
		batches.push(join(name, 330 * instance.limit, policy, world.own?.(clock, random)));
	}
	await clock.pass(300 * SECOND_MS);
	const rates = names.map((name) => rateOf(name, 0, 300));
	const settled = batches.flatMap(({ asked }) => asked.filter(({ outcome }) => outcome));
	expect(countNotFound(settled)).toBe(0);
	return {
		/** Of what the limit allows. */
		used: (processes * mean(rates)) / instance.limit,
		refused: refusedPart(instance.requests),
		/** Of an even share. */
		leastShare: Math.min(...rates) / mean(rates),
	};
}

/** The means over all seeds. */
async function sharedByChance(
	processes: number,
	world: Omit<World, 'seed'>,
	policy: Partial<LookUpPolicy> = {},
) {
	const results = [];
	for (const seed of SEEDS) results.push(await shared(processes, { ...world, seed }, policy));
	return {
		used: mean(results.map(({ used }) => used)),
		refused: mean(results.map(({ refused }) => refused)),
		leastShare: mean(results.map(({ leastShare }) => leastShare)),
	};
}

describe.each(LIMITERS)('several processes on one instance (%s)', (limiter) => {
	it.each([
		[2, 0.3],
		[3, 0.45],
		[4, 0.55],
	])(
		'%d of them use four fifths of the limit, none gets less than half of an even share',
		async (processes, mostRefused) => {
			const { used, refused, leastShare } = await sharedByChance(processes, { limiter });
			expect(used).toBeGreaterThanOrEqual(0.8);
			expect(leastShare).toBeGreaterThanOrEqual(0.5);
			expect(refused).toBeLessThanOrEqual(mostRefused);
		},
	);

	it.each([2, 3, 4])(
		'%d of them that share it by their caps use nine tenths of it',
		async (processes) => {
			const policy = { requestsPerSecond: 1 / processes };
			const { used, leastShare } = await sharedByChance(processes, { limiter }, policy);
			expect(used).toBeGreaterThanOrEqual(0.9);
			expect(leastShare).toBeGreaterThanOrEqual(0.5);
		},
	);

	it('lose nothing at a limit of 10 a second that answers tell', async () => {
		const told: SimulatedOptions = { limit: 10, headers: true };
		for (const seed of FEW_SEEDS) {
			const { used } = await shared(2, { seed, limiter, options: told });
			expect(used).toBeGreaterThanOrEqual(0.5);
		}
	});

	it('use most of the limit where n8n is held up now and then', async () => {
		const own = (clock: VirtualClock, random: () => number) =>
			clock.wakingLate(() => 2 * random() + (random() < 0.03 ? 200 * random() : 0));
		const { used, leastShare } = await sharedByChance(2, { limiter, own });
		expect(used).toBeGreaterThanOrEqual(0.7);
		expect(leastShare).toBeGreaterThanOrEqual(0.5);
	});

	it.each([500, 860])('starve nobody where answers take %d ms', async (latencyMs) => {
		const { used, leastShare } = await sharedByChance(2, { limiter, line: steadyLine(latencyMs) });
		expect(used).toBeGreaterThanOrEqual(0.5);
		expect(leastShare).toBeGreaterThanOrEqual(0.25);
	});

	it('leave a capped batch its rate once the others are done', async () => {
		const { clock, join, rateOf } = simulate({ seed: 'capped', limiter });
		const batch = join('batch', ENDLESS);
		batch.lookUp('capped', ENDLESS, { requestsPerSecond: 0.9 });
		const other = join('other', ENDLESS);
		await clock.pass(100 * SECOND_MS);
		batch.leave();
		other.leave();
		await clock.pass(500 * SECOND_MS);
		expect(rateOf('capped', 300, 600)).toBeGreaterThanOrEqual(0.8);
	});

	it('lose nothing where a refusal takes seconds', async () => {
		for (const seed of FEW_SEEDS) {
			const line: Line = (random) => ({ refusalLatencyMs: () => SECOND_MS * (2 + 3 * random()) });
			const { clock, join } = simulate({ seed, limiter, line });
			const processes = chatIds(2, 'process ').map((name) => join(name, 400));
			await clock.pass();
			for (const { asked } of processes) expect(countNotFound(asked)).toBe(0);
		}
	});

	it('give nobody up, however many they are', async () => {
		for (const seed of FEW_SEEDS) {
			const { clock, instance, join } = simulate({ seed, limiter });
			const processes = chatIds(8, 'process ').map((name) => join(name, ENDLESS));
			await clock.pass(300 * SECOND_MS);
			expect(instance.accepted.length / 300).toBeGreaterThanOrEqual(0.9);
			for (const { asked } of processes) {
				const settled = asked.filter(({ outcome }) => outcome);
				expect(settled.length).toBeGreaterThan(0);
				expect(countNotFound(settled)).toBe(0);
			}
		}
	});

	it('serve one that comes later, and leave all to the one that stays', async () => {
		const [servedAfter, lateRates, stayRates]: [number[], number[], number[]] = [[], [], []];
		for (const seed of SEEDS) {
			const { clock, join, rateOf, instance } = simulate({ seed, limiter });
			join('first', ENDLESS);
			await clock.pass(100 * SECOND_MS);
			const joinedAt = clock.now();
			const late = join('late', ENDLESS);
			await clock.pass(200 * SECOND_MS);
			const first = instance.accepted.find(({ chatId }) => chatId.startsWith('late '));
			servedAfter.push(((first?.sentAt ?? Infinity) - joinedAt) / SECOND_MS);
			lateRates.push(rateOf('late', 150, 300));
			late.leave();
			await clock.pass(200 * SECOND_MS);
			stayRates.push(rateOf('first', 400, 500));
		}
		expect(mean(servedAfter)).toBeLessThanOrEqual(10);
		expect(mean(lateRates)).toBeGreaterThanOrEqual(0.25);
		expect(mean(stayRates)).toBeGreaterThanOrEqual(0.9);
	});

	it('let a single lookup of another process through within 10 slots on average', async () => {
		const waits: number[] = [];
		for (const seed of SEEDS) {
			const { clock, join, random } = simulate({ seed, limiter });
			join('batch', 2 * ENDLESS);
			for (const name of chatIds(5, 'single ')) {
				await clock.pass((60 + random()) * SECOND_MS);
				const askedAt = clock.now();
				const { asked } = join(name, 1);
				for (let tens = 0; tens < 30 && !asked[0]?.outcome; tens++)
					await clock.pass(10 * SECOND_MS);
				waits.push(((asked[0]?.settledAt ?? Infinity) - askedAt) / SECOND_MS);
			}
		}
		expect(mean(waits)).toBeLessThanOrEqual(10);
	});
});

describe('a limit for which refused requests count, too', () => {
	it.each([
		['one process', 1, goodLine],
		['one process over a jittery line', 1, jitteryLine],
		['two processes', 2, goodLine],
		['three processes', 3, goodLine],
	])('locks nobody out, every contact is found: %s', async (_what, processes, line) => {
		for (const seed of FEW_SEEDS) {
			const strict = { seed, limiter: 'spacing', line, options: { isStrict: true } } as const;
			const { clock, join } = simulate(strict);
			const all = chatIds(processes, 'process ').map((name) => join(name, 20));
			await clock.pass();
			for (const { asked } of all) expect(countNotFound(asked)).toBe(0);
		}
	});
});

describe('answers that promise 1,000 requests a second', () => {
	const promising = { headers: 1_000 } as const;

	it.each([
		['while everything is refused', RATE_LIMITED],
		['while nothing but the first is let through', undefined],
	])('cost some requests a second at most %s', async (_what, first) => {
		let count = 0;
		const fault = () => (count++ === 0 ? first : RATE_LIMITED);
		const world = {
			seed: 'promise',
			limiter: 'spacing',
			options: { ...promising, fault },
		} as const;
		const { clock, instance, join } = simulate(world);
		join('batch', ENDLESS);
		await clock.pass(10 * SECOND_MS);
		const early = instance.requests.length;
		await clock.pass(110 * SECOND_MS);
		expect(early).toBeLessThanOrEqual(250);
		expect((instance.requests.length - early) / 110).toBeLessThanOrEqual(5);
	});

	it('cost a few refusals where the limit is 1 a second', async () => {
		const { clock, instance, join } = simulate({
			seed: 'promise',
			limiter: 'spacing',
			options: promising,
		});
		join('batch', ENDLESS);
		await clock.pass(60 * SECOND_MS);
		const early = instance.refused.length;
		await clock.pass(240 * SECOND_MS);
		expect(instance.accepted.length / 300).toBeGreaterThanOrEqual(0.8);
		expect((instance.refused.length - early) / 240).toBeLessThanOrEqual(2);
	});
});
