import { Limit } from '@package/nodes/shared/queue/limit';
import {
	type Lane,
	SendQueue,
	type Turn,
	type TurnOptions,
	type Verdict,
} from '@package/nodes/shared/queue/sendQueue';
import { seededRandom } from '../../green-api-double/seededRandom';
import { BusyClock } from '../../virtual-time/busyClock';
import { EarlyClock } from '../../virtual-time/earlyClock';
import { settle, VirtualClock } from '../../virtual-time/virtualClock';

const SPACING_MS = 1_000;
/** A slot, with the margin and whatever the pace puts on top of it. */
const MOST_SLOT_MS = 1.33 * SPACING_MS;
/** Sums of times are not exact. */
const ROUNDING_MS = 1e-6;

interface Sent {
	name: string;
	at: number;
	turn: Turn;
}

interface Sending extends TurnOptions {
	/** Default: a second; 0: not paced. */
	spacingMs?: number;
	/** What the limit makes of it, and after how long; it never ends if left out. */
	answer?: { afterMs: number; verdict?: Verdict; pauseMs?: number };
}

function setUp({ first = 64, most = 64, clock = new VirtualClock(), seed = 'pacer' } = {}) {
	const queue = new SendQueue(clock, new Limit(Infinity, seededRandom(seed)), { first, most });
	const sent: Sent[] = [];
	const left: string[] = [];

	/** Waits for a turn, and ends it when the answer comes. */
	async function request(lane: Lane, name: string, sending: Sending = {}) {
		const { answer, spacingMs = SPACING_MS, ...options } = sending;
		const requestsPerSecond = spacingMs === 0 ? 0 : 1_000 / spacingMs;
		const turn = await lane.takeTurn({ requestsPerSecond, ...options });
		if (!turn) {
			left.push(name);
			return;
		}
		sent.push({ name, at: clock.now(), turn });
		if (!answer) return;
		await clock.sleep(answer.afterMs);
		const { verdict = 'accepted', pauseMs } = answer;
		turn.end(verdict, { ...(pauseMs !== undefined && { pauseMs }) });
	}

	function ask(lane: Lane, names: readonly string[], sending: Sending = {}): void {
		for (const name of names) void request(lane, name, sending);
	}

	return {
		clock,
		queue,
		sent,
		left,
		ask,
		names: () => sent.map(({ name }) => name),
		times: () => sent.map(({ at }) => at),
		gaps: () => sent.slice(1).map(({ at }, index) => at - (sent[index]?.at ?? 0)),
	};
}

function numbered(count: number, prefix = ''): string[] {
	return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}

const AT_ONCE = { afterMs: 0 };

describe('requests to one instance', () => {
	it('go one by one at the pace, in the order they were asked for', async () => {
		const { clock, queue, ask, names, times, gaps } = setUp();
		ask(queue.openLane(), numbered(20), { answer: { afterMs: 50 } });
		await clock.pass();
		expect(names()).toEqual(numbered(20));
		expect(times()[0]).toBe(0);
		for (const gap of gaps()) expect(gap).toBeGreaterThanOrEqual(SPACING_MS);
		// What the first answer took may have been the line being opened.
		const [first = NaN, ...later] = gaps();
		expect(first).toBeLessThanOrEqual(1.08 * SPACING_MS + 50);
		for (const gap of later) expect(gap).toBeLessThanOrEqual(1.08 * SPACING_MS);
	});

	it('go at once when the last one was long ago', async () => {
		const { clock, queue, ask, times } = setUp();
		const lane = queue.openLane();
		ask(lane, ['a'], { answer: AT_ONCE });
		await clock.pass(60_000);
		ask(lane, ['b'], { answer: AT_ONCE });
		await settle();
		expect(times()).toEqual([0, 60_000]);
	});

	it('keep their pace however long their answers take', async () => {
		const lastSentAt = async (afterMs: number) => {
			const { clock, queue, ask, times } = setUp();
			ask(queue.openLane(), numbered(30), { answer: { afterMs } });
			await clock.pass();
			return times().at(-1) ?? 0;
		};
		expect(await lastSentAt(20_000)).toBeLessThanOrEqual(1.01 * (await lastSentAt(0)));
	});

	it('go by the rate of each', async () => {
		const { clock, queue, ask, gaps } = setUp();
		const lane = queue.openLane();
		for (const spacingMs of [1_000, 5_000, 200, 1_000]) ask(lane, [''], { spacingMs });
		await clock.pass();
		for (const [index, spacingMs] of [5_000, 200, 1_000].entries()) {
			expect(gaps()[index]).toBeGreaterThanOrEqual(spacingMs);
			expect(gaps()[index]).toBeLessThanOrEqual(1.08 * spacingMs);
		}
	});

	it('wait for as long as it takes: a timer of Node.js could not be set to that', async () => {
		const { clock, queue, ask, times } = setUp();
		const monthsMs = 2 ** 32;
		const sleeps = jest.spyOn(clock, 'sleep');
		ask(queue.openLane(), ['a', 'b'], { spacingMs: monthsMs });
		await clock.pass();
		expect(times()[1]).toBeGreaterThanOrEqual(monthsMs);
		expect(times()[1]).toBeLessThanOrEqual(1.08 * monthsMs);
		for (const [ms] of sleeps.mock.calls) expect(ms).toBeLessThan(2 ** 31);
	});

	it('need one timer, however many wait', async () => {
		const { clock, queue, ask } = setUp();
		for (const prefix of ['a', 'b', 'c']) ask(queue.openLane(), numbered(100, prefix));
		await clock.pass(SPACING_MS / 2);
		expect(clock.pending).toBe(1);
	});

	it('need few timers more to see that this process is not too busy to send them', async () => {
		const { clock, queue, ask } = setUp();
		const sleeps = jest.spyOn(clock, 'sleep');
		ask(queue.openLane(), ['a']);
		await clock.pass();
		expect(sleeps).toHaveBeenCalledTimes(4);
	});

	it('look no longer than they may wait for it, also where it stays too busy', async () => {
		const clock = new BusyClock(() => ({ freeMs: 0, busyMs: 20 }));
		const { queue, ask } = setUp({ clock });
		ask(queue.openLane(), ['a']);
		await clock.pass();
		expect(clock.now()).toBeLessThanOrEqual(0.25 * SPACING_MS + 20);
	});

	it('need no timers when nothing waits', async () => {
		const { clock, queue, ask } = setUp();
		ask(queue.openLane(), numbered(3), { answer: AT_ONCE });
		await clock.pass(2 * MOST_SLOT_MS);
		expect(clock.pending).toBe(0);
	});

	it.each(['a', 'b', 'c'])('never go early, though timers do (%s)', async (seed) => {
		const clock = new EarlyClock(seededRandom(seed));
		const { queue, ask, names, gaps } = setUp({ clock });
		ask(queue.openLane(), numbered(100), { spacingMs: 10, answer: { afterMs: 5 } });
		await clock.pass();
		expect(names()).toEqual(numbered(100));
		for (const gap of gaps()) expect(gap).toBeGreaterThanOrEqual(10.3 - ROUNDING_MS);
	});
});

describe('requests of a process that is too busy to send them at once', () => {
	/** Busy for so long from the first request on, and never again. */
	function busyAtFirst(busyMs: number) {
		let isFirst = true;
		return new BusyClock(() => {
			const work = { freeMs: isFirst ? 1 : Infinity, busyMs };
			isFirst = false;
			return work;
		});
	}

	async function gapWith(clock: BusyClock, sending: Sending = {}): Promise<number> {
		const { queue, ask, gaps } = setUp({ clock });
		ask(queue.openLane(), ['a', 'b'], sending);
		await clock.pass();
		return gaps()[0] ?? NaN;
	}

	it('come later by what held up the one before them', async () => {
		const usual = await gapWith(busyAtFirst(0));
		expect((await gapWith(busyAtFirst(100))) - usual).toBeCloseTo(96);
		expect((await gapWith(busyAtFirst(180))) - usual).toBeCloseTo(176);
	});

	it('come later by all that held it up, also where the process was free between', async () => {
		const usual = await gapWith(busyAtFirst(0));
		const againAndAgain = new BusyClock(() => ({ freeMs: 17, busyMs: 30 }));
		expect((await gapWith(againAndAgain)) - usual).toBeGreaterThan(100);
	});

	it('come later by a quarter of a slot at most', async () => {
		const usual = await gapWith(busyAtFirst(0));
		expect((await gapWith(busyAtFirst(900))) - usual).toBeCloseTo(250);
	});

	it('come no later for what a request did not wait for, as its answer was there', async () => {
		const gap = await gapWith(busyAtFirst(100), { answer: AT_ONCE });
		expect(gap).toBeLessThanOrEqual(1.08 * SPACING_MS);
	});
});

describe('batches on one instance', () => {
	it('take turns', async () => {
		const { clock, queue, ask, names } = setUp();
		ask(queue.openLane(), ['first']);
		const lanes = [queue.openLane(), queue.openLane(), queue.openLane()];
		for (const [index, lane] of lanes.entries()) ask(lane, numbered(3, 'abc'[index]));
		await clock.pass();
		expect(names()).toEqual(['first', 'a0', 'b0', 'c0', 'a1', 'b1', 'c1', 'a2', 'b2', 'c2']);
	});

	it('leave their turns to others once they have nothing to ask', async () => {
		const { clock, queue, ask, names } = setUp();
		const [one, other] = [queue.openLane(), queue.openLane()];
		ask(one, numbered(1, 'a'));
		ask(other, numbered(4, 'b'));
		await clock.pass(2 * MOST_SLOT_MS);
		ask(one, ['a1']);
		await clock.pass();
		expect(names()).toEqual(['a0', 'b0', 'b1', 'b2', 'a1', 'b3']);
	});

	it('a single lookup waits for three slots at most, whatever else is waiting', async () => {
		const { clock, queue, ask, sent } = setUp();
		ask(queue.openLane(), numbered(10_000, 'batch '), { answer: { afterMs: 3_000 } });
		for (const single of numbered(20, 'single ')) {
			await clock.pass(Math.floor(MOST_SLOT_MS * 7.3));
			const askedAt = clock.now();
			ask(queue.openLane(), [single], { answer: AT_ONCE });
			await clock.pass(3 * SPACING_MS);
			const { at } = sent.find(({ name }) => name === single) ?? { at: Infinity };
			expect(at - askedAt).toBeLessThanOrEqual(3 * SPACING_MS);
		}
	});

	it('a request that had its turn goes before the others of its batch, not of other batches', async () => {
		const { clock, queue, ask, names } = setUp();
		const [one, other] = [queue.openLane(), queue.openLane()];
		ask(one, ['a0']);
		ask(other, ['b0', 'b1']);
		ask(one, ['a1', 'a2']);
		await settle();
		ask(one, ['a0 again'], { ahead: true });
		await clock.pass();
		expect(names()).toEqual(['a0', 'b0', 'a0 again', 'b1', 'a1', 'a2']);
	});

	it('also when nothing of its batch waits', async () => {
		const { clock, queue, ask, names } = setUp();
		const lane = queue.openLane();
		ask(lane, ['a', 'a again', 'b'], { ahead: true });
		await settle();
		ask(lane, ['c']);
		await clock.pass();
		expect(names()).toEqual(['a', 'b', 'a again', 'c']);
	});

	it('a batch with a lower rate keeps to it, and holds nobody else up', async () => {
		const { clock, queue, ask, sent } = setUp();
		ask(queue.openLane(), numbered(5, 'slow '), { spacingMs: 5 * SPACING_MS });
		ask(queue.openLane(), numbered(20, 'fast '));
		await clock.pass();
		const slow = sent.filter(({ name }) => name.startsWith('slow')).map(({ at }) => at);
		const fast = sent.filter(({ name }) => name.startsWith('fast')).map(({ at }) => at);
		for (const [index, at] of slow.slice(1).entries()) {
			expect(at - (slow[index] ?? 0)).toBeGreaterThanOrEqual(5 * SPACING_MS);
		}
		expect(slow.at(-1)).toBeLessThanOrEqual(4 * 5 * 1.08 * SPACING_MS + MOST_SLOT_MS);
		// Each of the slow ones takes one slot from them, and nothing more.
		expect(fast.at(-1)).toBeLessThanOrEqual(25 * 1.08 * SPACING_MS);
		const all = sent.map(({ at }) => at);
		for (const [index, at] of all.slice(1).entries()) {
			expect(at - (all[index] ?? 0)).toBeGreaterThanOrEqual(SPACING_MS);
		}
	});

	it('a batch that waits for a slower rate is not overtaken for ever by a faster one', async () => {
		const { clock, queue, ask, sent } = setUp();
		ask(queue.openLane(), numbered(200, 'fast '), { spacingMs: 100 });
		ask(queue.openLane(), numbered(5, 'slow '), { spacingMs: 5_000 });
		await clock.pass();
		const slow = sent.filter(({ name }) => name.startsWith('slow'));
		expect(slow.at(-1)?.at).toBeLessThanOrEqual(5 * 1.33 * 5_100);
	});
});

describe('a request that is not wanted any more when its turn has come', () => {
	it('leaves the turn to the one behind it', async () => {
		const { clock, queue, ask, names, left, times } = setUp();
		const lane = queue.openLane();
		ask(lane, ['first']);
		ask(lane, ['a', 'b'], { claim: () => false });
		ask(lane, ['c', 'd']);
		await clock.pass();
		expect(names()).toEqual(['first', 'c', 'd']);
		expect(left).toEqual(['a', 'b']);
		expect(times()[1]).toBeLessThanOrEqual(1.08 * SPACING_MS);
	});

	it('leaves it to its own batch, not to another', async () => {
		const { clock, queue, ask, names } = setUp();
		ask(queue.openLane(), ['first']);
		const [one, other] = [queue.openLane(), queue.openLane()];
		ask(one, ['a'], { claim: () => false });
		ask(other, ['b0', 'b1']);
		ask(one, ['a0', 'a1']);
		await clock.pass();
		expect(names()).toEqual(['first', 'a0', 'b0', 'a1', 'b1']);
	});

	it('leaves it to another batch when its own has nothing else to ask', async () => {
		const { clock, queue, ask, names, times } = setUp();
		ask(queue.openLane(), ['first']);
		ask(queue.openLane(), ['a'], { claim: () => false });
		ask(queue.openLane(), ['b']);
		await clock.pass();
		expect(names()).toEqual(['first', 'b']);
		expect(times()[1]).toBeLessThanOrEqual(1.08 * SPACING_MS);
	});

	it('is asked once, and not before its turn', async () => {
		const { clock, queue, ask } = setUp();
		const lane = queue.openLane();
		const claim = jest.fn(() => true);
		ask(lane, ['first']);
		ask(lane, ['a'], { claim });
		await clock.pass(SPACING_MS);
		expect(claim).not.toHaveBeenCalled();
		await clock.pass();
		expect(claim).toHaveBeenCalledTimes(1);
	});

	it('is not asked when its batch is over', async () => {
		const { clock, queue, ask, left } = setUp();
		const lane = queue.openLane();
		const claim = jest.fn(() => true);
		ask(lane, ['first']);
		ask(lane, ['a'], { claim });
		await settle();
		lane.close();
		await clock.pass();
		expect(claim).not.toHaveBeenCalled();
		expect(left).toEqual(['a']);
	});
});

describe('a batch that is over', () => {
	it('gives up what waits at once, and leaves its slots to the others', async () => {
		const { clock, queue, ask, names, left, times } = setUp();
		const [over, other] = [queue.openLane(), queue.openLane()];
		ask(over, numbered(1_000, 'over '), { answer: AT_ONCE });
		ask(other, numbered(3), { answer: AT_ONCE });
		await settle();
		over.close();
		await settle();
		expect(left).toEqual(numbered(1_000, 'over ').slice(1));
		expect(clock.now()).toBe(0);

		await clock.pass();
		expect(names()).toEqual(['over 0', '0', '1', '2']);
		expect(times().at(-1)).toBeLessThanOrEqual(3 * 1.08 * SPACING_MS);
	});

	it('gets no turns any more', async () => {
		const { clock, queue, ask, names, left } = setUp();
		const lane = queue.openLane();
		lane.close();
		ask(lane, ['a']);
		ask(lane, ['b'], { ahead: true });
		await clock.pass();
		expect(names()).toEqual([]);
		expect(left).toEqual(['a', 'b']);
	});

	it('keeps the turns it was given, which count as in flight until they end', async () => {
		const { clock, queue, ask, names, sent } = setUp({ first: 1, most: 1 });
		const [over, other] = [queue.openLane(), queue.openLane()];
		ask(over, ['over']);
		ask(other, ['other']);
		await settle();
		over.close();
		await clock.pass(10 * MOST_SLOT_MS);
		expect(names()).toEqual(['over']);
		sent[0]?.turn.end('accepted');
		await settle();
		expect(names()).toEqual(['over', 'other']);
	});

	it('does not make the next wait for a slower batch’s slot', async () => {
		const { clock, queue, ask, times } = setUp();
		const [slow, other] = [queue.openLane(), queue.openLane()];
		ask(slow, ['slow 0', 'slow 1'], { spacingMs: 3_600_000 });
		ask(other, ['other']);
		await settle();
		slow.close();
		await clock.pass(MOST_SLOT_MS);
		expect(times()).toHaveLength(2);
	});
});

describe('requests in flight', () => {
	it('are never more than the most that may be', async () => {
		const { clock, queue, ask, sent, names } = setUp({ first: 3, most: 3 });
		ask(queue.openLane(), numbered(10), { spacingMs: 0 });
		await clock.pass();
		expect(names()).toEqual(numbered(3));
		sent[1]?.turn.end('accepted');
		await clock.pass();
		expect(names()).toEqual(numbered(4));
	});

	it('become one more with each answer, up to the most', async () => {
		const { clock, queue, ask, sent } = setUp({ first: 1, most: 4 });
		ask(queue.openLane(), numbered(100), { spacingMs: 0 });
		const inFlight = [];
		for (let answered = 0; answered < 8; answered++) {
			await settle();
			inFlight.push(sent.length - answered);
			sent[answered]?.turn.end('accepted');
		}
		expect(inFlight).toEqual([1, 2, 3, 4, 4, 4, 4, 4]);
		expect(clock.pending).toBe(0);
	});

	it('are few again when nothing was asked for a while', async () => {
		const { clock, queue, ask, names } = setUp({ first: 1, most: 10 });
		const lane = queue.openLane();
		ask(lane, numbered(20), { spacingMs: 0, answer: { afterMs: 10 } });
		await clock.pass();
		ask(lane, numbered(20, 'later '), { spacingMs: 0 });
		await clock.pass();
		expect(names()).toEqual([...numbered(20), 'later 0']);
	});

	it.each<Verdict>(['accepted', 'refused', 'unknown'])(
		'make room when they end: %s',
		async (verdict) => {
			const { clock, queue, ask, names } = setUp({ first: 1, most: 1 });
			ask(queue.openLane(), numbered(3), { answer: { afterMs: 10, verdict } });
			await clock.pass();
			expect(names()).toEqual(numbered(3));
		},
	);

	it('end once, whoever says so first', async () => {
		const { clock, queue, ask, sent, names } = setUp({ first: 1, most: 1 });
		ask(queue.openLane(), numbered(4));
		await settle();
		sent[0]?.turn.end('unknown');
		sent[0]?.turn.end('refused', { pauseMs: 60_000 });
		await clock.pass(10 * MOST_SLOT_MS);
		expect(names()).toEqual(numbered(2));
		expect(queue.refusedFor()).toBe(0);
	});

	it('do not hold a slot back longer than until there is room', async () => {
		const { clock, queue, ask, times } = setUp({ first: 2, most: 2 });
		ask(queue.openLane(), numbered(6), { answer: { afterMs: 5_000 } });
		await clock.pass();
		expect(times()[2]).toBe(5_000);
		expect(times()[3]).toBeLessThanOrEqual(5_000 + 1.08 * SPACING_MS);
		expect(times()[4]).toBe((times()[2] ?? 0) + 5_000);
	});
});

describe('what becomes of a request', () => {
	it('a refusal brings the next slot forward, and that is used', async () => {
		const { clock, queue, ask, times } = setUp();
		const lane = queue.openLane();
		ask(lane, ['refused'], { answer: { afterMs: 100, verdict: 'refused' } });
		ask(lane, ['next'], { answer: AT_ONCE });
		await clock.pass();
		expect(times()[1]).toBeGreaterThanOrEqual(100);
		expect(times()[1]).toBeLessThanOrEqual(100 + 0.05 * SPACING_MS);
	});

	it('the timer for a slot that moved sends nothing', async () => {
		const { clock, queue, ask, gaps, sent } = setUp();
		const lane = queue.openLane();
		ask(lane, ['refused'], { answer: { afterMs: 900, verdict: 'refused' } });
		ask(lane, numbered(3), { answer: AT_ONCE });
		await clock.pass();
		expect(sent).toHaveLength(4);
		for (const gap of gaps().slice(1)) expect(gap).toBeGreaterThanOrEqual(SPACING_MS);
	});

	it('no answer at all takes its slot nevertheless', async () => {
		const { clock, queue, ask, gaps } = setUp();
		const lane = queue.openLane();
		ask(lane, numbered(3), { answer: { afterMs: 10, verdict: 'unknown' } });
		await clock.pass();
		for (const gap of gaps()) expect(gap).toBeGreaterThanOrEqual(SPACING_MS);
		expect(queue.refusedFor()).toBe(0);
	});

	it('a pause that the server asks for holds for every batch', async () => {
		const { clock, queue, ask, times } = setUp();
		ask(queue.openLane(), ['asked to wait'], {
			answer: { afterMs: 100, verdict: 'unknown', pauseMs: 20_000 },
		});
		ask(queue.openLane(), numbered(3), { answer: AT_ONCE });
		await clock.pass();
		expect(times()[1]).toBe(20_100);
		expect(times()[2]).toBeGreaterThanOrEqual(20_100 + SPACING_MS);
	});

	it('tells for how long all was refused', async () => {
		const { clock, queue, ask } = setUp();
		const lane = queue.openLane();
		ask(lane, ['a'], { answer: { afterMs: 100, verdict: 'refused' } });
		await clock.pass(700);
		expect(queue.refusedFor()).toBe(600);
		ask(lane, ['b'], { answer: { afterMs: 100 } });
		await clock.pass();
		expect(queue.refusedFor()).toBe(0);
	});

	it('the tries of a refused request come by the rules for its refusals', async () => {
		const { clock, queue, ask, times } = setUp();
		const lane = queue.openLane();
		const refused: Sending['answer'] = { afterMs: 0, verdict: 'refused' };
		ask(lane, ['fifth try'], { refusals: 4, answer: refused });
		ask(lane, ['next'], { answer: AT_ONCE });
		await clock.pass();
		expect(times()[1]).toBeGreaterThanOrEqual(0.125 * SPACING_MS);
	});
});
