/** The trigger in the real n8n: nothing is lost, whatever happens to n8n. */

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failureOfState, READY_STATE } from '@package/nodes/shared/green-api/failures';
import { readWorkflow } from '../engine/workflowFiles';
import { waitFor } from '../real-n8n/waitFor';
import { withCredential } from '../real-n8n/workflowCredentials';
import { openBrowser, type SignedInBrowser } from './browser/browser';
import { openNode, openWorkflow, outputTable } from './browser/editor';
import { takePicture } from './browser/pictures';
import { nameOf } from './nameOf';
import { Recorder } from './recorder';
import { collectTraces } from './traces';
import {
	messageReceived,
	reporting,
	reportingWorkflow,
	statusChanged,
	TRIGGER_NAME,
} from './triggerWorkflows';
import { useN8n } from './useN8n';

const NOTIFICATIONS = 100;
const KILLS = 3;

/** n8n starts in 10 s on a free machine, and then deletes nothing for 150 s. */
const PATIENCE_MS = 900_000;

/** A message of the editor's slides in. */
const SLIDING_MS = 1_000;

const WEBHOOK_TOKEN = 'webhookUrlTokenOfNobody';
const WEBHOOK_PATH = 'pathThatIsAsGoodAsSecret';

const n8n = useN8n({ restartMs: 2_000 });
let recorder: Recorder;

beforeAll(async () => {
	recorder = await Recorder.start();
	n8n.double.queue.settings.webhookUrlToken = WEBHOOK_TOKEN;
});

afterAll(() => recorder?.close());

beforeEach(() => {
	recorder.reports.length = 0;
	recorder.delayMs = 0;
});

async function add(name: string, parameters: Parameters<typeof reportingWorkflow>[2] = {}) {
	return await n8n.addWorkflow(reportingWorkflow(name, recorder.url, parameters));
}

/** Where it was, so that clients and the browser find it again. */
async function startAgain(): Promise<void> {
	n8n.server = await n8n.start({ port: Number(new URL(n8n.server.url).port) });
}

/** n8n answers before it has told the triggers. */
async function deactivate(...workflows: string[]): Promise<void> {
	for (const id of workflows) await n8n.api.deactivate(id);
	await waitFor('nobody to listen', () => n8n.double.openRequestsOf('receiveNotification') === 0);
}

async function queueIsEmpty(): Promise<void> {
	await waitFor('an empty queue', () => n8n.double.queue.length === 0, PATIENCE_MS);
}

const ids = (prefix: string, count: number) =>
	Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

/** Without what came twice in a row. */
const once = (list: string[]) => list.filter((id, index) => id !== list[index - 1]);

describe('two workflows on one instance', () => {
	const all = ids('n', NOTIFICATIONS);
	/** By turns: for both, for the second alone, for the first alone, for nobody. */
	const kinds = ['group', 'status', 'person', 'state'] as const;
	const kindOf = (id: string) => kinds[Number(id.slice(2)) % kinds.length];
	let workflows: string[];

	const notificationOf = (id: string) => {
		const kind = kindOf(id);
		if (kind === 'status') return statusChanged(id);
		if (kind === 'state') return { typeWebhook: 'deviceInfo', idMessage: id };
		return messageReceived(id, kind === 'group' ? '79001234567-1588091580@g.us' : undefined);
	};

	it(`lose none of ${NOTIFICATIONS} notifications while n8n is killed`, async () => {
		n8n.double.queue.enqueue(...all.map(notificationOf));
		workflows = [
			await add('messages'),
			await add('groups', {
				events: ['incomingMessageReceived', 'outgoingMessageStatus'],
				options: { chats: 'all' },
			}),
		];
		recorder.delayMs = 15;
		for (const id of workflows) await n8n.api.activate(id);
		const part = NOTIFICATIONS / 3;
		await waitFor('a part of them', () => recorder.reports.length > part, PATIENCE_MS);
		await n8n.server.kill();
		await startAgain();
		await queueIsEmpty();

		const wanted = { messages: ['group', 'person'], groups: ['group', 'person', 'status'] };
		for (const [name, kindsOf] of Object.entries(wanted)) {
			const got = recorder.idsOf(name);
			const expected = all.filter((id) => kindsOf.includes(kindOf(id) ?? ''));
			expect(once(got)).toEqual(expected);
			console.log(
				`${name}: ${expected.length} notifications, ${got.length - expected.length} of them twice`,
			);
			expect(got.length - expected.length).toBeLessThanOrEqual(1);
		}
		const written = n8n.double.requestsOf('setSettings').filter(({ status }) => status === 200);
		expect(Object.assign({}, ...written.map(({ body }) => body))).toEqual({
			incomingWebhook: 'yes',
			outgoingWebhook: 'yes',
		});
		expect(written.length).toBeLessThanOrEqual(2);
	});

	it('process what came while they were deactivated, and while n8n was down', async () => {
		await waitFor('the long request', () => n8n.double.openRequestsOf('receiveNotification') === 1);
		const start = performance.now();
		await deactivate(...workflows);
		console.log(`Both deactivated in ${(performance.now() - start).toFixed(0)} ms`);
		const { length } = n8n.double.requests;
		n8n.double.queue.enqueue(messageReceived('deactivated-0'), messageReceived('deactivated-1'));
		expect(n8n.double.queue.length).toBe(2);
		for (const id of workflows) await n8n.api.activate(id);
		await queueIsEmpty();
		expect(n8n.double.requests.length).toBeGreaterThan(length);

		await n8n.server.stop();
		n8n.double.queue.enqueue(messageReceived('down-0'), messageReceived('down-1'));
		await startAgain();
		await queueIsEmpty();
		for (const name of ['messages', 'groups']) {
			expect(recorder.idsOf(name)).toEqual([...ids('deactivated', 2), ...ids('down', 2)]);
		}
		await deactivate(...workflows);
	});
});

describe('two workflows that are being activated', () => {
	it('lose none of 50 waiting messages while n8n is killed three times', async () => {
		const all = ids('w', 50);
		const names = ['waiting-one', 'waiting-two'];
		n8n.double.queue.enqueue(...all.map((id) => messageReceived(id)));
		const both = await Promise.all(names.map(async (name) => await add(name)));
		for (const id of both) await n8n.api.activate(id);
		for (let kill = 1; kill <= KILLS; kill += 1) {
			await n8n.server.kill();
			n8n.double.clearRequests();
			await startAgain();
			await waitFor(
				'an activation',
				() => n8n.double.requestsOf('getStateInstance').length > 0,
				PATIENCE_MS,
			);
		}
		await queueIsEmpty();
		for (const name of names) {
			const got = recorder.idsOf(name);
			console.log(`${name}: ${all.length} notifications, ${got.length - all.length} of them twice`);
			expect(once(got)).toEqual(all);
		}
		await deactivate(...both);
	});
});

describe('"When the Execution Succeeds"', () => {
	it('delivers a poison message so many times, then what is behind it', async () => {
		recorder.poisons.add('poison');
		const id = await add('poisoned', {
			deleteFromQueue: 'executionSucceeds',
			options: { maxDeliveries: 3 },
		});
		n8n.double.queue.enqueue(
			...['before', 'poison', 'behind'].map((each) => messageReceived(each)),
		);
		await n8n.api.activate(id);
		await queueIsEmpty();
		expect(recorder.idsOf('poisoned')).toEqual(['before', 'poison', 'poison', 'poison', 'behind']);
		expect(n8n.server.log).toContain('none of 3 deliveries of a notification succeeded');
		await deactivate(id);
	});
});

describe('the workflows to paste', () => {
	const [one, other] = ['71234567890@c.us', '79001234567@c.us'] as const;

	async function run(example: string, chatIds: readonly string[]) {
		const file = readWorkflow(`examples/${example}.json`);
		const id = await n8n.addWorkflow(reporting(file, example, recorder.url));
		await n8n.api.activate(id);
		n8n.double.clearRequests();
		n8n.double.queue.enqueue(
			...chatIds.map((chatId, index) => messageReceived(`${index}`, chatId)),
		);
		await queueIsEmpty();
		await deactivate(id);
		return recorder.reports.map(({ body }) => body);
	}

	it('"Who just wrote to me": who it is and what to answer; asked for once', async () => {
		const got = await run('who-just-wrote', [one, '79001234567-1588091580@g.us', other, one]);
		expect(got).toMatchObject(
			[one, other, one].map((chatId) => ({
				chatId,
				from: expect.stringMatching(/./),
				text: expect.stringMatching(/^Text /),
				reply: expect.stringMatching(/^Hello /),
			})),
		);
		expect(got[0]).toMatchObject({ reply: expect.stringContaining(nameOf(n8n.double, one)) });
		expect(n8n.double.requestsOf('getContactInfo')).toHaveLength(2);
	});

	it('"Keep contacts fresh": one row for each who wrote', async () => {
		const got = await run('keep-contacts-fresh', [one, other, one]);
		expect(got.map(({ chatId }) => chatId)).toEqual([one, other, one]);
		expect(got[0]).toMatchObject({ name: nameOf(n8n.double, one) });
		expect(got[2]?.id).toBe(got[0]?.id);
		expect(got[1]?.id).not.toBe(got[0]?.id);
	});
});

describe('in the editor', () => {
	let browser: SignedInBrowser;

	beforeAll(async () => {
		browser = await openBrowser(n8n.server.url);
	});

	afterAll(async () => await browser?.close());

	it.each([
		['Execute workflow', 'workflow'],
		['Execute step', 'step'],
	] as const)('"%s" gets a notification, and production loses none', async (_what, button) => {
		const { page } = browser;
		const active = await add(`production-${button}`);
		await n8n.api.activate(active);
		const test = await add(`test-${button}`);
		await openWorkflow(page, test);
		const expected = ids(button, 3);
		const polls = n8n.double.requestsOf('receiveNotification').length;
		if (button === 'workflow') {
			await page.getByTestId('execute-workflow-button').click();
		} else {
			await openNode(page, TRIGGER_NAME);
			await page.getByTestId('node-execute-button').first().click();
		}
		await page.getByText('Waiting for').first().waitFor();
		n8n.double.queue.enqueue(...expected.map((id) => messageReceived(id)));
		await queueIsEmpty();
		await waitFor('production', () => recorder.idsOf(`production-${button}`).length >= 3);
		if (button === 'workflow') await openNode(page, TRIGGER_NAME);
		const [shown] = await outputTable(page);
		expect(expected).toContain(shown?.messageId);
		expect(shown).toMatchObject({
			chatId: '79001234567@c.us',
			text: expect.stringMatching(/Text/),
		});
		expect(recorder.idsOf(`production-${button}`)).toEqual(expected);
		await takePicture(page, `trigger-${button}`);
		expect(n8n.double.requestsOf('receiveNotification').length).toBeGreaterThan(polls);
		await deactivate(active);
	});

	describe('activation tells what stands against it', () => {
		beforeEach(() => {
			n8n.double.setState(n8n.double.idInstance, READY_STATE);
			n8n.double.queue.settings.webhookUrl = '';
		});

		async function publish(workflow: string, picture: string, words: string): Promise<void> {
			const { page } = browser;
			await openWorkflow(page, workflow);
			await page.getByTestId('workflow-open-publish-modal-button').click();
			await page.getByTestId('workflow-publish-button').click();
			await page.getByText(words).first().waitFor();
			await page.waitForTimeout(SLIDING_MS);
			await page.screenshot({ path: join(tmpdir(), 'green-api-pictures', `${picture}.png`) });
		}

		it('a webhook URL, by its host alone', async () => {
			n8n.double.queue.settings.webhookUrl = `https://hooks.example.com/${WEBHOOK_PATH}`;
			await publish(await add('webhook-set'), 'refused-webhook', 'hooks.example.com');
			expect(n8n.double.queue.settings.webhookUrl).not.toBe('');
		});

		it('an instance without a phone', async () => {
			n8n.double.setState(n8n.double.idInstance, 'notAuthorized');
			const words = failureOfState('notAuthorized').message;
			await publish(await add('no-phone'), 'refused-state', words);
		});

		it('a wrong token', async () => {
			const { apiUrl, idInstance } = n8n.double;
			const values = { apiUrl, idInstance, apiTokenInstance: 'fakeToken1' };
			const credential = await n8n.api.createCredential('Wrong', 'greenApi', values);
			const file = reportingWorkflow('wrong-token', recorder.url);
			const id = await n8n.api.createWorkflow(withCredential(file, 'greenApi', credential));
			await publish(id, 'refused-token', 'does not accept the API Token');
		});

		it('nothing, where the webhook URL may be cleared', async () => {
			n8n.double.queue.settings.webhookUrl = `https://hooks.example.com/${WEBHOOK_PATH}`;
			const id = await add('clearing', { options: { clearWebhookUrl: true } });
			await n8n.api.activate(id);
			await waitFor('no webhook URL', () => n8n.double.queue.settings.webhookUrl === '');
			n8n.double.queue.enqueue(messageReceived('after-clearing'));
			await queueIsEmpty();
			expect(recorder.idsOf('clearing')).toEqual(['after-clearing']);
		});
	});

	it('no secret is in any execution, file, log or answer to the browser', async () => {
		await n8n.server.stop();
		const traces = await collectTraces(n8n, { browser: await browser.received() });
		expect(traces.placesOf('Text step-').join()).toContain('browser');
		expect(traces.placesOf('hooks.example.com').join()).toContain('log');
		for (const secret of [n8n.double.apiTokenInstance, WEBHOOK_TOKEN, WEBHOOK_PATH]) {
			expect(traces.placesOf(secret)).toEqual([]);
		}
	});
});
