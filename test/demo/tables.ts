/** Prints items as tables that fit a terminal. */

import Table from 'cli-table3';
import type { IDataObject } from 'n8n-workflow';

const WIDEST_CELL = 76;

/** Lines between columns and under the head alone. */
const PLAIN = {
	top: '',
	'top-mid': '',
	'top-left': '',
	'top-right': '',
	bottom: '',
	'bottom-mid': '',
	'bottom-left': '',
	'bottom-right': '',
	left: ' ',
	'left-mid': '',
	mid: '',
	'mid-mid': '',
	right: '',
	'right-mid': '',
	middle: ' ',
};

function cell(value: unknown): string {
	if (value === null || value === undefined) return 'null';
	const text = typeof value === 'string' ? value : JSON.stringify(value);
	return text.length > WIDEST_CELL ? `${text.slice(0, WIDEST_CELL - 1)}…` : text;
}

/**
 * @param rows objects with the same kind of fields; a field that any of them has gets a column
 * @returns the table as text
 */
export function toTable(rows: readonly IDataObject[]): string {
	const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
	const table = new Table({ chars: PLAIN, style: { head: [], border: [] } });
	table.push(
		columns,
		columns.map((column) => '─'.repeat(column.length)),
	);
	for (const row of rows) table.push(columns.map((column) => cell(row[column])));
	return table.toString();
}
