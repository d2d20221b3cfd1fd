import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NODE_NAME, readWorkflow } from '../engine/workflowFiles';
import { SEED_CHAT_ID, useNode } from './setup';

const root = join(__dirname, '../..');

describe('the example workflows of the README', () => {
	const { run } = useNode();

	it('are all there, and the README names each', () => {
		const readme = readFileSync(join(root, 'README.md'), 'utf8');
		for (const file of readdirSync(join(root, 'examples'))) {
			expect(readme).toContain(`(examples/${file})`);
		}
	});

	it('a hand-made list becomes simplified contacts', async () => {
		const finished = await run(readWorkflow('examples/hand-made-list.json'));
		expect(finished.status).toBe('success');
		expect(finished.json(NODE_NAME).map(({ phoneNumber }) => phoneNumber)).toEqual([
			'71234567890',
			'972501234567',
			'14155550131',
		]);
	});

	it('a CRM sync keeps each row’s own fields, skips groups, and puts wrong rows aside', async () => {
		const finished = await run(readWorkflow('examples/crm-sync.json'));
		const synced = finished.json('Write to CRM');
		expect(synced.map(({ id }) => id)).toEqual([1, 2, 3, 4, 6, 7]);
		expect(synced[0]).toMatchObject({
			customer: 'Dealer',
			phone: '+7 (123) 456-78-90',
			whatsapp: { chatId: SEED_CHAT_ID, name: 'Dealer', isBusiness: true },
		});
		expect(finished.json('Rows to Check')).toEqual([
			{ id: 8, customer: 'Web form', phone: 'call me maybe', error: expect.any(String) },
		]);
	});

	it('a webhook’s sender is looked up, with an item for each product', async () => {
		const finished = await run(readWorkflow('examples/webhook-lookup.json'));
		expect(finished.status).toBe('success');
		expect(finished.json('Respond to Webhook')).toMatchObject([
			{ chatId: SEED_CHAT_ID, product: { name: 'Replacement' } },
			{ chatId: SEED_CHAT_ID, product: { name: 'Technical maintenance' } },
		]);
	});
});
