/** Each operation's panel in n8n's editor: its fields, those that come and go, and its lists. */

import type { Page } from 'playwright-core';
import { testWorkflow } from '../engine/workflowFiles';
import { waitFor } from '../real-n8n/waitFor';
import { openBrowser, type SignedInBrowser } from './browser/browser';
import {
	executeWorkflow,
	field,
	openContactList,
	openNode,
	openWorkflow,
	outputTable,
	searchContactList,
} from './browser/editor';
import { useN8n } from './useN8n';

const n8n = useN8n();
let browser: SignedInBrowser;
let page: Page;

beforeAll(async () => {
	browser = await openBrowser(n8n.server.url);
	({ page } = browser);
});

afterAll(async () => await browser?.close());

async function openPanel(name: string): Promise<void> {
	await openWorkflow(page, await n8n.addWorkflow(testWorkflow(name)));
	await openNode(page);
}

async function switchOver(name: string): Promise<void> {
	await field(page, name).locator('.el-switch').click();
}

const isShown = async (name: string) => await field(page, name).isVisible();

async function optionNames(): Promise<string[]> {
	await page.getByTestId('collection-parameter-add').click();
	const options = page.getByTestId('collection-parameter-option');
	await options.first().waitFor();
	return (await options.allInnerTexts()).map((option) => option.trim());
}

const COMMON = [
	'Include Input Fields',
	'Max Retries',
	'Output Field Name',
	'Requests per Second',
	'Timeout (Ms)',
];
const READING = ['Cache Results For (Seconds)', ...COMMON];

/** Of operations that are told a person by his phone number. */
const PHONES = ['Default Country Code'];

const PANELS: ReadonlyArray<{ file: string; fields: string[]; options: string[] }> = [
	{
		file: 'check-whatsapp',
		fields: ['chatId', 'output'],
		options: ['Ask WhatsApp Again', ...PHONES, ...READING],
	},
	{
		file: 'get-many',
		fields: ['returnAll', 'limit', 'output'],
		options: [...READING, 'Only Saved', 'Search', 'Type'],
	},
	{ file: 'get-avatar', fields: ['chatId', 'download'], options: [...PHONES, ...READING] },
	{
		file: 'upsert',
		fields: ['chatId', 'firstName', 'lastName'],
		options: [...PHONES, ...COMMON, 'Save to Phone'],
	},
	{ file: 'delete', fields: ['chatId'], options: [...PHONES, ...COMMON] },
	{ file: 'group-get', fields: ['chatId', 'splitParticipants', 'output'], options: READING },
];

/** Every field that any operation has. */
const ALL_FIELDS = [...new Set(PANELS.flatMap(({ fields }) => fields))];

describe('the panel', () => {
	it.each(PANELS)(
		'of $file shows its fields and options alone',
		async ({ file, fields, options }) => {
			await openPanel(file);
			for (const name of fields) await field(page, name).waitFor();
			for (const name of ALL_FIELDS) {
				expect([name, await isShown(name)]).toEqual([name, fields.includes(name)]);
			}
			expect((await optionNames()).sort()).toEqual([...options].sort());
		},
	);

	it.each([
		['get-many', 'returnAll', 'limit', true],
		['group-get', 'splitParticipants', 'output', true],
		['get-avatar', 'download', 'avatarBinaryField', false],
	])('of %s: switching "%s" makes "%s" go or come', async (file, name, other, isThere) => {
		await openPanel(file);
		await field(page, name).waitFor();
		expect(await isShown(other)).toBe(isThere);
		await switchOver(name);
		await waitFor('the other field', async () => (await isShown(other)) !== isThere);
	});

	it('of a group offers groups alone', async () => {
		await openPanel('group-get');
		await openContactList(page);
		const entries = page.getByTestId('rlc-item');
		await entries.first().waitFor();
		await searchContactList(page, 'family');
		await entries.filter({ hasText: 'Family' }).first().waitFor();
		await searchContactList(page, 'dealer');
		await waitFor('no person', async () => (await entries.count()) === 0);
	});
});

describe('in the editor', () => {
	it.each([
		['check-whatsapp', 'existsWhatsapp', ['true', 'true', 'false']],
		['delete', 'deleted', ['true', 'true']],
		['upsert', 'created', ['true', 'true']],
	])('%s runs and shows what came out', async (file, column, expected) => {
		await openWorkflow(page, await n8n.addWorkflow(testWorkflow(file)));
		await executeWorkflow(page);
		await openNode(page);
		expect((await outputTable(page)).map((row) => row[column])).toEqual(expected);
	});
});
