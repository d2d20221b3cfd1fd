/** The shipped data table sync: what has changed is told, and told again where n8n was killed. */

import { readWorkflow, withParameters } from '../engine/workflowFiles';
import { N8nApi } from '../real-n8n/n8nApi';
import { waitFor } from '../real-n8n/waitFor';
import { runOnce, Something, startedByWebhook } from './syncRuns';
import { collectTraces } from './traces';
import { useN8n } from './useN8n';
import { webhookListens } from './webhooks';

const PER_SECOND = 50;
const CONTACTS = 300;
const CHANGED = 7;
const PATH = 'sync';

const everyone = Array.from(
	{ length: CONTACTS },
	(_, index) => `7900${1_234_567 + index * 7}@c.us`,
);
const changing = everyone.filter((_, index) => index % 43 === 5).slice(0, CHANGED);

let something: Something;

const n8n = useN8n({ rateFactor: PER_SECOND });

beforeAll(async () => {
	something = await Something.start();
	const rows = everyone.map((phone, index) => ({ id: index + 1, phone }));
	const example = readWorkflow('examples/data-table-sync.json');
	const withRows = withParameters(example, { jsonOutput: JSON.stringify({ rows }) }, 'CRM Rows');
	const asFast = withParameters(withRows, { options: { requestsPerSecond: PER_SECOND } });
	const started = startedByWebhook(asFast, PATH, something);
	await n8n.api.activate(await n8n.addWorkflow(started));
	await webhookListens(n8n.server.url, PATH);
});

afterAll(async () => await something?.stop());

function rename(chatIds: readonly string[], name: string): void {
	for (const chatId of chatIds) n8n.double.addressBook.set(chatId, { chatId, name });
}

/** @returns for whom something was done in one run, sorted */
async function toldInOneRun(): Promise<string[]> {
	await runOnce(n8n.server.url, PATH);
	return something.take().sort();
}

describe('a sync of 300 contacts with a data table that is not there yet', () => {
	it('tells everyone in its first run', async () => {
		rename(changing, 'Before');
		expect(await toldInOneRun()).toEqual([...everyone].sort());
	});

	it('tells nobody when nothing has changed but links', async () => {
		expect(await toldInOneRun()).toEqual([]);
		expect(n8n.double.requestsOf('getContactInfo').length).toBeGreaterThanOrEqual(2 * CONTACTS);
	});

	it('tells the seven that have changed, and nobody else', async () => {
		rename(changing, 'After');
		expect(await toldInOneRun()).toEqual([...changing].sort());
		expect(await toldInOneRun()).toEqual([]);
	});

	it('tells one that changes back, too', async () => {
		rename(changing.slice(0, 3), 'Before');
		expect(await toldInOneRun()).toEqual(changing.slice(0, 3).sort());
	});

	it('tells those again that were told and not remembered when n8n was killed', async () => {
		rename(changing, 'At last');
		something.isSilent = true;
		const broken = runOnce(n8n.server.url, PATH).catch(() => 'broken');
		await waitFor('all seven to be told', () => something.done.length === CHANGED);
		await n8n.server.kill();
		expect(await broken).toBe('broken');
		expect(something.take().sort()).toEqual([...changing].sort());

		something.isSilent = false;
		n8n.server = await n8n.start({ port: Number(new URL(n8n.server.url).port) });
		n8n.api = await N8nApi.signIn(n8n.server.url);
		await webhookListens(n8n.server.url, PATH);
		expect(await toldInOneRun()).toEqual([...changing].sort());
		expect(await toldInOneRun()).toEqual([]);
	});

	it('left no token anywhere', async () => {
		await n8n.server.stop();
		const traces = await collectTraces(n8n);
		expect(traces.placesOf(String(everyone[0]))).not.toEqual([]);
		expect(traces.placesOf(n8n.double.apiTokenInstance)).toEqual([]);
	});
});
