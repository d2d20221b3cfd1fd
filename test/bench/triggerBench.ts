/**
 * `npm run bench:trigger`: how fast the trigger is in the real n8n, beside n8n's own Webhook node
 * with the same notifications posted one after the other, as GREEN-API posts them.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import type { INode } from 'n8n-workflow';
import { messageReceived, TRIGGER_NAME } from '../e2e/triggerWorkflows';
import { callWebhook, webhookListens } from '../e2e/webhooks';
import type { WorkflowFile } from '../engine/engine';
import { type GreenApiDouble, startGreenApiDouble } from '../green-api-double/greenApiDouble';
import { installN8n } from '../real-n8n/install';
import { N8nApi } from '../real-n8n/n8nApi';
import { N8nProcess } from '../real-n8n/n8nProcess';
import { installPackedNode } from '../real-n8n/userFolder';
import { waitFor } from '../real-n8n/waitFor';
import { withCredential } from '../real-n8n/workflowCredentials';
import { machine } from './tables';

/** What n8n and Node.js do only once is none of what is measured. */
const WARM_UP = 100;

const IDLE_NOTIFICATIONS = 50;
const IDLE_GAP_MS = 300;

/** Of the time from a notification's arrival to the start of its execution, when idle. */
const MOST_P95_MS = 200;

const PATIENCE_MS = 600_000;

const WEBHOOK_PATH = 'bench';

function workflowOf(name: string, start: INode): WorkflowFile {
	const end: INode = {
		id: `end-${name}`,
		name: 'Nothing',
		type: 'n8n-nodes-base.noOp',
		typeVersion: 1,
		position: [220, 0],
		parameters: {},
	};
	return {
		name,
		nodes: [start, end],
		connections: { [start.name]: { main: [[{ node: end.name, type: 'main', index: 0 }]] } },
		settings: { executionOrder: 'v1' },
	};
}

function triggerWorkflow(deleteFromQueue: string): WorkflowFile {
	return workflowOf(deleteFromQueue, {
		id: `trigger-${deleteFromQueue}`,
		name: TRIGGER_NAME,
		type: 'n8n-nodes-green-api-contacts.greenApiTrigger',
		typeVersion: 1,
		position: [0, 0],
		parameters: { events: ['incomingMessageReceived'], deleteFromQueue, options: {} },
		credentials: { greenApi: { id: '', name: 'GREEN-API' } },
	});
}

function webhookWorkflow(responseMode: string): WorkflowFile {
	return workflowOf(`webhook-${responseMode}`, {
		id: `webhook-${responseMode}`,
		name: 'Webhook',
		type: 'n8n-nodes-base.webhook',
		typeVersion: 2,
		position: [0, 0],
		webhookId: `bench-${responseMode}`,
		parameters: { httpMethod: 'POST', path: `${WEBHOOK_PATH}-${responseMode}`, responseMode },
	});
}

interface Parts {
	api: N8nApi;
	double: GreenApiDouble;
	url: string;
	credential: string;
}

async function addActive({ api, credential }: Parts, file: WorkflowFile): Promise<string> {
	const id = await api.createWorkflow(withCredential(file, 'greenApi', credential));
	await api.activate(id);
	return id;
}

/** @returns how many a second went through a workflow, from the first to the end of the last */
async function rateOf(
	{ api }: Parts,
	workflow: string,
	count: number,
	send: () => Promise<void>,
): Promise<number> {
	const start = Date.now();
	await send();
	const ended = await waitFor(
		`${count} executions`,
		async () => {
			const executions = await api.executions(workflow, count);
			return (
				executions.length === count && executions.every(({ stoppedAt }) => stoppedAt) && executions
			);
		},
		PATIENCE_MS,
	);
	const last = Math.max(...ended.map(({ stoppedAt }) => Date.parse(stoppedAt ?? '')));
	return count / ((last - start) / 1000);
}

async function benchTrigger(parts: Parts, deletion: string, count: number): Promise<number> {
	const { api, double } = parts;
	const workflow = await addActive(parts, triggerWorkflow(deletion));
	await listens(double);
	const rate = await rateOf(parts, workflow, count, async () => {
		double.queue.enqueue(...Array.from({ length: count }, (_, id) => messageReceived(`${id}`)));
		await waitFor('an empty queue', () => double.queue.length === 0, PATIENCE_MS);
	});
	await api.deactivate(workflow);
	return rate;
}

async function listens(double: GreenApiDouble): Promise<void> {
	await waitFor('the trigger', () => double.openRequestsOf('receiveNotification') === 1);
}

async function benchWebhook(parts: Parts, responseMode: string, count: number): Promise<number> {
	const path = `${WEBHOOK_PATH}-${responseMode}`;
	const workflow = await addActive(parts, webhookWorkflow(responseMode));
	await webhookListens(parts.url, path);
	const rate = await rateOf(parts, workflow, count, async () => {
		for (let id = 0; id < count; id += 1) {
			await callWebhook(parts.url, path, messageReceived(`${id}`));
		}
	});
	await parts.api.deactivate(workflow);
	return rate;
}

/** @returns the times from arrival to the execution's start, in ms, from the shortest */
async function benchIdle(parts: Parts): Promise<number[]> {
	const { api, double } = parts;
	const workflow = await addActive(parts, triggerWorkflow('executionFinishes'));
	await listens(double);
	const arrivals: number[] = [];
	for (let id = 0; id < IDLE_NOTIFICATIONS; id += 1) {
		await sleep(IDLE_GAP_MS);
		arrivals.push(Date.now());
		double.queue.enqueue(messageReceived(`${id}`));
		await waitFor('an empty queue', () => double.queue.length === 0);
	}
	const executions = await api.executions(workflow, IDLE_NOTIFICATIONS);
	await api.deactivate(workflow);
	const starts = executions.map(({ startedAt }) => Date.parse(startedAt)).sort((a, b) => a - b);
	return starts.map((at, index) => at - (arrivals[index] ?? 0)).sort((a, b) => a - b);
}

async function bench(parts: Parts, count: number): Promise<void> {
	const table = new Table({
		head: ['started by', 'notifications a second'],
		style: { head: [], border: [], compact: true },
	});
	const row = (name: string, rate: number) => table.push([name, rate.toFixed(1)]);
	await benchWebhook(parts, 'lastNode', WARM_UP);
	row('GREEN-API Trigger, Immediately', await benchTrigger(parts, 'immediately', count));
	row(
		'GREEN-API Trigger, When the Execution Finishes',
		await benchTrigger(parts, 'executionFinishes', count),
	);
	row('Webhook, responds at once', await benchWebhook(parts, 'onReceived', count));
	row('Webhook, responds when the last node is done', await benchWebhook(parts, 'lastNode', count));
	const idle = await benchIdle(parts);
	const quantile = (part: number) =>
		idle[Math.min(idle.length - 1, Math.floor(part * idle.length))];
	console.log(`${machine()}; ${count} notifications each\n${table.toString()}`);
	console.log(
		`Requests that were refused with 429: ${parts.double.requests.filter(({ status }) => status === 429).length}`,
	);
	console.log(
		`From arrival to the start of the execution, when idle: median ${quantile(0.5)} ms, 95th percentile ${quantile(0.95)} ms`,
	);
	if ((quantile(0.95) ?? Infinity) > MOST_P95_MS) process.exitCode = 1;
}

async function main(): Promise<void> {
	const { values } = parseArgs({ options: { count: { type: 'string', default: '1000' } } });
	const userFolder = await mkdtemp(join(tmpdir(), 'n8n-bench-'));
	const double = await startGreenApiDouble();
	let n8n: N8nProcess | undefined;
	try {
		const installed = await installN8n(console.log);
		await installPackedNode(userFolder);
		n8n = await N8nProcess.start({ installed, userFolder });
		const api = await N8nApi.signIn(n8n.url);
		const { apiUrl, idInstance, apiTokenInstance } = double;
		const account = { apiUrl, idInstance, apiTokenInstance };
		const credential = await api.createCredential('GREEN-API', 'greenApi', account);
		await bench({ api, double, url: n8n.url, credential }, Number(values.count));
	} finally {
		await n8n?.stop();
		await double.close();
		await rm(userFolder, { recursive: true, force: true });
	}
}

void main();
