/** A process that runs n8n's engine: what one n8n is to GREEN-API. */

import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { Engine } from '../engine/engine';
import { NODE_NAME } from '../engine/workflowFiles';
import { benchNodeTypes, type ClientName, CLIENTS, nodeWorkflow } from './clients';
import { type ContactList, countFound, countLost } from './contactList';
import type { Account } from './doubleProcess';
import { heapInUse, watchHeap } from './heap';
import { ownCpuMs, serve } from './processes';

export interface LookUpJob {
	account: Account;
	list: ContactList;
	/** Of the node. */
	options: INodeParameters;
}

export interface LookUpFigures {
	/** How long the execution took, in ms. */
	ms: number;
	lost: number;
	/** Of the first item that failed. */
	error?: string;
}

export interface LoadJob {
	client: ClientName;
	account: Account;
	list: ContactList;
}

export interface LoadFigures {
	ms: number;
	/** User and system, all threads, in ms. */
	cpuMs: number;
	/** The most that the process had in memory until the end of the run. */
	peakRssBytes: number;
	lost: number;
	/** Contacts among the output's items, in whatever place. */
	found: number;
}

export interface MemoryFigures {
	/** Without the time that watching took, in ms. */
	ms: number;
	/** User and system, all threads, without what watching took, in ms. */
	cpuMs: number;
	lost: number;
	/** The most heap in use during the run, above what was in use before it, input included. */
	peakBytes: number;
	/** The most that the process had in memory until the end of the run. */
	peakRssBytes: number;
	/** What a copy of the output takes. */
	outputBytes: number;
}

const engine = Engine.start(benchNodeTypes);

function startClient({ client, account, list }: LoadJob, on: Engine) {
	return CLIENTS[client](on, account, list);
}

function peakRss(): number {
	return process.resourceUsage().maxRSS * 1024;
}

/** Its frame, and with it all that the run holds but the output, is gone when it returns. */
async function runWatched(job: LoadJob, everyMs: number) {
	const run = startClient(job, await engine);
	const before = await heapInUse();
	const start = performance.now();
	const cpuStart = ownCpuMs();
	const { value, peakBytes, watchingMs } = await watchHeap(everyMs, async () => {
		const finished = await run();
		return { finished, ms: performance.now() - start, cpuMs: ownCpuMs() - cpuStart };
	});
	const peakRssBytes = peakRss();
	const output = value.finished();
	return {
		output,
		ms: value.ms - watchingMs,
		cpuMs: value.cpuMs - watchingMs,
		peakBytes: peakBytes - before,
		peakRssBytes,
	};
}

/** Of a copy: letting go of the output frees nothing while an idle connection still holds it. */
async function sizeOf(output: readonly INodeExecutionData[]): Promise<number> {
	await heapInUse();
	const before = await heapInUse();
	const copies: unknown[] = [JSON.parse(JSON.stringify(output))];
	const size = (await heapInUse()) - before;
	copies.pop();
	return size;
}

const service = {
	async lookUp({ account, list, options }: LookUpJob): Promise<LookUpFigures> {
		const file = nodeWorkflow(list, options);
		const on = await engine;
		const start = performance.now();
		const run = await on.run(file, { credentials: { greenApi: account } });
		const ms = performance.now() - start;
		const failed = run.json(NODE_NAME).find(({ error }) => error !== undefined);
		const error = run.error?.message ?? failed?.error;
		return {
			ms,
			lost: countLost(list, run.items(NODE_NAME)),
			...(error !== undefined && { error: String(error) }),
		};
	},

	/** Time and CPU time of a run that nothing else disturbs. */
	async load(job: LoadJob): Promise<LoadFigures> {
		const run = startClient(job, await engine);
		await heapInUse();
		const start = performance.now();
		const cpuStart = ownCpuMs();
		const finished = await run();
		const cpuMs = ownCpuMs() - cpuStart;
		const ms = performance.now() - start;
		const peakRssBytes = peakRss();
		const output = finished();
		const { list } = job;
		// The search takes a while for long lists, and only the comparison at the limit asks for it.
		const found = list.count > 1_000 ? NaN : countFound(list, output);
		return { ms, cpuMs, peakRssBytes, lost: countLost(list, output), found };
	},

	/** Memory; looking at it makes a run slower. */
	async memory({ everyMs, ...job }: LoadJob & { everyMs: number }): Promise<MemoryFigures> {
		const { output, ...figures } = await runWatched(job, everyMs);
		return { ...figures, lost: countLost(job.list, output), outputBytes: await sizeOf(output) };
	},
};

export type EngineService = typeof service;

serve(service);
