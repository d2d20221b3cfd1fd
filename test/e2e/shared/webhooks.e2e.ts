/** The shipped webhook lookup: whom it lets in, what it looks up, and a burst of 100 webhooks in 2 seconds. */

import { setTimeout as sleep } from 'node:timers/promises';
import axios from 'axios';
import { readWorkflow } from '../../engine/workflowFiles';
import { faults } from '../../green-api-double/faults';
import { waitFor } from '../../real-n8n/waitFor';
import { AUTHORIZATION, WEBHOOK_TOKEN } from '../../real-n8n/webhookToken';
import { nameOf } from '../nameOf';
import { collectTraces } from '../traces';
import { useSharedN8n } from '../useN8n';
import { callWebhook, webhookListens, webhookOf, WITHOUT_SENDER } from '../webhooks';

/** Of the example's Webhook node. */
const PATH = 'green-api';

const WEBHOOKS = 100;
const FROM_ONE_SENDER = 80;
const BURST_MS = 2_000;

const n8n = useSharedN8n();

beforeAll(async () => {
	await n8n.api.activate(await n8n.addWorkflow(readWorkflow('examples/webhook-lookup.json')));
	await webhookListens(n8n.url, PATH);
});

/** @returns the status and body that the workflow answers a webhook with */
async function post(body: unknown, headers: Record<string, string> = AUTHORIZATION) {
	const url = `${n8n.url}/webhook/${PATH}`;
	const { status, data } = await axios.post<unknown>(url, body, {
		proxy: false,
		headers,
		validateStatus: () => true,
	});
	return { status, data };
}

const lookups = () => n8n.double.requestsOf('getContactInfo').length;

describe('the webhook that is pasted from the example', () => {
	it.each([
		['no token', {}],
		['another token', { Authorization: 'Bearer another' }],
		['the token without its scheme', { Authorization: WEBHOOK_TOKEN }],
	])('refuses who has %s, and looks up nobody', async (_what, headers) => {
		expect((await post(webhookOf('79001112233@c.us'), headers)).status).toBe(403);
		expect(lookups()).toBe(0);
	});

	it.each(WITHOUT_SENDER.map((body) => [body.typeWebhook, body]))(
		'accepts %s, and looks up nobody',
		async (_type, body) => {
			expect(await post(body)).toEqual({ status: 200, data: '' });
			expect(lookups()).toBe(0);
		},
	);

	it('accepts what is no notification at all', async () => {
		for (const body of [{}, { senderData: null }, { senderData: { sender: '' } }, []]) {
			expect((await post(body)).status).toBe(200);
		}
		expect(lookups()).toBe(0);
	});

	it('looks up who wrote in a group, not the group', async () => {
		const body = webhookOf('79001112244@c.us', '120363043968066561@g.us');
		expect(await post(body)).toMatchObject({ status: 200, data: [{ chatId: '79001112244@c.us' }] });
		expect(n8n.double.requestsOf('getContactInfo').map(({ chatId }) => chatId)).toEqual([
			'79001112244@c.us',
		]);
	});

	it('accepts a message although its sender can’t be looked up, so that the next one comes', async () => {
		const before = lookups();
		expect(await post(webhookOf('status@broadcast'))).toMatchObject({
			status: 200,
			data: [{ error: expect.stringContaining('not a contact') }],
		});
		expect(lookups()).toBe(before);
		n8n.double.script(faults.wrongToken);
		expect(await post(webhookOf('79001112255@c.us'))).toMatchObject({
			status: 200,
			data: [{ chatId: '79001112255@c.us', error: expect.stringContaining('API Token') }],
		});
	});
});

/** One sender eighty times, spread over the burst, and twenty others once. */
function senders(): string[] {
	return Array.from({ length: WEBHOOKS }, (_, index) => {
		const isTheOne = (index * FROM_ONE_SENDER) % WEBHOOKS < FROM_ONE_SENDER;
		return isTheOne ? '71234567890@c.us' : `7900${1_000_000 + index * 7_919}@c.us`;
	});
}

interface Answer {
	sender: string;
	contacts: Array<{ chatId: string }>;
}

describe('100 webhooks in 2 seconds', () => {
	it('each get the answer for their own sender, and share requests', async () => {
		const earlier = lookups();
		const from = senders();
		expect(from.filter((sender) => sender === '71234567890@c.us')).toHaveLength(FROM_ONE_SENDER);

		const answers = await Promise.all(
			from.map(async (sender, index): Promise<Answer> => {
				await sleep((index * BURST_MS) / WEBHOOKS);
				const body = webhookOf(sender);
				const contacts = await callWebhook<Answer['contacts']>(n8n.url, PATH, body);
				return { sender, contacts };
			}),
		);

		for (const { sender, contacts } of answers) {
			expect(contacts[0]).toMatchObject({ chatId: sender, name: nameOf(n8n.double, sender) });
			expect(new Set(contacts.map(({ chatId }) => chatId))).toEqual(new Set([sender]));
		}
		const requests = n8n.double.requestsOf('getContactInfo').slice(earlier);
		const refused = requests.filter(({ status }) => status === 429);
		const distinct = new Set(from).size;
		console.log(
			`${answers.length} answers, ${distinct} senders, ${requests.length} requests, ${refused.length} refused with 429`,
		);
		// One answer serves all webhooks that came in while it was waited for.
		expect(requests.length - refused.length).toBeGreaterThanOrEqual(distinct);
		expect(requests.length - refused.length - distinct).toBeLessThan(FROM_ONE_SENDER / 4);
	});

	it('left no token anywhere', async () => {
		const traces = await waitFor('the executions', async () => {
			const found = await collectTraces(n8n);
			const places = found.placesOf('Technical maintenance').join();
			return places.includes('.n8n/database.sqlite') && found;
		});
		expect(traces.placesOf(n8n.double.apiTokenInstance)).toEqual([]);
	});
});
