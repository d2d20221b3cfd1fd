/** What the bench has to reach, and what it measured. */

interface Target {
	what: string;
	/** The bound that holds: at most, or at least, so much. */
	most?: number;
	least?: number;
	/** Digits after the point. */
	digits: number;
	/** Default: as it is. */
	unit?: '%';
}

export const TARGETS = {
	paceRatio: { what: 'time ÷ theoretical minimum', most: 1.05, digits: 3 },
	aloneRatio: { what: 'alone: time ÷ theoretical minimum', most: 1.04, digits: 3 },
	aloneRefusals: { what: 'alone: requests answered 429', most: 0, digits: 0 },
	toldRatio: { what: 'answers say 10 a second: time ÷ minimum', most: 1.1, digits: 3 },
	tooHighRatio: { what: 'set 5 times too high: time ÷ minimum', most: 1.04, digits: 3 },
	tooHighRefusals: { what: 'set 5 times too high: requests answered 429', most: 3, digits: 0 },
	lost: { what: 'contacts lost', most: 0, digits: 0 },
	refusedShare: { what: 'jitter: requests answered 429', most: 0.03, digits: 1, unit: '%' },
	sharedThroughput: { what: 'several processes: throughput ÷ limit', least: 0.8, digits: 2 },
	sharedRefused2: { what: '2 processes: requests answered 429', most: 0.3, digits: 1, unit: '%' },
	sharedRefused3: { what: '3 processes: requests answered 429', most: 0.45, digits: 1, unit: '%' },
	sharedRefused4: { what: '4 processes: requests answered 429', most: 0.55, digits: 1, unit: '%' },
	sharedShare: { what: 'several processes: slowest ÷ even share', least: 0.5, digits: 2 },
	requestRatio: { what: 'requests but for 429s ÷ distinct contacts', most: 1, digits: 2 },
	changedRate: { what: 'limit changes: rate ÷ limit, in each part', least: 0.9, digits: 2 },
	joinWait: { what: 'joins late: spacings until it is served', most: 10, digits: 1 },
	joinShare: { what: 'joins late: rate ÷ limit after 50 to 100 s', least: 0.25, digits: 2 },
	leftRate: { what: 'other left: rate ÷ limit after 70 to 120 s', least: 0.8, digits: 2 },
	otherSingleWait: { what: 'wait of a single lookup of another process', most: 10, digits: 1 },
	singleWait: { what: 'wait of a single lookup, in spacings', most: 3, digits: 1 },
	speedUp: { what: 'items a second ÷ helper in sequence, 10 ms latency', least: 2, digits: 1 },
	foundAtTheLimit: { what: 'of 60 contacts at the limit, found', least: 60, digits: 0 },
	cpuRatio: { what: 'CPU time an item ÷ HTTP Request node', most: 0.65, digits: 2 },
	rssRatio: { what: 'peak memory ÷ HTTP Request node', most: 0.75, digits: 2 },
	timeGrowth: { what: 'CPU time an item, 100,000 ÷ 10,000 items', most: 1.2, digits: 2 },
	memoryGrowth: { what: 'peak heap an item, 100,000 ÷ 10,000 items', most: 1.2, digits: 2 },
	memoryRatio: { what: 'peak heap ÷ size of the output', most: 2.5, digits: 2 },
	blockedMs: { what: 'event loop blocked at a time, in ms', most: 100, digits: 0 },
} as const satisfies Record<string, Target>;

export type TargetName = keyof typeof TARGETS;

export const NOT_MEASURED = 'not measured';

export interface Measured {
	target: TargetName;
	value: number;
	/** The case it was measured in. */
	where: string;
}

export interface Verdict {
	what: string;
	bound: string;
	measured: string;
	where: string;
	isMet: boolean;
}

function write(value: number, { digits, unit }: Target): string {
	return unit === '%' ? `${(value * 100).toFixed(digits)} %` : value.toFixed(digits);
}

/** @returns how much worse than the bound, as something to compare by; NaN is worst */
function excess(value: number, { most, least = NaN }: Target): number {
	if (Number.isNaN(value)) return Infinity;
	return most === undefined ? least - value : value - most;
}

/**
 * @param measured everything that was measured
 * @returns one verdict for each target, on the worst of what was measured for it
 */
export function judge(measured: readonly Measured[]): Verdict[] {
	return (Object.keys(TARGETS) as TargetName[]).map((name) => {
		const target: Target = TARGETS[name];
		const [worst = { value: NaN, where: NOT_MEASURED }] = measured
			.filter((one) => one.target === name)
			.sort((one, other) => excess(other.value, target) - excess(one.value, target));
		const { most, least = NaN } = target;
		return {
			what: target.what,
			bound: most === undefined ? `≥ ${write(least, target)}` : `≤ ${write(most, target)}`,
			measured: write(worst.value, target),
			where: worst.where,
			isMet: excess(worst.value, target) <= 0,
		};
	});
}
