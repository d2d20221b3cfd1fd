/** PostgreSQL and Redis, servers of their own on loopback, with nothing in them. */

import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { programPath } from './debianPrograms';
import { freePort } from './ports';
import { waitFor } from './waitFor';

/** A server that runs. */
export interface RunningServer {
	/** TCP port on 127.0.0.1. */
	port: number;
	/** Ends it and deletes its data. */
	stop: () => Promise<void>;
}

async function end(server: ChildProcess, folder: string): Promise<void> {
	if (server.exitCode === null && server.signalCode === null) {
		const ended = once(server, 'exit');
		server.kill('SIGINT');
		await ended;
	}
	await rm(folder, { recursive: true, force: true });
}

async function whenReady(
	name: string,
	isReady: () => boolean | Promise<boolean>,
	parts: { server: ChildProcess; folder: string; port: number; printed: () => string },
): Promise<RunningServer> {
	const { server, folder, port, printed } = parts;
	const hasEnded = () => server.exitCode !== null || server.signalCode !== null;
	const ready = await waitFor(name, async () => hasEnded() || (await isReady())).catch(() => false);
	if (ready && !hasEnded()) return { port, stop: async () => await end(server, folder) };
	await end(server, folder);
	throw new Error(`${name} did not start. It printed:\n${printed()}`);
}

/** PostgreSQL refuses to run as root; Debian's package brings a user for it. */
function postgresUser(): { uid: number; gid: number } | undefined {
	if (process.getuid?.() !== 0) return undefined;
	const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
	return { uid: id('-u'), gid: id('-g') };
}

/** The user of a server that `startPostgres` started; there is no password. */
export const POSTGRES_USER = 'postgres';

/**
 * @returns a PostgreSQL with the database `postgres`; its user is `POSTGRES_USER`
 * @throws Error that names what is missing, or what PostgreSQL says against starting
 */
export async function startPostgres(): Promise<RunningServer> {
	const folder = await mkdtemp(join(tmpdir(), 'postgres-'));
	const user = postgresUser();
	if (user) await chown(folder, user.uid, user.gid);
	const data = join(folder, 'data');
	await promisify(execFile)(
		programPath('initdb'),
		['-D', data, '-U', POSTGRES_USER, '--auth=trust', '--encoding=UTF8', '--no-sync'],
		{ cwd: folder, ...user },
	);
	const port = await freePort();
	const unsafeButFast = ['-c', 'fsync=off', '-c', 'unix_socket_directories='];
	const server = spawn(
		programPath('postgres'),
		['-D', data, '-h', '127.0.0.1', '-p', String(port), ...unsafeButFast],
		{ cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], ...user },
	);
	let printed = '';
	server.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
	const isReady = async () => {
		await (await connectPostgres(port)).end();
		return true;
	};
	return await whenReady('PostgreSQL', isReady, { server, folder, port, printed: () => printed });
}

/**
 * @param port of a server that `startPostgres` started
 * @param database which exists
 * @returns a connection, to be ended with `end()`
 */
export async function connectPostgres(port: number, database = 'postgres'): Promise<Client> {
	const client = new Client({ host: '127.0.0.1', port, database, user: POSTGRES_USER });
	await client.connect();
	return client;
}

/**
 * @returns a Redis that keeps nothing on disk
 * @throws Error that names what is missing
 */
export async function startRedis(): Promise<RunningServer> {
	const folder = await mkdtemp(join(tmpdir(), 'redis-'));
	const port = await freePort();
	const server = spawn(
		programPath('redis'),
		['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
		{ cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] },
	);
	let printed = '';
	server.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
	const isReady = () => printed.includes('Ready to accept connections');
	return await whenReady('Redis', isReady, { server, folder, port, printed: () => printed });
}
