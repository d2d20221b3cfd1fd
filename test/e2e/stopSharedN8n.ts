import { rm } from 'node:fs/promises';
import { sharedN8n } from './sharedN8n';

/** After the tests of `shared/`: ends their n8n and deletes its data. */
export default async function stopSharedN8n(): Promise<void> {
	if (!globalThis.sharedN8n) return;
	await globalThis.sharedN8n.stop();
	await rm(sharedN8n().userFolder, { recursive: true, force: true });
}
