/** Each operation's panel in n8n's editor: its fields, those that come and go, and its lists. */

import type { Page } from 'playwright-core';
import { testWorkflow } from '../../engine/workflowFiles';
import { waitFor } from '../../real-n8n/waitFor';
import { openBrowser, type SignedInBrowser } from '../browser/browser';
import {
	executeWorkflow,
	field,
	openContactList,
	openNode,
	openWorkflow,
	outputTable,
	searchContactList,
} from '../browser/editor';
import { useSharedN8n } from '../useN8n';

const n8n = useSharedN8n();
let browser: SignedInBrowser;
let page: Page;

beforeAll(async () => {
	browser = await openBrowser(n8n.url);
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

interface Panel {
	file: string;
	fields: string[];
	options: string[];
	/** A field whose switch makes another one go, or come. */
	switches?: readonly [name: string, other: string];
}

const PANELS: readonly Panel[] = [
	{
		file: 'check-whatsapp',
		fields: ['chatId', 'output'],
		options: ['Ask WhatsApp Again', ...PHONES, ...READING],
	},
	{
		file: 'get-many',
		fields: ['returnAll', 'limit', 'output'],
		options: [...READING, 'Only Saved', 'Search', 'Type'],
		switches: ['returnAll', 'limit'],
	},
	{
		file: 'get-avatar',
		fields: ['chatId', 'download'],
		options: [...PHONES, ...READING],
		switches: ['download', 'avatarBinaryField'],
	},
	{
		file: 'upsert',
		fields: ['chatId', 'firstName', 'lastName'],
		options: [...PHONES, ...COMMON, 'Save to Phone'],
	},
	{ file: 'delete', fields: ['chatId'], options: [...PHONES, ...COMMON] },
	{
		file: 'group-get',
		fields: ['chatId', 'splitParticipants', 'output'],
		options: READING,
		switches: ['splitParticipants', 'output'],
	},
];

/** Every field that any operation has. */
const ALL_FIELDS = [...new Set(PANELS.flatMap(({ fields }) => fields))];

describe('the panel', () => {
	it.each(PANELS)(
		'of $file shows its fields and options alone, and those that a switch brings',
		async ({ file, fields, options, switches }) => {
			await openPanel(file);
			for (const name of fields) await field(page, name).waitFor();
			for (const name of ALL_FIELDS) {
				expect([name, await isShown(name)]).toEqual([name, fields.includes(name)]);
			}
			expect((await optionNames()).sort()).toEqual([...options].sort());
			if (!switches) return;
			const [name, other] = switches;
			await page.keyboard.press('Escape');
			await switchOver(name);
			await waitFor(
				'the other field',
				async () => (await isShown(other)) !== fields.includes(other),
			);
		},
	);

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
