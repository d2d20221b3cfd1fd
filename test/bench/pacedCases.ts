/** The cases in which the node keeps to a limit. */

import type { LimiterModel } from '../green-api-double/rateLimiter';
import { type ContactList, isIn } from './contactList';
import type { EngineProcess, Execution, Outcome, PacedCase } from './runPaced';

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
		spread: Math.max(...counts) / Math.min(...counts),
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

const SINGLES_AFTER_MS = [15_200, 30_400, 45_600, 60_800, 76_000];

export function singleDuringBatch(on: EngineProcess): PacedCase {
	const name = 'a single lookup during a batch';
	const singles = SINGLES_AFTER_MS.map((afterMs, index) => ({
		on,
		list: listOf(1 + index, 1),
		afterMs,
	}));
	return {
		...AT_THE_LIMIT,
		name,
		executions: [...oneList(on), ...singles],
		targets: ['paceRatio', 'requestRatio'],
		tell([outcome]) {
			const waits = outcome.figures
				.slice(1)
				.map(({ ms }) => ((ms - AT_THE_LIMIT.latencyMs) / 1000) * AT_THE_LIMIT.limit);
			return {
				remark: `waited ${waits.map((wait) => wait.toFixed(1)).join(', ')} slots`,
				measured: [{ target: 'singleWait', value: Math.max(...waits), where: name }],
			};
		},
	};
}

/** Each has enough to do for 300 slots and more. */
const SHARED_SLOTS = 300;

/** At the real limit's proportions: one a second, 25 to 30 ms each way. */
export function sharedInstance(processes: readonly EngineProcess[]): PacedCase {
	const count = processes.length as 2 | 3 | 4;
	const name = `${count} processes on one instance`;
	const executions = processes.map((on, number) => ({
		on,
		list: listOf(number, Math.round((1.05 * SHARED_SLOTS) / count)),
	}));
	return {
		...AT_THE_LIMIT,
		name,
		double: { mostWayMs: 5 },
		executions,
		targets: [],
		tell([outcome]) {
			const busy = whileAllBusy(executions, outcome);
			const { arrived } = outcome;
			const refused = arrived.filter(({ status }) => status === 429).length / arrived.length;
			return {
				remark: `${busy.shares} while all were busy, for ${Math.round(busy.seconds)} s`,
				measured: [
					{ target: 'sharedThroughput', value: busy.perSecond, where: name },
					{ target: `sharedRefused${count}`, value: refused, where: name },
					{ target: 'sharedSpread', value: busy.spread, where: name },
				],
			};
		},
	};
}
