/** What the bench prints. */

import { cpus } from 'node:os';
import Table, { type HorizontalAlignment } from 'cli-table3';
import type { Compared } from './comparison';
import type { ClientResult, GrowthResult } from './loadCases';
import type { PacedResult } from './runPaced';
import type { Verdict } from './targets';

interface Column<Row> {
	head: string;
	cell: (row: Row) => string;
	/** Default: right, as numbers are. */
	align?: HorizontalAlignment;
}

function toTable<Row>(columns: ReadonlyArray<Column<Row>>, rows: readonly Row[]): string {
	const table = new Table({
		head: columns.map(({ head }) => head),
		colAligns: columns.map(({ align = 'right' }) => align),
		style: { head: [], border: [], compact: true },
	});
	for (const row of rows) table.push(columns.map(({ cell }) => cell(row)));
	return table.toString();
}

function inMegabytes(bytes: number): string {
	return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
}

function count(value: number): string {
	return value.toLocaleString('en');
}

/** @returns the version of Node.js and the processor, in one line */
export function machine(): string {
	const processors = cpus();
	const model = processors[0]?.model.trim() ?? 'unknown processor';
	return `Node.js ${process.version}, ${processors.length} × ${model}`;
}

export function comparisonTable(results: readonly Compared[]): string {
	return toTable<Compared>(
		[
			{ head: 'client', cell: ({ name }) => name, align: 'left' },
			{ head: 'limiter', cell: ({ limiter }) => limiter, align: 'left' },
			{ head: 'contacts', cell: ({ contacts }) => count(contacts) },
			{ head: 'found', cell: ({ found }) => count(found) },
			{ head: 'time, s', cell: ({ seconds }) => seconds.toFixed(1) },
			{ head: 'requests', cell: ({ marks }) => count(marks.length) },
			{
				head: '429s',
				cell: ({ marks }) => count(marks.filter(({ isRefused }) => isRefused).length),
			},
		],
		results,
	);
}

export function pacedTable(results: readonly PacedResult[]): string {
	return toTable<PacedResult>(
		[
			{ head: 'case', cell: ({ name }) => name, align: 'left' },
			{ head: 'contacts', cell: ({ contacts }) => count(contacts) },
			{ head: 'time, s', cell: ({ seconds }) => seconds.toFixed(2) },
			{ head: 'least, s', cell: ({ leastSeconds }) => leastSeconds.toFixed(2) },
			{
				head: 'time ÷ least',
				cell: ({ seconds, leastSeconds }) => (seconds / leastSeconds).toFixed(3),
			},
			{ head: 'requests', cell: ({ requests }) => count(requests) },
			{ head: '429s', cell: ({ refusals }) => count(refusals) },
			{ head: 'lost', cell: ({ lost }) => count(lost) },
			{ head: 'remarks', cell: ({ remark }) => remark, align: 'left' },
		],
		results,
	);
}

export function clientTable(results: readonly ClientResult[]): string {
	return toTable<ClientResult>(
		[
			{ head: 'client', cell: ({ name }) => name, align: 'left' },
			{ head: 'latency, ms', cell: ({ latencyMs }) => String(latencyMs) },
			{ head: 'items', cell: ({ items }) => count(items) },
			{ head: 'items a second', cell: ({ itemsPerSecond }) => count(Math.round(itemsPerSecond)) },
			{
				head: 'CPU µs an item',
				cell: ({ cpuMsPerItem }) => count(Math.round(cpuMsPerItem * 1000)),
			},
			{ head: 'peak RSS, MB', cell: ({ peakRssBytes }) => inMegabytes(peakRssBytes) },
		],
		results,
	);
}

export function growthTable(results: readonly GrowthResult[]): string {
	return toTable<GrowthResult>(
		[
			{ head: 'items', cell: ({ items }) => count(items) },
			{ head: 'time, s', cell: ({ memory }) => (memory.ms / 1000).toFixed(1) },
			{ head: 'CPU time, s', cell: ({ cpuMs }) => (cpuMs / 1000).toFixed(1) },
			{
				head: 'CPU µs an item',
				cell: ({ cpuMs, items }) => count(Math.round((1000 * cpuMs) / items)),
			},
			{ head: 'peak heap, MB', cell: ({ memory }) => inMegabytes(memory.peakBytes) },
			{
				head: 'kB an item',
				cell: ({ memory, items }) => (memory.peakBytes / items / 1000).toFixed(2),
			},
			{ head: 'output, MB', cell: ({ memory }) => inMegabytes(memory.outputBytes) },
			{
				head: 'peak ÷ output',
				cell: ({ memory }) => (memory.peakBytes / memory.outputBytes).toFixed(2),
			},
			{ head: 'peak RSS, MB', cell: ({ memory }) => inMegabytes(memory.peakRssBytes) },
		],
		results,
	);
}

export function verdictTable(verdicts: readonly Verdict[]): string {
	return toTable<Verdict>(
		[
			{ head: 'target', cell: ({ what }) => what, align: 'left' },
			{ head: 'bound', cell: ({ bound }) => bound },
			{ head: 'measured', cell: ({ measured }) => measured },
			{ head: '', cell: ({ isMet }) => (isMet ? 'met' : '✗ MISSED'), align: 'left' },
			{ head: 'worst in', cell: ({ where }) => where, align: 'left' },
		],
		verdicts,
	);
}
