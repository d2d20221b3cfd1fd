/**
 * Operations and trigger on any n8n that has the node and can reach this machine's loopback: the
 * shared one, or the one that N8N_URL and N8N_API_KEY are of, e.g. a Docker container with
 * `--network host`.
 */

import type { WorkflowFile } from '../../engine/engine';
import { testWorkflow, triggerOf, withParameters } from '../../engine/workflowFiles';
import { type GreenApiDouble, startGreenApiDouble } from '../../green-api-double/greenApiDouble';
import { N8nApi } from '../../real-n8n/n8nApi';
import { PublicApi } from '../../real-n8n/publicApi';
import { waitFor } from '../../real-n8n/waitFor';
import { withCredential } from '../../real-n8n/workflowCredentials';
import { Recorder } from '../recorder';
import { sharedN8n } from '../sharedN8n';
import { messageReceived, reportingWorkflow } from '../triggerWorkflows';
import { callWebhook, webhookListens } from '../webhooks';

const PERSON = '71234567890@c.us';
const GROUP = '120363043968066561@g.us';

/** So that workflows of several runs on one n8n differ. */
const run = Date.now().toString(36);

let url: string;
let api: PublicApi;
let double: GreenApiDouble;
let recorder: Recorder;
let credentialId: string;

beforeAll(async () => {
	const { N8N_URL, N8N_API_KEY } = process.env;
	url = N8N_URL ?? sharedN8n().url;
	api = new PublicApi(url, N8N_API_KEY ?? (await (await N8nApi.signIn(url)).createApiKey()));
	double = await startGreenApiDouble({ headers: true });
	recorder = await Recorder.start();
	const { apiUrl, idInstance, apiTokenInstance } = double;
	credentialId = await api.createCredential(`Stand-in ${run}`, 'greenApi', {
		apiUrl,
		idInstance,
		apiTokenInstance,
		messenger: 'whatsapp',
	});
});

afterAll(async () => {
	recorder?.close();
	await double?.close();
	await api?.deleteAll();
});

async function add(file: WorkflowFile): Promise<string> {
	return await api.createWorkflow(withCredential(file, 'greenApi', credentialId));
}

/** What a webhook posts goes into the node, and what comes out is its answer. */
function byWebhook(name: string, path: string): WorkflowFile {
	const file = testWorkflow(name);
	const trigger = triggerOf(file);
	const webhook = {
		httpMethod: 'POST',
		path,
		responseMode: 'lastNode',
		responseData: 'allEntries',
	};
	const chatId = { __rl: true, mode: 'id', value: '={{ $json.body.chatId }}' };
	const asked = name === 'get-many' ? file : withParameters(file, { chatId });
	return {
		...asked,
		name: `${name} ${run}`,
		nodes: asked.nodes.map((node) =>
			node.name === trigger
				? {
						...node,
						type: 'n8n-nodes-base.webhook',
						typeVersion: 2,
						webhookId: path,
						parameters: { ...webhook, options: {} },
					}
				: node,
		),
	};
}

describe('an operation', () => {
	it.each([
		['contacts', PERSON, { chatId: PERSON, name: 'Dealer' }],
		['check-whatsapp', PERSON, { existsWhatsapp: true }],
		['get-many', '', { chatId: expect.stringMatching(/@/) }],
		['get-avatar', PERSON, { chatId: PERSON, avatar: expect.stringMatching(/^https/) }],
		['upsert', '79001112233@c.us', { created: true }],
		['delete', '79001112233@c.us', { deleted: true }],
		['group-get', GROUP, { groupId: GROUP }],
	])('of the workflow %s answers', async (name, chatId, expected) => {
		const path = `${name}-${run}`;
		const file = byWebhook(name, path);
		const names = { firstName: 'Ivan', lastName: '' };
		const workflow = await add(name === 'upsert' ? withParameters(file, names) : file);
		await api.activate(workflow);
		await webhookListens(url, path);
		const [first] = await callWebhook<object[]>(url, path, { chatId });
		expect(first).toMatchObject(expected);
	});
});

describe('the trigger', () => {
	const ids = (from: number) => Array.from({ length: 10 }, (_, index) => `n-${from + index}`);

	it('starts a workflow for each notification, in order, and for those that came meanwhile', async () => {
		const workflow = await add(reportingWorkflow(`trigger-${run}`, recorder.url));
		const got = () => recorder.idsOf(`trigger-${run}`);
		double.queue.enqueue(...ids(0).map((id) => messageReceived(id)));
		await api.activate(workflow);
		await waitFor('the first ones', () => got().length >= 10);
		await api.deactivate(workflow);
		await waitFor('nobody to listen', () => double.openRequestsOf('receiveNotification') === 0);
		double.queue.enqueue(...ids(10).map((id) => messageReceived(id)));
		await api.activate(workflow);
		await waitFor('the others', () => got().length >= 20);
		await waitFor('an empty queue', () => double.queue.length === 0);
		expect(got()).toEqual([...ids(0), ...ids(10)]);
	});
});
