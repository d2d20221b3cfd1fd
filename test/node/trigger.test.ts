/** The trigger in n8n's own context, on the double's queue. */

import type { INode } from 'n8n-workflow';
import { listenToLog } from '../engine/n8nVersions';
import { faults, refusal } from '../green-api-double/faults';
import { finish, idsOf, message, until, useTriggers, workflow } from './triggers';

/** How long the double takes to tell the settings. */
let settingsMs = 0;
const latencyMs = ({ method }: { method?: string }) => (method === 'getSettings' ? settingsMs : 0);

const { parts, activate, asks, emitted, queueLength } = useTriggers({ restartMs: 20, latencyMs });

beforeEach(() => {
	settingsMs = 0;
});

/** The last request has no answer yet. */
const longRequest = async () =>
	await until('the long request', () => asks('receiveNotification').at(-1)?.status === 0);

describe('an active trigger', () => {
	it('deletes a notification when its execution is over, whatever became of it', async () => {
		const trigger = await activate();
		parts.double.queue.enqueue(message('a'), message('b'));
		await emitted(trigger, 1);
		expect(parts.double.queue.length).toBe(2);
		finish(trigger, 'error');
		await emitted(trigger, 2);
		expect(parts.double.queue.length).toBe(1);
		finish(trigger, 'waiting');
		await queueLength(0);
		expect(idsOf(trigger)).toEqual(['a', 'b']);
		expect(asks('deleteNotification').map(({ status }) => status)).toEqual([200, 200]);
	});

	it('"Immediately": n8n is handed no promise, as its engine 2.0 wants it', async () => {
		const trigger = await activate({ deleteFromQueue: 'immediately' });
		parts.double.queue.enqueue(message('a'), message('b'));
		await queueLength(0);
		expect(idsOf(trigger)).toEqual(['a', 'b']);
		expect(trigger.emissions.map(({ done }) => done)).toEqual([undefined, undefined]);
	});

	it('"When the Execution Succeeds": what failed is delivered again', async () => {
		const trigger = await activate({ deleteFromQueue: 'executionSucceeds' });
		parts.double.queue.enqueue(message('a'));
		await emitted(trigger, 1);
		finish(trigger, 'error');
		await emitted(trigger, 2);
		expect(parts.double.queue.length).toBe(1);
		finish(trigger);
		await queueLength(0);
	});

	it.each([
		['simplified', { chatId: '79001234567@c.us', text: 'a', messageType: 'textMessage' }],
		['raw', { ...message('a') }],
	])('output %s', async (output, expected) => {
		const trigger = await activate({ output });
		parts.double.queue.enqueue(message('a'));
		await emitted(trigger, 1);
		expect(trigger.emissions[0]?.json[0]).toMatchObject(expected);
	});

	it('takes chats as people have them', async () => {
		const trigger = await activate({
			deleteFromQueue: 'immediately',
			options: { onlyChats: ['+7 900 123-45-67', '71234567890@s.whatsapp.net'] },
		});
		const others = ['79001234568@c.us', '71234567890@c.us', '79001234567@c.us'];
		parts.double.queue.enqueue(...others.map((chatId) => message(chatId, chatId)));
		await queueLength(0);
		expect(idsOf(trigger)).toEqual(others.slice(1));
	});

	it.each([null, 'text', [1]])('is not held up by %j in place of a notification', async (body) => {
		const trigger = await activate({ events: ['any'], deleteFromQueue: 'immediately' });
		parts.double.queue.enqueue(body as never, message('a'));
		await queueLength(0);
		expect(idsOf(trigger)).toEqual([null, 'a']);
	});

	it('understands an answer without a body', async () => {
		parts.double.script(
			{ kind: 'answer', status: 200, body: '' },
			{ method: 'receiveNotification' },
		);
		const trigger = await activate({ deleteFromQueue: 'immediately' });
		parts.double.queue.enqueue(message('a'));
		await queueLength(0);
		expect(idsOf(trigger)).toEqual(['a']);
	});

	it('is deactivated at once: the long request ends, and nothing more is asked', async () => {
		const trigger = await activate();
		await longRequest();
		const log: unknown[] = [];
		const end = listenToLog((...line) => log.push(line));
		await trigger.close();
		const { length } = parts.double.requests;
		parts.double.queue.enqueue(message('a'));
		await new Promise((resolve) => setTimeout(resolve, 50));
		end();
		expect(parts.double.requests).toHaveLength(length);
		expect(parts.double.openRequestsOf('receiveNotification')).toBe(0);
		expect(parts.double.queue.length).toBe(1);
		expect(trigger.emissions).toEqual([]);
		expect(JSON.stringify(log)).not.toContain(parts.double.apiTokenInstance);
	});

	it('hands a refused token over to n8n, without the token', async () => {
		const trigger = await activate();
		await longRequest();
		parts.double.script(faults.notFound, { method: 'receiveNotification' });
		parts.double.queue.enqueue(message('a'));
		await emitted(trigger, 1);
		finish(trigger);
		await until('what n8n is told', () => trigger.errors.length === 1);
		expect(trigger.errors[0]).toMatchObject({
			name: 'NodeApiError',
			message: expect.stringMatching(/^No GREEN-API server answers at the API URL\. Copy apiUrl /),
			httpCode: '404',
		});
		expect(JSON.stringify(trigger.errors)).not.toContain(parts.double.apiTokenInstance);
	});
});

describe('triggers on one instance', () => {
	it('in one workflow get everything each, with the same node id, too', async () => {
		const files = ['One', 'Two'].map((name) => ({ ...workflow({}, { name }), name: 'same' }));
		const both = await Promise.all(files.map((file) => activate({}, { file })));
		parts.double.queue.enqueue(message('a'));
		await Promise.all(both.map((trigger) => emitted(trigger, 1)));
		expect(both.map(idsOf)).toEqual([['a'], ['a']]);
	});

	it('share one long request, and two activated together write the settings once', async () => {
		const both = await Promise.all([
			activate({ deleteFromQueue: 'immediately' }),
			activate({ deleteFromQueue: 'immediately', events: ['incomingCall'] }),
		]);
		expect(asks('setSettings').map(({ body }) => body)).toEqual([
			{ incomingWebhook: 'yes', incomingCallWebhook: 'yes' },
		]);
		parts.double.queue.enqueue(message('a'), { typeWebhook: 'incomingCall', idMessage: 'call' });
		await queueLength(0);
		expect(both.map(idsOf)).toEqual([['a'], ['call']]);
		const asked = asks('receiveNotification').length;
		parts.double.queue.enqueue(message('b'));
		await queueLength(0);
		expect(asks('receiveNotification').length - asked).toBeLessThanOrEqual(2);
	});
});

describe('a test in the editor', () => {
	it('takes nothing away from production, and nothing from the queue by itself', async () => {
		const test = await activate({}, { mode: 'manual' });
		parts.double.queue.enqueue(message('a'), message('b'));
		await emitted(test, 1);
		const production = await activate({ deleteFromQueue: 'immediately' });
		await queueLength(0);
		expect(idsOf(test)).toEqual(['a']);
		expect(idsOf(production)).toEqual(['a', 'b']);
	});
});

describe('activation', () => {
	it.each([
		['incomingCall', 'incomingCallWebhook'],
		['incomingBlock', 'incomingBlockWebhook'],
		['editedMessage', 'editedMessageWebhook'],
		['deletedMessage', 'deletedMessageWebhook'],
		['pollMessage', 'pollMessageWebhook'],
	])('on a new instance turns on all that %s needs', async (event, flag) => {
		await activate({ events: [event] });
		const on = Object.entries(parts.double.queue.settings).filter(([, value]) => value === 'yes');
		expect(on.map(([name]) => name).sort()).toEqual([flag, 'incomingWebhook'].sort());
	});

	it.each(['false', '={{ "false" }}', false])(
		'with "Turn On Notifications" at %j turns nothing on',
		async (turnOnNotifications) => {
			await activate({ options: { turnOnNotifications } });
			expect(asks('setSettings')).toEqual([]);
		},
	);

	it.each(['false', '={{ "false" }}', false])(
		'with "Clear Webhook URL" at %j leaves it as it is',
		async (clearWebhookUrl) => {
			parts.double.queue.settings.webhookUrl = 'https://hooks.example.com';
			const activation = activate({ options: { clearWebhookUrl } });
			await expect(activation).rejects.toThrow('hooks.example.com');
			expect(asks('setSettings')).toEqual([]);
		},
	);

	it('of a trigger that is deactivated before the instance is up turns nothing on', async () => {
		parts.double.setState(parts.double.idInstance, 'starting');
		const trigger = await activate();
		settingsMs = 50;
		parts.double.setState(parts.double.idInstance, 'authorized');
		// Before the double answers, however slow this machine is.
		while (parts.double.requestsOf('getSettings').length === 0) {
			await new Promise(setImmediate);
		}
		await trigger.close();
		await activate({ options: { turnOnNotifications: false } });
		expect(asks('setSettings')).toEqual([]);
	});

	it('that clears the webhook URL waits until GREEN-API goes by that', async () => {
		parts.double.queue.settings.webhookUrl = 'https://hooks.example.com';
		const refused = refusal(400, 'Message cannot be received because custom webhook url is set');
		parts.double.script(refused, { method: 'receiveNotification', times: 3 });
		const options = { clearWebhookUrl: true };
		const trigger = await activate({ deleteFromQueue: 'immediately', options });
		parts.double.queue.enqueue(message('a'));
		await queueLength(0);
		expect(trigger.errors).toEqual([]);
		expect(idsOf(trigger)).toEqual(['a']);
	});
});

describe('activation is refused', () => {
	it.each<[string, INode['parameters']]>([
		['Trigger On', { events: [] }],
		['Trigger On', { events: ['somethingElse'] }],
		['Delete From Queue', { deleteFromQueue: 'later' }],
		['Output', { output: 'short' }],
		['Chats', { options: { chats: 'person' } }],
		['Clear Webhook URL', { options: { clearWebhookUrl: 'no' } }],
		['Turn On Notifications', { options: { turnOnNotifications: 1 } }],
		['Max Deliveries', { options: { maxDeliveries: 'abc' } }],
		['Max Deliveries', { options: { maxDeliveries: '={{ undefined + 1 }}' } }],
		['Max Deliveries', { options: { maxDeliveries: '' } }],
		['Max Deliveries', { options: { maxDeliveries: 0 } }],
		['Max Deliveries', { options: { maxDeliveries: -1 } }],
		['Max Execution Minutes', { options: { maxExecutionMinutes: -1 } }],
		['Include Status and Channels', { options: { includeStatusAndChannels: 'no' } }],
	])('where "%s" can’t be meant: %j', async (label, parameters) => {
		const succeeds = { deleteFromQueue: 'executionSucceeds', ...parameters };
		await expect(activate(succeeds)).rejects.toThrow(`"${label}" is `);
		expect(parts.double.requests).toEqual([]);
	});

	it('when GREEN-API did not save the settings', async () => {
		const notSaved = { kind: 'answer', status: 200, body: '{"saveSettings":false}' } as const;
		parts.double.script(notSaved, { method: 'setSettings' });
		await expect(activate()).rejects.toThrow('did not save the settings');
	});

	it('where a webhook URL is set: its host is told, and no more', async () => {
		parts.double.queue.settings.webhookUrl = 'https://hooks.example.com/secret?token=secret';
		const refusal = await activate().catch((error: unknown) => error);
		expect(refusal).toMatchObject({
			message: expect.stringMatching(/hooks\.example\.com.*"Clear Webhook URL"/),
		});
		expect(JSON.stringify(refusal)).not.toContain('secret');
		expect(asks('setSettings')).toEqual([]);
	});

	it.each([
		['a wrong token', { apiTokenInstance: 'fakeToken1' }, 'does not accept the API Token'],
		['another instance', { idInstance: '1101999999' }, 'does not know this Instance ID'],
		['an instance ID that is none', { idInstance: 'me' }, 'is not a number of 1 to 20 digits'],
	])('for %s', async (_what, replaced, words) => {
		await expect(
			activate({}, { credential: { ...parts.credential(), ...replaced } }),
		).rejects.toThrow(words);
	});

	it('where a chat is none', async () => {
		const options = { onlyChats: ['call me'] };
		await expect(activate({ options })).rejects.toThrow('"call me" has letters in it');
	});

	it('where the instance has no phone', async () => {
		parts.double.setState(parts.double.idInstance, 'notAuthorized');
		await expect(activate()).rejects.toThrow('no phone is linked to it');
	});

	it('later, by n8n’s own ways, where the instance has no phone when it is up', async () => {
		parts.double.setState(parts.double.idInstance, 'starting');
		const trigger = await activate();
		parts.double.setState(parts.double.idInstance, 'notAuthorized');
		await until('what n8n is told', () => trigger.errors.length === 1);
		expect(trigger.errors[0]?.message).toContain('no phone is linked to it');
	});

	it('not where the instance is starting: the trigger listens when it is up', async () => {
		parts.double.setState(parts.double.idInstance, 'starting');
		const trigger = await activate({ deleteFromQueue: 'immediately' });
		parts.double.queue.enqueue(message('a'));
		parts.double.setState(parts.double.idInstance, 'authorized');
		await queueLength(0);
		expect(idsOf(trigger)).toEqual(['a']);
		expect(parts.double.queue.settings.incomingWebhook).toBe('yes');
	});
});
