/** Reads a file of contacts that a user has, and writes what was found beside it. */

import { readFile, writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { CsvError, parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import type { GenericValue, IDataObject } from 'n8n-workflow';
import { readSheet } from 'read-excel-file/node';

/** What went wrong with a file, in words for its user. */
export class FileError extends Error {}

export interface ContactFile {
	/** The rows below the header, empty ones left out; cells by the names of their columns. */
	rows: IDataObject[];
	/** Which column has the phone numbers or chat IDs. */
	column: string;
}

/** What a row brought. */
export interface RowResult {
	row: IDataObject;
	/** Of the contact. */
	found: IDataObject;
	/** Why there is none. */
	error?: string;
}

/** Spellings of a column's name, letters alone. */
const CONTACT_COLUMNS = [
	'chatid',
	'phone',
	'phonenumber',
	'mobile',
	'mobilephone',
	'tel',
	'telephone',
	'whatsapp',
	'number',
	'contact',
];

type Cells = readonly unknown[];

const DELIMITERS = [',', ';', '\t'];

function delimiterOf(text: string): string {
	const [header = ''] = text.split(/[\r\n]/, 1);
	const count = (delimiter: string) => header.split(delimiter).length;
	return DELIMITERS.reduce((best, next) => (count(next) > count(best) ? next : best));
}

function readCsv(text: string): Cells[] {
	const options = {
		bom: true,
		delimiter: delimiterOf(text),
		relax_column_count: true,
		relax_quotes: true,
		skip_empty_lines: true,
	};
	try {
		return parse(text, options);
	} catch (thrown) {
		// A quotation mark that is never closed would swallow the rows behind it.
		if (thrown instanceof CsvError) return parse(text, { ...options, quote: null });
		throw thrown;
	}
}

const isObject = (entry: unknown) =>
	typeof entry === 'object' && entry !== null && !Array.isArray(entry);

function readJson(text: string): IDataObject[] {
	const entries = JSON.parse(text) as unknown;
	if (!Array.isArray(entries)) throw new FileError('The JSON is no list of contacts.');
	if (entries.every(isObject)) return entries as IDataObject[];
	if (entries.some(isObject)) throw new FileError('Its list has both objects and plain values.');
	return entries.map((contact: GenericValue) => ({ contact }));
}

/** Cells as an n8n item has them. */
function cellValue(cell: unknown): GenericValue {
	if (cell === null || cell === undefined) return '';
	return cell instanceof Date ? cell.toISOString() : (cell as GenericValue);
}

const isEmpty = (cell: unknown) => String(cell ?? '').trim() === '';

/** A first row with a phone number in it is no header. */
const hasHeader = (row: Cells) => !row.some((cell) => /(\d\D*){7}/.test(String(cell)));

function toRows(table: readonly Cells[]): IDataObject[] {
	const filled = table.filter((cells) => !cells.every(isEmpty));
	const [first = []] = filled;
	const width = Math.max(0, ...filled.map(({ length }) => length));
	const header = hasHeader(first) ? first : [];
	const names = Array.from({ length: width }, (_, index) => {
		const name = String(header[index] ?? '').trim();
		const isTaken = header.slice(0, index).some((other) => String(other).trim() === name);
		return name === '' || isTaken ? `Column ${index + 1}` : name;
	});
	return filled
		.slice(header.length > 0 ? 1 : 0)
		.map((cells) => Object.fromEntries(names.map((name, at) => [name, cellValue(cells[at])])));
}

const letters = (name: string) => name.toLowerCase().replace(/[^a-z]/g, '');

function contactColumn(rows: readonly IDataObject[], wanted: string | undefined): string {
	const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
	const [only] = names;
	const column =
		wanted === undefined
			? (CONTACT_COLUMNS.flatMap((known) => names.filter((name) => letters(name) === known))[0] ??
				(names.length === 1 ? only : undefined))
			: names.find((name) => name === wanted);
	if (column !== undefined) return column;
	const those = names.map((name) => `"${name}"`).join(', ');
	throw new FileError(
		wanted === undefined
			? `None of the columns ${those} is named like one with phone numbers. Add --column NAME.`
			: `There is no column "${wanted}". There are ${those}.`,
	);
}

async function readRows(path: string): Promise<IDataObject[]> {
	switch (extname(path).toLowerCase()) {
		case '.xlsx':
			return toRows(await readSheet(path));
		case '.json':
			return readJson(await readFile(path, 'utf8'));
		case '.csv':
		case '.tsv':
		case '.txt':
			return toRows(readCsv(await readFile(path, 'utf8')));
		default:
			throw new FileError('Only .csv, .xlsx and .json files are read.');
	}
}

/**
 * @param path of a .csv, .xlsx or .json file; the first row names the columns, unless there is a
 *   phone number in it. A JSON file has a list of texts, numbers or objects.
 * @param column with the phone numbers or chat IDs. Default: the one whose name says so, or the
 *   only one
 * @throws FileError that says what to do about the file
 */
export async function readContactFile(path: string, column?: string): Promise<ContactFile> {
	const rows = await readRows(path).catch((thrown: Error) => {
		throw new FileError(`${path} can't be read. ${thrown.message}`);
	});
	if (rows.length === 0) throw new FileError(`${path} has no contacts in it.`);
	return { rows, column: contactColumn(rows, column) };
}

/** What is found is beside what was there, whatever its columns are named. */
const FOUND = 'found.';

function toCsv(results: readonly RowResult[]): string {
	const records = results.map(({ row, found, error }) => ({
		...row,
		...Object.fromEntries(Object.entries(found).map(([name, value]) => [FOUND + name, value])),
		error,
	}));
	const columns = [...new Set(records.flatMap((record) => Object.keys(record)))];
	const last = columns.filter((name) => name !== 'error');
	return stringify(records, {
		header: true,
		columns: [...last, 'error'],
		bom: true,
		cast: {
			boolean: String,
			// A stranger chooses his name: a spreadsheet must not take it for a formula.
			string: (value, { column }) =>
				String(column).startsWith(FOUND) ? { value, escape_formulas: true } : value,
		},
	});
}

/**
 * Writes all rows with what they brought: JSON beside JSON, else CSV.
 *
 * @param path of the file that was read
 * @returns the path of the new file, `contacts.result.csv` beside `contacts.xlsx`
 */
export async function writeResults(path: string, results: readonly RowResult[]): Promise<string> {
	const extension = extname(path);
	const isJson = extension.toLowerCase() === '.json';
	const resultPath = `${path.slice(0, -extension.length)}.result${isJson ? '.json' : '.csv'}`;
	const text = isJson ? `${JSON.stringify(results, null, '\t')}\n` : toCsv(results);
	await writeFile(resultPath, text);
	return resultPath;
}
