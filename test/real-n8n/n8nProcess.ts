/** One running process of the real n8n: the server, or a worker of queue mode. */

import { type ChildProcess, spawn } from 'node:child_process';
import axios from 'axios';
import { type InstalledN8n } from './install';
import { freePort } from './ports';
import { waitFor } from './waitFor';

export interface N8nProcessOptions {
	installed: InstalledN8n;
	/** Where it keeps its data and finds its community nodes; processes of one n8n share it. */
	userFolder: string;
	/** Arguments of n8n's command line. Default: `['start']`. */
	command?: readonly string[];
	/** TCP port on 127.0.0.1. Default: any free one. */
	port?: number;
	/** Environment variables besides those that keep it quiet, on loopback, and to itself. */
	env?: Readonly<Record<string, string>>;
}

const PATIENCE_MS = 60_000;

/** The same for all processes of all runs, so that a database can be used again. Protects nothing. */
const ENCRYPTION_KEY = 'only-for-tests-on-loopback';

function environment(port: number, brokerPort: number, userFolder: string): NodeJS.ProcessEnv {
	return {
		PATH: process.env.PATH,
		HOME: userFolder,
		N8N_USER_FOLDER: userFolder,
		N8N_ENCRYPTION_KEY: ENCRYPTION_KEY,
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_HOST: '127.0.0.1',
		N8N_PORT: String(port),
		WEBHOOK_URL: `http://127.0.0.1:${port}/`,
		N8N_SECURE_COOKIE: 'false',
		N8N_RUNNERS_BROKER_PORT: String(brokerPort),
		QUEUE_HEALTH_CHECK_ACTIVE: 'true',
		QUEUE_HEALTH_CHECK_PORT: String(port),
		N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_VERIFIED_PACKAGES_ENABLED: 'false',
		N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS: 'false',
		GENERIC_TIMEZONE: 'UTC',
		NO_COLOR: '1',
	};
}

/** A running n8n. `N8nProcess.start` makes one. */
export class N8nProcess {
	/** Settles when the process has ended. */
	readonly ended: Promise<void>;

	private readonly printed: string[] = [];

	private constructor(
		private readonly child: ChildProcess,
		/** e.g. `http://127.0.0.1:40001`; of a worker: where it answers health checks */
		readonly url: string,
	) {
		const keep = (chunk: Buffer) => this.printed.push(chunk.toString());
		child.stdout?.on('data', keep);
		child.stderr?.on('data', keep);
		this.ended = new Promise((resolve) => {
			child.once('exit', () => resolve());
			child.once('error', ({ message }) => {
				this.printed.push(message);
				resolve();
			});
		});
	}

	/**
	 * @param options see there
	 * @returns an n8n that answers requests
	 * @throws Error with what n8n printed, where it ends or is not ready in 5 minutes
	 */
	static async start(options: N8nProcessOptions): Promise<N8nProcess> {
		const { installed, userFolder, command = ['start'], port = await freePort() } = options;
		const child = spawn(installed.node, [installed.cli, ...command], {
			cwd: userFolder,
			stdio: ['ignore', 'pipe', 'pipe'],
			env: { ...environment(port, await freePort(), userFolder), ...options.env },
		});
		const n8n = new N8nProcess(child, `http://127.0.0.1:${port}`);
		const isReady = async () =>
			n8n.hasEnded || (await axios.get(`${n8n.url}/healthz/readiness`)).status === 200;
		const waited = await waitFor('n8n to be ready', isReady).catch(() => false);
		if (!waited || n8n.hasEnded) {
			await n8n.kill();
			throw new Error(`n8n did not start. It printed:\n${n8n.log}`);
		}
		return n8n;
	}

	/** All that it printed so far. */
	get log(): string {
		return this.printed.join('');
	}

	private get hasEnded(): boolean {
		const { pid, exitCode, signalCode } = this.child;
		return pid === undefined || exitCode !== null || signalCode !== null;
	}

	/** Asks it to end, as a service manager does, and ends it where it has not after a minute. */
	async stop(): Promise<void> {
		const patience = setTimeout(() => void this.kill(), PATIENCE_MS);
		await this.end('SIGTERM');
		clearTimeout(patience);
	}

	/** Ends it in the middle of whatever it does, as the kernel does when memory runs out. */
	async kill(): Promise<void> {
		await this.end('SIGKILL');
	}

	private async end(signal: NodeJS.Signals): Promise<void> {
		if (!this.hasEnded) this.child.kill(signal);
		await this.ended;
	}
}
