/**
 * `npm run n8n`: the node in n8n's editor, with a GREEN-API on this machine to look contacts up at,
 * the credential and the example workflows in place. What is changed in the editor is kept.
 */

import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readWorkflow } from '../engine/workflowFiles';
import { type GreenApiDouble, startGreenApiDouble } from '../green-api-double/greenApiDouble';
import { CACHE, installN8n, N8N_VERSION, npm } from './install';
import { N8nApi, OWNER } from './n8nApi';
import { N8nProcess } from './n8nProcess';
import { installPackedNode } from './userFolder';
import { createWebhookCredential } from './webhookToken';
import { withCredential } from './workflowCredentials';

const repository = join(__dirname, '../..');

/** Fills an n8n that is empty: the credentials, and each example with them. */
async function fill(api: N8nApi, double: GreenApiDouble): Promise<void> {
	const { apiUrl, idInstance, apiTokenInstance } = double;
	const values = { apiUrl, idInstance, apiTokenInstance };
	const id = await api.createCredential('GREEN-API on this machine', 'greenApi', values);
	const webhookId = await createWebhookCredential(api);
	for (const file of readdirSync(join(repository, 'examples'))) {
		const workflow = withCredential(readWorkflow(`examples/${file}`), 'greenApi', id);
		await api.createWorkflow(withCredential(workflow, 'httpHeaderAuth', webhookId));
	}
}

/**
 * Runs until n8n ends by itself or there is an interruption, and leaves no process behind.
 *
 * @throws Error where n8n can't be installed or started, or ends by itself
 */
async function play(interruption: AbortSignal): Promise<void> {
	const { values } = parseArgs({
		options: {
			port: { type: 'string', default: '5690' },
			'green-api-port': { type: 'string', default: '5691' },
			'user-folder': { type: 'string', default: join(CACHE, 'playground') },
		},
	});
	const userFolder = values['user-folder'];
	const tell = (line: string) => console.log(line);
	const installed = await installN8n(tell);
	await mkdir(userFolder, { recursive: true });
	tell('Building the node and installing it');
	// A script `pren8n` would not run: .npmrc switches off what npm runs by itself.
	await npm(['run', 'build'], repository);
	await installPackedNode(userFolder);
	const double = await startGreenApiDouble({ port: Number(values['green-api-port']) });
	let n8n: N8nProcess | undefined;
	try {
		tell(`Starting n8n ${N8N_VERSION}`);
		n8n = await N8nProcess.start({ installed, userFolder, port: Number(values.port) });
		const api = await N8nApi.signIn(n8n.url).catch(() => undefined);
		if (!api) throw new Error(`n8n has another owner now. To start anew, delete ${userFolder}`);
		if ((await api.workflows()).length === 0) await fill(api, double);
		if (interruption.aborted) return;
		const { email, password } = OWNER;
		tell(
			`Open ${n8n.url}/home/workflows , sign in as ${email} with the password ${password}, and open a workflow. Ctrl-C ends it all.`,
		);
		await Promise.race([once(interruption, 'abort'), n8n.ended]);
		if (!interruption.aborted) throw new Error(`n8n has ended. It printed:\n${n8n.log}`);
	} finally {
		await n8n?.stop();
		await double.close();
	}
}

const interruption = new AbortController();
// On, not once: npm passes on the terminal's Ctrl-C, and a second signal would end this process
// before n8n.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
	process.on(signal, () => interruption.abort());
}

play(interruption.signal).catch((thrown: Error) => {
	// n8n itself gets the terminal's Ctrl-C, too, and may end before it was ready.
	if (interruption.signal.aborted) return;
	console.error(thrown.message);
	process.exitCode = 1;
});
