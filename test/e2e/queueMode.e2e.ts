/** n8n scaled out: one main, two workers, PostgreSQL and Redis, and a worker that is killed. */

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
import { collectTraces, dumpDatabase } from './traces';
import { useN8n } from './useN8n';
import { callWebhook, webhookListens, webhookOf } from './webhooks';

/**
 * GREEN-API's limit, twice as fast, so that the test takes less than five minutes; there is work
 * left when n8n notices, up to a minute later, that a worker has died.
 */
const PER_SECOND = 2;

const WEBHOOKS = 200;
const BATCH = 150;

/** Within so many requests, the worker that stays has found what the dead one leaves of the limit. */
const RECOVERY_SLOTS = 100;

/** Executions that a worker has at a time. */
const CONCURRENCY = 10;

const DATABASE = 'n8n';

let postgres: RunningServer;
let redis: RunningServer;
let workers: N8nProcess[];

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
		// n8n waits a minute until it takes a worker for dead; ten seconds do on one machine.
		QUEUE_WORKER_LOCK_DURATION: '10000',
		QUEUE_WORKER_LOCK_RENEW_TIME: '3000',
		QUEUE_WORKER_STALLED_INTERVAL: '5000',
	};
});

beforeAll(async () => {
	const worker = { command: ['worker', `--concurrency=${CONCURRENCY}`] };
	workers = [await n8n.start(worker), await n8n.start(worker)];
});

afterAll(async () => {
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

function served() {
	return n8n.double.requestsOf('getContactInfo').filter(({ status }) => status === 200);
}

/**
 * @param times when lookups were served, in ms, in order
 * @returns which part of the limit they used
 */
function usedOf(times: readonly number[]): number {
	const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1_000;
	return (times.length - 1) / (seconds * PER_SECOND);
}

/** How many there are of each status. */
async function countExecutions(): Promise<Record<string, number>> {
	const client = await connectPostgres(postgres.port, DATABASE);
	try {
		const { rows } = await client.query<{ status: string; count: number }>(
			'SELECT status, count(*)::int AS count FROM execution_entity GROUP BY status',
		);
		return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
	} finally {
		await client.end();
	}
}

describe('two workers on one instance', () => {
	it('find every contact, although one of them is killed', async () => {
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
		await waitFor('a quarter of the lookups', () => served().length >= (BATCH + WEBHOOKS) / 4);
		await workers[1]?.kill();
		const killedAt = served().at(-1)?.at ?? NaN;

		const answers = await Promise.all(lookups);
		answers.forEach(({ answer }, index) => {
			const chatId = senders[index] ?? '';
			expect(answer[0]).toMatchObject({ chatId, name: nameOf(n8n.double, chatId) });
		});
		const { answer, calls } = await batch;
		expect(answer.map(({ chatId, name }) => ({ chatId, name }))).toEqual(
			list.map((chatId) => ({ chatId, name: nameOf(n8n.double, chatId) })),
		);

		const requests = n8n.double.requestsOf('getContactInfo');
		const found = served();
		const times = found.map(({ at }) => at);
		const recoveredAt = killedAt + (1_000 * RECOVERY_SLOTS) / PER_SECOND;
		const used = [
			usedOf(times.filter((at) => at <= killedAt)),
			usedOf(times.filter((at) => at >= recoveredAt)),
		];
		const again = answers.filter((lookup) => lookup.calls > 1).length;
		console.log(
			[
				`${WEBHOOKS} webhooks and a batch of ${BATCH}: all found; called again: ${again} webhooks, the batch ${calls - 1} times`,
				`${found.length} lookups: ${(100 * usedOf(times)).toFixed(0)} % of the limit, ${used.map((part) => (100 * part).toFixed(0)).join(' and ')} % before the kill and after the recovery`,
				`${requests.length} requests, ${requests.length - found.length} of them refused with 429`,
			].join('\n'),
		);
		expect(Math.min(...used)).toBeGreaterThanOrEqual(0.85);
		// The worker that died had lookups to lose, and nothing else was lost.
		const repeated = again + calls - 1;
		expect(repeated).toBeGreaterThan(0);
		expect(repeated).toBeLessThanOrEqual(CONCURRENCY);
	});

	it('end every execution', async () => {
		const ended = await waitFor('all executions to end', async () => {
			const counts = await countExecutions();
			return !counts.new && !counts.running && !counts.waiting && counts;
		});
		console.log(JSON.stringify(ended));
		const { success = 0, ...others } = ended;
		expect(success).toBe(WEBHOOKS + 1);
		const lost = Object.values(others).reduce((sum, count) => sum + count, 0);
		expect(lost).toBeLessThanOrEqual(CONCURRENCY);
	});

	it('left no token anywhere', async () => {
		await n8n.server.stop();
		const database = await dumpDatabase(postgres.port, DATABASE);
		const traces = await collectTraces(n8n, { database });
		expect(traces.placesOf('79000000000@c.us')).toContain('database');
		expect(traces.placesOf(n8n.double.apiTokenInstance)).toEqual([]);
	});
});
