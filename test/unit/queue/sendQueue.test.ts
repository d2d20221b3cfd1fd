import { Answer, type Reply } from '@package/nodes/shared/green-api/answer';
import { failureOfStatus } from '@package/nodes/shared/green-api/failures';
import { Limit } from '@package/nodes/shared/queue/limit';
import {
	type EndTurn,
	Lane,
	SendQueue,
	type TurnOptions,
} from '@package/nodes/shared/queue/sendQueue';
import { seededRandom } from '../../green-api-double/seededRandom';
import { EarlyClock } from '../../virtual-time/earlyClock';
import { settle, VirtualClock } from '../../virtual-time/virtualClock';

const SPACING_MS = 1_000;
/** A slot, with the margin and whatever the pace puts on top of it. */
const MOST_SLOT_MS = 1.05 * SPACING_MS;
/** Sums of times are not exact. */
const ROUNDING_MS = 1e-6;
const MOST_IN_FLIGHT = 64;

interface Sent {
	name: string;
	at: number;
	end: EndTurn;
}

const FOUND: Reply = { ok: true, value: new Answer('{}') };
const REFUSED: Reply = { ok: false, failure: failureOfStatus(429, '') };
const DOWN = { ok: false, failure: failureOfStatus(503, '') } satisfies Reply;
const UNPACED = { requestsPerSecond: 0 };

interface Sending extends TurnOptions {
	/** What comes, and after how long; the turn never ends if left out. */
	answer?: { afterMs: number; reply?: Reply };
}

function setUp({ clock = new VirtualClock(), seed = 'send queue', rate = 1 } = {}) {
	const limit = new Limit(1_000 / rate, seededRandom(seed));
	const queue = new SendQueue(clock, limit);
	const sent: Sent[] = [];
	const left: string[] = [];

	/** Waits for a turn, and ends it when the answer comes. */
	async function request(lane: Lane, name: string, { answer, ...options }: Sending = {}) {
		const end = await queue.takeTurn(lane, options);
		if (!end) {
			left.push(name);
			return;
		}
		sent.push({ name, at: clock.now(), end });
		if (!answer) return;
		await clock.sleep(answer.afterMs);
		end(answer.reply ?? FOUND);
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
		/** Has so many requests wait for their answers, of a batch each. */
		hang: (count: number) => {
			for (const name of numbered(count, 'hangs ')) ask(new Lane(), [name], UNPACED);
		},
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
		const { clock, ask, names, times, gaps } = setUp();
		ask(new Lane(), numbered(20), { answer: { afterMs: 50 } });
		await clock.pass();
		expect(names()).toEqual(numbered(20));
		expect(times()[0]).toBe(0);
		for (const gap of gaps()) expect(gap).toBeGreaterThanOrEqual(SPACING_MS);
		for (const gap of gaps()) expect(gap).toBeLessThanOrEqual(1.05 * SPACING_MS);
	});

	it('go at once when the last one was long ago', async () => {
		const { clock, ask, times } = setUp();
		const lane = new Lane();
		ask(lane, ['a'], { answer: AT_ONCE });
		await clock.pass(60_000);
		ask(lane, ['b'], { answer: AT_ONCE });
		await settle();
		expect(times()).toEqual([0, 60_000]);
	});

	it('keep their pace however long their answers take', async () => {
		const lastSentAt = async (afterMs: number) => {
			const { clock, ask, times } = setUp();
			ask(new Lane(), numbered(30), { answer: { afterMs } });
			await clock.pass();
			return times().at(-1) ?? 0;
		};
		expect(await lastSentAt(20_000)).toBeLessThanOrEqual(1.01 * (await lastSentAt(0)));
	});

	it('go by the rate of each', async () => {
		const { clock, ask, gaps } = setUp();
		const lane = new Lane();
		for (const requestsPerSecond of [1, 0.2, 100, 1]) ask(lane, [''], { requestsPerSecond });
		await clock.pass();
		for (const [index, spacingMs] of [5_000, 1_000, 1_000].entries()) {
			expect(gaps()[index]).toBeGreaterThanOrEqual(spacingMs);
			expect(gaps()[index]).toBeLessThanOrEqual(1.05 * spacingMs);
		}
	});

	it('wait for as long as it takes, though a timer runs for 12 days at most', async () => {
		const { clock, ask, times } = setUp();
		const monthsMs = 2 ** 32;
		const sleep = clock.sleep.bind(clock);
		jest.spyOn(clock, 'sleep').mockImplementation(async (ms) => await sleep(Math.min(ms, 2 ** 30)));
		ask(new Lane(), ['a', 'b'], { requestsPerSecond: 1_000 / monthsMs });
		await clock.pass();
		expect(times()[1]).toBeGreaterThanOrEqual(monthsMs);
		expect(times()[1]).toBeLessThanOrEqual(1.05 * monthsMs);
	});

	it('need one timer, however many wait', async () => {
		const { clock, ask } = setUp();
		for (const prefix of ['a', 'b', 'c']) ask(new Lane(), numbered(100, prefix));
		await clock.pass(SPACING_MS / 2);
		expect(clock.pending).toBe(1);
	});

	it('need no timers when nothing waits', async () => {
		const { clock, ask } = setUp();
		ask(new Lane(), numbered(3), { answer: AT_ONCE });
		await clock.pass(2 * MOST_SLOT_MS);
		expect(clock.pending).toBe(0);
	});

	it.each(['a', 'b', 'c'])('never go early, though timers do (%s)', async (seed) => {
		const clock = new EarlyClock(seededRandom(seed));
		const { ask, names, gaps } = setUp({ clock, rate: 100 });
		ask(new Lane(), numbered(100), { answer: { afterMs: 5 } });
		await clock.pass();
		expect(names()).toEqual(numbered(100));
		for (const gap of gaps()) expect(gap).toBeGreaterThanOrEqual(10 - ROUNDING_MS);
	});
});

describe('batches on one instance', () => {
	it('take turns', async () => {
		const { clock, ask, names } = setUp();
		ask(new Lane(), ['first']);
		const lanes = [new Lane(), new Lane(), new Lane()];
		for (const [index, lane] of lanes.entries()) ask(lane, numbered(3, 'abc'[index]));
		await clock.pass();
		expect(names()).toEqual(['first', 'a0', 'b0', 'c0', 'a1', 'b1', 'c1', 'a2', 'b2', 'c2']);
	});

	it('leave their turns to others once they have nothing to ask', async () => {
		const { clock, ask, names } = setUp();
		const [one, other] = [new Lane(), new Lane()];
		ask(one, numbered(1, 'a'));
		ask(other, numbered(4, 'b'));
		await clock.pass(2 * MOST_SLOT_MS);
		ask(one, ['a1']);
		await clock.pass();
		expect(names()).toEqual(['a0', 'b0', 'b1', 'b2', 'a1', 'b3']);
	});

	it('a single lookup waits for three slots at most, whatever else is waiting', async () => {
		const { clock, ask, sent } = setUp();
		ask(new Lane(), numbered(10_000, 'batch '), { answer: { afterMs: 3_000 } });
		for (const single of numbered(20, 'single ')) {
			await clock.pass(Math.floor(MOST_SLOT_MS * 7.3));
			const askedAt = clock.now();
			ask(new Lane(), [single], { answer: AT_ONCE });
			await clock.pass(3 * SPACING_MS);
			const { at } = sent.find(({ name }) => name === single) ?? { at: Infinity };
			expect(at - askedAt).toBeLessThanOrEqual(3 * SPACING_MS);
		}
	});

	it('a request that had its turn goes before the others of its batch, not of other batches', async () => {
		const { clock, ask, names } = setUp();
		const [one, other] = [new Lane(), new Lane()];
		ask(one, ['a0']);
		ask(other, ['b0', 'b1']);
		ask(one, ['a1', 'a2']);
		await settle();
		ask(one, ['a0 again'], { ahead: true });
		await clock.pass();
		expect(names()).toEqual(['a0', 'b0', 'a0 again', 'b1', 'a1', 'a2']);
	});

	it('also when nothing of its batch waits', async () => {
		const { clock, ask, names } = setUp();
		const lane = new Lane();
		ask(lane, ['a', 'a again', 'b'], { ahead: true });
		await settle();
		ask(lane, ['c']);
		await clock.pass();
		expect(names()).toEqual(['a', 'b', 'a again', 'c']);
	});

	it('a batch with a lower rate keeps to it, and holds nobody else up', async () => {
		const { clock, ask, sent } = setUp();
		ask(new Lane(), numbered(5, 'slow '), { requestsPerSecond: 0.2 });
		ask(new Lane(), numbered(20, 'fast '));
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
		const { clock, ask, sent } = setUp();
		ask(new Lane(), numbered(200, 'fast '), { requestsPerSecond: 10 });
		ask(new Lane(), numbered(5, 'slow '), { requestsPerSecond: 0.2 });
		await clock.pass();
		const slow = sent.filter(({ name }) => name.startsWith('slow'));
		expect(slow.at(-1)?.at).toBeLessThanOrEqual(5 * 1.05 * 5_100);
	});
});

describe('a question that was sent in another turn', () => {
	const ask = (queue: SendQueue, lane: Lane, key: string, sent: string[], name: string) =>
		queue.ask(key, lane, undefined, async (end) => {
			sent.push(name);
			end(FOUND);
			return { ok: true, value: new Answer('{}') };
		});

	it('leaves its turn to the next of its own batch', async () => {
		const { clock, queue } = setUp();
		const [one, other] = [new Lane(), new Lane()];
		const sent: string[] = [];
		void ask(queue, new Lane(), 'first', sent, 'first');
		void ask(queue, other, 'same', sent, 'same');
		void ask(queue, one, 'same', sent, 'same again');
		void ask(queue, other, 'b', sent, 'b');
		void ask(queue, one, 'a', sent, 'a');
		await clock.pass();
		expect(sent).toEqual(['first', 'same', 'a', 'b']);
	});

	it('costs no time', async () => {
		const { clock, queue } = setUp();
		const sent: string[] = [];
		for (const name of numbered(5)) void ask(queue, new Lane(), 'same', sent, name);
		void ask(queue, new Lane(), 'next', sent, 'next');
		await clock.pass();
		expect(sent).toEqual(['0', 'next']);
		expect(clock.now()).toBeLessThanOrEqual(MOST_SLOT_MS);
	});
});

describe('a batch that is over', () => {
	it('gives up what waits at once, and leaves its slots to the others', async () => {
		const { clock, ask, names, left, times } = setUp();
		const [over, other] = [new Lane(), new Lane()];
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
		const { clock, ask, names, left } = setUp();
		const lane = new Lane();
		lane.close();
		ask(lane, ['a']);
		ask(lane, ['b'], { ahead: true });
		await clock.pass();
		expect(names()).toEqual([]);
		expect(left).toEqual(['a', 'b']);
	});

	it('keeps the turns it was given, which count as in flight until they end', async () => {
		const { clock, ask, hang, names, sent } = setUp();
		const over = new Lane();
		ask(over, ['over']);
		hang(MOST_IN_FLIGHT - 1);
		ask(new Lane(), ['other'], UNPACED);
		await settle();
		over.close();
		await clock.pass(10 * MOST_SLOT_MS);
		expect(names()).not.toContain('other');
		sent[0]?.end(FOUND);
		await settle();
		expect(names()).toContain('other');
	});

	it('does not make the next wait for a slower batch’s slot', async () => {
		const { clock, ask, times } = setUp();
		const [slow, other] = [new Lane(), new Lane()];
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
		const { clock, ask, hang, sent, names } = setUp();
		hang(MOST_IN_FLIGHT + 10);
		ask(new Lane(), ['paced']);
		await clock.pass();
		expect(names()).toEqual(numbered(MOST_IN_FLIGHT, 'hangs '));
		sent[1]?.end(FOUND);
		await clock.pass();
		expect(names()).toHaveLength(MOST_IN_FLIGHT + 1);
	});

	it('become one more with each answer, where nothing paces them', async () => {
		const { clock, ask, sent } = setUp();
		ask(new Lane(), numbered(1_000), UNPACED);
		const inFlight = [];
		for (let answered = 0; answered < MOST_IN_FLIGHT + 2; answered++) {
			await settle();
			inFlight.push(sent.length - answered);
			sent[answered]?.end(DOWN);
		}
		expect(inFlight.slice(0, 4)).toEqual([1, 2, 3, 4]);
		expect(inFlight.slice(-4)).toEqual([63, 64, 64, 64]);
		expect(clock.pending).toBe(0);
	});

	it('are few again in the next batch, and those of others hold none back', async () => {
		const { ask, hang, names } = setUp();
		hang(10);
		ask(new Lane(), numbered(20), UNPACED);
		await settle();
		expect(names()).toEqual([...numbered(10, 'hangs '), '0']);
	});

	it.each<[what: string, reply: Reply | undefined]>([
		['found', FOUND],
		['refused', REFUSED],
		['down', DOWN],
		['not waited for any more', undefined],
	])('make room when they end: %s', async (_what, reply) => {
		const { hang, names, sent } = setUp();
		hang(MOST_IN_FLIGHT + 1);
		await settle();
		sent[0]?.end(reply);
		await settle();
		expect(names()).toHaveLength(MOST_IN_FLIGHT + 1);
	});

	it('do not hold a slot back longer than until there is room', async () => {
		const { clock, ask, hang, times } = setUp();
		hang(MOST_IN_FLIGHT - 2);
		ask(new Lane(), numbered(6), { answer: { afterMs: 5_000 } });
		await clock.pass();
		const paced = times().slice(-6);
		expect(paced[2]).toBe(5_000);
		expect(paced[3]).toBeLessThanOrEqual(5_000 + 1.05 * SPACING_MS);
		expect(paced[4]).toBe((paced[2] ?? 0) + 5_000);
	});
});

describe('what becomes of a request', () => {
	it('a refusal brings the next slot forward, and that is used', async () => {
		const { clock, ask, times } = setUp();
		const lane = new Lane();
		ask(lane, ['refused'], { answer: { afterMs: 100, reply: REFUSED } });
		ask(lane, ['next'], { answer: AT_ONCE });
		await clock.pass();
		expect(times()[1]).toBeGreaterThanOrEqual(100);
		expect(times()[1]).toBeLessThanOrEqual(100 + 0.2 * SPACING_MS);
	});

	it('the timer for a slot that moved sends nothing', async () => {
		const { clock, ask, gaps, sent } = setUp();
		const lane = new Lane();
		ask(lane, ['refused'], { answer: { afterMs: 900, reply: REFUSED } });
		ask(lane, numbered(3), { answer: AT_ONCE });
		await clock.pass();
		expect(sent).toHaveLength(4);
		for (const gap of gaps().slice(1)) expect(gap).toBeGreaterThanOrEqual(SPACING_MS);
	});

	it('no answer at all takes its slot nevertheless', async () => {
		const { clock, queue, ask, gaps } = setUp();
		const lane = new Lane();
		ask(lane, numbered(3), { answer: { afterMs: 10, reply: DOWN } });
		await clock.pass();
		for (const gap of gaps()) expect(gap).toBeGreaterThanOrEqual(SPACING_MS);
		expect(queue.refusedFor()).toBe(0);
	});

	it('a pause that the server asks for holds for every batch', async () => {
		const asking: Reply = { ok: false, failure: { ...DOWN.failure, retryAfterMs: 20_000 } };
		const { clock, ask, times } = setUp();
		ask(new Lane(), ['asked to wait'], {
			answer: { afterMs: 100, reply: asking },
		});
		ask(new Lane(), numbered(3), { answer: AT_ONCE });
		await clock.pass();
		expect(times()[1]).toBe(20_100);
		expect(times()[2]).toBeGreaterThanOrEqual(20_100 + SPACING_MS);
	});

	it('tells for how long all was refused', async () => {
		const { clock, queue, ask } = setUp();
		const lane = new Lane();
		ask(lane, ['a'], { answer: { afterMs: 100, reply: REFUSED } });
		await clock.pass(700);
		expect(queue.refusedFor()).toBe(600);
		ask(lane, ['b'], { answer: { afterMs: 100 } });
		await clock.pass();
		expect(queue.refusedFor()).toBe(0);
	});
});

describe('a send queue', () => {
	it('tells for how long nothing has waited or been in flight', async () => {
		const { clock, queue, ask, sent } = setUp();
		ask(new Lane(), ['a', 'b']);
		await clock.pass(SPACING_MS / 2);
		expect(queue.idleFor()).toBe(0);
		await clock.pass();
		await clock.pass(SPACING_MS);
		expect(queue.idleFor()).toBe(0);
		for (const { end } of sent) end(FOUND);
		expect(queue.idleFor()).toBe(0);
		await clock.pass(SPACING_MS);
		expect(queue.idleFor()).toBe(SPACING_MS);
	});

	it('goes by what an answer says of the limit, from that answer on', async () => {
		const { clock, queue, ask, gaps } = setUp();
		const told = { ...FOUND, limit: { requestsPerSecond: 10 } };
		ask(new Lane(), numbered(20), { answer: { afterMs: 10, reply: told } });
		await clock.pass();
		expect(queue.spacingUnder()).toBe(100);
		for (const gap of gaps()) expect(gap).toBeLessThanOrEqual(105);
	});

	it('tells what the time between requests is under a cap', () => {
		const { queue } = setUp();
		const spacings = [undefined, 5, 0.1, 0].map((cap) => queue.spacingUnder(cap));
		expect(spacings).toEqual([SPACING_MS, SPACING_MS, 10 * SPACING_MS, 0]);
	});

	it('tells for how long everything was refused', async () => {
		const { clock, queue, ask } = setUp();
		const lane = new Lane();
		expect(queue.refusedFor()).toBe(0);
		ask(lane, numbered(5), { answer: { afterMs: 0, reply: REFUSED } });
		await clock.pass(0);
		await clock.pass(30_000);
		expect(queue.refusedFor()).toBe(30_000);
		ask(lane, ['through'], { answer: AT_ONCE });
		await clock.pass(1);
		expect(queue.refusedFor()).toBe(0);
	});

	it('takes no refusal for the end of a row that was long ago', async () => {
		const { clock, queue, ask } = setUp();
		const refused = { afterMs: 0, reply: REFUSED } as const;
		ask(new Lane(), ['a'], { answer: refused });
		await clock.pass(3_600_000);
		ask(new Lane(), ['b'], { answer: refused });
		await clock.pass(1);
		expect(queue.refusedFor()).toBeLessThanOrEqual(1);
	});

	it('counts no refused request for a cap', async () => {
		const { clock, ask, times } = setUp();
		const lane = new Lane();
		const cap = { requestsPerSecond: 0.2 };
		ask(lane, ['a'], { ...cap, answer: { afterMs: 10, reply: REFUSED } });
		ask(lane, ['a again'], { ...cap, ahead: true });
		await clock.pass();
		expect(times()[1]).toBeLessThanOrEqual(SPACING_MS);
	});
});
