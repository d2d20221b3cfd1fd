/** "Only Chats" in the real n8n, on an instance in privacy-id mode. */

import { privacyIdOf } from '../../green-api-double/contacts';
import { waitFor } from '../../real-n8n/waitFor';
import { Recorder } from '../recorder';
import { messageReceived, reportingWorkflow } from '../triggerWorkflows';
import { useSharedN8n } from '../useN8n';

const WRITTEN = '+52 55 1234 5678';
const LID = privacyIdOf('525512345678@c.us');
const IDS = [
	'525512345678@c.us',
	'5215512345678@c.us',
	'5215512345678@s.whatsapp.net',
	LID,
] as const;
const STRANGERS = ['525512345679@c.us', privacyIdOf('525512345679@c.us')];

const PATIENCE_MS = 120_000;

const n8n = useSharedN8n();
let recorder: Recorder;

beforeAll(async () => {
	recorder = await Recorder.start();
});
afterAll(() => recorder?.close());

async function receive(...notifications: Array<ReturnType<typeof messageReceived>>) {
	n8n.double.queue.enqueue(...notifications);
	await waitFor('an empty queue', () => n8n.double.queue.length === 0, PATIENCE_MS);
}

it('one person starts the workflow under every id, a stranger does not; n8n keeps what was found', async () => {
	const file = reportingWorkflow('only-chats', recorder.url, { options: { onlyChats: [WRITTEN] } });
	const workflowId = await n8n.addWorkflow(file);
	await n8n.api.activate(workflowId);
	await receive(...[...STRANGERS, ...IDS].map((chatId) => messageReceived(chatId, chatId)));
	expect(recorder.idsOf('only-chats')).toEqual([...IDS]);
	expect(n8n.double.requestsOf('checkWhatsapp')).toHaveLength(1);

	await n8n.api.deactivate(workflowId);
	await n8n.api.activate(workflowId);
	await receive(messageReceived('again', LID));
	expect(recorder.idsOf('only-chats').at(-1)).toBe('again');
	expect(n8n.double.requestsOf('checkWhatsapp')).toHaveLength(1);
	await n8n.api.deactivate(workflowId);

	const log = await n8n.log();
	expect(log).not.toContain(n8n.double.apiTokenInstance);
});
