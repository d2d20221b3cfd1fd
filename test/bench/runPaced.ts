/** Runs a paced case against a double of its own. */

import { setTimeout } from 'node:timers/promises';
import type { ContactList } from './contactList';
import type { Account, Arrived, DoubleService, DoubleSettings } from './doubleProcess';
import type { EngineService, LookUpFigures } from './engineProcess';
import type { BenchProcess } from './processes';
import { mean, sum } from './statistics';
import type { Measured, TargetName } from './targets';

/** Instances that begin at once would send at once, each second, and hold each other up. */
const BETWEEN_INSTANCES_MS = 100;

/** What can be measured in every case. */
interface CaseValues {
	paceRatio: number;
	aloneRatio: number;
	toldRatio: number;
	tooHighRatio: number;
	aloneRefusals: number;
	tooHighRefusals: number;
	requestRatio: number;
}

export type EngineProcess = BenchProcess<EngineService>;

/** One execution of the workflow. */
export interface Execution {
	on: EngineProcess;
	list: ContactList;
	/** How long after the start of the case it starts, in ms. Default: 0. */
	afterMs?: number;
}

export interface PacedCase {
	name: string;
	/** Requests a second that each instance of the double allows. */
	limit: number;
	/** The option. Default: not set. */
	requestsPerSecond?: number;
	latencyMs: number;
	double?: Pick<DoubleSettings, 'mostWayMs' | 'randomFaults' | 'limiter' | 'headers'>;
	/** What the limit changes to, and how long after the start of the case, in ms. Default: never. */
	changes?: ReadonlyArray<{ limit: number; afterMs: number }>;
	/** On one instance. */
	executions: readonly Execution[];
	/** How often all that happens side by side, each time on an instance of its own. Default: 1. */
	instances?: number;
	/** The targets that have to be reached, besides that nothing is lost. */
	targets: ReadonlyArray<TargetName & keyof CaseValues>;
	/** What else there is to tell and to judge; takes one outcome for each instance. */
	tell?: (outcomes: readonly [Outcome, ...Outcome[]]) => { remark: string; measured?: Measured[] };
}

/** What happened on one instance. */
export interface Outcome {
	/** From the start of the first execution to the end of the last. */
	seconds: number;
	figures: LookUpFigures[];
	/** By the time of arrival. */
	arrived: Arrived[];
}

/** What the table shows of a case. */
export interface PacedResult {
	name: string;
	/** Distinct contacts, on all instances. */
	contacts: number;
	/** The mean of all instances. */
	seconds: number;
	/** The theoretical minimum of each instance. */
	leastSeconds: number;
	requests: number;
	refusals: number;
	lost: number;
	remark: string;
	measured: Measured[];
}

/** (distinct contacts − 1) ÷ rate + one latency, in which the mean jitter is. */
function leastSecondsOf({ limit, latencyMs, double }: PacedCase, contacts: number): number {
	return (contacts - 1) / limit + (latencyMs + (double?.mostWayMs ?? 0)) / 1000;
}

async function execute(
	{ requestsPerSecond }: PacedCase,
	{ on, list, afterMs = 0 }: Execution,
	account: Account,
): Promise<LookUpFigures> {
	if (afterMs > 0) await setTimeout(afterMs);
	const options = requestsPerSecond === undefined ? {} : { requestsPerSecond };
	return await on.call('lookUp', { account, list, options });
}

async function executeAll(paced: PacedCase, account: Account): Promise<Omit<Outcome, 'arrived'>> {
	const start = performance.now();
	const figures = await Promise.all(
		paced.executions.map(async (one) => await execute(paced, one, account)),
	);
	return { seconds: (performance.now() - start) / 1000, figures };
}

async function changeLimits(
	doubles: BenchProcess<DoubleService>,
	id: number,
	{ changes = [] }: PacedCase,
): Promise<void> {
	await Promise.all(
		changes.map(async ({ limit: requestsPerSecond, afterMs }) => {
			await setTimeout(afterMs);
			await doubles.call('setRate', { id, requestsPerSecond });
		}),
	);
}

async function observe(doubles: BenchProcess<DoubleService>, paced: PacedCase): Promise<Outcome[]> {
	const { limit, latencyMs, double, instances = 1 } = paced;
	const settings = { ...double, latencyMs, instances, rateFactor: limit };
	const { id, accounts } = await doubles.call('open', settings);
	const changing = changeLimits(doubles, id, paced);
	const ran = await Promise.all(
		accounts.map(async (account, index) => {
			await setTimeout(index * BETWEEN_INSTANCES_MS);
			return { account, ...(await executeAll(paced, account)) };
		}),
	);
	await changing;
	const arrived = await doubles.call('arrived', id);
	await doubles.call('close', id);
	return ran.map(({ account: { idInstance }, ...outcome }) => ({
		...outcome,
		arrived: arrived.filter((request) => request.idInstance === idInstance),
	}));
}

/**
 * @param doubles where the case's double runs
 * @param paced the case
 */
export async function runPaced(
	doubles: BenchProcess<DoubleService>,
	paced: PacedCase,
): Promise<PacedResult> {
	const { name: where, executions, targets, tell } = paced;
	const [first, ...others] = await observe(doubles, paced);
	if (!first) throw new RangeError('A case has one instance at least');
	const outcomes = [first, ...others] as const;

	const contactsEach = sum(executions.map(({ list }) => list.count));
	const leastSeconds = leastSecondsOf(paced, contactsEach);
	const contacts = contactsEach * outcomes.length;
	const seconds = mean(outcomes.map((one) => one.seconds));
	const arrived = outcomes.flatMap((one) => one.arrived);
	const figures = outcomes.flatMap((one) => one.figures);
	const lost = sum(figures.map((one) => one.lost));
	const error = figures.find((one) => one.error !== undefined)?.error;
	const refusals = arrived.filter(({ status }) => status === 429).length;
	const ratio = seconds / leastSeconds;
	const values: CaseValues = {
		paceRatio: ratio,
		aloneRatio: ratio,
		toldRatio: ratio,
		tooHighRatio: ratio,
		aloneRefusals: refusals,
		tooHighRefusals: refusals,
		requestRatio: (arrived.length - refusals) / contacts,
	};
	const told = tell?.(outcomes);
	return {
		name: where,
		contacts,
		seconds,
		leastSeconds,
		requests: arrived.length,
		refusals,
		lost,
		remark: error ?? told?.remark ?? '',
		measured: [
			{ target: 'lost', value: lost, where },
			...targets.map((target) => ({ target, value: values[target], where })),
			...(told?.measured ?? []),
		],
	};
}
