import { replyInTime } from '@package/nodes/shared/n8n/deadline';
import type { Reply } from '@package/nodes/shared/green-api/answer';
import { failureOfNetwork, failureOfStatus } from '@package/nodes/shared/green-api/failures';
import { Cancellation, CANCELLED, systemTimers, Timetable } from '@package/nodes/shared/time';
import { chatIds, newProcess } from '../../virtual-time/batches';
import { answerFor } from '../../virtual-time/simulatedInstance';
import { settle, VirtualClock } from '../../virtual-time/virtualClock';

const SECOND_MS = 1_000;
const TIMEOUT_MS = 30 * SECOND_MS;
const hour = () => 3_600 * SECOND_MS;

const FOUND: Reply = { ok: true, value: answerFor('a') };
const TOO_LATE: Reply = { ok: false, failure: failureOfNetwork('ETIMEDOUT') };
const never = async () => await new Promise<Reply>(() => undefined);

async function inTime(
	send: (signal: AbortSignal) => Promise<Reply>,
	ms: number,
	timetable: Timetable,
	aborted = new Cancellation(),
) {
	return await replyInTime(send, ms, aborted, timetable);
}

describe('a reply with a deadline', () => {
	function setUp() {
		const clock = new VirtualClock();
		return { clock, timetable: new Timetable(clock) };
	}

	it('is what comes in time, and leaves nothing behind', async () => {
		const { timetable } = setUp();
		expect(await inTime(async () => FOUND, 10, timetable)).toBe(FOUND);
		expect(timetable.size).toBe(0);
	});

	it('is given up at the deadline, whatever comes of it later', async () => {
		const { clock, timetable } = setUp();
		const late = async () => await clock.sleep(100).then(() => FOUND);
		const given = inTime(late, 50, timetable).then((reply) => [reply, clock.now()]);
		await clock.pass(200);
		expect(await given).toEqual([TOO_LATE, 50]);
	});

	it('ends the request whose reply is too late, or not waited for any more, and no other', async () => {
		const { clock, timetable } = setUp();
		const signals: AbortSignal[] = [];
		const sendFor = (ms: number) => async (signal: AbortSignal) => {
			signals.push(signal);
			return await clock.sleep(ms).then(() => FOUND);
		};
		const aborted = new Cancellation();
		const replies = [
			inTime(sendFor(10), 50, timetable),
			inTime(sendFor(100), 50, timetable),
			inTime(sendFor(100), 500, timetable, aborted),
		];
		const ended = () => signals.map((signal) => signal.aborted);
		await clock.pass(49);
		expect(ended()).toEqual([false, false, false]);
		await clock.pass(1);
		expect(ended()).toEqual([false, true, false]);
		aborted.cancel();
		expect(await Promise.all(replies)).toEqual([FOUND, TOO_LATE, CANCELLED]);
		expect(ended()).toEqual([false, true, true]);
	});

	it('takes one timer for any number of them, and none afterwards', async () => {
		const { clock, timetable } = setUp();
		const replies = Promise.all(
			Array.from({ length: 10_000 }, async (_, index) => {
				const send = async () => await clock.sleep(index % 100).then(() => FOUND);
				return await inTime(send, TIMEOUT_MS, timetable);
			}),
		);
		await settle();
		expect(timetable.size).toBe(10_000);
		expect(clock.unreferenced).toBe(1);
		await clock.pass(100);
		await replies;
		expect(timetable.size).toBe(0);
		expect(clock.unreferenced).toBe(1);
		await clock.pass(TIMEOUT_MS);
		expect(clock.unreferenced).toBe(0);
	});

	it('goes by the nearest of several deadlines', async () => {
		const { clock, timetable } = setUp();
		const endedAt = new Map<number, number>();
		for (const ms of [500, 20, 3_000, 20, 100]) {
			void inTime(never, ms, timetable).then(() => endedAt.set(ms, clock.now()));
		}
		await clock.pass(600);
		expect(clock.unreferenced).toBe(1);
		await clock.pass(5_000);
		for (const [ms, at] of endedAt) expect(at).toBe(ms);
		expect(endedAt.size).toBe(4);
		expect(clock.unreferenced).toBe(0);
	});

	it('is kept to in real time', async () => {
		const given = await Promise.all(
			[20, 10].map(async (ms) => {
				const began = performance.now();
				const reply = await inTime(never, ms, new Timetable(systemTimers));
				return { reply, isEarly: performance.now() - began < ms - 1 };
			}),
		);
		expect(given).toEqual([
			{ reply: TOO_LATE, isEarly: false },
			{ reply: TOO_LATE, isEarly: false },
		]);
	});
});

describe('an attempt of a lookup', () => {
	it('ends at its deadline like a time-out of the network, and is made again', async () => {
		let slow = true;
		const { clock, instance, start, ask } = newProcess({ latencyMs: () => (slow ? hour() : 50) });
		const batch = start();
		const [asked] = ask(batch, ['a'], {}, { timeout: TIMEOUT_MS });
		await clock.pass(TIMEOUT_MS);
		slow = false;
		await clock.pass(10 * SECOND_MS);
		expect(asked?.outcome).toEqual({ ok: true, value: answerFor('a') });
		expect(instance.requests).toHaveLength(2);
		expect(batch.counts).toMatchObject({ retries: 1 });
	});

	it('fails as one that got no answer in time after the last', async () => {
		const { clock, start, ask } = newProcess({ latencyMs: hour });
		const [asked] = ask(start(), ['a'], { maxRetries: 0 }, { timeout: TIMEOUT_MS });
		await clock.pass(TIMEOUT_MS);
		const failure = failureOfNetwork('ETIMEDOUT');
		expect(asked?.outcome).toEqual({ ok: false, failure, inherited: false });
		expect(asked?.settledAt).toBe(TIMEOUT_MS);
	});

	it('leaves its place in flight: 64 that never end keep nobody from going out', async () => {
		const { clock, instance, start, ask } = newProcess({
			limit: Infinity,
			latencyMs: ({ body }) => (String(body?.chatId).startsWith('hangs') ? hour() : 0),
		});
		const limit = { requestsPerSecond: 1_000 };
		const telling = start({}, async (one) => ({ ...(await instance.send(one)), limit }));
		ask(telling, ['first']);
		await clock.pass(2 * SECOND_MS);
		const policy = { requestsPerSecond: 1_000, maxRetries: 0 };
		const hanging = ask(start(), chatIds(64, 'hangs '), policy, { timeout: TIMEOUT_MS });
		await clock.pass(SECOND_MS);
		const asked = ask(start(), chatIds(10), policy, { timeout: TIMEOUT_MS });
		await clock.pass(SECOND_MS);
		expect(asked.map(({ outcome }) => outcome)).toEqual(asked.map(() => undefined));
		await clock.pass(TIMEOUT_MS);
		expect(asked.map(({ outcome }) => outcome?.ok)).toEqual(asked.map(() => true));
		expect(hanging.map(({ outcome }) => outcome?.ok)).toEqual(hanging.map(() => false));
		await clock.pass(2 * hour());
		expect(clock.pending).toBe(0);
	});

	it('holds nobody who shares it for longer than they would have waited', async () => {
		const { clock, start, ask } = newProcess({ latencyMs: hour });
		const timeout = { timeout: TIMEOUT_MS };
		ask(start(), ['a'], { maxRetries: 0 }, timeout);
		await clock.pass(10 * SECOND_MS);
		const [shared] = ask(start(), ['a'], { maxRetries: 0 }, timeout);
		const [hasty] = ask(start(), ['a'], { maxRetries: 0 }, { timeout: 5 * SECOND_MS });
		await clock.pass(TIMEOUT_MS);
		expect(shared?.settledAt).toBe(TIMEOUT_MS);
		expect(hasty?.settledAt).toBe(15 * SECOND_MS);
	});

	it('holds nobody by the cap of another who asks the same', async () => {
		let isDown = true;
		const fault = () => (isDown ? failureOfStatus(500, '') : undefined);
		const { clock, start, ask } = newProcess({ limit: Infinity, fault });
		ask(start(), ['a'], { requestsPerSecond: 0.01 });
		const [asked] = ask(start(), ['a'], {});
		await clock.pass(SECOND_MS / 2);
		isDown = false;
		await clock.pass(30 * SECOND_MS);
		expect(asked?.outcome?.ok).toBe(true);
	});
});
