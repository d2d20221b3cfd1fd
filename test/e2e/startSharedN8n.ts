import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installN8n } from '../real-n8n/install';
import { N8nApi } from '../real-n8n/n8nApi';
import { N8nProcess } from '../real-n8n/n8nProcess';
import { installPackedNode } from '../real-n8n/userFolder';
import prepare from './prepare';
import { SHARED_N8N, type SharedN8n } from './sharedN8n';

/**
 * Before the tests of `shared/`: starts the n8n that all of them use, with the packed node and an
 * owner. Where N8N_URL says that somebody else has started one, it starts none.
 *
 * @throws Error where it can't be installed or started
 */
export default async function startSharedN8n(): Promise<void> {
	if (process.env.N8N_URL) return;
	await prepare();
	const userFolder = await mkdtemp(join(tmpdir(), 'n8n-e2e-shared-'));
	await installPackedNode(userFolder);
	const logFile = join(userFolder, 'n8n.log');
	const n8n = await N8nProcess.start({
		installed: await installN8n(console.log),
		userFolder,
		env: {
			N8N_LOG_LEVEL: 'debug',
			N8N_LOG_OUTPUT: 'console,file',
			N8N_LOG_FILE_LOCATION: logFile,
		},
	});
	await N8nApi.signIn(n8n.url);
	const shared: SharedN8n = { url: n8n.url, userFolder, logFile };
	// jest's workers inherit it.
	process.env[SHARED_N8N] = JSON.stringify(shared);
	globalThis.sharedN8n = n8n;
}
