/** What a run of n8n has left anywhere, to look for secrets in. */

import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { POSTGRES_USER } from '../real-n8n/databases';
import { programPath } from '../real-n8n/debianPrograms';
import type { N8nUnderTest, RunningN8n } from './useN8n';

async function filesBelow(folder: string): Promise<string[]> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	return entries
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name));
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

/** What the text looks like in base64, wherever in a longer text it begins. */
function inBase64(text: string): string[] {
	return [0, 1, 2].map((before) => {
		const encoded = Buffer.from(' '.repeat(before) + text).toString('base64');
		// The first and last characters depend on what stands around the text.
		return encoded.slice(before === 0 ? 0 : 4, -4);
	});
}

/** All that a run of n8n has left, in places that have names. */
export interface Traces {
	/** Bytes in all places. */
	size: number;
	/** @returns the places that hold the text, as it is or in base64 */
	placesOf: (text: string) => string[];
}

/**
 * @param n8n whose user folder (n8n's SQLite database, its journal and all other files) and whose
 *   processes' logs are read
 * @param further texts by a name to find them by, e.g. what the browser received
 * @returns all of it, to search in
 */
export async function collectTraces(
	{ userFolder, processes = [] }: N8nUnderTest & Partial<RunningN8n>,
	further: Readonly<Record<string, string>> = {},
): Promise<Traces> {
	const contents = new Map<string, Buffer>();
	for (const path of await filesBelow(userFolder)) {
		contents.set(relative(userFolder, path), await readFile(path));
	}
	processes.forEach(({ log }, index) => contents.set(`log ${index}`, Buffer.from(log)));
	for (const [name, text] of Object.entries(further)) contents.set(name, Buffer.from(text));

	function placesOf(text: string): string[] {
		const spellings = [text, ...inBase64(text)];
		return [...contents]
			.filter(([, content]) => spellings.some((spelling) => content.includes(spelling)))
			.map(([name]) => name);
	}

	const size = [...contents.values()].reduce((sum, { length }) => sum + length, 0);
	return { size, placesOf };
}
