/** n8n's engine as a version of n8n has it, each in a folder of its own. */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CACHE, N8N_VERSION, npm } from '../real-n8n/install';

export const REPOSITORY = join(__dirname, '../..');

/** An engine whose packages lie in a folder's `node_modules`. */
export interface InstalledEngine {
	folder: string;
	/** The version of `n8n-core` that this n8n asks for. */
	core: string;
}

/** What n8n has in common with its engine; `n8n` itself brings servers and databases as well. */
const ENGINE_PACKAGES =
	/^(n8n-(core|workflow|nodes-base)|@n8n\/(backend-common|config|di)|reflect-metadata|typedi)$/;

/**
 * n8n takes it from its makers' server, which not every machine reaches, in a version that is in no
 * registry. It reads spreadsheets, of which the tests have none.
 */
const XLSX = '0.18.5';

async function pinsOf(n8n: string): Promise<Record<string, string>> {
	const args = ['view', `n8n@${n8n}`, 'dependencies', '--json'];
	const { stdout } = await promisify(execFile)('npm', args, {
		shell: process.platform === 'win32',
		maxBuffer: 2 ** 26,
	});
	if (!stdout) throw new Error(`There is no n8n ${n8n}`);
	const all = JSON.parse(stdout) as Record<string, string>;
	return Object.fromEntries(Object.entries(all).filter(([name]) => ENGINE_PACKAGES.test(name)));
}

async function coreIn(folder: string, field: 'dependencies' | 'devDependencies'): Promise<string> {
	const text = await readFile(join(folder, 'package.json'), 'utf8');
	const core = (JSON.parse(text) as Record<typeof field, Record<string, string>>)[field][
		'n8n-core'
	];
	if (!core) throw new Error(`${folder} asks for no n8n-core`);
	return core;
}

/**
 * @param n8n a version of n8n
 * @param tell told what takes long
 * @returns its engine: the repository's own for the newest n8n, else one that is installed here the
 *   first time, which takes a minute and 700 MB
 * @throws Error with npm's words where it can't be installed
 */
export async function engineOf(
	n8n: string,
	tell: (line: string) => void,
): Promise<InstalledEngine> {
	if (n8n === N8N_VERSION) {
		return { folder: REPOSITORY, core: await coreIn(REPOSITORY, 'devDependencies') };
	}
	const folder = join(CACHE, `engine-of-n8n-${n8n}`);
	if (!existsSync(folder)) {
		tell(`Installing the engine of n8n ${n8n} into .cache, once`);
		const unfinished = `${folder}.unfinished`;
		await rm(unfinished, { recursive: true, force: true });
		await mkdir(unfinished, { recursive: true });
		const dependencies = await pinsOf(n8n);
		const manifest = { private: true, dependencies, overrides: { xlsx: XLSX } };
		await writeFile(join(unfinished, 'package.json'), JSON.stringify(manifest));
		await npm(['install', '--ignore-scripts', '--no-audit', '--no-fund'], unfinished);
		await rename(unfinished, folder);
	}
	return { folder, core: await coreIn(folder, 'dependencies') };
}
