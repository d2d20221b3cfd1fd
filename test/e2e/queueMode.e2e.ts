/** n8n scaled out: one main, two workers, PostgreSQL and Redis, and workers that are killed. */

import { setTimeout as sleep } from 'node:timers/promises';
import { readWorkflow, withParameters } from '../engine/workflowFiles';
import {
	connectPostgres,
	POSTGRES_USER,
	type RunningServer,
	startPostgres,
	startRedis,
} from '../real-n8n/databases';
import { type N8nProcess } from '../real-n8n/n8nProcess';
import { waitFor } from '../real-n8n/waitFor';
import { nameOf } from './nameOf';
import { Recorder } from './recorder';
import { collectTraces, dumpDatabase } from './traces';
import { messageReceived, reportingWorkflow } from './triggerWorkflows';
import { useN8n } from './useN8n';
import { callWebhook, webhookListens, webhookOf } from './webhooks';

/** GREEN-API's limit, four times as fast. */
const PER_SECOND = 4;

const WEBHOOKS = 100;
const BATCH = 100;

const NOTIFICATIONS = 60;

/** Longer than it takes to find out which worker is busy, and to kill it; nothing waits for its end. */
const LONG_MS = 60_000;

/** Executions that a worker has at a time. */
const CONCURRENCY = 10;

/** n8n notices after half a minute that a worker is dead, see `QUEUE_WORKER_*` below. */
const PATIENCE_MS = 600_000;

const DATABASE = 'n8n';

let postgres: RunningServer;
let redis: RunningServer;
let workers: N8nProcess[];
let recorder: Recorder;

const n8n = useN8n({ rateFactor: PER_SECOND }, async () => {
	postgres = await startPostgres();
	redis = await startRedis();
	const client = await connectPostgres(postgres.port);
	await client.query(`CREATE DATABASE ${DATABASE}`);
	await client.end();
	return {
		DB_TYPE: 'postgresdb',
		DB_POSTGRESDB_HOST: '127.0.0.1',
		DB_POSTGRESDB_PORT: String(postgres.port),
		DB_POSTGRESDB_DATABASE: DATABASE,
		DB_POSTGRESDB_USER: POSTGRES_USER,
		EXECUTIONS_MODE: 'queue',
		QUEUE_BULL_REDIS_HOST: '127.0.0.1',
		QUEUE_BULL_REDIS_PORT: String(redis.port),
		// n8n waits a minute until it takes a worker for dead. Half of it is still longer than a worker
		// that lives is ever held up.
		QUEUE_WORKER_LOCK_DURATION: '30000',
		QUEUE_WORKER_LOCK_RENEW_TIME: '3000',
		QUEUE_WORKER_STALLED_INTERVAL: '5000',
	};
});

async function startWorker(): Promise<void> {
	workers.push(await n8n.start({ command: ['worker', `--concurrency=${CONCURRENCY}`] }));
}

beforeAll(async () => {
	recorder = await Recorder.start();
	workers = [];
	await Promise.all([startWorker(), startWorker()]);
});

afterAll(async () => {
	recorder?.close();
	await redis?.stop();
	await postgres?.stop();
});

function numbers(first: number, count: number): string[] {
	return Array.from({ length: count }, (_, index) => `${79_000_000_000 + first + index}@c.us`);
}

/** Calls a second time what was not answered, as GREEN-API does with its webhooks. */
async function callTwiceAtMost(
	path: string,
	body: object,
): Promise<{ calls: number; answer: Contacts }> {
	const call = async () => await callWebhook<Contacts>(n8n.server.url, path, body);
	try {
		return { calls: 1, answer: await call() };
	} catch {
		await sleep(1_000);
		return { calls: 2, answer: await call() };
	}
}

type Contacts = Array<{ chatId: string; name: string }>;

function served(): number {
	return n8n.double.requestsOf('getContactInfo').filter(({ status }) => status === 200).length;
}

/** @returns how many executions there are of each status, as soon as all have ended */
async function endedExecutions(): Promise<Record<string, number>> {
	const client = await connectPostgres(postgres.port, DATABASE);
	try {
		return await waitFor('all executions to end', async () => {
			const { rows } = await client.query<{ status: string; count: number }>(
				'SELECT status, count(*)::int AS count FROM execution_entity GROUP BY status',
			);
			const counts = Object.fromEntries(rows.map(({ status, count }) => [status, count]));
			return !counts.new && !counts.running && !counts.waiting && counts;
		});
	} finally {
		await client.end();
	}
}

/** Ids of the executions that a worker has begun. */
function begun({ log }: N8nProcess): number[] {
	return [...log.matchAll(/started execution (\d+)/g)].map(([, id]) => Number(id));
}

/** Kills the worker that has begun the newest execution. */
async function killBusyWorker(): Promise<void> {
	const newest = (worker: N8nProcess) => Math.max(0, ...begun(worker));
	workers.sort((a, b) => newest(b) - newest(a));
	await workers.shift()?.kill();
}

describe('two workers, and a trigger with "When the Execution Succeeds"', () => {
	it('lose no notification and keep their order, although one of them is killed', async () => {
		const ids = Array.from({ length: NOTIFICATIONS }, (_, index) => `n-${index}`);
		const file = reportingWorkflow('scaled', recorder.url, {
			deleteFromQueue: 'executionSucceeds',
			options: { maxDeliveries: 9 },
		});
		const workflow = await n8n.addWorkflow(file);
		await n8n.api.activate(workflow);
		n8n.double.queue.enqueue(...ids.map((id) => messageReceived(id)));
		await waitFor('a third of them', () => recorder.reports.length >= NOTIFICATIONS / 3);
		recorder.delayMs = LONG_MS;
		const { length } = recorder.reports;
		await waitFor('one that takes long', () => recorder.reports.length > length);
		// What a worker prints may come later than what its workflow reports.
		await waitFor('its log', () => workers.flatMap(begun).length >= recorder.reports.length);
		await killBusyWorker();
		recorder.delayMs = 0;
		await waitFor('an empty queue', () => n8n.double.queue.length === 0, PATIENCE_MS);

		const got = recorder.idsOf('scaled');
		expect(got.filter((id, index) => id !== got[index - 1])).toEqual(ids);
		console.log(`${ids.length} notifications, ${got.length - ids.length} of them twice`);
		// The worker that died had one in hand.
		expect(got.length - ids.length).toBe(1);
		await n8n.api.deactivate(workflow);
		await startWorker();
	});
});

describe('two workers on one instance', () => {
	/** What there was before, by status. */
	let before: Record<string, number>;

	it('find every contact, although one of them is killed', async () => {
		before = await endedExecutions();
		const rate = { options: { requestsPerSecond: PER_SECOND } };
		for (const file of ['examples/webhook-lookup.json', 'test/e2e/workflows/batch.json']) {
			await n8n.api.activate(await n8n.addWorkflow(withParameters(readWorkflow(file), rate)));
		}
		await webhookListens(n8n.server.url, 'green-api');
		await webhookListens(n8n.server.url, 'batch');

		const list = numbers(0, BATCH);
		const senders = numbers(BATCH, WEBHOOKS);
		const batch = callTwiceAtMost('batch', { chatIds: list });
		const lookups = senders.map(
			async (sender) => await callTwiceAtMost('green-api', webhookOf(sender)),
		);
		await waitFor('a quarter of the lookups', () => served() >= (BATCH + WEBHOOKS) / 4);
		await killBusyWorker();

		const answers = await Promise.all(lookups);
		answers.forEach(({ answer }, index) => {
			const chatId = senders[index] ?? '';
			expect(answer[0]).toMatchObject({ chatId, name: nameOf(n8n.double, chatId) });
		});
		const { answer, calls } = await batch;
		expect(answer.map(({ chatId, name }) => ({ chatId, name }))).toEqual(
			list.map((chatId) => ({ chatId, name: nameOf(n8n.double, chatId) })),
		);

		const requests = n8n.double.requestsOf('getContactInfo').length;
		const again = answers.filter((lookup) => lookup.calls > 1).length;
		console.log(
			[
				`${WEBHOOKS} webhooks and a batch of ${BATCH}: all found; called again: ${again} webhooks, the batch ${calls - 1} times`,
				`${requests} requests, ${requests - served()} of them refused with 429`,
			].join('\n'),
		);
		// The worker that died had lookups to lose, and nothing else was lost.
		const repeated = again + calls - 1;
		expect(repeated).toBeGreaterThan(0);
		expect(repeated).toBeLessThanOrEqual(CONCURRENCY);
	});

	it('end every execution', async () => {
		const ended = await endedExecutions();
		const since = (status: string) => (ended[status] ?? 0) - (before[status] ?? 0);
		expect(since('success')).toBe(WEBHOOKS + 1);
		const lost = Object.keys(ended)
			.filter((status) => status !== 'success')
			.reduce((sum, status) => sum + since(status), 0);
		expect(lost).toBeLessThanOrEqual(CONCURRENCY);
	});

	it('left no token anywhere', async () => {
		await n8n.server.stop();
		const database = await dumpDatabase(postgres.port, DATABASE);
		const traces = await collectTraces(n8n, { database });
		for (const known of ['79000000000@c.us', 'Text n-0']) {
			expect(traces.placesOf(known)).toContain('database');
		}
		expect(traces.placesOf(n8n.double.apiTokenInstance)).toEqual([]);
	});
});
