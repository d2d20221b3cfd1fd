/**
 * Measures the node against the GREEN-API double and prints what it took beside what it may take;
 * with `--picture` it also draws `docs/images/benchmark.svg` from what it measured; with `--peers` it
 * only compares the node with its alternatives, which takes a third of the time.
 * Exit code 0: every target is met; 1: one is missed; 2: the bench itself failed.
 */

import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { compareAtTheLimit, type Compared, measureFound } from './comparison';
import type { DoubleService } from './doubleProcess';
import type { EngineService } from './engineProcess';
import { type LoadResult, runLoad } from './loadCases';
import {
	halfDuplicates,
	jitter,
	lateProcess,
	latency,
	limitChanges,
	rateTooHigh,
	sharedInstance,
	singleDuringBatch,
	toldLimit,
	transientFaults,
	twoExecutions,
	under,
} from './pacedCases';
import { measureChecks, measureLists, type OperationProcess } from './operationCases';
import type { OperationService } from './operationProcess';
import { drawComparison } from './picture';
import { BenchProcess, ownCpuMs, type Service } from './processes';
import { type EngineProcess, type PacedCase, type PacedResult, runPaced } from './runPaced';
import {
	clientTable,
	comparisonTable,
	growthTable,
	machine,
	pacedTable,
	verdictTable,
} from './tables';
import { judge, type Measured, NOT_MEASURED, type Verdict } from './targets';

type Doubles = BenchProcess<DoubleService>;

const { values: flags } = parseArgs({
	options: { picture: { type: 'boolean' }, peers: { type: 'boolean' } },
});

/** Far more than the bench takes: something hangs then. */
const MOST_MS = 1_200_000;

const LIMITERS = ['spacing', 'second'] as const;

/** From the start of one case to that of the next. */
const BETWEEN_STARTS_MS = 300;

const startedAt = performance.now();

function secondsSoFar(): number {
	return Math.round((performance.now() - startedAt) / 1000);
}

function tellProgress(what: string): void {
	console.error(`${String(secondsSoFar()).padStart(4)} s  ${what}`);
}

const started: Array<Pick<BenchProcess<Service>, 'cpuMs'>> = [];

async function start<S extends Service>(file: string): Promise<BenchProcess<S>> {
	const process = await BenchProcess.start<S>(file, { flags: ['--expose-gc'] });
	started.push(process);
	return process;
}

async function startEngine(): Promise<EngineProcess> {
	return await start<EngineService>('engineProcess.ts');
}

async function startOperations(): Promise<OperationProcess> {
	return await start<OperationService>('operationProcess.ts');
}

/** All processors of the computer, since it started. */
function busyMs(): number {
	return cpus()
		.map(({ times: { user, nice, sys, irq } }) => user + nice + sys + irq)
		.reduce((sum, ms) => sum + ms, 0);
}

const busyMsAtStart = busyMs();

/** @returns the share of the processors' time that other programs took, from 0 to 1 */
async function shareOfOthers(): Promise<number> {
	const own = await Promise.all(started.map(async (one) => await one.cpuMs()));
	const ownMs = own.reduce((sum, ms) => sum + ms, ownCpuMs());
	const wholeMs = (performance.now() - startedAt) * cpus().length;
	return Math.max(0, busyMs() - busyMsAtStart - ownMs) / wholeMs;
}

/** What an n8n loads and compiles in its first execution, later ones have. */
async function warmUp(doubles: Doubles, engines: readonly EngineProcess[]): Promise<void> {
	const { id, accounts } = await doubles.call('open', { rateFactor: Infinity });
	const list = { first: 0, count: 50 };
	const options = { requestsPerSecond: 0 };
	for (const account of accounts) {
		await Promise.all(
			engines.map(async (engine) => await engine.call('lookUp', { account, list, options })),
		);
	}
	await doubles.call('close', id);
}

async function runAll(): Promise<Results> {
	tellProgress('starting processes');
	const doubles = await start<DoubleService>('doubleProcess.ts');
	const [one, two, three, four] = [
		await startEngine(),
		await startEngine(),
		await startEngine(),
		await startEngine(),
	];
	const clients = {
		node: await startEngine(),
		httpRequest: await startEngine(),
		helper: await startEngine(),
		axios: await startEngine(),
	};
	await warmUp(doubles, [one, two, three, four]);

	tellProgress('the node beside others, at the limit');
	const compared = await compareAtTheLimit(doubles, [one, two, three, four]);
	if (flags.peers) {
		const load = await runLoad(doubles, clients, tellProgress);
		const operations = measureFound(compared);
		return { compared, paced: [], load, operations, others: await shareOfOthers() };
	}

	const run = async (paced: PacedCase) => {
		const result = await runPaced(doubles, paced);
		tellProgress(`${paced.name}: done`);
		return result;
	};
	tellProgress('ten requests a second: milliseconds count, so that nothing else runs');
	const told: PacedResult[] = [];
	for (const limiter of LIMITERS) told.push(await run(under(limiter, toldLimit(one))));
	const checks = await measureChecks(startOperations);
	tellProgress('Check WhatsApp: done');

	tellProgress('pacing on, side by side');
	// They wait most of the time.
	const cases = LIMITERS.flatMap((limiter) =>
		[
			...[0.05, 0.5, 2, 5].map((seconds) => latency(seconds, one)),
			jitter(two),
			rateTooHigh(two, true),
			rateTooHigh(two, false),
			halfDuplicates(three),
			transientFaults(three),
			twoExecutions(three),
			singleDuringBatch(three),
			singleDuringBatch(one, four),
			limitChanges(four),
			lateProcess(two, four),
			sharedInstance([one, two]),
			sharedInstance([one, two, three]),
			sharedInstance([one, two, three, four]),
		].map((paced) => under(limiter, paced)),
	);
	const paced = await Promise.all(
		cases.map(async (one, index) => {
			// What thirty executions that begin at once do to each other is no case.
			await setTimeout(index * BETWEEN_STARTS_MS);
			return await run(one);
		}),
	);
	const load = await runLoad(doubles, clients, tellProgress);
	const lists = await measureLists(startOperations);
	tellProgress('Get Many: done');
	const operations = [...checks, ...lists, ...measureFound(compared)];
	return {
		compared,
		paced: [...told, ...paced],
		load,
		operations,
		others: await shareOfOthers(),
	};
}

interface Results {
	compared: Compared[];
	paced: PacedResult[];
	load: LoadResult;
	operations: Measured[];
	/** Of the processors' time, from 0 to 1. */
	others: number;
}

const PACED_LEGEND = `"Requests per Second" not set and GREEN-API's own limit of one a second, unless the case says
otherwise; the cases run side by side, n8n and double in processes of their own. least: (distinct
contacts − 1) ÷ rate + one latency, 0.05 s unless the case says otherwise. lost: input items that did
not become the contact they name, in their place and linked to their item. requests: 429s included.`;

const LOAD_LEGEND = `"Requests per Second" 0, no limit, 64 requests in flight unless in sequence. Time and CPU time (user
and system, of all threads) are of the whole execution: the mean, and the least, of 2 rounds. RSS: the most
that the process, n8n included, has had so far. Heap: the most that was left after a full garbage collection,
every few seconds during a run and at its end, above what was left before the run with the input in
place. output: what the output items take, alone. 100,000 items: times without the collections.`;

function print({ compared, paced, load, operations, others }: Results): boolean {
	const measured = [...paced.flatMap((result) => result.measured), ...load.measured, ...operations];
	const isMeasured = ({ where }: Verdict) => where !== NOT_MEASURED;
	const verdicts = judge(measured).filter((verdict) => !flags.peers || isMeasured(verdict));
	const missed = verdicts.filter(({ isMet }) => !isMet).length;
	console.log(`${machine()}; other programs took ${Math.round(100 * others)} % of it meanwhile\n`);
	console.log(`At GREEN-API's limit\n${comparisonTable(compared)}\n`);
	if (paced.length > 0) console.log(`Pacing on\n${pacedTable(paced)}\n${PACED_LEGEND}\n`);
	console.log(
		`Pacing off\n${clientTable(load.clients)}\n${growthTable(load.growth)}\n${LOAD_LEGEND}\n`,
	);
	console.log(`Targets\n${verdictTable(verdicts)}\n`);
	console.log(`${verdicts.length} targets, ${missed} missed; the bench took ${secondsSoFar()} s`);
	return missed === 0;
}

const PICTURE = join(__dirname, '../../docs/images/benchmark.svg');

async function runInTime() {
	const hanging = setTimeout(MOST_MS, undefined, { ref: false }).then(() => {
		throw new Error(`The bench did not end within ${MOST_MS / 1000} s`);
	});
	return await Promise.race([runAll(), hanging]);
}

// Ending this process ends the ones it started.
runInTime()
	.then((results) => {
		if (flags.picture)
			writeFileSync(
				PICTURE,
				drawComparison(results.compared.filter(({ limiter }) => limiter === 'spacing')),
			);
		process.exit(print(results) ? 0 : 1);
	})
	.catch((error: unknown) => {
		console.error(error);
		process.exit(2);
	});
