/** What limit and send queue have to reach: whole batches in virtual time, over several seeds each. */

import type { LookUpPolicy } from '@package/nodes/shared/queue/batch';
import type { LimiterModel } from '../../green-api-double/rateLimiter';
import { seededRandom } from '../../green-api-double/seededRandom';
import { type Asked, chatIds, processOn } from '../../virtual-time/batches';
import {
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

		/** A process begins to look up so many contacts, by its own view of the clock. */
		join(
			name: string,
			count: number,
			policy: Partial<LookUpPolicy> = {},
			own = clock,
			address = 'GREEN-API',
		) {
			// The seed names the instance, so that slots begin at another moment with each.
			const { start, ask } = processOn(instance, own, random, `${address}/${seed}`);
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

describe.each(LIMITERS)('several processes on one instance (%s)', (limiter) => {
	it.each([
		[2, 0.15, 1.2],
		[3, 0.25, 1.5],
		[4, 0.35, 1.5],
	])(
		'%d of them have %d refused at most, leave hardly a slot empty, and share evenly',
		async (processes, mostRefused, mostSpread) => {
			const results = [];
			for (const seed of SEEDS) {
				const { clock, instance, random, join, rateOf } = simulate({ seed, limiter });
				const names = chatIds(processes, 'process ');
				for (const name of names) {
					await clock.pass((SECOND_MS * random()) / processes);
					join(name, ENDLESS);
				}
				await clock.pass(300 * SECOND_MS);
				const rates = names.map((name) => rateOf(name, 0, 300));
				results.push({
					used: processes * mean(rates),
					refused: refusedPart(instance.requests),
					spread: Math.max(...rates) / Math.min(...rates),
				});
			}
			expect(mean(results.map(({ used }) => used))).toBeGreaterThanOrEqual(0.93);
			expect(mean(results.map(({ refused }) => refused))).toBeLessThanOrEqual(mostRefused);
			expect(mean(results.map(({ spread }) => spread))).toBeLessThanOrEqual(mostSpread);
		},
	);

	it.each([
		[2, 0.15],
		[3, 0.25],
		[4, 0.35],
	])(
		'%d of them that start at once, and have to connect, have %d refused at most',
		async (processes, mostRefused) => {
			const refused = [];
			for (const seed of SEEDS) {
				let ways = 0;
				const line: Line = (random) => ({
					// Each of the first ways is a process's first.
					wayMs: () => 5 * random() + (ways++ < processes ? 10 + 30 * random() : 0),
					latencyMs: () => 50,
				});
				const { clock, instance, random, join } = simulate({ seed, limiter, line });
				for (const name of chatIds(processes, 'process ')) {
					await clock.pass((10 * random()) / processes);
					join(name, ENDLESS);
				}
				await clock.pass(300 * SECOND_MS);
				refused.push(refusedPart(instance.requests));
			}
			expect(mean(refused)).toBeLessThanOrEqual(mostRefused);
		},
	);

	it.each([
		[2, 0.06],
		[3, 0.12],
		[4, 0.2],
	])(
		'%d of them that share it by their caps find their places, with %d refused at most',
		async (processes, mostRefused) => {
			const [refused, later]: [number[], number[]] = [[], []];
			for (const seed of SEEDS) {
				const { clock, instance, random, join } = simulate({ seed, limiter });
				for (const name of chatIds(processes, 'process ')) {
					await clock.pass((SECOND_MS * random()) / processes);
					join(name, ENDLESS, { requestsPerSecond: 1 / processes });
				}
				await clock.pass(100 * SECOND_MS);
				const before = instance.refused.length;
				await clock.pass(200 * SECOND_MS);
				later.push(instance.refused.length - before);
				refused.push(refusedPart(instance.requests));
				expect(instance.accepted.length / 300).toBeGreaterThanOrEqual(0.92);
			}
			expect(mean(refused)).toBeLessThanOrEqual(mostRefused);
			expect(mean(later)).toBeLessThanOrEqual(5);
		},
	);

	it.each([
		[30, 0.9, 0.2],
		[100, 0.8, 0.09],
		[300, 0.8, 0.09],
	])(
		'lose nothing and starve nobody where their clocks are %d ms apart',
		async (apartMs, leastUsed, leastRate) => {
			const [used, refused]: [number[], number[]] = [[], []];
			for (const seed of SEEDS.slice(0, 8)) {
				const { clock, instance, join, rateOf } = simulate({ seed, limiter });
				const names = ['early', 'late'];
				for (const [index, name] of names.entries()) {
					join(name, ENDLESS, {}, clock.seenBy({ aheadMs: apartMs * index }));
				}
				await clock.pass(300 * SECOND_MS);
				const rates = names.map((name) => rateOf(name, 0, 300));
				used.push(2 * mean(rates));
				expect(Math.min(...rates)).toBeGreaterThanOrEqual(leastRate);
				refused.push(refusedPart(instance.requests));
			}
			expect(mean(used)).toBeGreaterThanOrEqual(leastUsed);
			expect(mean(refused)).toBeLessThanOrEqual(0.22);
		},
	);

	it.each([2, 3])(
		'leave hardly a slot empty where n8n is held up now and then: %d of them',
		async (processes) => {
			const used = [];
			for (const seed of SEEDS.slice(0, 8)) {
				const { clock, instance, random, join } = simulate({ seed, limiter });
				const lateMs = () => 2 * random() + (random() < 0.03 ? 200 * random() : 0);
				const busy = clock.seenBy({ lateMs });
				for (const name of chatIds(processes, 'process ')) join(name, ENDLESS, {}, busy);
				await clock.pass(300 * SECOND_MS);
				used.push(instance.accepted.length / 300);
			}
			expect(mean(used)).toBeGreaterThanOrEqual(0.91);
		},
	);

	it.each([
		['where each wakes 60 ms late, always', () => 60, 0, 1.5, 2],
		['where answers take half as long as the limit has between requests', () => 0, 500, 1.5, 2],
		['where they take nearly as long', () => 0, 860, 2.5, 2.5],
	])(
		'leave no slot empty and share evenly %s',
		async (_what, lateMs, latencyMs, most, mostOfFew) => {
			const spreads: number[] = [];
			for (const seed of SEEDS) {
				const line = steadyLine(latencyMs);
				const { clock, random, join, rateOf } = simulate({ seed, limiter, line });
				for (const name of ['one', 'other']) {
					await clock.pass(SECOND_MS * random());
					join(name, ENDLESS, {}, clock.seenBy({ lateMs }));
				}
				await clock.pass(300 * SECOND_MS);
				const rates = ['one', 'other'].map((name) => rateOf(name, 0, 300));
				expect(2 * mean(rates)).toBeGreaterThanOrEqual(0.92);
				spreads.push(Math.max(...rates) / Math.min(...rates));
			}
			expect(mean(spreads)).toBeLessThanOrEqual(most);
			expect(Math.max(...spreads.slice(0, FEW_SEEDS.length))).toBeLessThanOrEqual(mostOfFew);
		},
	);

	it('send in slots that begin at other times for another instance', async () => {
		const slotMs = 1.05 * SECOND_MS;
		const phases: number[] = [];
		for (const seed of SEEDS) {
			const line = steadyLine(0);
			const { clock, instance, join } = simulate({ seed, limiter, line });
			for (const name of ['one', 'other']) join(name, ENDLESS);
			await clock.pass(100 * SECOND_MS);
			const later = instance.accepted.slice(-30).map(({ sentAt }) => sentAt / slotMs);
			const isSame = (a: number, b: number) => Math.abs(a - b - Math.round(a - b)) < 0.002;
			// Both keep to the same, but for tries, which are a little beside.
			const typical = later.find((one) => later.filter((at) => isSame(at, one)).length > 20);
			phases.push(Math.round(((typical ?? NaN) % 1) * 100));
		}
		expect(phases).not.toContain(NaN);
		expect(new Set(phases).size).toBeGreaterThanOrEqual(12);
	});

	it('share evenly by whichever addresses they reach the instance', async () => {
		const spreads = [];
		for (const seed of SEEDS) {
			const { clock, random, join, rateOf } = simulate({ seed, limiter });
			const addresses = ['GREEN-API', 'http://proxy.test:8080/whatsapp'];
			for (const address of addresses) {
				await clock.pass(SECOND_MS * random());
				join(address, ENDLESS, {}, clock, address);
			}
			await clock.pass(300 * SECOND_MS);
			const rates = addresses.map((name) => rateOf(name, 0, 300));
			spreads.push(Math.max(...rates) / Math.min(...rates));
		}
		expect(mean(spreads)).toBeLessThanOrEqual(1.3);
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

	it('serve one that comes later soon, and leave all to the one that stays', async () => {
		const [servedAfter, lateRates, stayRates]: [number[], number[], number[]] = [[], [], []];
		for (const seed of MANY_SEEDS) {
			const { clock, join, rateOf, instance } = simulate({ seed, limiter });
			join('first', ENDLESS);
			await clock.pass(100 * SECOND_MS);
			const joinedAt = clock.now();
			const late = join('late', ENDLESS);
			await clock.pass(200 * SECOND_MS);
			const first = instance.accepted.find(({ chatId }) => chatId.startsWith('late '));
			servedAfter.push(((first?.sentAt ?? Infinity) - joinedAt) / SECOND_MS);
			lateRates.push(rateOf('late', 180, 220));
			late.leave();
			await clock.pass(140 * SECOND_MS);
			stayRates.push(rateOf('first', 370, 440));
		}
		expect(Math.max(...servedAfter)).toBeLessThanOrEqual(10);
		expect(mean(lateRates)).toBeGreaterThanOrEqual(0.45);
		expect(mean(stayRates)).toBeGreaterThanOrEqual(0.9);
	});

	it.each([
		['timers wake 7 ms late', () => 7, goodLine],
		['refusals take longer than from one poll to the next', () => 0, steadyLine(258)],
		['each way takes 5 ms more by chance', () => 0, busyLine(20, 5)],
	])('serve one that comes later soon where %s', async (_what, lateMs, line) => {
		const [servedAfter, stayRates]: [number[], number[]] = [[], []];
		for (const seed of SEEDS) {
			const { clock, join, rateOf, instance, random } = simulate({ seed, limiter, line });
			const seen = clock.seenBy({ lateMs });
			join('first', ENDLESS, {}, seen);
			await clock.pass(SECOND_MS * (20 + random()));
			const joinedAt = clock.now();
			const late = join('late', ENDLESS, {}, seen);
			await clock.pass(100 * SECOND_MS);
			const first = instance.accepted.find(({ chatId }) => chatId.startsWith('late '));
			servedAfter.push(((first?.sentAt ?? Infinity) - joinedAt) / SECOND_MS);
			late.leave();
			await clock.pass(140 * SECOND_MS);
			stayRates.push(rateOf('first', 190, 260));
		}
		expect(mean(servedAfter)).toBeLessThanOrEqual(9);
		expect(Math.max(...servedAfter)).toBeLessThanOrEqual(17);
		expect(Math.min(...stayRates)).toBeGreaterThanOrEqual(0.8);
	});

	it('let a single lookup through within 10 slots, of another process, too', async () => {
		for (const seed of SEEDS) {
			const { clock, join, random } = simulate({ seed, limiter });
			join('batch', ENDLESS);
			for (const name of chatIds(5, 'single ')) {
				await clock.pass((60 + random()) * SECOND_MS);
				const askedAt = clock.now();
				const { asked } = join(name, 1);
				await clock.pass(15 * SECOND_MS);
				expect(((asked[0]?.settledAt ?? Infinity) - askedAt) / SECOND_MS).toBeLessThanOrEqual(10.2);
			}
		}
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
