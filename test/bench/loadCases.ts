/** The cases without pacing: how fast, for how much CPU time, and with how much memory. */

import type { ClientName } from './clients';
import type { Account, DoubleService } from './doubleProcess';
import type { LoadFigures, MemoryFigures } from './engineProcess';
import type { BenchProcess } from './processes';
import type { EngineProcess } from './runPaced';
import { mean } from './statistics';
import type { Measured } from './targets';

/** Of the comparison, and of the growth from the first to the last. */
const ITEMS = 10_000;
const FEW_ITEMS = 1_000;
const MANY_ITEMS = 100_000;

/** In turn, so that what else the computer does at a time meets every client. */
const ROUNDS = 2;

/**
 * How often the heap is looked at, in ms. Not more often, because each time costs a third of a
 * second: the JavaScript engine throws compiled code away with the garbage.
 */
const LOOK_EVERY_MS = 1_500;
const LOOK_EVERY_MS_AT_LENGTH = 12_000;

const LATENCY_MS = 10;
const ITEMS_WITH_LATENCY = 3_000;
const ITEMS_IN_SEQUENCE = 300;

/** Each client in a process of its own, none of which ran anything before. */
export type ClientProcesses = Readonly<
	Record<'node' | 'httpRequest' | 'helper' | 'axios', EngineProcess>
>;

export interface ClientResult {
	name: string;
	items: number;
	latencyMs: number;
	itemsPerSecond: number;
	/** In ms. */
	cpuMsPerItem: number;
	/** The most that the process had in memory so far. */
	peakRssBytes: number;
}

export interface GrowthResult {
	items: number;
	/** User and system, in ms: other programs don't make it longer. */
	cpuMs: number;
	memory: MemoryFigures;
}

export interface LoadResult {
	clients: ClientResult[];
	growth: GrowthResult[];
	measured: Measured[];
}

interface Run {
	name: string;
	on: EngineProcess;
	client: ClientName;
	items: number;
	/** Default: 0. */
	latencyMs?: number;
}

/** Runs clients, each run against a double of its own. */
class Load {
	private lost = 0;

	/** @param tell is told what runs */
	constructor(
		private readonly doubles: BenchProcess<DoubleService>,
		private readonly tell: (progress: string) => void,
	) {}

	get measured(): Measured {
		return { target: 'lost', value: this.lost, where: 'pacing off' };
	}

	async time({ on, client, items, latencyMs = 0 }: Run): Promise<LoadFigures> {
		this.tell(`${client}: ${items} items, latency ${latencyMs} ms`);
		const list = { first: 0, count: items };
		return await this.against(
			latencyMs,
			async (account) => await on.call('load', { client, account, list }),
		);
	}

	async memory({ on, client, items }: Run, everyMs = LOOK_EVERY_MS): Promise<MemoryFigures> {
		this.tell(`${client}: ${items} items, memory`);
		const list = { first: 0, count: items };
		return await this.against(
			0,
			async (account) => await on.call('memory', { client, account, list, everyMs }),
		);
	}

	private async against<Figures extends { lost: number }>(
		latencyMs: number,
		measure: (account: Account) => Promise<Figures>,
	): Promise<Figures> {
		const { id, accounts } = await this.doubles.call('open', { rateFactor: Infinity, latencyMs });
		const [account] = accounts;
		if (!account) throw new RangeError('The double has no instance');
		const figures = await measure(account);
		await this.doubles.call('close', id);
		this.lost += figures.lost;
		return figures;
	}
}

function summarise(
	{ name, items, latencyMs = 0 }: Run,
	rounds: readonly LoadFigures[],
): ClientResult {
	return {
		name,
		items,
		latencyMs,
		itemsPerSecond: (1000 * items) / mean(rounds.map(({ ms }) => ms)),
		// What else runs makes it more, and nothing makes it less.
		cpuMsPerItem: Math.min(...rounds.map(({ cpuMs }) => cpuMs)) / items,
		peakRssBytes: Math.max(...rounds.map(({ peakRssBytes }) => peakRssBytes)),
	};
}

async function compare(load: Load, processes: ClientProcesses) {
	const items = ITEMS;
	const node: Run = { name: 'the node', on: processes.node, client: 'node', items };
	const helper: Run = {
		name: "n8n's helper called bare",
		on: processes.helper,
		client: 'helper',
		items,
	};
	const httpRequest: Run = {
		name: 'n8n’s HTTP Request node',
		on: processes.httpRequest,
		client: 'httpRequestUnpaced',
		items,
	};
	const axios: Run = { name: 'axios in a bare loop', on: processes.axios, client: 'axios', items };

	// What is compiled in the first run, later ones have.
	for (const run of [node, httpRequest, helper, axios])
		await load.time({ ...run, items: FEW_ITEMS });
	const rounds: Record<keyof ClientProcesses, LoadFigures[]> = {
		node: [],
		httpRequest: [],
		helper: [],
		axios: [],
	};
	for (let round = 0; round < ROUNDS; round++) {
		rounds.node.push(await load.time(node));
		rounds.httpRequest.push(await load.time(httpRequest));
		rounds.helper.push(await load.time(helper));
		rounds.axios.push(await load.time(axios));
	}
	return {
		node: summarise(node, rounds.node),
		httpRequest: summarise(httpRequest, rounds.httpRequest),
		helper: summarise(helper, rounds.helper),
		axios: summarise(axios, rounds.axios),
	};
}

async function compareWithLatency(load: Load, { node: on, helper }: ClientProcesses) {
	const latencyMs = LATENCY_MS;
	const node: Run = { name: 'the node', on, client: 'node', items: ITEMS_WITH_LATENCY, latencyMs };
	const inSequence: Run = {
		name: "n8n's helper in sequence",
		on: helper,
		client: 'helperInSequence',
		items: ITEMS_IN_SEQUENCE,
		latencyMs,
	};
	return {
		node: summarise(node, [await load.time(node)]),
		inSequence: summarise(inSequence, [await load.time(inSequence)]),
	};
}

/** How much more an item costs where there are ten times as many. */
function measureGrowth(some: GrowthResult, many: GrowthResult): Measured[] {
	const ratio = (total: (one: GrowthResult) => number) =>
		total(many) / many.items / (total(some) / some.items);
	const where = `${many.items} items`;
	return [
		{ target: 'timeGrowth', value: ratio(({ cpuMs }) => cpuMs), where },
		{ target: 'memoryGrowth', value: ratio(({ memory }) => memory.peakBytes), where },
		{ target: 'memoryRatio', value: many.memory.peakBytes / many.memory.outputBytes, where },
	];
}

/**
 * @param doubles where the doubles run
 * @param processes where the clients run, fresh ones
 * @param tell is told what runs
 */
export async function runLoad(
	doubles: BenchProcess<DoubleService>,
	processes: ClientProcesses,
	tell: (progress: string) => void,
): Promise<LoadResult> {
	const load = new Load(doubles, tell);
	const node = { name: 'the node', on: processes.node, client: 'node' } as const;
	const few: Run = { ...node, items: FEW_ITEMS };
	const many: Run = { ...node, items: MANY_ITEMS };

	// From few items to many, because the most memory that a process ever had does not go back.
	const { cpuMs: fewCpuMs } = await load.time(few);
	const clients = await compare(load, processes);
	const withLatency = await compareWithLatency(load, processes);
	const fewMemory = await load.memory(few);
	const memory = await load.memory({ ...few, items: ITEMS });
	const manyMemory = await load.memory(many, LOOK_EVERY_MS_AT_LENGTH);

	const some = { items: ITEMS, cpuMs: ITEMS * clients.node.cpuMsPerItem, memory };
	const most = { items: MANY_ITEMS, cpuMs: manyMemory.cpuMs, memory: manyMemory };
	const { node: own, httpRequest } = clients;
	const cpuRatio = own.cpuMsPerItem / httpRequest.cpuMsPerItem;
	const rssRatio = own.peakRssBytes / httpRequest.peakRssBytes;
	const speedUp = withLatency.node.itemsPerSecond / withLatency.inSequence.itemsPerSecond;
	return {
		clients: [...Object.values(clients), ...Object.values(withLatency)],
		growth: [{ items: FEW_ITEMS, cpuMs: fewCpuMs, memory: fewMemory }, some, most],
		measured: [
			load.measured,
			{ target: 'cpuRatio', value: cpuRatio, where: `${ITEMS} items` },
			{ target: 'rssRatio', value: rssRatio, where: `${ITEMS} items` },
			{ target: 'speedUp', value: speedUp, where: `${LATENCY_MS} ms latency` },
			...measureGrowth(some, most),
		],
	};
}
