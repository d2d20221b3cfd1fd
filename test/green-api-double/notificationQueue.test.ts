import { setTimeout as sleep } from 'node:timers/promises';
import { get, post, send, urlOf } from './client';
import { faults } from './faults';
import { type GreenApiDouble } from './greenApiDouble';
import { useDouble } from './useDouble';

let double: GreenApiDouble;
const start = useDouble((started) => {
	double = started;
});

const receive = async (receiveTimeout: number) =>
	await send({ url: urlOf(double, 'receiveNotification'), params: { receiveTimeout } });
const remove = async (receiptId: number) =>
	await send({ method: 'DELETE', url: `${urlOf(double, 'deleteNotification')}/${receiptId}` });

describe('the queue', () => {
	it('gives its head again and again, until it is deleted', async () => {
		double.queue.enqueue({ id: 1 }, { id: 2 });
		const first = JSON.parse((await receive(5)).data) as { receiptId: number; body: object };
		expect(first.body).toEqual({ id: 1 });
		expect(JSON.parse((await receive(5)).data)).toEqual(first);
		expect((await remove(first.receiptId)).data).toBe('{"result":true}');
		expect(JSON.parse((await receive(5)).data)).toMatchObject({ body: { id: 2 } });
		expect(JSON.parse((await remove(first.receiptId)).data)).toMatchObject({ result: false });
		expect(double.requestsOf('deleteNotification')).toMatchObject([
			{ receiptId: String(first.receiptId), status: 200 },
			{ status: 200 },
		]);
	});

	it('answers as soon as something comes', async () => {
		const answer = receive(60);
		while (double.openRequestsOf('receiveNotification') === 0) await sleep(5);
		double.queue.enqueue({ id: 1 });
		expect(JSON.parse((await answer).data)).toMatchObject({ body: { id: 1 } });
		expect(double.requestsOf('receiveNotification')).toMatchObject([{ receiveTimeout: 60 }]);
	});

	it.each(['null', ''] as const)('answers %j when nothing came in time', async (nothing) => {
		double.queue.nothing = nothing;
		expect(await receive(0.02)).toMatchObject({ status: 200, data: nothing });
	});

	it('can’t be read while a webhook URL is set', async () => {
		await post(double, 'setSettings', { webhookUrl: 'https://hooks.example.com' });
		const { status, data } = await receive(5);
		expect(status).toBe(400);
		expect(data).toContain('Message cannot be received because custom webhook url is set');
	});

	it('can have forgotten who received its head', async () => {
		double.queue.enqueue({ id: 1 });
		double.script(faults.findUnAckedMessage, { method: 'deleteNotification' });
		const { status, data } = await remove(1);
		expect(status).toBe(500);
		expect(data).toContain('findUnAckedMessage');
		const receipts = [];
		for (let time = 0; time < 2; time += 1) {
			receipts.push((JSON.parse((await receive(5)).data) as { receiptId: number }).receiptId);
			double.queue.renewReceipt();
		}
		expect(new Set(receipts).size).toBe(2);
	});

	it('is read 100 times a second, here in 100 seconds', async () => {
		await start({ rateFactor: 0.01 });
		double.queue.enqueue({ id: 1 });
		const statuses = (await Promise.all([receive(5), receive(5)])).map(({ status }) => status);
		expect(statuses.sort()).toEqual([200, 429]);
	});
});

describe('the settings', () => {
	const settings = async () =>
		JSON.parse((await get(double, 'getSettings')).data) as Record<string, string>;

	it('are off on a new instance, and what is written stays', async () => {
		expect(await settings()).toMatchObject({ incomingWebhook: 'no', webhookUrl: '' });
		expect((await post(double, 'setSettings', { incomingWebhook: 'yes' })).data).toBe(
			'{"saveSettings":true}',
		);
		expect(await settings()).toMatchObject({ incomingWebhook: 'yes', outgoingWebhook: 'no' });
	});

	it('restart the instance', async () => {
		await start({ restartMs: 50 });
		await post(double, 'setSettings', { incomingWebhook: 'yes' });
		const state = async () => (await get(double, 'getStateInstance')).data;
		expect(await state()).toBe('{"stateInstance":"starting"}');
		expect((await receive(0.01)).status).toBe(400);
		await sleep(60);
		expect(await state()).toBe('{"stateInstance":"authorized"}');
	});
});
