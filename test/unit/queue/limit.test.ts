import { Limit } from '@package/nodes/shared/queue/limit';
import { seededRandom } from '../../green-api-double/seededRandom';

const S = 1_000;
const SLOT_MS = 1.05 * S;

/** A limit, and requests that go as soon as it lets them. */
function setUp({ rate = 1, wallNow = (now: number) => now + 1.8e12 } = {}) {
	let now = 0;
	let sentAt = 0;
	const limit = new Limit(rate, seededRandom('limit'), () => wallNow(now));
	return {
		limit,
		get sentAt() {
			return sentAt;
		},
		get now() {
			return now;
		},
		pass(ms: number) {
			now += ms;
		},
		/** @returns how long it had to wait */
		send({ isRefused = false, afterMs = 10 } = {}): number {
			const askedAt = now;
			// Asked again when the time has come, as the send queue does.
			while (limit.nextSlot(now) > now) now = limit.nextSlot(now);
			const waited = now - askedAt;
			sentAt = now;
			const request = limit.sent(now);
			now += afterMs;
			limit[isRefused ? 'refused' : 'accepted'](request, now);
			return waited;
		},
		/** Three refusals in a row are not jitter's. */
		meetOthers() {
			for (let count = 0; count < 3; count++) this.send({ isRefused: true });
			this.send();
		},
		/** @returns the place in the frame of the slot in which it went */
		sendUnless(isTheirs: (slot: number) => boolean) {
			const at = Math.max(now, limit.nextSlot(now));
			const slot = Math.round((at + 1.8e12) / SLOT_MS) % 10;
			this.send({ isRefused: isTheirs(slot) });
			return { slot, isRefused: isTheirs(slot) };
		},
	};
}

describe('a limit that nobody else uses', () => {
	it('lets the first request go at once, and the next ones a little further apart than it says', () => {
		const { limit } = setUp();
		expect(limit.nextSlot(0)).toBeLessThanOrEqual(0);
		limit.sent(0);
		expect(limit.nextSlot(5)).toBeGreaterThan(S);
		expect(limit.nextSlot(5)).toBeLessThanOrEqual(1.04 * S);
	});

	it('gives the same slot however often it is asked', () => {
		const { limit } = setUp();
		limit.sent(0);
		const slots = [1, 2, 500, 900].map((now) => limit.nextSlot(now));
		expect(new Set(slots).size).toBe(1);
	});

	it('counts from the slot, not from when a late timer woke, but keeps its distance', () => {
		const { limit } = setUp();
		limit.sent(0);
		const slot = limit.nextSlot(0);
		limit.sent(slot + 15);
		expect(limit.nextSlot(slot + 15)).toBeCloseTo(2 * slot);
		limit.sent(2 * slot + 500);
		expect(limit.nextSlot(2 * slot + 500)).toBeGreaterThan(2 * slot + 500 + S);
	});

	it('earns no burst by a pause', () => {
		const { limit } = setUp();
		limit.sent(0);
		expect(limit.nextSlot(3_600_000)).toBeLessThanOrEqual(3_600_000);
		limit.sent(3_600_000);
		expect(limit.nextSlot(3_600_000)).toBeGreaterThan(3_600_000 + S);
	});

	it('lets a request that came a little early go again soon, and has more room for a frame', () => {
		const world = setUp();
		world.send();
		world.send();
		world.send({ isRefused: true });
		expect(world.send()).toBeLessThanOrEqual(0.25 * S);
		const times = Array.from({ length: 20 }, () => {
			world.send();
			return world.sentAt;
		});
		const gaps = times.slice(1).map((time, index) => time - (times[index] ?? NaN));
		for (const gap of gaps.slice(0, 8)) expect(gap).toBeCloseTo(SLOT_MS);
		for (const gap of gaps.slice(10)) expect(gap).toBeCloseTo(1.039 * S);
	});

	it('takes no news of requests from before a change for what is now', () => {
		const { limit } = setUp();
		const early = [limit.sent(0), limit.sent(1_039), limit.sent(2_078)];
		limit.follow(0.5);
		for (const request of early) limit.refused(request, 2_100);
		expect(limit.nextSlot(2_100)).toBeCloseTo(2_078 + 2 * 1_039);
	});
});

describe('what answers say of the limit', () => {
	it('holds from the last request on, up and down', () => {
		const { limit } = setUp();
		limit.sent(0);
		limit.follow(10);
		expect(limit.spacingMs).toBe(100);
		expect(limit.nextSlot(50)).toBeCloseTo(103.9);
		limit.follow(0.5);
		expect(limit.nextSlot(50)).toBeCloseTo(2_078);
	});

	it('changes nothing where it is known', () => {
		const world = setUp();
		world.send({ isRefused: true });
		const slot = world.limit.nextSlot(world.now);
		world.limit.follow(1);
		expect(world.limit.nextSlot(world.now)).toBe(slot);
	});
});

describe('a limit that others use', () => {
	it('is polled when the first request was refused, several times a spacing', () => {
		const world = setUp();
		world.send({ isRefused: true });
		for (let poll = 0; poll < 34; poll++) {
			const waited = world.send({ isRefused: true });
			expect(waited).toBeGreaterThan(0.1 * S);
			// The one after the third refusal is a little longer.
			expect(waited).toBeLessThanOrEqual((poll === 2 ? 0.28 : 0.26) * S);
		}
	});

	it.each([
		['where each timer wakes 10 ms late', 10, 10, 1],
		['where a refusal takes longer than from one poll to the next', 0, 300, 2],
	])('is polled in whole steps %s', (_what, lateMs, afterMs, steps) => {
		const world = setUp();
		let [now, due] = [0, NaN];
		for (let poll = 0; poll < 30; poll++) {
			const request = world.limit.sent(now);
			world.limit.refused(request, now + afterMs);
			const next = world.limit.nextSlot(now + afterMs);
			const more = poll === 2 ? 0.0195 * S : 0;
			if (poll > 0) expect(next - due).toBeCloseTo(steps * 0.251 * S + more);
			due = next;
			now = due + lateMs;
		}
	});

	it('is polled more and more slowly, in case refused requests count as well', () => {
		const world = setUp();
		let waited = 0;
		for (let poll = 0; poll < 400; poll++) waited = world.send({ isRefused: true });
		expect(waited).toBeGreaterThan(S);
	});

	it('is shared by slots of the wall clock, the same in all processes', () => {
		for (const startedAt of [0, 123_456.7, 98_765.4]) {
			const world = setUp();
			world.pass(startedAt);
			world.meetOthers();
			for (let count = 0; count < 8; count++) {
				world.send();
				const phase = (world.sentAt + 1.8e12) % SLOT_MS;
				expect(Math.min(phase, SLOT_MS - phase)).toBeLessThanOrEqual(0.001 * S);
			}
		}
	});

	it('is not given up for a busy n8n, whose requests came late: three refusals in a row', () => {
		const world = setUp();
		for (let count = 0; count < 3; count++) world.send();
		for (let count = 0; count < 3; count++) world.send({ isRefused: true });
		for (let count = 0; count < 2; count++) world.send();
		const startedAt = world.sentAt;
		for (let count = 0; count < 10; count++) world.send();
		expect(world.sentAt - startedAt).toBeLessThanOrEqual(10 * SLOT_MS + 1);
	});

	it('is left to them in the slots in which a request was refused, and used in all others', () => {
		const world = setUp();
		world.meetOthers();
		const isTheirs = (slot: number) => slot % 2 === 0;
		for (let count = 0; count < 10; count++) world.sendUnless(isTheirs);
		const sent = Array.from({ length: 10 }, () => world.sendUnless(isTheirs));
		expect(sent.filter(({ isRefused }) => isRefused).length).toBeLessThanOrEqual(2);
		expect(new Set(sent.map(({ slot }) => slot).filter((slot) => !isTheirs(slot))).size).toBe(5);
	});

	it('is left to them, too, in a slot that it is late for', () => {
		const world = setUp();
		world.meetOthers();
		const slotAt = world.limit.nextSlot(world.now);
		expect(world.limit.nextSlot(slotAt + 0.04 * S)).toBe(slotAt);
		expect(world.limit.nextSlot(slotAt + 0.06 * S)).toBeCloseTo(slotAt + SLOT_MS);
	});

	it.each([
		['before its owner by who has few', 3, -1],
		['after its owner by who has enough', 6, 1],
	])('is tried in a ceded slot %s', (_what, own, sign) => {
		const world = setUp();
		world.meetOthers();
		const isTheirs = (slot: number) => slot >= own;
		const offsets = Array.from({ length: 400 }, () => {
			const { slot } = world.sendUnless(isTheirs);
			const at = (world.sentAt + 1.8e12) / SLOT_MS;
			return isTheirs(slot) ? at - Math.round(at) : 0;
		});
		const tries = offsets.slice(20).filter((offset) => Math.abs(offset) > 0.01);
		expect(tries.length).toBeGreaterThan(0);
		for (const offset of tries) expect(Math.sign(offset)).toBe(sign);
	});

	it('is not refused to itself beside a try', () => {
		const world = setUp();
		world.meetOthers();
		let [lastSentAt, tries] = [-Infinity, 0];
		for (let count = 0; count < 400; count++) {
			const { isRefused } = world.sendUnless((slot) => slot % 2 === 0);
			if (isRefused) tries += 1;
			expect(world.sentAt - lastSentAt).toBeGreaterThanOrEqual(1.0249 * S);
			lastSentAt = world.sentAt;
		}
		expect(tries).toBeGreaterThan(10);
	});

	it('is polled again by who is left with no slot', () => {
		const world = setUp();
		world.meetOthers();
		for (let count = 0; count < 11; count++) world.send({ isRefused: true });
		for (let poll = 0; poll < 5; poll++) {
			expect(world.send({ isRefused: true })).toBeLessThanOrEqual(0.26 * S);
		}
	});

	it('is all its own again when nobody is met any more', () => {
		const world = setUp();
		world.meetOthers();
		for (let count = 0; count < 8; count++) world.sendUnless((slot) => slot % 5 !== 0);
		for (let count = 0; count < 100; count++) world.send();
		const startedAt = world.sentAt;
		for (let count = 0; count < 10; count++) world.send();
		expect(world.sentAt - startedAt).toBeLessThanOrEqual(10 * 1.04 * S);
	});

	it('loses no slot to single refusals once fifteen slots brought none: nobody else is there', () => {
		const world = setUp();
		world.meetOthers();
		for (let count = 0; count < 17; count++) world.send();
		for (let refusals = 0; refusals < 5; refusals++) {
			world.send({ isRefused: true });
			expect(world.send()).toBeLessThanOrEqual(0.26 * S);
			expect(world.send()).toBeLessThanOrEqual(1.04 * S);
		}
	});

	it('is shared, too, by who has a single slot in a frame: that is no break', () => {
		const world = setUp();
		world.meetOthers();
		for (let count = 0; count < 20; count++) world.sendUnless((slot) => slot !== 7);
		const times = Array.from({ length: 40 }, () => {
			world.sendUnless((slot) => slot !== 7);
			return world.sentAt;
		});
		for (const [index, time] of times.slice(1).entries()) {
			expect(time - (times[index] ?? NaN)).toBeGreaterThan(0.9 * S);
		}
	});
});

describe('a process that a cap keeps below the limit', () => {
	it('needs no slots: what was refused is tried again soon, and nothing else changes', () => {
		const { limit } = setUp();
		let now = 0;
		limit.accepted(limit.sent(now, true), now);
		const waits = new Set<number>();
		for (let count = 0; count < 5; count++) {
			now = count === 0 ? 3_000 : limit.nextSlot(now);
			limit.refused(limit.sent(now, true), now);
			waits.add(limit.nextSlot(now) - now);
			// By chance, and a little longer after the third refusal.
			expect(limit.nextSlot(now) - now).toBeLessThanOrEqual(
				(count === 2 ? 0.2715 : 0.252) * S + 0.01,
			);
		}
		expect(waits.size).toBe(5);
		now = limit.nextSlot(now);
		limit.accepted(limit.sent(now, true), now);
		expect(limit.nextSlot(now) - now).toBeCloseTo(SLOT_MS);
	});
});
