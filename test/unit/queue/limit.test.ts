import { Limit } from '@package/nodes/shared/queue/limit';
import { seededRandom } from '../../green-api-double/seededRandom';

const S = 1_000;

/** A limit, and requests that go as soon as it lets them. */
function setUp({ rate = 1, wallNow = (now: number) => now + 1.8e12 } = {}) {
	let now = 0;
	const limit = new Limit(rate, seededRandom('limit'), () => wallNow(now));
	return {
		limit,
		get now() {
			return now;
		},
		pass(ms: number) {
			now += ms;
		},
		/** @returns how long it had to wait */
		send({ isRefused = false, afterMs = 10 } = {}): number {
			const askedAt = now;
			now = Math.max(now, limit.nextSlot(now));
			const waited = now - askedAt;
			const request = limit.sent(now);
			now += afterMs;
			limit[isRefused ? 'refused' : 'accepted'](request, now);
			return waited;
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

	it('lets a request that came a little early go again soon, and then goes on as before', () => {
		const world = setUp();
		world.send();
		world.send();
		world.send({ isRefused: true });
		expect(world.send()).toBeLessThanOrEqual(0.1 * S);
		expect(world.send()).toBeGreaterThan(S - 20);
		expect(world.send()).toBeLessThanOrEqual(1.04 * S);
	});

	it('takes no news of requests from before a change for what is now', () => {
		const { limit } = setUp();
		const early = [limit.sent(0), limit.sent(1_039), limit.sent(2_078)];
		limit.follow({ requestsPerSecond: 0.5 });
		for (const request of early) limit.refused(request, 2_100);
		expect(limit.nextSlot(2_100)).toBeCloseTo(2_078 + 2 * 1_039);
	});
});

describe('what answers say of the limit', () => {
	it('holds from the last request on, up and down', () => {
		const { limit } = setUp();
		limit.sent(0);
		limit.follow({ requestsPerSecond: 10 });
		expect(limit.spacingMs).toBe(100);
		expect(limit.nextSlot(50)).toBeCloseTo(103.9);
		limit.follow({ requestsPerSecond: 0.5 });
		expect(limit.nextSlot(50)).toBeCloseTo(2_078);
	});

	it('changes nothing where it is known', () => {
		const world = setUp();
		world.send({ isRefused: true });
		const slot = world.limit.nextSlot(world.now);
		world.limit.follow({ requestsPerSecond: 1 });
		expect(world.limit.nextSlot(world.now)).toBe(slot);
	});
});

describe('a limit that others use', () => {
	it('is polled when the first request was refused, several times a spacing', () => {
		const world = setUp();
		world.send({ isRefused: true });
		for (let poll = 0; poll < 40; poll++) {
			const waited = world.send({ isRefused: true });
			expect(waited).toBeGreaterThan(0.1 * S);
			expect(waited).toBeLessThanOrEqual(0.25 * S);
		}
	});

	it('is polled more and more slowly, in case refused requests count as well', () => {
		const world = setUp();
		let waited = 0;
		for (let poll = 0; poll < 400; poll++) waited = world.send({ isRefused: true });
		expect(waited).toBeGreaterThan(S);
	});

	it('is shared by slots of the wall clock, the same in all processes', () => {
		const phases = [0, 123_456.7, 98_765.4].map((startedAt) => {
			const world = setUp({ wallNow: (now) => now + 1.8e12 });
			world.pass(startedAt);
			world.send({ isRefused: true });
			world.send();
			// Two thousand slots, most of them their own by then; others' are tried a little earlier.
			const times = Array.from({ length: 8 }, () => {
				world.send();
				return Math.round((world.now - 10 + 1.8e12) % (1.045 * S));
			});
			return times.map((time) => Math.min(time, 1.045 * S - time));
		});
		for (const phase of phases.flat()) expect(phase).toBeLessThanOrEqual(0.021 * S);
	});

	it('is all its own again when no try is refused any more', () => {
		const world = setUp();
		world.send({ isRefused: true });
		for (let count = 0; count < 150; count++) world.send();
		expect(world.send()).toBeCloseTo(1.039 * S - 10);
		expect(world.send()).toBeCloseTo(1.039 * S - 10);
	});

	it('is not given up for a busy n8n, whose requests came late: three refusals in a row', () => {
		const world = setUp();
		for (let count = 0; count < 3; count++) world.send();
		for (let count = 0; count < 3; count++) world.send({ isRefused: true });
		world.send();
		for (let count = 0; count < 5; count++) expect(world.send()).toBeLessThanOrEqual(1.04 * S);
	});

	it('is left to them for half of the time after four refusals in a row', () => {
		const world = setUp();
		for (let count = 0; count < 3; count++) world.send();
		for (let count = 0; count < 4; count++) world.send({ isRefused: true });
		const startedAt = world.now;
		for (let count = 0; count < 3; count++) world.send();
		expect(world.now - startedAt).toBeGreaterThan(4 * S);
	});

	it('keeps a slot that works, and leaves one in which a request was refused', () => {
		const world = setUp();
		world.send({ isRefused: true });
		world.send();
		// One slot of its own in ten, and tries in between, all of which are refused.
		const sentAt: number[] = [];
		for (let count = 0; count < 40; count++) {
			const at = Math.max(world.now, world.limit.nextSlot(world.now));
			const slot = Math.round((at + 1.8e12) / (1.045 * S)) % 10;
			if (count === 0 || sentAt.length === 0) sentAt.push(slot);
			world.send({ isRefused: slot !== sentAt[0] });
			if (slot === sentAt[0]) sentAt.push(slot);
		}
		expect(sentAt.length).toBeGreaterThan(5);
	});
});

describe('a process that a cap keeps below the limit', () => {
	it('needs no slots: what was refused is tried again soon, and nothing else changes', () => {
		const { limit } = setUp();
		let now = 0;
		limit.accepted(limit.sent(now, true), now);
		for (let count = 0; count < 5; count++) {
			now = count === 0 ? 3_000 : limit.nextSlot(now);
			limit.refused(limit.sent(now, true), now);
			expect(limit.nextSlot(now) - now).toBeGreaterThanOrEqual(0.08 * S - 1);
			expect(limit.nextSlot(now) - now).toBeLessThanOrEqual(0.2 * S);
		}
		now = limit.nextSlot(now);
		limit.accepted(limit.sent(now, true), now);
		expect(limit.nextSlot(now) - now).toBeLessThanOrEqual(1.04 * S);
	});
});
