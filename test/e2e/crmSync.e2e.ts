/** The shipped PostgreSQL sync, scheduled, on a CRM of 500 rows, with n8n killed in the middle. */

import type { Client } from 'pg';
import { readWorkflow, withParameters } from '../engine/workflowFiles';
import {
	connectPostgres,
	POSTGRES_USER,
	type RunningServer,
	startPostgres,
} from '../real-n8n/databases';
import { N8nApi } from '../real-n8n/n8nApi';
import { waitFor } from '../real-n8n/waitFor';
import { withCredential } from '../real-n8n/workflowCredentials';
import { collectTraces, dumpDatabase } from './traces';
import { useN8n } from './useN8n';

/** GREEN-API's limit, five times as fast, so that the test takes two minutes and not ten. */
const PER_SECOND = 5;

const ROWS = 500;
const DISTINCT = 380;
const WRONG = ['', 'ask the office', '12', null];
const GROUPS = ['120363043968066561@g.us', '79001234567-1581234048@g.us'];

/** The same number as people type it. */
const SPELLINGS: ReadonlyArray<(digits: string) => string> = [
	(digits) => digits,
	(digits) => `+${digits}`,
	(digits) => `00${digits}`,
	(digits) =>
		`+${digits.slice(0, 3)} (${digits.slice(3, 5)}) ${digits.slice(5, 8)}-${digits.slice(8)}`,
	(digits) => ` ${digits}@c.us`,
	(digits) => `${digits}@s.whatsapp.net`,
];

function numberOf(index: number): string {
	return `9725${String(10_000_000 + index * 7_919)}`;
}

/** 500 rows: 494 phones, 114 of them of a number that another row has, 4 that are none, 2 groups. */
function phones(): Array<string | null> {
	const people = Array.from({ length: ROWS - WRONG.length - GROUPS.length }, (_, row) => {
		const spell = SPELLINGS[row % SPELLINGS.length] ?? String;
		return spell(numberOf(row % DISTINCT));
	});
	return [...people.slice(0, 60), ...WRONG, ...GROUPS, ...people.slice(60)];
}

interface SyncedRow {
	contact_id: string;
	chat_id: string | null;
	name: string | null;
	note: string | null;
	synced_at: Date | null;
	changed_at: Date | null;
}

let postgres: RunningServer;
let crm: Client;

const n8n = useN8n({ rateFactor: PER_SECOND });

beforeAll(async () => {
	postgres = await startPostgres();
	crm = await connectPostgres(postgres.port);
	await crm.query('CREATE TABLE contacts (id bigserial PRIMARY KEY, phone text)');
	await crm.query('INSERT INTO contacts (phone) SELECT unnest($1::text[])', [phones()]);
	await recordSyncs();
});

afterAll(async () => {
	await crm?.end();
	await postgres?.stop();
});

/** Keeps account of each time that a row is synced, on the table that the example makes. */
async function recordSyncs(): Promise<void> {
	const example = readWorkflow('examples/postgres-sync.json');
	const makeTable = example.nodes.find(({ name }) => name === 'Make Table');
	await crm.query(String(makeTable?.parameters.query));
	await crm.query(`
		CREATE TABLE syncs (contact_id bigint);
		CREATE FUNCTION record_sync() RETURNS trigger LANGUAGE plpgsql AS
			'BEGIN INSERT INTO syncs VALUES (new.contact_id); RETURN new; END';
		CREATE TRIGGER recorded AFTER INSERT OR UPDATE OF synced_at ON whatsapp_contacts
			FOR EACH ROW WHEN (new.synced_at IS NOT NULL) EXECUTE FUNCTION record_sync();
	`);
}

async function rows(): Promise<SyncedRow[]> {
	const { rows: found } = await crm.query<SyncedRow>(
		'SELECT contact_id, chat_id, name, note, synced_at, changed_at FROM whatsapp_contacts ORDER BY contact_id',
	);
	return found;
}

async function synced(): Promise<SyncedRow[]> {
	return (await rows()).filter(({ synced_at: at }) => at !== null);
}

/** What was asked of GREEN-API so far and not refused for the limit. */
function answered(): string[] {
	return n8n.double
		.requestsOf('getContactInfo')
		.filter(({ status }) => status === 200)
		.map(({ chatId }) => String(chatId));
}

async function startSync(): Promise<void> {
	const { port } = postgres;
	const values = { host: '127.0.0.1', port, database: 'postgres', user: POSTGRES_USER };
	const credential = await n8n.api.createCredential('CRM', 'postgres', {
		...values,
		ssl: 'disable',
	});
	const example = readWorkflow('examples/postgres-sync.json');
	const everyTenSeconds = { rule: { interval: [{ field: 'seconds', secondsInterval: 10 }] } };
	const scheduled = withParameters(example, everyTenSeconds, 'Every Hour');
	const asFast = withParameters(scheduled, { options: { requestsPerSecond: PER_SECOND } });
	await n8n.api.activate(await n8n.addWorkflow(withCredential(asFast, 'postgres', credential)));
}

describe('a scheduled sync of 500 CRM rows', () => {
	let before: SyncedRow[];
	let askedBefore: string[];
	/** Rows that a run had taken and not written back. */
	let taken: Set<string>;

	it('is killed in the middle', async () => {
		await startSync();
		await waitFor('a third of the rows', async () => (await synced()).length >= ROWS / 3);
		await n8n.server.kill();
		before = await synced();
		askedBefore = answered();
		taken = new Set((await rows()).filter((row) => !row.synced_at).map((row) => row.contact_id));
		expect(before.length).toBeLessThan(ROWS);
	});

	it('goes on by itself after n8n has started again, and syncs every row', async () => {
		n8n.double.clearRequests();
		// Ten minutes later, as the example has it.
		await crm.query(`UPDATE whatsapp_contacts SET due_at = due_at - interval '10 minutes'`);
		n8n.server = await n8n.start({ port: Number(new URL(n8n.server.url).port) });
		n8n.api = await N8nApi.signIn(n8n.server.url);
		await waitFor(
			'all rows',
			async () => (await rows()).filter((row) => row.synced_at ?? row.note).length === ROWS,
			300_000,
		);

		const all = await rows();
		const wrong = all.filter(({ note }) => note !== null);
		expect(wrong).toHaveLength(WRONG.length);
		expect(wrong.every(({ synced_at: at }) => at === null)).toBe(true);
		expect(all.filter(({ synced_at: at }) => at !== null)).toHaveLength(ROWS - WRONG.length);

		const given = phones();
		for (const { contact_id: id, chat_id: chatId, note } of all) {
			if (note !== null) continue;
			const digits = given[Number(id) - 1]?.replace(/^00|\D/g, '') ?? '';
			expect(chatId?.replace(/\D/g, '')).toBe(digits.replace(/^00/, ''));
		}
	});

	it('synced no row twice', async () => {
		const { rows: counts } = await crm.query<{ times: string; rows: string }>(
			'SELECT times, count(*) AS rows FROM (SELECT count(*) AS times FROM syncs GROUP BY contact_id) AS counted GROUP BY times',
		);
		expect(counts).toEqual([{ times: '1', rows: String(ROWS - WRONG.length) }]);
	});

	it('asked nobody twice without need', async () => {
		const askedAfter = answered();
		expect(new Set(askedBefore).size).toBe(askedBefore.length);
		expect(new Set(askedAfter).size).toBe(askedAfter.length);

		// Rows that were written before the kill were left alone.
		const after = new Map((await rows()).map((row) => [row.contact_id, row]));
		for (const row of before) expect(after.get(row.contact_id)).toEqual(row);

		// Asked for a second time: a row that was taken, or another row with a number that was written.
		const written = new Set(before.map(({ chat_id: chatId }) => chatId));
		const open = new Set(
			phones()
				.filter((_phone, index) => taken.has(String(index + 1)))
				.map((phone) => `${phone?.replace(/\D/g, '').replace(/^00/, '')}@c.us`),
		);
		const again = askedAfter.filter((chatId) => askedBefore.includes(chatId));
		expect(again.filter((chatId) => !open.has(chatId) && !written.has(chatId))).toEqual([]);
		const inFlight = again.filter((chatId) => !written.has(chatId));
		console.log(
			[
				`${before.length} rows before the kill, ${ROWS} in the end; ${DISTINCT} distinct numbers`,
				`${askedBefore.length} requests before, ${askedAfter.length} after`,
				`asked a second time: ${inFlight.length} in flight at the kill, ${again.length - inFlight.length} for another row with the same number`,
			].join('\n'),
		);
	});

	it('takes over a number that has changed, and keeps what it had of one that is wrong now', async () => {
		const [first, second] = await rows();
		const chatId = `${numberOf(DISTINCT)}@c.us`;
		// PostgreSQL refuses NUL, and with it everything that is written at the same time.
		n8n.double.addressBook.set(chatId, { chatId, name: 'Dea\0ler', category: 'Cars\0' });
		await crm.query(`UPDATE contacts SET phone = 'ask the office' WHERE id = 1`);
		await crm.query(`UPDATE contacts SET phone = $1 WHERE id = 2`, [`+${numberOf(DISTINCT)}`]);
		await crm.query('UPDATE whatsapp_contacts SET due_at = now() WHERE contact_id IN (1, 2)');
		const [wrong, changed] = await waitFor('both rows', async () => {
			const [one, other] = await rows();
			const areWritten = Boolean(one?.note) && other?.chat_id !== second?.chat_id;
			return areWritten && ([one, other] as const);
		});

		expect(wrong).toMatchObject({ ...first, note: expect.stringContaining('has letters in it') });
		expect(changed).toMatchObject({ chat_id: chatId, name: 'Dealer', note: null });
	});

	it('dates a change for those alone that have changed', async () => {
		// The example keeps answers for an hour, in n8n's memory.
		await n8n.server.stop();
		n8n.server = await n8n.start({ port: Number(new URL(n8n.server.url).port) });
		const before = await rows();
		const [renamed, ...others] = [...new Set(before.slice(10, 30).map((row) => row.chat_id))];
		n8n.double.addressBook.set(String(renamed), { chatId: renamed, name: 'Renamed' });
		const dueRows = before.filter(({ chat_id: id }) => id === renamed || others.includes(id));
		const ids = dueRows.map(({ contact_id: id }) => id);
		await crm.query('UPDATE whatsapp_contacts SET due_at = now() WHERE contact_id = ANY($1)', [
			ids,
		]);
		const lastSync = Math.max(...before.map(({ synced_at: at }) => at?.getTime() ?? 0));
		const after = await waitFor('these rows', async () => {
			const found = (await rows()).filter(({ contact_id: id }) => ids.includes(id));
			return found.every(({ synced_at: at }) => (at?.getTime() ?? 0) > lastSync) && found;
		});

		const changed = after.filter(({ changed_at: at }) => (at?.getTime() ?? 0) > lastSync);
		expect(changed.map(({ chat_id: id }) => id)).toEqual(changed.map(() => renamed));
		expect(changed.map(({ contact_id: id }) => id)).toEqual(
			dueRows.filter(({ chat_id: id }) => id === renamed).map(({ contact_id: id }) => id),
		);
		expect(after.length).toBeGreaterThan(changed.length);
	});

	it('left no token anywhere', async () => {
		await n8n.server.stop();
		const traces = await collectTraces(n8n, {
			crm: await dumpDatabase(postgres.port, 'postgres'),
		});
		expect(traces.placesOf('972510000000@c.us')).toContain('crm');
		expect(traces.placesOf(n8n.double.apiTokenInstance)).toEqual([]);
	});
});
