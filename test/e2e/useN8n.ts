/** What every end-to-end test needs: the real n8n with the packed node, and a GREEN-API for it. */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowFile } from '../engine/engine';
import {
	type GreenApiDouble,
	type GreenApiDoubleOptions,
	startGreenApiDouble,
} from '../green-api-double/greenApiDouble';
import { installN8n } from '../real-n8n/install';
import { N8nApi } from '../real-n8n/n8nApi';
import { N8nProcess, type N8nProcessOptions } from '../real-n8n/n8nProcess';
import { installPackedNode } from '../real-n8n/userFolder';
import { createWebhookCredential } from '../real-n8n/webhookToken';
import { withCredential } from '../real-n8n/workflowCredentials';
import { sharedN8n } from './sharedN8n';

/** What the tests of a file use; it is there once the first `beforeAll` has run. */
export interface N8nUnderTest {
	double: GreenApiDouble;
	/** Of n8n. */
	url: string;
	api: N8nApi;
	/** Where n8n keeps its data. */
	userFolder: string;
	/** Of the credential `greenApi`, whose values are the double's. */
	credentialId: string;
	/** @returns the id of a new workflow whose nodes have the double's credential, and the webhook's */
	addWorkflow: (file: WorkflowFile) => Promise<string>;
}

/** An n8n that one file alone uses. */
export interface RunningN8n extends N8nUnderTest {
	/** The n8n server that runs, or ran last. */
	server: N8nProcess;
	/** All processes so far, those that have ended included. */
	processes: N8nProcess[];
	/** Starts another n8n process on the same data, e.g. a worker, or the server after its end. */
	start: (options?: Partial<N8nProcessOptions>) => Promise<N8nProcess>;
}

/** Starts a double for an n8n that runs, and signs in. */
async function connect(
	running: N8nUnderTest,
	place: Pick<N8nUnderTest, 'url' | 'userFolder'>,
	options: GreenApiDoubleOptions,
): Promise<void> {
	const double = await startGreenApiDouble({ headers: true, ...options });
	const api = await N8nApi.signIn(place.url);
	const { apiUrl, idInstance, apiTokenInstance } = double;
	const values = { apiUrl, idInstance, apiTokenInstance };
	const credentialId = await api.createCredential('GREEN-API', 'greenApi', values);
	const webhookCredentialId = await createWebhookCredential(api);
	Object.assign(running, place, { double, api, credentialId });
	running.addWorkflow = async (file) => {
		const workflow = withCredential(file, 'greenApi', credentialId);
		return await running.api.createWorkflow(
			withCredential(workflow, 'httpHeaderAuth', webhookCredentialId),
		);
	};
}

/**
 * Starts a double before the tests of a file of `shared/`, and ends it after them. The n8n is the
 * one that all of them use; its only credentials are the file's own.
 *
 * @param options as for `startGreenApiDouble`; it says in each answer what its limits are, as
 *   GREEN-API does, unless this says otherwise
 */
export function useSharedN8n(
	options: GreenApiDoubleOptions = {},
): N8nUnderTest & { log: () => Promise<string> } {
	const running = {
		log: async () => await readFile(sharedN8n().logFile, 'utf8'),
	} as N8nUnderTest & { log: () => Promise<string> };

	beforeAll(async () => await connect(running, sharedN8n(), options));

	afterAll(async () => {
		await running.api?.deleteCredentials();
		await running.double?.close();
	});

	return running;
}

/**
 * Starts a double and an n8n with the packed node before the tests of a file, and ends them after
 * them. The n8n is an empty one with an owner and the double's credential.
 *
 * @param options as for `useSharedN8n`
 * @param prepare gives environment variables for all of its processes, e.g. of its database
 */
export function useN8n(
	options: GreenApiDoubleOptions = {},
	prepare: () => Promise<Record<string, string>> = async () => ({}),
): RunningN8n {
	const running = { processes: [] as N8nProcess[] } as RunningN8n;

	beforeAll(async () => {
		const installed = await installN8n(console.log);
		const userFolder = await mkdtemp(join(tmpdir(), 'n8n-e2e-'));
		running.userFolder = userFolder;
		await installPackedNode(userFolder);
		const env = { N8N_LOG_LEVEL: 'debug', ...(await prepare()) };
		running.start = async (changed) => {
			const started = await N8nProcess.start({ installed, userFolder, env, ...changed });
			running.processes.push(started);
			return started;
		};
		running.server = await running.start();
		await connect(running, { url: running.server.url, userFolder }, options);
	});

	afterAll(async () => {
		await Promise.all(running.processes.map(async (process) => await process.stop()));
		await running.double?.close();
		if (running.userFolder) await rm(running.userFolder, { recursive: true, force: true });
	});

	return running;
}
