/** What every end-to-end test needs: the real n8n with the packed node, and a GREEN-API for it. */

import { mkdtemp, rm } from 'node:fs/promises';
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

/** What `useN8n` gives its tests; it is there once the first `beforeAll` has run. */
export interface RunningN8n {
	double: GreenApiDouble;
	/** The n8n server that runs, or ran last. */
	server: N8nProcess;
	/** All processes so far, those that have ended included. */
	processes: N8nProcess[];
	api: N8nApi;
	userFolder: string;
	/** Of the credential `greenApi`, whose values are the double's. */
	credentialId: string;
	/** Starts another n8n process on the same data, e.g. a worker, or the server after its end. */
	start: (options?: Partial<N8nProcessOptions>) => Promise<N8nProcess>;
	/** @returns the id of a new workflow whose nodes have the double's credential, and the webhook's */
	addWorkflow: (file: WorkflowFile) => Promise<string>;
}

/**
 * Starts a double and an n8n with the packed node before the tests of a file, and ends them after
 * them. The n8n is an empty one with an owner and the double's credential.
 *
 * @param doubleOptions as for `startGreenApiDouble`; it says in each answer what its limits are, as
 *   GREEN-API does, unless this says otherwise
 * @param prepare gives environment variables for all of its processes, e.g. of its database
 */
export function useN8n(
	doubleOptions: GreenApiDoubleOptions = {},
	prepare: () => Promise<Record<string, string>> = async () => ({}),
): RunningN8n {
	const running = { processes: [] as N8nProcess[] } as RunningN8n;

	beforeAll(async () => {
		const installed = await installN8n(console.log);
		const userFolder = await mkdtemp(join(tmpdir(), 'n8n-e2e-'));
		await installPackedNode(userFolder);
		const env = { N8N_LOG_LEVEL: 'debug', ...(await prepare()) };
		const double = await startGreenApiDouble({ headers: true, ...doubleOptions });
		running.userFolder = userFolder;
		running.double = double;
		running.start = async (options) => {
			const started = await N8nProcess.start({ installed, userFolder, env, ...options });
			running.processes.push(started);
			return started;
		};
		running.server = await running.start();
		running.api = await N8nApi.signIn(running.server.url);
		const { apiUrl, idInstance, apiTokenInstance } = double;
		const values = { apiUrl, idInstance, apiTokenInstance };
		running.credentialId = await running.api.createCredential('GREEN-API', 'greenApi', values);
		const webhookCredentialId = await createWebhookCredential(running.api);
		running.addWorkflow = async (file) => {
			const workflow = withCredential(file, 'greenApi', running.credentialId);
			return await running.api.createWorkflow(
				withCredential(workflow, 'httpHeaderAuth', webhookCredentialId),
			);
		};
	});

	afterAll(async () => {
		await Promise.all(running.processes.map(async (process) => await process.stop()));
		await running.double?.close();
		if (running.userFolder) await rm(running.userFolder, { recursive: true, force: true });
	});

	return running;
}
