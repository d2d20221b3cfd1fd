import { Activation, type Need, planSettings } from '@package/nodes/GreenApiTrigger/activation';
import type { Send } from '@package/nodes/GreenApiTrigger/queueRequests';
import { readAnswer } from '@package/nodes/shared/green-api/answer';
import {
	failureOf,
	failureOfState,
	failureOfStatus,
	UNREADY_STATES,
} from '@package/nodes/shared/green-api/failures';
import { messengerNamed } from '@package/nodes/shared/green-api/messengers';
import { VirtualClock } from '../../virtual-time/virtualClock';

const need = (flag: string, options: Partial<Need> = {}): Need => ({
	flags: [flag],
	turnOnNotifications: true,
	clearWebhookUrl: false,
	messenger: messengerNamed('whatsapp'),
	...options,
});

describe('the settings', () => {
	const NONE = new Set<string>();

	it('are left alone where all is on', () => {
		expect(planSettings({ incomingWebhook: 'yes' }, [need('incomingWebhook')], NONE)).toEqual({});
	});

	it('are changed where something is off, and nowhere else', () => {
		const settings = { incomingWebhook: 'no', stateWebhook: 'yes', outgoingWebhook: 'no' };
		const needs = [need('incomingWebhook'), need('stateWebhook')];
		expect(planSettings(settings, needs, NONE)).toEqual({ changes: { incomingWebhook: 'yes' } });
	});

	it('are left alone where the user wants that', () => {
		const needs = [need('incomingWebhook', { turnOnNotifications: false })];
		expect(planSettings({ incomingWebhook: 'no' }, needs, NONE)).toEqual({});
	});

	it('that an instance does not have are written once', () => {
		const needs = [need('incomingBlockWebhook')];
		expect(planSettings({}, needs, NONE)).toEqual({ changes: { incomingBlockWebhook: 'yes' } });
		expect(planSettings({}, needs, new Set(['incomingBlockWebhook']))).toEqual({});
	});

	it.each([
		['https://user:secret@hooks.example.com/secret?token=secret', 'at hooks.example.com,'],
		['no address', 'at another address,'],
	])('with the webhook URL %s: the host alone is told', (webhookUrl, words) => {
		const { changes, failure } = planSettings({ webhookUrl }, [need('incomingWebhook')], NONE);
		expect(changes).toBeUndefined();
		expect(failure?.message).toContain(words);
		expect(JSON.stringify(failure)).not.toContain('secret');
	});

	it('lose a webhook URL when one trigger wants it so', () => {
		const needs = [need('a'), need('b', { clearWebhookUrl: true })];
		expect(
			planSettings({ webhookUrl: 'https://x.example', a: 'yes', b: 'no' }, needs, NONE),
		).toEqual({
			changes: { b: 'yes', webhookUrl: '' },
		});
	});
});

describe('an activation', () => {
	let clock: VirtualClock;
	let activation: Activation;
	let settings: Record<string, unknown>;
	let state: string;
	let sent: Array<[string, unknown]>;
	let refusals: number;
	let saveSettings: boolean;

	beforeEach(() => {
		clock = new VirtualClock();
		activation = new Activation(clock);
		settings = { webhookUrl: '', incomingWebhook: 'no', stateWebhook: 'no' };
		state = 'authorized';
		sent = [];
		refusals = 0;
		saveSettings = true;
	});

	const send: Send = async ({ method, body }) => {
		sent.push([method, body]);
		await clock.sleep(5);
		if (refusals > 0) {
			refusals -= 1;
			return readAnswer(429, '', { answer: 'object' });
		}
		if (method === 'setSettings' && saveSettings) Object.assign(settings, body);
		const answers: Record<string, unknown> = {
			getStateInstance: { stateInstance: state },
			getSettings: settings,
			setSettings: { saveSettings },
		};
		return readAnswer(200, JSON.stringify(answers[method]), { answer: 'object' });
	};

	async function prepare(...needs: Need[]) {
		const outcomes = Promise.all(needs.map((each) => activation.prepare(each, send)));
		await clock.pass();
		return await outcomes;
	}

	it('turns on what is missing', async () => {
		expect(await prepare(need('incomingWebhook'))).toEqual([undefined]);
		expect(settings).toMatchObject({ incomingWebhook: 'yes', stateWebhook: 'no' });
	});

	it('of two triggers at once writes once, and of one right after the other reads once', async () => {
		await prepare(need('incomingWebhook'), need('stateWebhook'));
		await prepare(need('incomingWebhook'));
		expect(sent.map(([method]) => method)).toEqual([
			'getStateInstance',
			'getSettings',
			'setSettings',
		]);
		expect(sent[2]?.[1]).toEqual({ incomingWebhook: 'yes', stateWebhook: 'yes' });
	});

	it('writes nothing where all is on', async () => {
		settings.incomingWebhook = 'yes';
		await prepare(need('incomingWebhook'));
		expect(sent.map(([method]) => method)).toEqual(['getStateInstance', 'getSettings']);
	});

	it('waits at the limit, which others use as well', async () => {
		refusals = 2;
		expect(await prepare(need('incomingWebhook'))).toEqual([undefined]);
	});

	it('of an instance that starts is put off', async () => {
		state = 'starting';
		const [failure] = await prepare(need('incomingWebhook'));
		expect(failure?.id).toBe('starting');
		expect(sent).toHaveLength(1);
	});

	it.each(UNREADY_STATES.filter((name) => name !== 'starting'))(
		'of an instance that is %s says what the credential’s test says',
		async (name) => {
			state = name;
			const [failure] = await prepare(need('incomingWebhook'));
			expect(failure).toEqual(failureOfState(name));
		},
	);

	it('whose settings GREEN-API did not save says so', async () => {
		saveSettings = false;
		const [failure] = await prepare(need('incomingWebhook'));
		expect(failure).toMatchObject({ kind: 'instance', message: expect.stringMatching(/not save/) });
		saveSettings = true;
		expect(await prepare(need('incomingWebhook'))).toEqual([undefined]);
		expect(settings).toMatchObject({ incomingWebhook: 'yes' });
	});

	it('of a trigger that was deactivated meanwhile writes nothing', async () => {
		const left = new AbortController();
		const outcomes = Promise.all([
			activation.prepare(need('incomingWebhook'), send, left.signal),
			activation.prepare(need('stateWebhook'), send),
		]);
		await clock.pass(7);
		left.abort();
		await clock.pass();
		await outcomes;
		expect(settings).toMatchObject({ incomingWebhook: 'no', stateWebhook: 'yes' });
	});

	it('that may not write fails, and so do those that came with it: they have the same token', async () => {
		const refused: Send = async (request) =>
			request.method === 'setSettings'
				? readAnswer(401, '', { answer: 'object' })
				: await send(request);
		const outcomes = Promise.all([
			activation.prepare(need('incomingWebhook'), refused),
			activation.prepare(need('stateWebhook'), send),
		]);
		await clock.pass();
		expect((await outcomes).map((failure) => failure?.id)).toEqual(['wrongToken', 'wrongToken']);
		expect(settings).toMatchObject({ incomingWebhook: 'no', stateWebhook: 'no' });
	});

	it('with a credential that has become another account’s takes nobody with it', async () => {
		const failure = failureOf('credentialChanged', 'CREDENTIAL_CHANGED');
		const changed: Send = async () => ({ ok: false, failure });
		const outcomes = Promise.all([
			activation.prepare(need('incomingWebhook'), changed),
			activation.prepare(need('stateWebhook'), send),
		]);
		await clock.pass();
		expect(await outcomes).toEqual([failure, undefined]);
		expect(settings).toMatchObject({ incomingWebhook: 'no', stateWebhook: 'yes' });
	});

	it('that cleared the webhook URL: GREEN-API’s refusals mean "starting" for 5 minutes', async () => {
		const refused = {
			ok: false,
			failure: failureOfStatus(400, 'custom webhook url is set'),
		} as const;
		const isStartingNow = () => {
			const outcome = activation.sinceCleared(refused);
			return !outcome.ok && outcome.failure.id === 'starting';
		};
		expect(isStartingNow()).toBe(false);
		settings.webhookUrl = 'https://hooks.example.com';
		await prepare(need('incomingWebhook', { clearWebhookUrl: true }));
		expect(settings.webhookUrl).toBe('');
		expect(isStartingNow()).toBe(true);
		const other = { ok: false, failure: failureOfStatus(401, '') } as const;
		expect(activation.sinceCleared(other)).toBe(other);
		await clock.pass(5 * 60_000 + 1);
		expect(isStartingNow()).toBe(false);
	});
});
