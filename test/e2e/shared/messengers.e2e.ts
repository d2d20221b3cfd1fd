/** One workflow in the real n8n, with a credential of each messenger. */

import { readWorkflow } from '../../engine/workflowFiles';
import type { DoubleMessenger } from '../../green-api-double/messengers';
import { waitFor } from '../../real-n8n/waitFor';
import { withCredential } from '../../real-n8n/workflowCredentials';
import { Recorder } from '../recorder';
import { messageReceived, reporting } from '../triggerWorkflows';
import { useSharedN8n } from '../useN8n';

interface Case {
	messenger: DoubleMessenger;
	idInstance: string;
	chatId: string;
	/** What a credential of another messenger is told. */
	label: string;
}

const CASES: readonly Case[] = [
	{
		messenger: 'whatsapp',
		idInstance: '1101000001',
		chatId: '79001234567@c.us',
		label: 'WhatsApp',
	},
	{ messenger: 'telegram', idInstance: '4100000001', chatId: '10000000', label: 'Telegram' },
	{ messenger: 'max', idInstance: '3100000001', chatId: '10000001', label: 'MAX' },
];

const TOKEN = 'fake0token0'.repeat(4);

const n8n = useSharedN8n({
	instances: CASES.map(({ messenger, idInstance }) => ({
		messenger,
		idInstance,
		apiTokenInstance: TOKEN,
	})),
});
let recorder: Recorder;

beforeAll(async () => {
	recorder = await Recorder.start();
});
afterAll(() => recorder?.close());

const valuesOf = ({ idInstance }: Case, messenger: DoubleMessenger) => ({
	apiUrl: n8n.double.apiUrl,
	idInstance,
	apiTokenInstance: TOKEN,
	messenger,
});

async function addWorkflow(name: string, values: ReturnType<typeof valuesOf>): Promise<string> {
	const credentialId = await n8n.api.createCredential(name, 'greenApi', values);
	const file = { ...readWorkflow('examples/who-just-wrote.json'), name };
	const workflow = reporting(file, name, recorder.url);
	return await n8n.api.createWorkflow(withCredential(workflow, 'greenApi', credentialId));
}

describe.each(CASES)('$messenger', (instance) => {
	const { messenger, idInstance, chatId, label } = instance;

	it('the credential passes its test', async () => {
		const values = valuesOf(instance, messenger);
		const { status } = await n8n.api.testCredential('greenApi', values);
		expect(status).toBe('OK');
	});

	it('who just wrote is looked up', async () => {
		const workflowId = await addWorkflow(messenger, valuesOf(instance, messenger));
		await n8n.api.activate(workflowId);
		n8n.double.queueOf(idInstance).enqueue(messageReceived('1', chatId));
		await waitFor('the report', () =>
			recorder.reports.some(({ workflow }) => workflow === messenger),
		);
		const report = recorder.reports.find(({ workflow }) => workflow === messenger);
		expect(report?.body).toMatchObject({ chatId, text: 'Text 1' });
		const asked = n8n.double
			.requestsOf('getContactInfo')
			.filter((request) => request.idInstance === idInstance);
		expect(asked.map((request) => request.chatId)).toEqual([chatId]);
		await n8n.api.deactivate(workflowId);
	});

	it('a credential for another messenger is not activated, and told why', async () => {
		const other = messenger === 'max' ? 'telegram' : 'max';
		const workflowId = await addWorkflow(`${messenger} as ${other}`, valuesOf(instance, other));
		// n8n says so to whoever has the workflow open, and in its log.
		await n8n.api.activate(workflowId);
		await waitFor('the reason', async () => (await n8n.log()).includes(`instance is of ${label},`));
		await n8n.api.deactivate(workflowId);
	});
});
