/** The trigger where n8n is scaled out: one main that listens, two workers, and one that is killed. */

import {
	connectPostgres,
	POSTGRES_USER,
	type RunningServer,
	startPostgres,
	startRedis,
} from '../real-n8n/databases';
import { type N8nProcess } from '../real-n8n/n8nProcess';
import { waitFor } from '../real-n8n/waitFor';
import { Recorder } from './recorder';
import { collectTraces, dumpDatabase } from './traces';
import { messageReceived, reportingWorkflow } from './triggerWorkflows';
import { useN8n } from './useN8n';

const NOTIFICATIONS = 60;
/** Longer than it takes to find out which worker is busy, and to kill it. */
const LONG_MS = 10_000;

const DATABASE = 'n8n';

/** n8n notices after some seconds that a worker is dead, see `QUEUE_WORKER_*` below. */
const PATIENCE_MS = 300_000;

let postgres: RunningServer;
let redis: RunningServer;
let workers: N8nProcess[];
let recorder: Recorder;

const n8n = useN8n({}, async () => {
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
		QUEUE_WORKER_LOCK_DURATION: '10000',
		QUEUE_WORKER_LOCK_RENEW_TIME: '3000',
		QUEUE_WORKER_STALLED_INTERVAL: '5000',
	};
});

beforeAll(async () => {
	recorder = await Recorder.start();
	workers = [await n8n.start({ command: ['worker'] }), await n8n.start({ command: ['worker'] })];
});

afterAll(async () => {
	recorder?.close();
	await redis?.stop();
	await postgres?.stop();
});

/** The one that has begun the newest execution. */
function busyWorker(): N8nProcess | undefined {
	const newest = ({ log }: N8nProcess) =>
		Math.max(0, ...[...log.matchAll(/started execution (\d+)/g)].map(([, id]) => Number(id)));
	return workers.sort((a, b) => newest(b) - newest(a))[0];
}

describe('two workers, "When the Execution Succeeds"', () => {
	it('lose no notification and keep their order, although one of them is killed', async () => {
		const ids = Array.from({ length: NOTIFICATIONS }, (_, index) => `n-${index}`);
		const file = reportingWorkflow('scaled', recorder.url, {
			deleteFromQueue: 'executionSucceeds',
			options: { maxDeliveries: 9 },
		});
		await n8n.api.activate(await n8n.addWorkflow(file));
		n8n.double.queue.enqueue(...ids.map((id) => messageReceived(id)));
		await waitFor('a third of them', () => recorder.reports.length >= NOTIFICATIONS / 3);
		recorder.delayMs = LONG_MS;
		const { length } = recorder.reports;
		await waitFor('one that takes long', () => recorder.reports.length > length);
		await busyWorker()?.kill();
		recorder.delayMs = 0;
		await waitFor('an empty queue', () => n8n.double.queue.length === 0, PATIENCE_MS);

		const got = recorder.idsOf('scaled');
		expect(got.filter((id, index) => id !== got[index - 1])).toEqual(ids);
		console.log(`${ids.length} notifications, ${got.length - ids.length} of them twice`);
		// The worker that died had one in hand.
		expect(got.length - ids.length).toBe(1);
	});

	it('left no token anywhere', async () => {
		await n8n.server.stop();
		const database = await dumpDatabase(postgres.port, DATABASE);
		const traces = await collectTraces(n8n, { database });
		expect(traces.placesOf('Text n-0')).toContain('database');
		expect(traces.placesOf(n8n.double.apiTokenInstance)).toEqual([]);
	});
});
