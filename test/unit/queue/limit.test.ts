import fc from 'fast-check';
import { Limit } from '@package/nodes/shared/queue/limit';
import { seededRandom } from '../../green-api-double/seededRandom';

const SPACING_MS = 1_000;
/** At GREEN-API's one a second. */
const LEAST_GAP_MS = 1.03 * SPACING_MS;
const MOST_GAP_MS = 1.08 * SPACING_MS;
const MOST_GAP_BESIDE_OTHERS_MS = MOST_GAP_MS + 0.25 * SPACING_MS;

function request(sentAt: number, refusals = 0, spacingMs = SPACING_MS) {
	return { spacingMs, sentAt, refusals };
}

/** The line that a pace learns from: requests go as soon as they may, and are answered at once. */
class Line {
	now = 0;
	private lastAcceptedAt = -Infinity;
	private refusals = 0;

	constructor(
		readonly pace: Limit,
		private readonly spacingMs = SPACING_MS,
	) {}

	/** Sends one try, as soon as it may go. */
	private send(verdictAt: (now: number) => 'accepted' | 'refused'): boolean {
		this.now = Math.max(this.now, this.pace.nextSlot(this.spacingMs, this.now));
		this.pace.sent(this.spacingMs, this.now);
		const verdict = verdictAt(this.now);
		this.pace[verdict](request(this.now, this.refusals, this.spacingMs), this.now);
		this.refusals = verdict === 'refused' ? this.refusals + 1 : 0;
		if (verdict === 'accepted') this.lastAcceptedAt = this.now;
		return verdict === 'accepted';
	}

	refused(): void {
		this.send(() => 'refused');
	}

	/** A request that the limit lets through when it has refused it so many times. */
	acceptedAfter(refusals: number): void {
		for (let count = 0; count < refusals; count++) this.refused();
		this.send(() => 'accepted');
	}

	/** @returns how many of so many tries a limit refuses that wants so many ms between requests */
	refusedOf(tries: number, limitMs: number): number {
		const verdictAt = (now: number) =>
			now - this.lastAcceptedAt < limitMs ? 'refused' : 'accepted';
		return Array.from({ length: tries }, () => this.send(verdictAt)).filter(
			(isAccepted) => !isAccepted,
		).length;
	}

	/** From the last request to the one that comes next. */
	get gap(): number {
		return this.pace.nextSlot(this.spacingMs, this.now) - this.now;
	}
}

/** A pace whose chances all come out the same. */
function line(chance = 0, spacingMs = SPACING_MS): Line {
	return new Line(new Limit(1, () => chance), spacingMs);
}

/** A line over which the first request went. */
function lineInUse(): Line {
	const used = line();
	used.acceptedAfter(0);
	return used;
}

describe('the pace', () => {
	it('lets the first request go at once', () => {
		expect(line().pace.nextSlot(SPACING_MS, 0)).toBeLessThanOrEqual(0);
	});

	it('keeps the spacing and a few percent more, for the line does not delay all alike', () => {
		fc.assert(
			fc.property(fc.double({ min: 0.001, max: 1e9, noNaN: true }), (spacingMs) => {
				const { pace } = line(0.5);
				pace.sent(spacingMs, 0);
				expect(pace.nextSlot(spacingMs, 0) / spacingMs).toBeGreaterThanOrEqual(1.03);
				expect(pace.nextSlot(spacingMs, 0) / spacingMs).toBeLessThanOrEqual(1.08);
			}),
		);
	});

	it('counts from when the request before was sent, however long its answer takes', () => {
		const { pace, now } = lineInUse();
		const sentAt = pace.nextSlot(SPACING_MS, now);
		pace.sent(SPACING_MS, sentAt);
		const slot = pace.nextSlot(SPACING_MS, sentAt);
		pace.accepted(request(sentAt), slot - 1);
		expect(pace.nextSlot(SPACING_MS, slot - 1)).toBeLessThanOrEqual(slot);
		expect(pace.nextSlot(SPACING_MS, slot - 1)).toBeGreaterThanOrEqual(sentAt + LEAST_GAP_MS);
	});

	it('earns no burst by waiting', () => {
		const { pace } = line();
		pace.sent(SPACING_MS, 0);
		pace.sent(SPACING_MS, 60_000);
		expect(pace.nextSlot(SPACING_MS, 60_000)).toBeGreaterThanOrEqual(60_000 + LEAST_GAP_MS);
	});

	it('goes by the rate of the request that comes, not of the one before', () => {
		const { pace } = line();
		pace.sent(SPACING_MS, 0);
		expect(pace.nextSlot(10 * SPACING_MS, 0)).toBeGreaterThanOrEqual(10 * LEAST_GAP_MS);
		expect(pace.nextSlot(SPACING_MS / 10, 0)).toBeLessThanOrEqual(MOST_GAP_MS / 10);
	});

	it('gives the same slot however often it is asked', () => {
		const { pace, now } = line(0.3);
		pace.sent(SPACING_MS, now);
		expect(pace.nextSlot(SPACING_MS, now)).toBe(pace.nextSlot(SPACING_MS, now));
	});
});

describe('a first request that seems to be late onto the line', () => {
	/** @returns what each next slot is later by than without an answer */
	function delays(pace: Limit, start: number, tripsMs: number[]): number[] {
		let now = start;
		return tripsMs.map((tripMs) => {
			pace.sent(SPACING_MS, now);
			const slot = pace.nextSlot(SPACING_MS, now);
			pace.accepted(request(now), now + tripMs);
			const sentAt = now;
			now = pace.nextSlot(SPACING_MS, now + tripMs);
			expect(now).toBeGreaterThanOrEqual(sentAt + LEAST_GAP_MS);
			// The margin shrinks a little with each answer.
			return Math.max(0, Math.round(now - slot));
		});
	}

	it('holds back the next one for its whole trip, within reason', () => {
		expect(delays(line().pace, 0, [100])).toEqual([100]);
		expect(delays(line().pace, 0, [900])).toEqual([250]);
	});

	it('does so after a break, for what its trip is longer than usual', () => {
		const { pace } = line();
		delays(pace, 0, [100, 40, 40]);
		expect(delays(pace, 60_000, [40])).toEqual([0]);
		expect(delays(pace, 120_000, [100])[0]).toBeCloseTo(60, -1);
	});

	it('forgets a usual trip that is no more', () => {
		const { pace } = line();
		delays(pace, 0, [40]);
		delays(pace, 60_000, Array<number>(60).fill(100));
		expect(delays(pace, 180_000, [100])).toEqual([0]);
	});

	it('is not another try of one that was refused', () => {
		const used = lineInUse();
		used.refused();
		const sentAt = used.pace.nextSlot(SPACING_MS, used.now);
		used.pace.sent(SPACING_MS, sentAt);
		const slot = used.pace.nextSlot(SPACING_MS, sentAt);
		used.pace.accepted(request(sentAt, 1), sentAt + 100);
		expect(used.pace.nextSlot(SPACING_MS, sentAt + 100)).toBe(slot);
	});

	it('holds back none of those that follow, whatever their answers take', () => {
		const tripMs = fc.integer({ min: 0, max: SPACING_MS });
		fc.assert(
			fc.property(tripMs, fc.array(tripMs), (first, later) => {
				const [, ...ofLater] = delays(line().pace, 0, [first, ...later]);
				expect(ofLater.every((ms) => ms === 0)).toBe(true);
			}),
		);
	});
});

describe('a request that this process was too busy to send', () => {
	function delayedBy(...lateMs: number[]): Limit {
		const { pace } = lineInUse();
		pace.sent(SPACING_MS, 100_000);
		for (const ms of lateMs) pace.delayed(request(100_000), ms);
		return pace;
	}
	const usualSlot = delayedBy().nextSlot(SPACING_MS, 100_000);

	it('delays the next one by as much, within reason', () => {
		expect(delayedBy(40).nextSlot(SPACING_MS, 100_000) - usualSlot).toBeCloseTo(40);
		expect(delayedBy(40, 30).nextSlot(SPACING_MS, 100_000) - usualSlot).toBeCloseTo(70);
		expect(delayedBy(40, 300).nextSlot(SPACING_MS, 100_000) - usualSlot).toBeCloseTo(250);
	});

	it('delays nothing after the next one', () => {
		const pace = delayedBy(40);
		pace.sent(SPACING_MS, usualSlot + 40);
		pace.delayed(request(100_000), 40);
		const gap = pace.nextSlot(SPACING_MS, usualSlot + 40) - (usualSlot + 40);
		expect(gap).toBeCloseTo(usualSlot - 100_000);
	});

	it('delays nothing beside others, whose requests are as likely to come before the next one', () => {
		const used = lineInUse();
		used.acceptedAfter(2);
		used.pace.sent(SPACING_MS, used.now);
		const slot = used.pace.nextSlot(SPACING_MS, used.now);
		used.pace.delayed(request(used.now), 40);
		expect(used.pace.nextSlot(SPACING_MS, used.now)).toBe(slot);
	});

	it('delays another try of the next one, if that was refused all the same', () => {
		const pace = delayedBy(200);
		pace.sent(SPACING_MS, usualSlot);
		pace.refused(request(usualSlot), usualSlot + 10);
		expect(pace.nextSlot(SPACING_MS, usualSlot + 10)).toBeGreaterThanOrEqual(101_200);
	});
});

describe('a request that is not paced', () => {
	it('goes at once, after others, refused ones included', () => {
		const { pace } = line(0.5);
		pace.sent(SPACING_MS, 5);
		expect(pace.nextSlot(0, 5)).toBeLessThanOrEqual(5);
		pace.refused(request(5, 0, 0), 6);
		expect(pace.nextSlot(0, 6)).toBeLessThanOrEqual(6);
	});

	it('waits where the server asks everyone to wait', () => {
		const { pace } = line();
		pace.pauseUntil(700);
		expect(pace.nextSlot(0, 5)).toBe(700);
	});

	it('teaches the pace nothing', () => {
		const { pace } = line();
		pace.sent(SPACING_MS, 0);
		const slot = pace.nextSlot(SPACING_MS, 0);
		pace.accepted(request(0, 1, 0), 1);
		expect(pace.nextSlot(SPACING_MS, 1)).toBe(slot);
		pace.refused(request(0, 1, 0), 2);
		expect(pace.nextSlot(SPACING_MS, 2)).toBe(slot);
	});
});

describe('a refusal that the line is to blame for', () => {
	it('makes the margin grow for those that follow, and it shrinks as they get through', () => {
		const jittery = line();
		jittery.acceptedAfter(0);
		const atFirst = jittery.gap;
		jittery.acceptedAfter(1);
		const grown = jittery.gap;
		jittery.acceptedAfter(0);

		expect(grown).toBeGreaterThan(atFirst);
		expect(jittery.gap).toBeLessThan(grown);
		expect(jittery.gap).toBeGreaterThan(atFirst);
	});

	it('shrinks the margin no further than 3 %, and lets it grow no further than 8 %', () => {
		const smooth = line();
		for (let count = 0; count < 1_000; count++) smooth.acceptedAfter(0);
		expect(smooth.gap).toBeCloseTo(LEAST_GAP_MS, 6);

		const jittery = line();
		for (let count = 0; count < 100; count++) jittery.acceptedAfter(1);
		expect(jittery.gap).toBeCloseTo(MOST_GAP_MS, 6);
	});

	it('shrinks the margin the more slowly once the line is known to be jittery', () => {
		const shrinks = (each: Line) => {
			const before = each.gap;
			each.acceptedAfter(0);
			return before - each.gap;
		};
		const [smooth, jittery] = [line(), line()];
		smooth.acceptedAfter(0);
		jittery.acceptedAfter(1);
		expect(shrinks(jittery)).toBeGreaterThan(0);
		expect(shrinks(jittery)).toBeLessThan(shrinks(smooth) / 2);
	});

	it('tells nothing any more once a later request is known to have got through', () => {
		const { pace } = line();
		pace.sent(SPACING_MS, 0);
		pace.sent(SPACING_MS, 1_050);
		pace.accepted(request(1_050), 1_100);
		const slot = pace.nextSlot(SPACING_MS, 1_100);
		pace.accepted(request(0, 1), 1_200);
		expect(pace.nextSlot(SPACING_MS, 1_200)).toBe(slot);
	});

	it.each([
		['soon', 1_040],
		['late', 1_500],
	])('is tried again a little later than it was, or when it is known (%s)', (_when, knownAt) => {
		for (const chance of [0, 0.5, 0.999]) {
			const { pace } = line(chance);
			pace.sent(SPACING_MS, 0);
			pace.accepted(request(0), 40);
			pace.sent(SPACING_MS, 1_000);
			pace.refused(request(1_000), knownAt);
			const slot = pace.nextSlot(SPACING_MS, knownAt);
			expect(slot).toBeGreaterThanOrEqual(Math.max(knownAt, 1_080));
			expect(slot).toBeLessThanOrEqual(Math.max(knownAt + 0.05 * SPACING_MS, 1_120));
		}
	});

	it('and costs others no slot: the next that gets through is spaced from the accepted', () => {
		const jittery = line();
		jittery.acceptedAfter(0);
		const acceptedAt = jittery.now;
		jittery.acceptedAfter(1);
		expect(jittery.now - acceptedAt).toBeLessThan(MOST_GAP_MS + 0.12 * SPACING_MS);
	});
});

describe('a refusal', () => {
	it('delays all that comes next, whoever asks', () => {
		const { pace } = line(0.5);
		pace.sent(SPACING_MS, 0);
		pace.refused(request(0, 3), 10);
		// Tries of a request that was refused before come after a part of the spacing.
		for (const spacingMs of [SPACING_MS, SPACING_MS / 100]) {
			expect(pace.nextSlot(spacingMs, 10)).toBeGreaterThan(0.25 * SPACING_MS);
		}
	});

	it('known late, lets nothing go earlier than the pace of what was sent since', () => {
		const { pace } = line();
		pace.sent(SPACING_MS, 0);
		pace.sent(SPACING_MS, 1_050);
		const slot = pace.nextSlot(SPACING_MS, 1_050);
		pace.refused(request(0), 1_060);
		expect(pace.nextSlot(SPACING_MS, 1_060)).toBeGreaterThanOrEqual(slot);
		expect(pace.nextSlot(SPACING_MS, 1_060)).toBeLessThanOrEqual(1_050 + MOST_GAP_MS);
	});

	it('known late, delays all that comes next, too', () => {
		const { pace } = line(0.5);
		pace.sent(SPACING_MS, 0);
		pace.sent(SPACING_MS, 1_050);
		const slot = pace.nextSlot(SPACING_MS, 1_050);
		pace.refused(request(0), slot + 500);
		expect(pace.nextSlot(SPACING_MS, slot + 500)).toBeGreaterThan(slot + 500);
		expect(pace.nextSlot(SPACING_MS, slot + 500)).toBeLessThanOrEqual(slot + 550);
	});

	it('lets a slower batch go no earlier after what got through', () => {
		const { pace } = line();
		pace.sent(SPACING_MS, 0);
		pace.accepted(request(0), 40);
		pace.sent(SPACING_MS, 1_050);
		pace.refused(request(1_050), 1_090);
		expect(pace.nextSlot(10 * SPACING_MS, 1_090)).toBeGreaterThanOrEqual(10 * SPACING_MS);
	});
});

describe('a request that is refused again and again, because others use the instance', () => {
	/** From a try to the next one, after so many refusals before it. */
	function waitAfter(refusals: number, chance: number): number {
		const { pace } = line(chance);
		pace.sent(SPACING_MS, 0);
		pace.refused(request(0, refusals), 0);
		return pace.nextSlot(SPACING_MS, 0);
	}
	const counts = Array.from({ length: 10 }, (_, index) => index + 1);

	it('is tried the sooner again the longer it waits, but never at once', () => {
		const waits = counts.map((refusals) => waitAfter(refusals, 0.5));
		expect(waits).toEqual([...waits].sort((a, b) => b - a));
		expect(waits[0]).toBeGreaterThan(0.7 * SPACING_MS);
		expect(waits.at(-1)).toBeLessThan(0.3 * SPACING_MS);
		for (const refusals of counts) {
			expect(waitAfter(refusals, 0)).toBeGreaterThanOrEqual(0.125 * SPACING_MS);
		}
	});

	it('is not tried more often than ten times a second for long, however high the rate is set', () => {
		const { pace } = line(0.5);
		const waits = Array.from({ length: 30 }, (_, refusals) => {
			const now = refusals * SPACING_MS;
			pace.sent(SPACING_MS, now);
			pace.refused(request(now, refusals, 1), now);
			return pace.nextSlot(1, now) - now;
		});
		expect(waits[0]).toBeLessThan(10);
		for (const wait of waits.slice(10)) expect(wait).toBeGreaterThanOrEqual(100);
	});

	it('is tried again by chance, so that two processes do not meet for ever', () => {
		for (const refusals of counts) {
			const [least, most] = [waitAfter(refusals, 0), waitAfter(refusals, 0.999)];
			expect(most / least).toBeGreaterThan(2.5);
		}
	});

	it('keeps the whole spacing at times, and more and more of it, in case refusals count as well', () => {
		const wholeWaits = (chance: number) => {
			const waits = Array.from({ length: 120 }, (_, index) => waitAfter(index + 1, chance));
			return waits.filter((wait) => wait >= SPACING_MS);
		};
		const least = wholeWaits(0);
		expect(least).toHaveLength(10);
		expect(least).toEqual([...least].sort((a, b) => a - b));
		expect(least[0]).toBeLessThanOrEqual(MOST_GAP_MS);
		expect(least.at(-1)).toBeGreaterThanOrEqual(8 * SPACING_MS);
		expect(Math.max(...wholeWaits(0.999))).toBeLessThanOrEqual(8 * MOST_GAP_BESIDE_OTHERS_MS);
	});
});

describe('beside other processes', () => {
	it('puts a little chance in the spacing, drawn anew for each request', () => {
		const random = seededRandom('beside others');
		const shared = new Line(new Limit(1, random));
		shared.acceptedAfter(2);
		const gaps = Array.from({ length: 20 }, () => {
			const { gap } = shared;
			shared.acceptedAfter(0);
			return gap;
		});
		expect(new Set(gaps).size).toBe(gaps.length);
		expect(Math.min(...gaps)).toBeGreaterThanOrEqual(LEAST_GAP_MS);
		expect(Math.max(...gaps)).toBeLessThanOrEqual(MOST_GAP_BESIDE_OTHERS_MS);
		expect(Math.max(...gaps) - Math.min(...gaps)).toBeGreaterThan(0.15 * SPACING_MS);
	});

	it('a request that was refused once is no sign of others', () => {
		const jittery = line(0.999);
		jittery.acceptedAfter(1);
		expect(jittery.gap).toBeLessThanOrEqual(MOST_GAP_MS);
	});

	it('does not take their refusals for the line’s: the margin stays', () => {
		const shared = line();
		shared.acceptedAfter(2);
		const before = shared.gap;
		for (let count = 0; count < 4; count++) shared.acceptedAfter(1);
		expect(shared.gap).toBeLessThanOrEqual(before);
	});

	it('tries again later, not at once, when a request is refused the first time', () => {
		const shared = line(0);
		shared.acceptedAfter(2);
		shared.refused();
		expect(shared.gap).toBeGreaterThan(0.4 * SPACING_MS);
	});

	it('forgets them when it has not met them for 30 slots', () => {
		const shared = line(0.999);
		shared.acceptedAfter(2);
		let slots = 0;
		for (; shared.gap > MOST_GAP_MS; slots++) shared.acceptedAfter(0);
		expect(slots).toBeGreaterThan(20);
		expect(slots).toBeLessThanOrEqual(30);
	});
});

describe('a limit that is lower than was thought', () => {
	const FIVE_TIMES_TOO_FAST_MS = SPACING_MS / 5;

	function tooFast(seed: string): Line {
		return new Line(new Limit(1, seededRandom(seed)), FIVE_TIMES_TOO_FAST_MS);
	}

	it.each(['a', 'b', 'c', 'd', 'e'])('is found out, and few are refused then (%s)', (seed) => {
		const line = tooFast(seed);
		line.refusedOf(200, SPACING_MS);
		const from = line.now;
		expect(line.refusedOf(300, SPACING_MS) / 300).toBeLessThan(0.1);
		expect((line.now - from) / SPACING_MS).toBeLessThan(300 * 1.05);
	});

	it('is found out also when the very first requests were refused', () => {
		const line = tooFast('refused at first');
		for (let count = 0; count < 5; count++) line.refused();
		line.refusedOf(80, SPACING_MS);
		expect(line.refusedOf(200, SPACING_MS) / 200).toBeLessThan(0.1);
	});

	it('is found out also when others were there before: what was long ago counts no more', () => {
		const line = tooFast('others before');
		line.acceptedAfter(0);
		for (let count = 0; count < 20; count++) line.acceptedAfter(count % 2 === 0 ? 0 : 20);
		line.refusedOf(1_000, SPACING_MS);
		expect(line.refusedOf(200, SPACING_MS) / 200).toBeLessThan(0.1);
	});

	it('is not found where requests are few and far between', () => {
		const rare = line(0.5);
		for (let count = 0; count < 50; count++) {
			rare.now += 600 * SPACING_MS;
			rare.acceptedAfter(1);
		}
		expect(rare.gap).toBeLessThanOrEqual(MOST_GAP_BESIDE_OTHERS_MS);
	});

	it('is not found where the limit is as was thought', () => {
		const known = new Line(new Limit(1, seededRandom('as thought')));
		known.refusedOf(200, SPACING_MS);
		for (let count = 0; count < 20; count++) known.acceptedAfter(1);
		expect(known.gap).toBeLessThanOrEqual(MOST_GAP_MS);
	});

	it('is not found where others take slots: some refused requests came later than accepted ones', () => {
		const { pace } = line();
		let acceptedAt = 0;
		pace.sent(SPACING_MS, acceptedAt);
		pace.accepted(request(acceptedAt), acceptedAt);
		for (let count = 0; count < 50; count++) {
			const refusedAt = acceptedAt + 1.9 * SPACING_MS;
			pace.sent(SPACING_MS, refusedAt);
			pace.refused(request(refusedAt), refusedAt);
			acceptedAt += (count % 2 === 0 ? 1.3 : 2.5) * SPACING_MS;
			pace.sent(SPACING_MS, acceptedAt);
			pace.accepted(request(acceptedAt, 1), acceptedAt);
		}
		const slot = pace.nextSlot(SPACING_MS, acceptedAt);
		expect(slot - acceptedAt).toBeLessThanOrEqual(MOST_GAP_BESIDE_OTHERS_MS);
	});

	it('is forgotten, step by step, when it is gone', () => {
		const line = tooFast('gone');
		line.refusedOf(300, SPACING_MS);
		expect(line.gap).toBeGreaterThan(0.95 * SPACING_MS);

		line.refusedOf(100, 0);
		expect(line.gap).toBeLessThan(0.9 * SPACING_MS);
		expect(line.refusedOf(200, 0)).toBe(0);
		expect(line.gap).toBeLessThanOrEqual(1.08 * FIVE_TIMES_TOO_FAST_MS);
	});

	it('is followed when it becomes lower', () => {
		const line = tooFast('lower');
		line.refusedOf(300, SPACING_MS);
		line.refusedOf(300, 2 * SPACING_MS);
		expect(line.refusedOf(300, 2 * SPACING_MS) / 300).toBeLessThan(0.1);
	});

	it('holds for batches of every rate that is higher, and for none that is lower', () => {
		const line = tooFast('every rate');
		line.refusedOf(300, SPACING_MS);
		const { pace, now } = line;
		const gapAt = (spacingMs: number) => pace.nextSlot(spacingMs, now) - now;
		expect(gapAt(1)).toBe(gapAt(FIVE_TIMES_TOO_FAST_MS));
		expect(gapAt(10 * SPACING_MS)).toBeGreaterThanOrEqual(10 * LEAST_GAP_MS);
		expect(gapAt(10 * SPACING_MS)).toBeLessThanOrEqual(10 * MOST_GAP_BESIDE_OTHERS_MS);
	});
});

describe('a pause that the server asks for', () => {
	it('holds everything back until it is over', () => {
		const { pace } = line();
		pace.pauseUntil(30_000);
		expect(pace.nextSlot(SPACING_MS, 0)).toBe(30_000);
		pace.sent(SPACING_MS, 30_000);
		expect(pace.nextSlot(SPACING_MS, 30_000)).toBeLessThanOrEqual(30_000 + MOST_GAP_MS);
	});

	it('is not made shorter by a shorter one', () => {
		const { pace } = line();
		pace.pauseUntil(30_000);
		pace.pauseUntil(10_000);
		expect(pace.nextSlot(SPACING_MS, 0)).toBe(30_000);
	});

	it.each([
		['refused', 0],
		['refused', 5],
		['accepted', 0],
	] as const)('is not made shorter by a request that is %s meanwhile', (verdict, refusals) => {
		const { pace } = line(0.5);
		pace.sent(SPACING_MS, 0);
		pace.sent(SPACING_MS, 1_050);
		pace.pauseUntil(30_000);
		pace[verdict](request(1_050, refusals), 1_100);
		expect(pace.nextSlot(SPACING_MS, 1_100)).toBeGreaterThanOrEqual(30_000);
	});
});

describe('for how long everything was refused', () => {
	it('counts from the first refusal to what the limit lets through', () => {
		const { pace } = line();
		expect(pace.refusedFor(500)).toBe(0);
		pace.sent(SPACING_MS, 0);
		pace.refused(request(0), 100);
		pace.sent(SPACING_MS, 200);
		pace.refused(request(200, 1), 300);
		expect(pace.refusedFor(1_100)).toBe(1_000);
		pace.sent(SPACING_MS, 1_200);
		pace.accepted(request(1_200, 2), 1_300);
		expect(pace.refusedFor(1_400)).toBe(0);
		pace.refused(request(1_350), 1_500);
		expect(pace.refusedFor(1_600)).toBe(100);
	});

	it('counts for requests that are not paced as well', () => {
		const { pace } = line();
		pace.refused(request(0, 0, 0), 100);
		expect(pace.refusedFor(600)).toBe(500);
		pace.accepted(request(500, 1, 0), 700);
		expect(pace.refusedFor(800)).toBe(0);
	});

	it('does not count the time in which nothing was sent', () => {
		const hourMs = 3_600_000;
		const { pace } = line();
		pace.sent(SPACING_MS, 0);
		pace.refused(request(0), 100);
		pace.sent(SPACING_MS, hourMs);
		pace.refused(request(hourMs), hourMs + 100);
		expect(pace.refusedFor(hourMs + 200)).toBeLessThan(60_000);
	});
});

describe('whatever happens', () => {
	/** Sums of times are not exact. */
	const ROUNDING_MS = 1e-6;
	const rate = fc.constantFrom(SPACING_MS, 4 * SPACING_MS, SPACING_MS / 4);
	const step = fc.record({
		spacingMs: rate,
		laterMs: fc.double({ min: 0, max: 3_000, noNaN: true }),
		/** How many answers come before the next request goes, and which of those that are due. */
		answers: fc.array(fc.nat(), { maxLength: 3 }),
		isRefused: fc.boolean(),
		refusals: fc.nat({ max: 15 }),
		delayedMs: fc.option(fc.double({ min: 0, max: 1_000, noNaN: true })),
		pauseMs: fc.option(fc.double({ min: 0, max: 20_000, noNaN: true }), { freq: 5 }),
	});

	it('no request goes earlier than its rate allows after one that got through, nor in a pause', () => {
		fc.assert(
			fc.property(fc.array(step, { maxLength: 30 }), fc.string(), (steps, seed) => {
				const pace = new Limit(1, seededRandom(seed));
				const inFlight: Array<ReturnType<typeof request> & { isRefused: boolean }> = [];
				let now = 0;
				let lastThrough = -Infinity;
				let pausedUntil = -Infinity;
				for (const {
					spacingMs,
					laterMs,
					answers,
					isRefused,
					refusals,
					delayedMs,
					pauseMs,
				} of steps) {
					for (const which of answers) {
						const [answered] = inFlight.splice(which % Math.max(1, inFlight.length), 1);
						if (answered) pace[answered.isRefused ? 'refused' : 'accepted'](answered, now);
					}
					if (pauseMs !== null) {
						pausedUntil = Math.max(pausedUntil, now + pauseMs);
						pace.pauseUntil(now + pauseMs);
					}
					const slot = pace.nextSlot(spacingMs, now);
					expect(Number.isNaN(slot)).toBe(false);
					now = Math.max(now, slot) + laterMs;
					expect(now - lastThrough).toBeGreaterThanOrEqual(spacingMs - ROUNDING_MS);
					expect(now).toBeGreaterThanOrEqual(pausedUntil);
					pace.sent(SPACING_MS, now);
					if (!isRefused) lastThrough = now;
					if (delayedMs !== null) pace.delayed(request(now), delayedMs);
					inFlight.push({ ...request(now, refusals, spacingMs), isRefused });
				}
			}),
			{ numRuns: 1_000 },
		);
	});
});
