/** Looks for the API token wherever a run of n8n has left anything. */

import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { POSTGRES_USER } from '../real-n8n/databases';
import { programPath } from '../real-n8n/debianPrograms';
import type { RunningN8n } from './useN8n';

async function filesBelow(folder: string): Promise<string[]> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	return entries
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name));
}

/** As it is, and as n8n would hold it in a cookie, a data URL or an Authorization header. */
function spellings(token: string): Buffer[] {
	return [token, Buffer.from(token).toString('base64').slice(0, -4)].map((text) =>
		Buffer.from(text),
	);
}

/** All that a PostgreSQL database holds, as text. */
export async function dumpDatabase(port: number, database: string): Promise<string> {
	const { stdout } = await promisify(execFile)(
		programPath('pg_dump'),
		['-h', '127.0.0.1', '-p', String(port), '-U', POSTGRES_USER, '--inserts', database],
		{ maxBuffer: 2 ** 30 },
	);
	return stdout;
}

/**
 * @param running whose user folder (n8n's SQLite database, its journal and all other files) and
 *   whose processes' logs are searched
 * @param further texts by a name to find them by, e.g. what the browser received
 * @returns how many bytes were searched, and the names of all places that hold the token
 */
export async function searchForToken(
	{ userFolder, processes, double }: RunningN8n,
	further: Readonly<Record<string, string>> = {},
): Promise<{ searchedBytes: number; places: string[] }> {
	const wanted = spellings(double.apiTokenInstance);
	const texts = new Map(Object.entries(further));
	processes.forEach((process, index) => texts.set(`log of process ${index}`, process.log));
	const contents = new Map([...texts].map(([name, text]) => [name, Buffer.from(text)]));
	for (const path of await filesBelow(userFolder)) {
		contents.set(relative(userFolder, path), await readFile(path));
	}
	const places = [...contents]
		.filter(([, content]) => wanted.some((spelling) => content.includes(spelling)))
		.map(([name]) => name);
	const searchedBytes = [...contents.values()].reduce((sum, { length }) => sum + length, 0);
	return { searchedBytes, places };
}
