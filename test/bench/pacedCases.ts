/** The cases in which the node keeps to a limit. */

import type { LimiterModel } from '../green-api-double/rateLimiter';
import { type ContactList, isIn } from './contactList';
import type { EngineProcess, Execution, Outcome, PacedCase } from './runPaced';
import { mean } from './statistics';

/** Each item of the list costs a second at GREEN-API's limit. */
const CONTACTS = 110;

/** GREEN-API's own limit, and an answer as quick as it is without trouble. */
const AT_THE_LIMIT = { limit: 1, latencyMs: 50 };

/** Lists with different numbers have no contact in common. */
function listOf(number: number, count = CONTACTS): ContactList {
	return { first: number * 10_000, count };
}

function oneList(on: EngineProcess): Execution[] {
	return [{ on, list: listOf(0) }];
}

/** What each execution got while all of them had something to ask. */
function whileAllBusy(executions: readonly Execution[], { arrived }: Outcome) {
	const times = executions.map(({ list }) =>
		arrived
			.filter(({ status, chatId }) => status === 200 && isIn(list, chatId))
			.map(({ at }) => at),
	);
	const from = Math.max(...times.map((own) => own[0] ?? NaN));
	const to = Math.min(...times.map((own) => own.at(-1) ?? NaN));
	const counts = times.map((own) => own.filter((at) => at > from && at <= to).length);
	const all = counts.reduce((total, count) => total + count, 0);
	const seconds = (to - from) / 1000;
	return {
		seconds,
		perSecond: all / seconds,
		shares: counts.map((count) => `${Math.round((100 * count) / all)} %`).join(', '),
		leastShare: Math.min(...counts) / mean(counts),
	};
}

/** The same case under the other limiter, which it names. */
export function under(limiter: LimiterModel, paced: PacedCase): PacedCase {
	const { tell } = paced;
	const name = `${paced.name} (${limiter})`;
	return {
		...paced,
		name,
		double: { ...paced.double, limiter },
		...(tell && {
			tell: (outcomes) => {
				const told = tell(outcomes);
				const measured = told.measured?.map((one) => ({ ...one, where: name }));
				return { ...told, ...(measured && { measured }) };
			},
		}),
	};
}

/** @param seconds how long the double takes for each answer */
export function latency(seconds: number, on: EngineProcess): PacedCase {
	return {
		...AT_THE_LIMIT,
		name: `latency ${seconds} s`,
		latencyMs: seconds * 1000,
		executions: oneList(on),
		targets: ['aloneRatio', 'aloneRefusals', 'requestRatio'],
	};
}

/** Answers say 10 a second, nothing is set. */
export function toldLimit(on: EngineProcess): PacedCase {
	return {
		name: 'answers say 10 a second',
		limit: 10,
		latencyMs: AT_THE_LIMIT.latencyMs,
		double: { headers: true },
		executions: oneList(on),
		targets: ['toldRatio'],
	};
}

const MOST_JITTER_MS = 100;

/** Of the requests after the first quarter of the time. */
function steadyState({ arrived }: Outcome) {
	const [first, last] = [arrived[0]?.at ?? NaN, arrived.at(-1)?.at ?? NaN];
	const steady = arrived.filter(({ at }) => at >= first + (last - first) / 4);
	return { all: steady.length, refused: steady.filter(({ status }) => status === 429).length };
}

/** On several instances at once, because 429s are few. */
export function jitter(on: EngineProcess): PacedCase {
	const name = `jitter of up to ${MOST_JITTER_MS} ms`;
	return {
		...AT_THE_LIMIT,
		name,
		double: { mostWayMs: MOST_JITTER_MS / 2 },
		instances: 10,
		executions: oneList(on),
		targets: ['paceRatio'],
		tell(outcomes) {
			const steady = outcomes.map(steadyState);
			const all = steady.reduce((total, one) => total + one.all, 0);
			const refused = steady.reduce((total, one) => total + one.refused, 0);
			const slowest = Math.max(...outcomes.map(({ seconds }) => seconds));
			return {
				remark: `on ${outcomes.length} instances; slowest ${slowest.toFixed(2)} s`,
				measured: [{ target: 'refusedShare', value: refused / all, where: name }],
			};
		},
	};
}

export function halfDuplicates(on: EngineProcess): PacedCase {
	return {
		...AT_THE_LIMIT,
		name: 'half duplicates',
		executions: [{ on, list: { ...listOf(0), isTwice: true } }],
		targets: ['paceRatio', 'requestRatio'],
		tell: () => ({ remark: `${2 * CONTACTS} items, each contact spelled in two ways` }),
	};
}

export function transientFaults(on: EngineProcess): PacedCase {
	return {
		...AT_THE_LIMIT,
		name: '5 % transient faults',
		double: { randomFaults: { rate: 0.05, seed: 'bench' } },
		executions: oneList(on),
		targets: [],
	};
}

export function rateTooHigh(on: EngineProcess, headers: boolean): PacedCase {
	return {
		...AT_THE_LIMIT,
		name: `set 5 times too high, ${headers ? 'with' : 'without'} headers`,
		requestsPerSecond: 5 * AT_THE_LIMIT.limit,
		double: { headers },
		executions: oneList(on),
		targets: ['tooHighRatio', 'tooHighRefusals'],
	};
}

export function twoExecutions(on: EngineProcess): PacedCase {
	const executions = [0, 1].map((number) => ({ on, list: listOf(number, CONTACTS / 2) }));
	return {
		...AT_THE_LIMIT,
		name: 'two concurrent executions',
		executions,
		targets: ['paceRatio', 'requestRatio'],
		tell([outcome]) {
			const { shares } = whileAllBusy(executions, outcome);
			return { remark: `${shares} while both were busy` };
		},
	};
}

const MS = 1000;

/** Where processes meet, much is chance: so many instances, each with all of the case's executions. */
const INSTANCES = 3;

/** Fifty seconds of one process say little: its share differs by a tenth of the limit by chance. */
const LATE_INSTANCES = 8;

/** Requests of the list that got through in a second, between two times in s after the first one. */
function rateOf({ arrived }: Outcome, list: ContactList, from: number, to: number): number {
	const startedAt = arrived[0]?.at ?? NaN;
	const through = arrived.filter(({ status, chatId, at }) => {
		const seconds = (at - startedAt) / MS;
		return status === 200 && isIn(list, chatId) && seconds >= from && seconds < to;
	});
	return through.length / (to - from);
}

/** The limit goes from 1 to 10 and to 0.5 a second, and answers say so. */
export function limitChanges(on: EngineProcess): PacedCase {
	const name = 'the limit goes from 1 to 10 and to 0.5';
	// So many that it is not done before the last window is over.
	const list = listOf(0, 190);
	// Counted from when an answer to the first request after the change may have told it.
	const windows = [
		{ limit: 1, from: 0, to: 30 },
		{ limit: 10, from: 32, to: 42 },
		{ limit: 0.5, from: 45, to: 85 },
	];
	return {
		...AT_THE_LIMIT,
		name,
		double: { headers: true },
		changes: [
			{ limit: 10, afterMs: 30 * MS },
			{ limit: 0.5, afterMs: 42 * MS },
		],
		executions: [{ on, list }],
		targets: [],
		tell([outcome]) {
			const parts = windows.map(({ limit, from, to }) => rateOf(outcome, list, from, to) / limit);
			return {
				remark: `${parts.map((part) => part.toFixed(2)).join(', ')} of each`,
				measured: [{ target: 'changedRate', value: Math.min(...parts), where: name }],
			};
		},
	};
}

/** One process comes later than the other, and is done before it. */
export function lateProcess(stays: EngineProcess, comes: EngineProcess): PacedCase {
	const name = 'a process that joins late, and leaves';
	const joinsAt = 40;
	// So many that neither is done before its window is over.
	const [staying, late] = [listOf(0, 270), listOf(1, 70)];
	return {
		...AT_THE_LIMIT,
		name,
		double: { mostWayMs: 5 },
		instances: LATE_INSTANCES,
		executions: [
			{ on: stays, list: staying },
			{ on: comes, list: late, afterMs: joinsAt * MS },
		],
		targets: [],
		tell(outcomes) {
			const figures = outcomes.map((outcome) => {
				const { arrived } = outcome;
				const startedAt = arrived[0]?.at ?? NaN;
				const served = arrived
					.filter(({ status, chatId }) => status === 200 && isIn(late, chatId))
					.map(({ at }) => (at - startedAt) / MS);
				const leftAt = served.at(-1) ?? NaN;
				return {
					waited: (served[0] ?? NaN) - joinsAt,
					share: rateOf(outcome, late, joinsAt + 50, joinsAt + 100),
					rate: rateOf(outcome, staying, leftAt + 70, leftAt + 120),
				};
			});
			const waited = mean(figures.map((one) => one.waited));
			const share = mean(figures.map((one) => one.share));
			const rate = mean(figures.map((one) => one.rate));
			return {
				remark: `served after ${waited.toFixed(1)} s on average; ${share.toFixed(2)} of the limit; ${rate.toFixed(2)} for the one that stays`,
				measured: [
					{ target: 'joinWait', value: waited, where: name },
					{ target: 'joinShare', value: share, where: name },
					{ target: 'leftRate', value: rate, where: name },
				],
			};
		},
	};
}

const SINGLES_AFTER_MS = [15_200, 30_400, 45_600, 60_800, 76_000];

/** @param other where the single lookups run; by default, where the batch does */
export function singleDuringBatch(on: EngineProcess, other = on): PacedCase {
	const isOther = other !== on;
	const name = `a single lookup during a batch${isOther ? ' of another process' : ''}`;
	const singles = SINGLES_AFTER_MS.map((afterMs, index) => ({
		on: other,
		list: listOf(1 + index, 1),
		afterMs,
	}));
	return {
		...AT_THE_LIMIT,
		name,
		executions: [...oneList(on), ...singles],
		targets: isOther ? ['requestRatio'] : ['paceRatio', 'requestRatio'],
		tell([outcome]) {
			const waits = outcome.figures
				.slice(1)
				.map(({ ms }) => ((ms - AT_THE_LIMIT.latencyMs) / 1000) * AT_THE_LIMIT.limit);
			return {
				remark: `waited ${waits.map((wait) => wait.toFixed(1)).join(', ')} spacings`,
				measured: [
					{
						target: isOther ? 'otherSingleWait' : 'singleWait',
						value: isOther ? mean(waits) : Math.max(...waits),
						where: name,
					},
				],
			};
		},
	};
}

/** Each has enough to do for 300 s and more, at one a second. */
const SHARED_SECONDS = 300;

/** At the real limit's proportions: one a second, 25 to 30 ms each way. */
export function sharedInstance(processes: readonly EngineProcess[]): PacedCase {
	const count = processes.length as 2 | 3 | 4;
	const name = `${count} processes on one instance`;
	const executions = processes.map((on, number) => ({
		on,
		list: listOf(number, Math.round((1.05 * SHARED_SECONDS) / count)),
	}));
	return {
		...AT_THE_LIMIT,
		name,
		double: { mostWayMs: 5 },
		instances: INSTANCES,
		executions,
		targets: [],
		tell(outcomes) {
			const busy = outcomes.map((outcome) => whileAllBusy(executions, outcome));
			const refused = outcomes.map(
				({ arrived }) => arrived.filter(({ status }) => status === 429).length / arrived.length,
			);
			return {
				remark: busy
					.map(({ shares, seconds }) => `${shares} for ${Math.round(seconds)} s`)
					.join('; '),
				measured: [
					{
						target: 'sharedThroughput',
						value: mean(busy.map(({ perSecond }) => perSecond)),
						where: name,
					},
					{ target: `sharedRefused${count}`, value: mean(refused), where: name },
					{
						target: 'sharedShare',
						value: mean(busy.map(({ leastShare }) => leastShare)),
						where: name,
					},
				],
			};
		},
	};
}
