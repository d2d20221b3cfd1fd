/** Files of contacts that people have. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readContactFile, writeResults } from './contactFile';

let folder: string;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'contacts-'));
});
afterEach(async () => await rm(folder, { recursive: true }));

async function read(name: string, text: string, column?: string) {
	const path = join(folder, name);
	await writeFile(path, text);
	const file = await readContactFile(path, column);
	return file.rows.map((row) => row[file.column]);
}

const NUMBER = '+44 20 7946 0958';

describe('a file of contacts', () => {
	it.each([
		['separated by commas', `name,phone\n"Smith, Jo",${NUMBER}\n`],
		['separated by semicolons', `name;phone\r\nSmith, Jo;${NUMBER}\r\n`],
		['separated by tabs, with a byte order mark', `\uFEFFphone\tname\n${NUMBER}\tJo\n`],
		['without a header', `${NUMBER}\n`],
		['with empty lines and rows', `phone,name\n\n,\n${NUMBER},Jo\n`],
		['with a row that is too short, and one too long', `name,phone,note\nJo,${NUMBER}\n`],
		['with a quotation mark in a cell', `phone,note\n${NUMBER},5" tall\n`],
		['with a quotation mark that is never closed', `phone,note\n${NUMBER},"Jo\n`],
		['whose column is named in another way', `id,Mobile Phone\n1,${NUMBER}\n`],
	])('is read as CSV %s', async (_what, text) => {
		expect(await read('contacts.csv', text)).toEqual([NUMBER]);
	});

	it('is read by the column that is named', async () => {
		expect(await read('contacts.csv', `phone,work\n1,${NUMBER}\n`, 'work')).toEqual([NUMBER]);
	});

	it('is read as JSON: a list of values, or of objects', async () => {
		expect(await read('contacts.json', '["1", 2, null]')).toEqual(['1', 2, null]);
		expect(await read('contacts.json', '[{"phone":1},{"name":"Jo"}]')).toEqual([1, undefined]);
	});

	it('is read as a spreadsheet', async () => {
		const { rows, column } = await readContactFile(join(__dirname, 'contacts.xlsx'));
		expect(column).toBe('Phone Number');
		expect(rows).toEqual([
			{ Name: 'Anna', 'Phone Number': 71234567890 },
			{ Name: 'Noa', 'Phone Number': '+972 50-123-4567' },
			{ Name: 'Bob', 'Phone Number': 'ask the office' },
		]);
	});

	it.each([
		['contacts.pdf', '', 'Only .csv, .xlsx and .json files are read'],
		['contacts.csv', '', 'has no contacts in it'],
		['contacts.csv', 'a,b\n1,2\n', 'None of the columns "a", "b" is named like one'],
		['contacts.json', '{', "can't be read"],
		['contacts.json', '{}', 'is no list'],
		['contacts.json', '[1,{"phone":2}]', 'both objects and plain values'],
		['contacts.xlsx', 'no spreadsheet', "can't be read"],
	])('is refused with the reason: %s %s', async (name, text, words) => {
		await expect(read(name, text)).rejects.toThrow(words);
	});
});

describe('the result', () => {
	it('has all rows beside what was found, and no name of a stranger as a formula', async () => {
		const path = await writeResults(join(folder, 'contacts.xlsx'), [
			{ row: { name: 'Jo', phone: NUMBER }, found: { name: '=1+1', isBusiness: false } },
			{ row: { name: 'Bob', phone: 'ask' }, found: {}, error: 'Has letters' },
		]);
		expect(path).toBe(join(folder, 'contacts.result.csv'));
		expect(await readFile(path, 'utf8')).toBe(
			[
				'\uFEFFname,phone,found.name,found.isBusiness,error',
				`Jo,${NUMBER},'=1+1,false,`,
				'Bob,ask,,,Has letters',
				'',
			].join('\n'),
		);
	});

	it('of JSON is JSON', async () => {
		const results = [{ row: { contact: 1 }, found: { name: 'Jo' } }];
		const path = await writeResults(join(folder, 'contacts.json'), results);
		expect(path).toBe(join(folder, 'contacts.result.json'));
		expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(results);
	});
});
