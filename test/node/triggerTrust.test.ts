/** What several workflows can trust, in n8n's own context: odd servers, credentials that change. */

import type { IRun } from 'n8n-workflow';
import { systemClock } from '@package/nodes/shared/time';
import { TestCredentials } from '../engine/credentialsHelper';
import { listenToLog } from '../engine/n8nVersions';
import type { ActiveTrigger } from '../engine/triggers';
import { faults, refusal } from '../green-api-double/faults';
import { VirtualClock } from '../virtual-time/virtualClock';
import { finish, idsOf, message, TIME_FACTOR, until, useTriggers, workflow } from './triggers';

const OTHER_INSTANCE = { idInstance: '1101000002', apiTokenInstance: 'fakeToken2' };

const { parts, activate, asks, emitted, queueLength } = useTriggers({
	instances: [{ idInstance: '1101000001', apiTokenInstance: 'fakeToken3' }, OTHER_INSTANCE],
});

const immediately = { deleteFromQueue: 'immediately' };
const pause = async (ms: number) => await new Promise((resolve) => setTimeout(resolve, ms));
/** In the trigger's time. */
const pass = async (ms: number) => await pause(ms / TIME_FACTOR);
const longRequest = async () =>
	await until('the long request', () => parts.double.openRequestsOf('receiveNotification') > 0);
const failed = async ({ errors }: ActiveTrigger) =>
	await until('what n8n is told', () => errors.length > 0);

let log: string[];
let endLog: () => void;

beforeEach(() => {
	log = [];
	endLog = listenToLog((...line) => log.push(JSON.stringify(line)));
});
afterEach(() => endLog());

describe('an account is API URL, instance and token together', () => {
	it('a made-up token is refused, however soon it comes after the right one', async () => {
		const right = await activate(immediately);
		await longRequest();
		parts.double.queue.settings.webhookUrl = 'https://hooks.example.com';
		const credential = { ...parts.credential(), apiTokenInstance: 'fakeToken1' };
		const options = { clearWebhookUrl: true };
		const wrong = activate({ ...immediately, options }, { credential });
		await expect(wrong).rejects.toThrow('does not accept the API Token');
		expect(parts.double.queue.settings.webhookUrl).toBe('https://hooks.example.com');
		parts.double.queue.settings.webhookUrl = '';
		parts.double.queue.enqueue(message('a'));
		await queueLength(0);
		expect(idsOf(right)).toEqual(['a']);
	});

	it('a token that was renewed in one credential of two: the old one ends', async () => {
		const [renewed, old] = [parts.credential(), parts.credential()];
		const [one, two] = [workflow(immediately), workflow(immediately)];
		const first = await activate({}, { credential: renewed, file: one });
		const second = await activate({}, { credential: old, file: two });
		await longRequest();
		parts.double.setToken(parts.double.idInstance, 'fakeToken4');
		renewed.apiTokenInstance = 'fakeToken4';
		// The long request of before is still answered.
		parts.double.queue.enqueue(message('a'));
		await failed(first);
		await failed(second);
		expect(first.errors[0]?.message).toContain('credential was changed');
		expect(second.errors[0]?.message).toContain('does not accept the API Token');
		await first.close();
		const again = await activate({}, { credential: renewed, file: one });
		await queueLength(0);
		parts.double.queue.enqueue(message('b'));
		await queueLength(0);
		expect(idsOf(again)).toEqual(['a', 'b']);
		expect(idsOf(second)).not.toContain('b');
	});

	it('a token that was renewed, and one of two workflows saved: the other one is told at once', async () => {
		const credential = parts.credential();
		const [one, two] = [workflow(immediately), workflow(immediately)];
		const first = await activate({}, { credential, file: one });
		const second = await activate({}, { credential, file: two });
		await longRequest();
		parts.double.setToken(parts.double.idInstance, 'fakeToken4');
		credential.apiTokenInstance = 'fakeToken4';
		await second.close();
		const saved = await activate({}, { credential, file: two });
		await failed(first);
		expect(first.errors[0]?.message).toContain('credential was changed');
		parts.double.queue.enqueue(message('a'), message('b'));
		await emitted(saved, 1);
		await first.close();
		const again = await activate({}, { credential, file: one });
		await queueLength(0);
		expect([idsOf(saved), idsOf(again)]).toEqual([
			['a', 'b'],
			['a', 'b'],
		]);
	});

	it('a credential that becomes another instance’s: nothing of the one gets to the other', async () => {
		const other = parts.double.queueOf(OTHER_INSTANCE.idInstance);
		const edited = parts.credential();
		const first = await activate({}, { credential: edited });
		const second = await activate(immediately);
		other.enqueue(message('of the other'));
		parts.double.queue.enqueue(message('a'));
		await Promise.all([emitted(first, 1), emitted(second, 1)]);
		Object.assign(edited, OTHER_INSTANCE);
		finish(first);
		await queueLength(0);
		parts.double.queue.enqueue(message('b'));
		await queueLength(0);
		await failed(first);
		expect(first.errors[0]?.message).toContain('credential was changed');
		expect(other.length).toBe(1);
		expect([idsOf(first), idsOf(second)]).toEqual([['a'], ['a', 'b']]);
		await first.close();
		const again = await activate(immediately, { credential: edited });
		await emitted(again, 1);
		expect(idsOf(again)).toEqual(['of the other']);
	});

	it('its only credential is edited between a notification and its deletion', async () => {
		const other = parts.double.queueOf(OTHER_INSTANCE.idInstance);
		const edited = parts.credential();
		const trigger = await activate({}, { credential: edited });
		other.enqueue(message('of the other'));
		parts.double.queue.enqueue(message('a'));
		await emitted(trigger, 1);
		await pass(20_000);
		Object.assign(edited, OTHER_INSTANCE);
		finish(trigger);
		await failed(trigger);
		expect([parts.double.queue.length, other.length]).toEqual([1, 1]);
		expect(asks('deleteNotification')).toEqual([]);
	});
});

describe('while workflows come and go', () => {
	let clock: VirtualClock;
	let restore: () => void;

	beforeEach(() => {
		clock = new VirtualClock();
		clock.skip(systemClock.now());
		const mocks = [jest.mocked(systemClock.now), jest.mocked(systemClock.sleep)] as const;
		const [now, sleep] = mocks.map((mock) => mock.getMockImplementation());
		mocks[0].mockImplementation(() => clock.now());
		mocks[1].mockImplementation(async (ms, signal) => await clock.sleep(ms, signal));
		restore = () => {
			mocks[0].mockImplementation(now as () => number);
			mocks[1].mockImplementation(sleep as typeof systemClock.sleep);
		};
	});
	afterEach(() => restore());

	/** Time passes for the trigger when the test says so; requests take as long as they take. */
	async function becomes(what: string, check: () => boolean): Promise<void> {
		for (let step = 0; !check() && step < 1_000; step += 1) {
			await clock.pass(10);
			await pause(1);
		}
		if (!check()) throw new Error(`Waited for ${what}, in vain`);
	}
	const started = async (trigger: ActiveTrigger, count: number) =>
		await becomes(`${count} executions`, () => trigger.emissions.length >= count);
	async function quiet(): Promise<void> {
		await clock.pass(20_000);
	}
	async function emptied(): Promise<void> {
		for (let left = parts.double.queue.length; left > 0; left = parts.double.queue.length) {
			await quiet();
			await becomes('a shorter queue', () => parts.double.queue.length < left);
		}
	}

	it.each([300, 700, 3_000])(
		'one that is activated %i ms after another gets all that waits',
		async (ms) => {
			parts.double.queue.enqueue(message('a'), message('b'), message('c'));
			const first = await activate(immediately);
			await started(first, 1);
			await clock.pass(ms);
			const second = await activate(immediately);
			await emptied();
			expect([idsOf(first), idsOf(second)]).toEqual([
				['a', 'b', 'c'],
				['a', 'b', 'c'],
			]);
		},
	);

	it('one whose credential can’t be read for 25 s gets all that waits', async () => {
		parts.double.queue.enqueue(message('a'), message('b'));
		const first = await activate(immediately);
		await started(first, 1);
		const file = workflow(immediately);
		const { getDecrypted } = TestCredentials.prototype;
		const unread = jest.spyOn(TestCredentials.prototype, 'getDecrypted');
		const notYet = parts.credential();
		unread.mockImplementation(async function (this: TestCredentials, ...args) {
			const values = await getDecrypted.apply(this, args);
			if (values === notYet) throw new Error('The store is not ready');
			return values;
		});
		for (const waitMs of [1_000, 2_000, 4_000, 8_000, 16_000]) {
			await expect(activate({}, { file, credential: notYet })).rejects.toThrow('n8n did not send');
			await clock.pass(waitMs);
		}
		unread.mockRestore();
		const second = await activate({}, { file, credential: notYet });
		await emptied();
		expect([idsOf(first), idsOf(second)]).toEqual([
			['a', 'b'],
			['a', 'b'],
		]);
	});

	it('a save: what comes in between is both workflows’', async () => {
		const file = workflow(immediately);
		const saved = await activate({}, { file });
		const other = await activate(immediately);
		await quiet();
		await saved.close();
		parts.double.queue.enqueue(message('a'));
		await started(other, 1);
		await clock.pass(3_000);
		const again = await activate({}, { file });
		await becomes('an empty queue', () => parts.double.queue.length === 0);
		expect([idsOf(saved), idsOf(other), idsOf(again)]).toEqual([[], ['a'], ['a']]);
	});

	it('what failed is delivered again after a reactivation that takes 11 s', async () => {
		const file = workflow({ deleteFromQueue: 'executionSucceeds' });
		const before = await activate({}, { file });
		const other = await activate(immediately);
		await quiet();
		parts.double.queue.enqueue(message('a'));
		await started(before, 1);
		await before.close();
		finish(before, 'error');
		await clock.pass(11_000);
		const again = await activate({}, { file });
		await started(again, 1);
		finish(again);
		await becomes('an empty queue', () => parts.double.queue.length === 0);
		expect([idsOf(again), idsOf(other)]).toEqual([['a'], ['a']]);
	});
});

describe('receipts', () => {
	it('that begin anew: a new message under a known number is delivered', async () => {
		const trigger = await activate();
		await pass(20_000);
		parts.double.queue.nextReceipt = 1n;
		parts.double.queue.enqueue(message('a'));
		await emitted(trigger, 1);
		// Somebody else takes it, and the counter begins anew.
		parts.double.queue.delete('1');
		parts.double.script(refusal(500, 'not now'), { method: 'deleteNotification' });
		finish(trigger);
		await until('a deletion', () => asks('deleteNotification').length === 1);
		parts.double.queue.nextReceipt = 1n;
		parts.double.queue.enqueue(message('b'));
		await emitted(trigger, 2);
		expect(parts.double.queue.length).toBe(1);
		finish(trigger);
		await queueLength(0);
		expect(idsOf(trigger)).toEqual(['a', 'b']);
	});

	it.each([
		['above 2^53', 2n ** 53n + 1n, false],
		['as text', 7n, true],
	])('%s go back as they came', async (_what, nextReceipt, hasTextReceipts) => {
		Object.assign(parts.double.queue, { nextReceipt, hasTextReceipts });
		const trigger = await activate(immediately);
		parts.double.queue.enqueue(message('a'), message('b'));
		await queueLength(0);
		expect(idsOf(trigger)).toEqual(['a', 'b']);
		expect(asks('deleteNotification').map(({ receiptId }) => receiptId)).toEqual([
			String(nextReceipt),
			String(nextReceipt + 1n),
		]);
	});
});

describe('one odd notification does not block the queue', () => {
	const nested = `{"typeWebhook":"incomingMessageReceived","idMessage":"deep","x":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_001)}`;

	it.each(['raw', 'simplified'])('5,000 levels of nesting, %s', async (output) => {
		const trigger = await activate({ ...immediately, output });
		parts.double.queue.enqueueText(nested);
		parts.double.queue.enqueue(message('a'));
		await queueLength(0);
		expect(trigger.emissions.map(({ json }) => json[0]?.messageId ?? json[0]?.idMessage)).toEqual([
			'deep',
			'a',
		]);
	});

	it.each(['constructor', '__proto__'])('typeMessage %s', async (typeMessage) => {
		const trigger = await activate(immediately);
		const odd = { ...message('odd'), messageData: { typeMessage } };
		parts.double.queue.enqueue(odd, message('a'));
		await queueLength(0);
		expect(idsOf(trigger)).toEqual(['odd', 'a']);
		expect(trigger.emissions[0]?.json[0]).toMatchObject({ messageType: typeMessage, text: null });
	});

	it.each(['executionFinishes', 'executionSucceeds', 'immediately'])(
		'%s: what n8n refuses is given up after so many tries, and named without its text',
		async (deleteFromQueue) => {
			const options = { maxDeliveries: 3 };
			const trigger = await activate({ deleteFromQueue, options });
			const { push } = trigger.emissions;
			let refusals = 0;
			trigger.emissions.push = (...emissions) => {
				if (emissions[0]?.json[0]?.messageId === 'private words') {
					refusals += 1;
					throw new Error('n8n refuses');
				}
				emissions[0]?.done?.resolve({ status: 'success' } as IRun);
				return push.apply(trigger.emissions, emissions);
			};
			parts.double.queue.enqueue(message('private words'), message('a'));
			await queueLength(0);
			expect(refusals).toBe(3);
			expect(idsOf(trigger)).toEqual(['a']);
			const given = log.filter((line) => line.includes('none of 3 deliveries'));
			expect(given).toHaveLength(1);
			expect(given[0]).toContain('deleted from the queue: incomingMessageReceived (unknown)');
			expect(log.join()).not.toContain('private words');
		},
	);
});

describe('what GREEN-API answers', () => {
	it('401 to a deletion whose receipt is gone: one more look before the token is blamed', async () => {
		const trigger = await activate();
		await pass(20_000);
		for (const id of ['a', 'b']) {
			parts.double.queue.enqueue(message(id));
			await emitted(trigger, id === 'a' ? 1 : 2);
			parts.double.queue.delete(String(parts.double.queue.nextReceipt - 1n));
			parts.double.script(faults.wrongToken, { method: 'deleteNotification' });
			finish(trigger);
		}
		parts.double.queue.enqueue(message('c'));
		await emitted(trigger, 3);
		finish(trigger);
		await queueLength(0);
		expect(idsOf(trigger)).toEqual(['a', 'b', 'c']);
		expect(trigger.errors).toEqual([]);
	});

	it('401 to a deletion whose notification is there: the token is to blame', async () => {
		const trigger = await activate(immediately);
		parts.double.script(faults.wrongToken, { method: 'deleteNotification', times: 2 });
		// The double deletes all the same: what comes again is the same notification.
		parts.double.queue.enqueue(message('a'), message('a'));
		await failed(trigger);
		expect(trigger.errors[0]?.message).toContain('does not accept the API Token');
	});

	it('466 with the notification in its body: it is delivered', async () => {
		const trigger = await activate({ ...immediately, events: ['quotaExceeded'] });
		const quotaData = { method: 'correspondents', used: 3, total: 3, status: 'QUOTA_EXCEEDED' };
		const body = { typeWebhook: 'quotaExceeded', quotaData };
		const receiptId = Number(parts.double.queue.nextReceipt);
		const answer = JSON.stringify({ receiptId, body });
		parts.double.script(
			{ kind: 'answer', status: 466, body: answer },
			{ method: 'receiveNotification' },
		);
		parts.double.queue.enqueue(body);
		await queueLength(0);
		await emitted(trigger, 1);
		expect(trigger.emissions[0]?.json[0]).toMatchObject({
			event: 'quotaExceeded',
			details: quotaData,
		});
	});

	it('settings that no GREEN-API would send: told, and forgotten once they are right', async () => {
		const { settings } = parts.double.queue;
		Object.assign(settings, { webhookUrl: { toString: 1 } });
		await expect(activate(immediately)).rejects.toThrow('another address');
		settings.webhookUrl = '';
		await pass(2_000);
		const trigger = await activate(immediately);
		parts.double.queue.enqueue(message('a'));
		await queueLength(0);
		expect(idsOf(trigger)).toEqual(['a']);
	});

	it('466 without one is waited out', async () => {
		const trigger = await activate(immediately);
		parts.double.script(faults.requestQuotaExceeded, { method: 'receiveNotification', times: 3 });
		parts.double.queue.enqueue(message('a'), message('b'));
		await queueLength(0);
		expect(idsOf(trigger)).toEqual(['a', 'b']);
		expect(trigger.errors).toEqual([]);
	});

	it('"starting" for more than 10 minutes: scan the QR code again', async () => {
		const trigger = await activate();
		parts.double.script(faults.instanceStarting, {
			method: 'receiveNotification',
			times: Infinity,
		});
		parts.double.queue.enqueue(message('a'));
		await until('what n8n is told', () => trigger.errors.length > 0, 20_000);
		expect(trigger.errors[0]?.message).toMatch(/starting for more than 10 minutes.*QR code/);
		expect(log.filter((line) => line.includes('starting'))).toHaveLength(1);
	});
});

describe('"Chats" as it comes', () => {
	it('neither the status feed nor lists nor channels start anything', async () => {
		const trigger = await activate(immediately);
		parts.double.queue.enqueue(
			message('status', 'status@broadcast'),
			message('list', '1234567890@broadcast'),
			message('channel', '120363043968066561@newsletter'),
			message('person'),
		);
		await queueLength(0);
		expect(idsOf(trigger)).toEqual(['person']);
	});

	it('unless they are asked for', async () => {
		const options = { includeStatusAndChannels: true };
		const trigger = await activate({ ...immediately, options });
		parts.double.queue.enqueue(message('status', 'status@broadcast'), message('person'));
		await queueLength(0);
		expect(idsOf(trigger)).toEqual(['status', 'person']);
	});
});

it('somebody shares a contact: its name and numbers come out', async () => {
	const trigger = await activate(immediately);
	const vcard = 'BEGIN:VCARD\nFN:Anna Smit\nTEL;waid=72345678910:+7 234 567 8910\nEND:VCARD';
	const contactMessageData = { displayName: 'Anna Smit', vcard };
	const messageData = { typeMessage: 'contactMessage', contactMessageData };
	parts.double.queue.enqueue({ ...message('a'), messageData });
	await queueLength(0);
	expect(trigger.emissions[0]?.json[0]).toMatchObject({
		text: null,
		sharedContacts: [{ name: 'Anna Smit', phoneNumbers: ['72345678910'] }],
	});
});
