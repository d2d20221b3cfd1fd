/** A process for the operations' cases: it runs n8n's engine, or a double for another one's engine. */

import type { INodeExecutionData } from 'n8n-workflow';
import { Engine, type WorkflowFile } from '../engine/engine';
import { PACKAGE_NAME } from '../engine/nodeTypes';
import { NODE_NAME, testWorkflow, withInput, withParameters } from '../engine/workflowFiles';
import { startGreenApiDouble } from '../green-api-double/greenApiDouble';
import type { Account } from './doubleProcess';
import { heapInUse, watchHeap } from './heap';
import { ownCpuMs, serve } from './processes';

export interface CheckJob {
	account: Account;
	count: number;
}

export interface ListJob {
	account: Account;
	/** How many contacts the double lists. */
	count: number;
}

export interface ListFigures {
	/** User and system, in ms. */
	cpuMs: number;
	lost: number;
	/** For how long the node held up the event loop at a time, JSON.parse apart, at most. */
	blockedMs: number;
	/** The most heap in use during a run, above what was in use before it. */
	peakBytes: number;
	/** What a copy of the output takes. */
	outputBytes: number;
}

const LOOK_EVERY_MS = 100;

let engine: Promise<Engine> | undefined;

async function startEngine(): Promise<Engine> {
	return await (engine ??= Engine.start());
}

function numberOf(index: number): string {
	return `${79_100_000_001 + index}@c.us`;
}

function manyWorkflow(): WorkflowFile {
	return withParameters(testWorkflow('get-many'), { returnAll: true });
}

async function run(file: WorkflowFile, account: Account): Promise<INodeExecutionData[]> {
	const finished = await (await startEngine()).run(file, { credentials: { greenApi: account } });
	if (finished.error) throw finished.error;
	return finished.items(NODE_NAME);
}

/**
 * @returns what `work` took at most of the event loop at a time while the node executed, in ms;
 *   parsing is not counted, because no part of it can wait
 */
async function longestBlock(on: Engine, work: () => Promise<unknown>): Promise<number> {
	const node = on.types.getByNameAndVersion(`${PACKAGE_NAME}.greenApi`);
	const { execute } = node;
	const { parse } = JSON;
	let longest = 0;
	let since = Infinity;
	/** Infinity while the node does not execute. */
	const restart = () => {
		if (since !== Infinity) since = performance.now();
	};
	const look = () => {
		longest = Math.max(longest, performance.now() - since);
		restart();
	};
	const ticking = setInterval(look, 1);
	JSON.parse = (...given: Parameters<typeof parse>) => {
		look();
		const value: unknown = parse(...given);
		restart();
		return value;
	};
	node.execute = async function (...given) {
		since = performance.now();
		try {
			return (await execute?.call(this, ...given)) ?? [];
		} finally {
			look();
			since = Infinity;
		}
	};
	try {
		await work();
	} finally {
		clearInterval(ticking);
		JSON.parse = parse;
		if (execute) node.execute = execute;
	}
	return longest;
}

function countLost(items: readonly INodeExecutionData[], count: number): number {
	const found = new Set(items.map(({ json }) => json.chatId));
	return Array.from({ length: count }, (_, index) => numberOf(index)).filter((id) => !found.has(id))
		.length;
}

async function watched(account: Account): Promise<number> {
	const before = await heapInUse();
	const { peakBytes } = await watchHeap(
		LOOK_EVERY_MS,
		async () => await run(manyWorkflow(), account),
	);
	return peakBytes - before;
}

async function sizeOf(output: readonly INodeExecutionData[]): Promise<number> {
	const before = await heapInUse();
	const copies: unknown[] = [JSON.parse(JSON.stringify(output))];
	const size = (await heapInUse()) - before;
	copies.pop();
	return size;
}

const service = {
	/** A double with so many contacts in its list, at GREEN-API's own limits or at none. */
	async open({ count, isLimited }: { count: number; isLimited: boolean }): Promise<Account> {
		const double = await startGreenApiDouble({ rateFactor: isLimited ? 1 : Infinity });
		double.addressBook.setList(
			Array.from({ length: count }, (_, index) => ({
				id: numberOf(index),
				name: `Contact ${index}`,
				contactName: index % 2 === 0 ? `Ivan Petrov ${index}` : '',
				type: 'user',
			})),
		);
		const { apiUrl, idInstance, apiTokenInstance } = double;
		return { apiUrl, idInstance, apiTokenInstance };
	},

	/** Check WhatsApp for so many numbers, none of which is asked about twice. */
	async check({ account, count }: CheckJob): Promise<{ ms: number; lost: number }> {
		const input = Array.from({ length: count }, (_, index) => ({ chatId: numberOf(index) }));
		const file = withInput(testWorkflow('check-whatsapp'), input);
		await startEngine();
		const start = performance.now();
		const items = await run(file, account);
		return { ms: performance.now() - start, lost: countLost(items, count) };
	},

	/** Get Many, all of the list. */
	async list({ account, count }: ListJob): Promise<ListFigures> {
		const on = await startEngine();
		await run(manyWorkflow(), account);
		await heapInUse();
		const cpuStart = ownCpuMs();
		const output = await run(manyWorkflow(), account);
		const cpuMs = ownCpuMs() - cpuStart;
		const lost = countLost(output, count);
		const outputBytes = await sizeOf(output);
		output.length = 0;
		const blockedMs = await longestBlock(on, async () => await run(manyWorkflow(), account));
		return { cpuMs, lost, blockedMs, outputBytes, peakBytes: await watched(account) };
	},
};

export type OperationService = typeof service;

serve(service);
