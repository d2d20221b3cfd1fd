/** The shipped webhook lookup under a burst: 100 webhooks in 2 seconds, 30 from one sender. */

import { setTimeout as sleep } from 'node:timers/promises';
import { readWorkflow } from '../engine/workflowFiles';
import { nameOf } from './nameOf';
import { collectTraces } from './traces';
import { useN8n } from './useN8n';
import { callWebhook, webhookListens, webhookOf } from './webhooks';

/** Of the example's Webhook node. */
const PATH = 'green-api';

const WEBHOOKS = 100;
const FROM_ONE_SENDER = 30;
const BURST_MS = 2_000;

const n8n = useN8n();

/** One sender thirty times, spread over the burst, and seventy others once. */
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
	it('each get the answer for their own sender, at the limit', async () => {
		await n8n.api.activate(await n8n.addWorkflow(readWorkflow('examples/webhook-lookup.json')));
		await webhookListens(n8n.server.url, PATH);
		const from = senders();
		expect(from.filter((sender) => sender === '71234567890@c.us')).toHaveLength(FROM_ONE_SENDER);

		const answers = await Promise.all(
			from.map(async (sender, index): Promise<Answer> => {
				await sleep((index * BURST_MS) / WEBHOOKS);
				const body = webhookOf(sender);
				const contacts = await callWebhook<Answer['contacts']>(n8n.server.url, PATH, body);
				return { sender, contacts };
			}),
		);

		for (const { sender, contacts } of answers) {
			expect(contacts[0]).toMatchObject({ chatId: sender, name: nameOf(n8n.double, sender) });
			expect(new Set(contacts.map(({ chatId }) => chatId))).toEqual(new Set([sender]));
		}
		const requests = n8n.double.requestsOf('getContactInfo');
		const refused = requests.filter(({ status }) => status === 429);
		const distinct = new Set(from).size;
		console.log(
			`${answers.length} answers, ${distinct} senders, ${requests.length} requests, ${refused.length} refused with 429`,
		);
		expect(refused.length / requests.length).toBeLessThanOrEqual(0.02);
		// A sender is asked for again when his first answer was there before his next webhook.
		expect(requests.length - refused.length - distinct).toBeLessThanOrEqual(3);
	});

	it('left no token anywhere', async () => {
		await n8n.server.stop();
		const traces = await collectTraces(n8n);
		expect(traces.placesOf('Technical maintenance').join()).toContain('.n8n/database.sqlite');
		expect(traces.placesOf(n8n.double.apiTokenInstance)).toEqual([]);
	});
});
