/** `npm run n8n`, started and ended in a terminal. */

import { cp, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readWorkflow } from '../engine/workflowFiles';
import { N8nApi } from '../real-n8n/n8nApi';
import { freePort } from '../real-n8n/ports';
import { waitFor } from '../real-n8n/waitFor';
import { CTRL_C, Terminal } from './terminal';
import { callWebhook, webhookListens, webhookOf } from './webhooks';

const repository = join(__dirname, '../..');

/** What is in no clone, and what of it a clone here shares with the repository. */
const NOT_CLONED = ['.git', 'dist', 'coverage', '.stryker-tmp'];
const INSTALLED = ['node_modules', '.cache'];

let folder: string;
let command: string;
let terminal: Terminal;

/** @returns a clone that was never built, beside the repository, whose `dist` other tests use */
async function cloneInto(clone: string): Promise<string> {
	const leftOut = [...NOT_CLONED, ...INSTALLED];
	const filter = (path: string) => !leftOut.includes(basename(path));
	await cp(repository, clone, { recursive: true, filter });
	for (const name of INSTALLED) await symlink(join(repository, name), join(clone, name));
	return clone;
}

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'n8n-playground-'));
	const clone = await cloneInto(join(folder, 'clone'));
	const ports = `--port ${await freePort()} --green-api-port ${await freePort()}`;
	const userFolder = `--user-folder ${join(folder, 'user')}`;
	command = `npm --prefix ${clone} run n8n -- ${ports} ${userFolder}`;
	terminal = await Terminal.open();
});

afterAll(async () => {
	await terminal?.close();
	for (const { pid } of terminal?.processes() ?? []) process.kill(pid, 'SIGKILL');
	await rm(folder, { recursive: true, force: true });
});

/** @returns where the line says to click */
async function lineSaysWhere(): Promise<string> {
	const line = await waitFor('the line', () =>
		/Open (\S+) , sign in.*Ctrl-C ends it all/.exec(terminal.printed)?.slice(),
	);
	return new URL(line[1] ?? '').origin;
}

function n8nRuns(): boolean {
	return terminal.processes().some(({ command }) => command.includes('bin/n8n start'));
}

async function expectEachExampleOnce(api: N8nApi): Promise<void> {
	const names = (await api.workflows()).map(({ name }) => name).sort();
	const examples = (await readdir('examples')).map((file) => `examples/${file}`);
	expect(names).toEqual(examples.map((file) => readWorkflow(file).name).sort());
}

async function lookUpByWebhook(url: string, api: N8nApi): Promise<void> {
	const { name } = readWorkflow('examples/webhook-lookup.json');
	const workflow = (await api.workflows()).find((one) => one.name === name);
	await api.activate(workflow?.id ?? '');
	await webhookListens(url, 'green-api');
	const found = await callWebhook(url, 'green-api', webhookOf('71234567890@c.us'));
	expect(found).toMatchObject([{ name: 'Dealer' }, { name: 'Dealer' }]);
}

describe('the playground', () => {
	it('has the examples and a credential that works, in a clone that was never built', async () => {
		terminal.type(`${command}\n`);
		const url = await lineSaysWhere();
		const api = await N8nApi.signIn(url);
		await expectEachExampleOnce(api);
		await lookUpByWebhook(url, api);
		expect(n8nRuns()).toBe(true);
	});

	it('ends by Ctrl-C', async () => {
		terminal.type(CTRL_C);
		await waitFor('all processes to end', () => terminal.processes().length === 0);
		expect(terminal.printed).not.toContain('n8n has ended');
	});

	it('starts again with what was there, and ends when its window is closed', async () => {
		await terminal.close();
		terminal = await Terminal.open();
		terminal.type(`${command}\n`);
		const url = await lineSaysWhere();
		const api = await N8nApi.signIn(url);
		await expectEachExampleOnce(api);
		await lookUpByWebhook(url, api);
		expect(n8nRuns()).toBe(true);

		await terminal.close();
		await waitFor('all processes to end', () => terminal.processes().length === 0);
	});

	it('ends by Ctrl-C while n8n starts, for the impatient, too', async () => {
		terminal = await Terminal.open();
		terminal.type(`${command}\n`);
		await waitFor('n8n to start', n8nRuns);
		terminal.type(CTRL_C);
		await sleep(50);
		terminal.type(CTRL_C);
		await waitFor('all processes to end', () => terminal.processes().length === 0);
		expect(terminal.printed).not.toContain('did not start');
	});
});
