import { Limit } from '@package/nodes/shared/queue/limit';
import { seededRandom } from '../../green-api-double/seededRandom';

const S = 1_000;

/** A limit of one a second, and requests that go as soon as it lets them. */
function setUp() {
	let now = 0;
	const limit = new Limit(S, seededRandom('limit'));
	return {
		limit,
		/** @returns how long it had to wait, in ms */
		send({ isRefused = false, afterMs = 10 } = {}): number {
			const waited = Math.max(0, limit.nextAt - now);
			now += waited;
			const sentAt = now;
			limit.sent(sentAt);
			now += afterMs;
			if (isRefused) limit.refused(sentAt, now);
			else limit.accepted();
			return waited;
		},
		pass(ms: number) {
			now += ms;
		},
	};
}

describe('a limit that nobody else uses', () => {
	it('lets the first request go at once, and the next ones a little further apart than it says', () => {
		const { limit } = setUp();
		expect(limit.nextAt).toBeLessThanOrEqual(0);
		for (const at of [0, 1_040, 2_080]) {
			limit.sent(at);
			limit.accepted();
			expect(limit.nextAt - at).toBeGreaterThan(S);
			expect(limit.nextAt - at).toBeLessThanOrEqual(1.04 * S);
		}
	});

	it('earns no burst by a pause', () => {
		const { limit } = setUp();
		limit.sent(0);
		limit.sent(3_600_000);
		expect(limit.nextAt).toBeGreaterThan(3_600_000 + S);
	});

	it('lets a request that came a little early go again soon', () => {
		const { send } = setUp();
		send();
		send({ isRefused: true });
		expect(send()).toBeLessThanOrEqual(0.25 * S);
		expect(send()).toBeLessThanOrEqual(1.1 * S);
	});

	it('keeps its distance from a request on its way when an earlier one was refused', () => {
		const { limit } = setUp();
		limit.sent(0);
		limit.sent(1_040);
		limit.refused(0, 1_500);
		expect(limit.nextAt).toBeGreaterThan(1_040 + S);
	});
});

describe('what answers say of the limit', () => {
	it('holds from the last request on, up and down', () => {
		const { limit } = setUp();
		limit.sent(0);
		limit.follow(10, true);
		expect(limit.spacingMs).toBe(100);
		expect(limit.nextAt).toBeGreaterThan(100);
		expect(limit.nextAt).toBeLessThanOrEqual(104);
		limit.follow(0.5, false);
		expect(limit.nextAt).toBeGreaterThan(2 * S);
	});

	it('is no promise where it comes with a refusal', () => {
		const { limit } = setUp();
		limit.sent(0);
		limit.follow(1_000, false);
		expect(limit.spacingMs).toBe(S);
	});

	it('changes nothing where it is known', () => {
		const { limit, send } = setUp();
		send({ isRefused: true });
		const at = limit.nextAt;
		limit.follow(1, true);
		expect(limit.nextAt).toBe(at);
	});
});

describe('a limit that others use', () => {
	it('is tried by chance, several times a spacing', () => {
		const { send } = setUp();
		const waits = Array.from({ length: 30 }, () => send({ isRefused: true })).slice(1);
		expect(Math.max(...waits)).toBeLessThanOrEqual(0.25 * S);
		expect(new Set(waits).size).toBe(waits.length);
	});

	it('is tried more and more slowly, in case refused requests count as well', () => {
		const { send } = setUp();
		const waits = Array.from({ length: 400 }, () => send({ isRefused: true }));
		expect(Math.max(...waits.slice(-50))).toBeGreaterThan(S);
	});

	it('is used less with each refusal, down to a share, and more with each request that gets through', () => {
		const { send } = setUp();
		for (let count = 0; count < 200; count++) send({ isRefused: true });
		send();
		expect(send()).toBeGreaterThan(3 * S);
		for (let count = 0; count < 200; count++) send();
		expect(send()).toBeLessThanOrEqual(1.04 * S);
	});

	it('is believed to be free again after a long pause', () => {
		const { send, pass } = setUp();
		for (let count = 0; count < 200; count++) send({ isRefused: true });
		pass(60 * S);
		send();
		expect(send()).toBeLessThanOrEqual(1.04 * S);
	});
});
