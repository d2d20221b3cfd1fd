/** The node where people meet it: in n8n's editor, in a browser, and as a tool of an AI agent. */

import type { Page } from 'playwright-core';
import { failureOfState, READY_STATE, sentencesOf } from '@package/nodes/shared/green-api/failures';
import type { WorkflowFile } from '../../engine/engine';
import {
	NODE_NAME,
	onError,
	readWorkflow,
	testWorkflow,
	withInput,
} from '../../engine/workflowFiles';
import { faults } from '../../green-api-double/faults';
import { waitFor } from '../../real-n8n/waitFor';
import { withCredential } from '../../real-n8n/workflowCredentials';
import { openBrowser, type SignedInBrowser } from '../browser/browser';
import {
	addNode,
	executeWorkflow,
	field,
	openContactList,
	openNode,
	openWorkflow,
	outputTable,
	searchContactList,
} from '../browser/editor';
import { takePicture } from '../browser/pictures';
import { type OpenAiDouble, startOpenAiDouble } from '../openAiDouble';

import { collectTraces } from '../traces';
import { useSharedN8n } from '../useN8n';

/** Bytes; what a README may load. */
const LARGEST_PICTURE = 200_000;

const n8n = useSharedN8n();
let browser: SignedInBrowser;
let page: Page;

beforeAll(async () => {
	browser = await openBrowser(n8n.url);
	({ page } = browser);
});

beforeEach(() => n8n.double.setState(n8n.double.idInstance, READY_STATE));

afterAll(async () => await browser?.close());

describe('the credential', () => {
	const dialog = () => page.getByTestId('editCredential-modal');

	async function enter(values: Record<string, string>): Promise<void> {
		for (const [name, value] of Object.entries(values)) {
			await field(page, name).locator('input').fill(value);
		}
		await page.getByTestId('credential-save-button').click();
	}

	/** What the dialog tells about a test that was not green; it keeps the reason folded. */
	async function expectRefusal(words: string): Promise<void> {
		await dialog().getByText('Couldn’t connect with these settings').waitFor();
		await dialog().getByText('More details').click();
		await dialog().getByText(words).waitFor();
	}

	const values = () => {
		const { apiUrl, idInstance, apiTokenInstance } = n8n.double;
		return { apiUrl, idInstance, apiTokenInstance };
	};

	beforeEach(async () => {
		await page.goto('/home/credentials/create');
		await page.getByTestId('new-credential-type-select').locator('input').fill('green-api');
		await page.getByTestId('new-credential-type-select-option').first().click();
		await page.getByTestId('new-credential-type-button').click();
		await dialog().getByText('API Token').waitFor();
	});

	it('is created, and its test is green', async () => {
		await enter(values());
		await dialog().getByText('Connection tested successfully').waitFor();
		expect(await takePicture(page, 'credential')).toBeLessThan(LARGEST_PICTURE);
	});

	it('is refused with words that say what to do', async () => {
		n8n.double.setState(n8n.double.idInstance, 'notAuthorized');
		await enter(values());
		await expectRefusal(sentencesOf(failureOfState('notAuthorized')));
	});
});

describe('the editor', () => {
	const output = () => page.getByTestId('output-panel');

	function lookUp(...chatIds: string[]): WorkflowFile {
		const items = chatIds.map((chatId) => ({ chatId }));
		return withInput(testWorkflow('contacts'), items);
	}

	async function runInEditor(file: WorkflowFile): Promise<void> {
		await openWorkflow(page, await n8n.addWorkflow(file));
		await executeWorkflow(page);
		await openNode(page);
	}

	it('finds the node by "green" and shows its fields when it is dropped', async () => {
		await page.goto('/workflow/new');
		await page.getByTestId('canvas-plus-button').first().click();
		await addNode(page, 'green', 'GREEN-API', 'Get contact info');

		for (const name of ['resource', 'operation', 'chatId', 'output', 'splitProducts']) {
			await field(page, name).waitFor();
		}
		const chosen = async (name: string) => await field(page, name).locator('input').inputValue();
		expect(await chosen('resource')).toBe('Contact');
		expect(await chosen('operation')).toBe('Get Contact Info');
		expect(await chosen('output')).toBe('Raw');
		expect(await page.getByTestId('resource-locator-chatId').innerText()).toContain(
			'{{ $json.chatId }}',
		);
	});

	it('offers GREEN-API’s own contacts, people with names first, and searches them', async () => {
		await openContactList(page);
		const entries = page.getByTestId('rlc-item');
		await entries.first().waitFor();
		expect(await entries.first().innerText()).not.toMatch(/^\+/);
		await searchContactList(page, 'dealer');
		await entries.filter({ hasText: 'Dealer (+71234567890)' }).waitFor();
		await waitFor('the one that fits', async () => (await entries.count()) === 1);
		await searchContactList(page, 'family');
		await entries.filter({ hasText: 'Family (group)' }).first().waitFor();
	});

	it('offers all options', async () => {
		await page.getByTestId('collection-parameter-add').click();
		const options = page.getByTestId('collection-parameter-option');
		await options.first().waitFor();
		const names = (await options.allInnerTexts()).map((name) => name.trim());
		expect(names).toEqual([
			'Add Fingerprint',
			'Cache Results For (Seconds)',
			'Contacts Without Products',
			'Default Country Code',
			'Download Avatar',
			'Find Phone Number',
			'Group Chats',
			'Include Input Fields',
			'Max Retries',
			'Output Field Name',
			'Put Output File in Field',
			'Requests per Second',
			'Timeout (Ms)',
		]);
	});

	it('runs on pinned items and shows the contacts', async () => {
		await runInEditor(testWorkflow('contacts'));
		const contacts = await outputTable(page);
		expect(await takePicture(page, 'node')).toBeLessThan(LARGEST_PICTURE);
		expect(contacts.map(({ chatId }) => chatId)).toEqual([
			'71234567890@c.us',
			'79001234567@c.us',
			'79001234568@c.us',
		]);
		expect(contacts[0]).toMatchObject({ name: 'Dealer', isBusiness: 'true' });
	});

	it('shows an item for each product', async () => {
		await runInEditor(testWorkflow('split-products'));
		const items = await outputTable(page);
		expect(items.map(({ product }) => product)).toEqual([
			expect.stringContaining('name:Replacement'),
			expect.stringContaining('name:Technical maintenance'),
			'null',
		]);
	});

	it('shows what is wrong with an item, once, and what to do', async () => {
		await runInEditor(lookUp('71234567890@c.us', 'call me', '79001234567@c.us'));
		expect(await output().getByTestId('node-error-message').innerText()).toBe(
			'"call me" has letters in it and is no chat ID or phone number [Item 1]',
		);
		expect(await output().getByTestId('node-error-description').innerText()).toMatch(
			/^Enter a phone number in international form/,
		);
	});

	it('tells what happened where GREEN-API refuses, with the token in its answer', async () => {
		n8n.double.script(faults.badRequestData, { method: 'getContactInfo' });
		await runInEditor(lookUp('71234567890@c.us'));
		expect(await output().getByTestId('node-error-message').innerText()).toContain(
			'does not accept this chat ID',
		);
	});

	it('goes on with an item that GREEN-API refuses', async () => {
		n8n.double.script(faults.badRequestData, { method: 'getContactInfo' });
		await runInEditor(
			onError(lookUp('71234567890@c.us', '79001234567@c.us'), 'continueRegularOutput'),
		);
		expect((await outputTable(page)).map(({ error }) => error)).toEqual([
			'GREEN-API does not accept this chat ID [Item 0]',
			expect.anything(),
		]);
	});

	it('shows hints', async () => {
		await runInEditor(lookUp('71234567890@c.us', '+7 123 456 78 90', '0071234567890'));
		await output()
			.getByText('Found 3 of 3 contacts, 2 by sharing the request of another item.')
			.waitFor();
	});

	it('runs a hand-made workflow to its end', async () => {
		await openWorkflow(page, await n8n.addWorkflow(readWorkflow('examples/hand-made-list.json')));
		await executeWorkflow(page);
		expect(await takePicture(page, 'workflow')).toBeLessThan(LARGEST_PICTURE);
		await openNode(page);
		expect(await takePicture(page, 'results')).toBeLessThan(LARGEST_PICTURE);
		expect((await outputTable(page)).map(({ phoneNumber }) => phoneNumber)).toEqual([
			'71234567890',
			'972501234567',
			'14155550131',
		]);
	});

	it.each(['light', 'dark'] as const)('draws the icon of the %s theme', async (theme) => {
		await page.emulateMedia({ colorScheme: theme });
		await openWorkflow(page, await n8n.addWorkflow(testWorkflow('contacts')));
		const icon = page.locator(`[data-test-id=canvas-node][data-node-name="${NODE_NAME}"] img`);
		await icon.waitFor();
		expect(await icon.getAttribute('src')).toMatch(
			theme === 'dark' ? /greenApi\.dark\.svg/ : /greenApi\.svg/,
		);
		await waitFor('the icon to be drawn', async () => {
			const width = await icon.evaluate((image: object) => Reflect.get(image, 'naturalWidth'));
			return Number(width) > 0;
		});
	});
});

describe('a tool of an AI agent', () => {
	let model: OpenAiDouble;

	beforeAll(async () => {
		await page.emulateMedia({ colorScheme: 'light' });
		model = await startOpenAiDouble({ Contact: '+7 123 456-78-90' });
	});

	afterAll(async () => await model?.close());

	it('is added, its contact left to the model, and answers the agent', async () => {
		const openAi = { apiKey: 'fake', url: model.url };
		const credential = await n8n.api.createCredential('Model', 'openAiApi', openAi);
		const file = readWorkflow('test/e2e/workflows/ai-agent.json');
		const id = await n8n.addWorkflow(withCredential(file, 'openAiApi', credential));
		await openWorkflow(page, id);
		await page
			.locator('.canvas-node-handle-non-main-input')
			.filter({ hasText: 'Tool' })
			.getByTestId('canvas-handle-plus')
			.click();
		await addNode(page, 'green', 'GREEN-API');
		await page
			.getByTestId('resource-locator-chatId')
			.locator('xpath=ancestor::*[.//*[@data-test-id="from-ai-override-button"]][1]')
			.getByTestId('from-ai-override-button')
			.first()
			.click();
		await page.getByTestId('ndv-close-button').click();
		await executeWorkflow(page, 'AI Agent');

		const [first, second] = model.requests;
		expect(first?.tools).toHaveLength(1);
		expect(first?.tools?.[0]?.function.parameters).toMatchObject({
			properties: { Contact: { type: 'string' } },
			required: ['Contact'],
		});
		const answer = second?.messages.find(({ role }) => role === 'tool');
		expect(JSON.stringify(answer?.content)).toContain('Dealer');
		expect(n8n.double.requestsOf('getContactInfo').at(-1)).toMatchObject({
			chatId: '71234567890@c.us',
			status: 200,
		});
	});
});

describe('the API token', () => {
	it('is in no execution, workflow, file, log or answer to the browser', async () => {
		// What was found through the node is there, so that the token would be found, too.
		const traces = await waitFor('what was found', async () => {
			const found = await collectTraces(n8n, { browser: await browser.received() });
			const places = found.placesOf('Technical maintenance').join();
			return places.includes('.n8n/database.sqlite') && places.includes('browser') && found;
		});
		expect(traces.placesOf('GREEN-API').join()).toContain('n8n.log');
		console.log(`Searched ${(traces.size / 1e6).toFixed(1)} MB for the token`);
		const { apiTokenInstance } = n8n.double;
		expect(traces.placesOf(apiTokenInstance)).toEqual([]);
		// The browser itself sends it when the credential is entered, and only there.
		const sent = browser.sent.filter(({ url, body }) =>
			`${url} ${body}`.includes(apiTokenInstance),
		);
		expect(sent.length).toBeGreaterThan(0);
		for (const { url } of sent) expect(url).toMatch(/\/rest\/credentials(\/|$)/);
	});
});
