import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { webhookOf, WITHOUT_SENDER } from '../e2e/webhooks';
import { NODE_NAME, readWorkflow, withInput } from '../engine/workflowFiles';
import { faults } from '../green-api-double/faults';
import { SEED_CHAT_ID, useNode } from './setup';

/** Of n8n's Data table node, as far as the examples set them. */
interface DataTableParameters {
	operation: string;
	options: object;
	dataTableId?: { value: string };
	filters?: { conditions: Array<{ keyName: string }> };
	columns: { column?: Array<{ name: string }>; value?: object };
}

const root = join(__dirname, '../..');

describe('the example workflows of the README', () => {
	const { parts, run, requested } = useNode();

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

	const webhook = readWorkflow('examples/webhook-lookup.json');

	it.each(WITHOUT_SENDER.map((body) => [body.typeWebhook, body]))(
		'a webhook of type %s is answered without a lookup',
		async (_type, body) => {
			const finished = await run(withInput(webhook, [{ body: { ...body } }]));
			expect(finished.status).toBe('success');
			expect(finished.items('Nothing to Look Up')).toHaveLength(1);
			expect(finished.task('Respond to Webhook')).toBeUndefined();
			expect(requested()).toEqual([]);
		},
	);

	it('a webhook from a group is about who wrote there', async () => {
		const body = webhookOf('79001112244@c.us', '120363043968066561@g.us');
		await run(withInput(webhook, [{ body }]));
		expect(requested()).toEqual(['79001112244@c.us']);
	});

	it.each([
		['whose sender is no contact', 'status@broadcast', undefined],
		['whose sender GREEN-API won’t look up', SEED_CHAT_ID, faults.wrongToken],
	])('a webhook %s is answered once all the same', async (_what, sender, fault) => {
		if (fault) parts.double.script(fault, { times: Infinity });
		const finished = await run(withInput(webhook, [{ body: webhookOf(sender) }]));
		expect(finished.status).toBe('success');
		expect(finished.json('Respond to Webhook')).toEqual([
			{ chatId: sender, error: expect.any(String) },
		]);
		expect(finished.task('Nothing to Look Up')).toBeUndefined();
	});

	it('a webhook without GREEN-API’s token is not let in, in the file as it is pasted', () => {
		const [hook] = webhook.nodes;
		expect(hook?.parameters).toMatchObject({ authentication: 'headerAuth' });
		expect(hook?.credentials).toHaveProperty('httpHeaderAuth');
	});

	it('a list is cleaned: who is on WhatsApp, who is not, and what can’t be read', async () => {
		const finished = await run(readWorkflow('examples/clean-a-list.json'));
		expect(finished.status).toBe('success');
		expect(finished.json('On WhatsApp')).toMatchObject([
			{ id: 1, phone: '+7 912 345-67-89', chatId: '79123456789@c.us' },
			{ id: 2, phone: '0049 171 1234567', chatId: '491711234567@c.us' },
			{ id: 3, phone: '972501234567', chatId: '972501234567@c.us' },
		]);
		expect(finished.json('Not on WhatsApp')).toMatchObject([
			{ id: 4, chatId: '442079460000@c.us', existsWhatsapp: false },
		]);
		expect(finished.json('Could Not Be Read')).toEqual([
			{ id: 5, phone: '(415) 555-2671', error: expect.stringContaining('[Item 4]') },
			{ id: 6, phone: 'call me maybe', error: expect.stringContaining('[Item 5]') },
		]);
	});

	it('each participant of a group is looked up, with what they are in the group', async () => {
		const finished = await run(readWorkflow('examples/group-participants.json'));
		const participants = finished.json('Participants');
		expect(finished.status).toBe('success');
		expect(participants.length).toBeGreaterThan(2);
		expect(finished.json(NODE_NAME)).toEqual(
			participants.map((participant) =>
				expect.objectContaining({ ...participant, phoneNumber: expect.any(String) }),
			),
		);
	});

	it('the names of all contacts come in one request', async () => {
		const finished = await run(readWorkflow('examples/names-at-once.json'));
		expect(finished.json(NODE_NAME).length).toBeGreaterThan(50);
		expect(finished.json(NODE_NAME)[0]).toEqual({
			chatId: SEED_CHAT_ID,
			phoneNumber: '71234567890',
			name: 'Dealer',
			contactName: 'Dealer',
			isGroup: false,
		});
		expect(parts.double.requests.map(({ method }) => method)).toEqual(['getContacts']);
	});

	/** n8n takes any table whose name contains the text where a node names its table. */
	it.each(['data-table-sync', 'get-many-first'])(
		'%s takes its table by the id of the one it makes, and only columns that it makes',
		(name) => {
			const { nodes } = readWorkflow(`examples/${name}.json`);
			const [makeTable, ...others] = nodes
				.filter(({ type }) => type === 'n8n-nodes-base.dataTable')
				.map(({ parameters }) => parameters as unknown as DataTableParameters);
			const made = makeTable?.columns.column?.map((column) => column.name) ?? [];

			expect(makeTable).toMatchObject({
				operation: 'create',
				options: { createIfNotExists: true },
			});
			expect(others.length).toBeGreaterThan(1);
			for (const { dataTableId, filters, columns } of others) {
				expect(dataTableId?.value).toBe("={{ $('Make Table').first().json.id }}");
				const filtered = filters?.conditions.map(({ keyName }) => keyName) ?? [];
				expect(made).toEqual(expect.arrayContaining(filtered));
				expect(made).toEqual(expect.arrayContaining(Object.keys(columns?.value ?? {})));
			}
		},
	);
});
