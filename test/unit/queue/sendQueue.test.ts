import { Limit } from '@package/nodes/shared/queue/limit';
import {
	type Lane,
	SendQueue,
	type Told,
	type Turn,
	type TurnOptions,
	type Verdict,
} from '@package/nodes/shared/queue/sendQueue';
import { seededRandom } from '../../green-api-double/seededRandom';
import { EarlyClock } from '../../virtual-time/earlyClock';
import { settle, VirtualClock } from '../../virtual-time/virtualClock';

const SPACING_MS = 1_000;
/** A slot, with the margin and whatever the pace puts on top of it. */
const MOST_SLOT_MS = 1.05 * SPACING_MS;
/** Sums of times are not exact. */
const ROUNDING_MS = 1e-6;

interface Sent {
	name: string;
	at: number;
	turn: Turn;
}

interface Sending extends Partial<TurnOptions> {
	/** What the limit makes of it, and after how long; it never ends if left out. */
	answer?: { afterMs: number; verdict?: Verdict } & Told;
}

function setUp({
	first = 64,
	most = 64,
	clock = new VirtualClock(),
	seed = 'send queue',
	rate = 1,
} = {}) {
	const limit = new Limit(rate, seededRandom(seed), () => clock.wallNow());
	const queue = new SendQueue(clock, limit, { first, most });
	const sent: Sent[] = [];
	const left: string[] = [];

	/** Waits for a turn, and ends it when the answer comes. */
	async function request(lane: Lane, name: string, { answer, ...options }: Sending = {}) {
		const turn = await lane.takeTurn(options);
		if (!turn) {
			left.push(name);
			return;
		}
		sent.push({ name, at: clock.now(), turn });
		if (!answer) return;
		await clock.sleep(answer.afterMs);
		turn.end(answer.verdict ?? 'accepted', answer);
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
		for (const gap of gaps()) expect(gap).toBeLessThanOrEqual(1.05 * SPACING_MS);
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
		for (const requestsPerSecond of [1, 0.2, 100, 1]) ask(lane, [''], { requestsPerSecond });
		await clock.pass();
		for (const [index, spacingMs] of [5_000, 1_000, 1_000].entries()) {
			expect(gaps()[index]).toBeGreaterThanOrEqual(spacingMs);
			expect(gaps()[index]).toBeLessThanOrEqual(1.05 * spacingMs);
		}
	});

	it('wait for as long as it takes: a timer of Node.js could not be set to that', async () => {
		const { clock, queue, ask, times } = setUp();
		const monthsMs = 2 ** 32;
		const sleeps = jest.spyOn(clock, 'sleep');
		ask(queue.openLane(), ['a', 'b'], { requestsPerSecond: 1_000 / monthsMs });
		await clock.pass();
		expect(times()[1]).toBeGreaterThanOrEqual(monthsMs);
		expect(times()[1]).toBeLessThanOrEqual(1.05 * monthsMs);
		for (const [ms] of sleeps.mock.calls) expect(ms).toBeLessThan(2 ** 31);
	});

	it('need one timer, however many wait', async () => {
		const { clock, queue, ask } = setUp();
		for (const prefix of ['a', 'b', 'c']) ask(queue.openLane(), numbered(100, prefix));
		await clock.pass(SPACING_MS / 2);
		expect(clock.pending).toBe(1);
	});

	it('need no timers when nothing waits', async () => {
		const { clock, queue, ask } = setUp();
		ask(queue.openLane(), numbered(3), { answer: AT_ONCE });
		await clock.pass(2 * MOST_SLOT_MS);
		expect(clock.pending).toBe(0);
	});

	it.each(['a', 'b', 'c'])('never go early, though timers do (%s)', async (seed) => {
		const clock = new EarlyClock(seededRandom(seed));
		const { queue, ask, names, gaps } = setUp({ clock, rate: 100 });
		ask(queue.openLane(), numbered(100), { answer: { afterMs: 5 } });
		await clock.pass();
		expect(names()).toEqual(numbered(100));
		for (const gap of gaps()) expect(gap).toBeGreaterThanOrEqual(10 - ROUNDING_MS);
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
		ask(queue.openLane(), numbered(5, 'slow '), { requestsPerSecond: 0.2 });
		ask(queue.openLane(), numbered(20, 'fast '));
		await clock.pass();
		const slow = sent.filter(({ name }) => name.startsWith('slow')).map(({ at }) => at);
		const fast = sent.filter(({ name }) => name.startsWith('fast')).map(({ at }) => at);
		for (const [index, at] of slow.slice(1).entries()) {
			expect(at - (slow[index] ?? 0)).toBeGreaterThanOrEqual(5 * SPACING_MS);
		}
		expect(slow.at(-1)).toBeLessThanOrEqual(4 * 5 * 1.05 * SPACING_MS + MOST_SLOT_MS);
		// Each of the slow ones takes one slot from them, and nothing more.
		expect(fast.at(-1)).toBeLessThanOrEqual(25 * 1.05 * SPACING_MS);
		const all = sent.map(({ at }) => at);
		for (const [index, at] of all.slice(1).entries()) {
			expect(at - (all[index] ?? 0)).toBeGreaterThanOrEqual(SPACING_MS);
		}
	});

	it('a batch that waits for a slower rate is not overtaken for ever by a faster one', async () => {
		const { clock, queue, ask, sent } = setUp();
		ask(queue.openLane(), numbered(200, 'fast '), { requestsPerSecond: 10 });
		ask(queue.openLane(), numbered(5, 'slow '), { requestsPerSecond: 0.2 });
		await clock.pass();
		const slow = sent.filter(({ name }) => name.startsWith('slow'));
		expect(slow.at(-1)?.at).toBeLessThanOrEqual(5 * 1.05 * 5_100);
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
		expect(times()[1]).toBeLessThanOrEqual(1.05 * SPACING_MS);
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
		expect(times()[1]).toBeLessThanOrEqual(1.05 * SPACING_MS);
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
		expect(times().at(-1)).toBeLessThanOrEqual(3 * 1.05 * SPACING_MS);
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
		ask(slow, ['slow 0', 'slow 1'], { requestsPerSecond: 1 / 3_600 });
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
		ask(queue.openLane(), numbered(10), { requestsPerSecond: 0 });
		await clock.pass();
		expect(names()).toEqual(numbered(3));
		sent[1]?.turn.end('accepted');
		await clock.pass();
		expect(names()).toEqual(numbered(4));
	});

	it('become one more with each answer, up to the most', async () => {
		const { clock, queue, ask, sent } = setUp({ first: 1, most: 4 });
		ask(queue.openLane(), numbered(100), { requestsPerSecond: 0 });
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
		ask(lane, numbered(20), { requestsPerSecond: 0, answer: { afterMs: 10 } });
		await clock.pass();
		ask(lane, numbered(20, 'later '), { requestsPerSecond: 0 });
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
		expect(times()[3]).toBeLessThanOrEqual(5_000 + 1.05 * SPACING_MS);
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
		expect(times()[1]).toBeLessThanOrEqual(100 + 0.2 * SPACING_MS);
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

describe('a send queue', () => {
	it('is idle when nothing waits and nothing is in flight, and knows since when', async () => {
		const { clock, queue, ask, sent } = setUp();
		expect(queue.isIdle).toBe(true);
		ask(queue.openLane(), ['a', 'b']);
		await clock.pass(SPACING_MS / 2);
		expect(queue.isIdle).toBe(false);
		await clock.pass();
		expect(queue.isIdle).toBe(false);
		const now = clock.now();
		for (const { turn } of sent) turn.end('accepted');
		expect(queue.isIdle).toBe(true);
		await clock.pass(SPACING_MS);
		expect(queue.lastUsedAt).toBe(now);
	});

	it('goes by what an answer says of the limit, from that answer on', async () => {
		const { clock, queue, ask, gaps } = setUp();
		const told = { afterMs: 10, limit: { requestsPerSecond: 10 } };
		ask(queue.openLane(), numbered(20), { answer: told });
		await clock.pass();
		expect(queue.spacingMs).toBe(100);
		for (const gap of gaps()) expect(gap).toBeLessThanOrEqual(105);
	});

	it('tells for how long everything was refused', async () => {
		const { clock, queue, ask } = setUp();
		const lane = queue.openLane();
		expect(queue.refusedFor()).toBe(0);
		ask(lane, numbered(5), { answer: { afterMs: 0, verdict: 'refused' } });
		await clock.pass(0);
		await clock.pass(30_000);
		expect(queue.refusedFor()).toBe(30_000);
		ask(lane, ['through'], { answer: AT_ONCE });
		await clock.pass(1);
		expect(queue.refusedFor()).toBe(0);
	});

	it('takes no refusal for the end of a row that was long ago', async () => {
		const { clock, queue, ask } = setUp();
		const refused = { afterMs: 0, verdict: 'refused' } as const;
		ask(queue.openLane(), ['a'], { answer: refused });
		await clock.pass(3_600_000);
		ask(queue.openLane(), ['b'], { answer: refused });
		await clock.pass(1);
		expect(queue.refusedFor()).toBeLessThanOrEqual(1);
	});

	it('counts no refused request for a cap', async () => {
		const { clock, queue, ask, times } = setUp();
		const lane = queue.openLane();
		const cap = { requestsPerSecond: 0.2 };
		ask(lane, ['a'], { ...cap, answer: { afterMs: 10, verdict: 'refused' } });
		ask(lane, ['a again'], { ...cap, ahead: true });
		await clock.pass();
		expect(times()[1]).toBeLessThanOrEqual(SPACING_MS);
	});
});
