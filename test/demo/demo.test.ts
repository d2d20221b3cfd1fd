/** `npm run demo` with contacts of one's own. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { type GreenApiDouble, startGreenApiDouble } from '../green-api-double/greenApiDouble';

const repository = join(__dirname, '../..');

let folder: string;
let path: string;
let double: GreenApiDouble;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'demo-'));
	path = join(folder, 'contacts.csv');
	double = await startGreenApiDouble();
});
afterEach(async () => {
	await double.close();
	await rm(folder, { recursive: true });
});

/** Starts it as `npm run demo` does, with an instance of one's own unless `env` says otherwise. */
function start(
	args: readonly string[],
	env: Record<string, string> = {
		GREEN_API_URL: double.apiUrl,
		GREEN_API_ID_INSTANCE: double.idInstance,
		GREEN_API_TOKEN: double.apiTokenInstance,
	},
) {
	const child = spawn(process.execPath, ['--import', 'tsx', 'test/demo/demo.ts', ...args], {
		cwd: repository,
		env: { PATH: process.env.PATH, HOME: folder, ...env },
	});
	let printed = '';
	const keep = (chunk: Buffer) => (printed += chunk.toString());
	child.stdout.on('data', keep);
	child.stderr.on('data', keep);
	const ended = once(child, 'close').then(([code]) => ({ code: code as number, printed }));
	return { child, ended };
}

async function resultRows(): Promise<Array<Record<string, string>>> {
	const text = await readFile(join(folder, 'contacts.result.csv'));
	return parse(text, { bom: true, columns: true });
}

const answered = () =>
	double.requestsOf('getContactInfo').filter(({ status }) => status === 200).length;

describe('the demo', () => {
	it('looks up a file at a stand-in, names bad rows, and writes all of them', async () => {
		const rows = ['name;phone', 'Noa;+972 50-123-4567', 'Bob;ask the office', 'Nobody;'];
		await writeFile(path, rows.join('\n'));
		const { code, printed } = await start(['--contacts', path], {}).ended;
		expect(printed).toContain('Row 2, "ask the office": "ask the office" has letters in it');
		expect(printed).toContain('Row 3, "": The contact is empty');
		expect(printed).toMatch(/3 rows, 1 found\. Requests: 1, refused \(429\): 0, answered: 1/);
		expect(code).toBe(0);
		expect(await resultRows()).toMatchObject([
			{ name: 'Noa', 'found.chatId': '972501234567@c.us', error: '' },
			{ name: 'Bob', error: expect.stringContaining('letters') },
			{ name: 'Nobody', error: expect.stringContaining('empty') },
		]);
		expect(answered()).toBe(0);
	});

	it('asks an instance of one’s own, and prints no token', async () => {
		const { code, printed } = await start(['--country-code', '972', '050-123-4567']).ended;
		expect(printed).toContain(`instance ${double.idInstance}`);
		expect(printed).toContain('972501234567@c.us');
		expect(printed).not.toContain(double.apiTokenInstance);
		expect(code).toBe(0);
		expect(answered()).toBe(1);
	});

	it('keeps what was found at Ctrl-C, for the impatient, too', async () => {
		const phones = Array.from({ length: 600 }, (_, index) => `${79_001_000_000 + index}`);
		await writeFile(path, ['phone', ...phones].join('\n'));
		const { child, ended } = start(['--contacts', path]);
		while (answered() < 3) await new Promise((resolve) => setTimeout(resolve, 50));
		child.kill('SIGINT');
		child.kill('SIGINT');
		expect((await ended).code).toBe(130);
		const rows = await resultRows();
		expect(rows.map(({ phone }) => phone)).toEqual(phones);
		const found = rows.filter((row) => row['found.chatId'] !== '').length;
		expect(found).toBeGreaterThanOrEqual(2);
		expect(rows.slice(found).every(({ error }) => error !== '')).toBe(true);
	});
});
