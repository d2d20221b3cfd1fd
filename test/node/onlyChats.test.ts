/** "Only Chats": one person, whatever the notification calls them. */

import type { IDataObject } from 'n8n-workflow';
import { listenToLog } from '../engine/n8nVersions';
import { privacyIdOf } from '../green-api-double/contacts';
import { type Fault, faults, refusal } from '../green-api-double/faults';
import { idsOf, message, TIME_FACTOR, until, useTriggers } from './triggers';
import { systemTimers } from '@package/nodes/shared/time';

const { parts, activate, asks, queueLength } = useTriggers();

const STRANGER = '79009999999@c.us';

let log: string[];
let endLog: () => void;

beforeEach(() => {
	log = [];
	endLog = listenToLog((...line) => log.push(JSON.stringify(line)));
});
afterEach(() => {
	endLog();
	expect(log.join()).not.toContain(parts.double.apiTokenInstance);
});

const logged = (words: string) => log.filter((line) => line.includes(words));

async function listen(onlyChats: string[], more: Parameters<typeof activate>[1] = {}) {
	return await activate({ deleteFromQueue: 'immediately', options: { onlyChats } }, more);
}

/** @returns which of the chats start the workflow */
async function startedBy(trigger: Awaited<ReturnType<typeof listen>>, chatIds: string[]) {
	const { length } = trigger.emissions;
	parts.double.queue.enqueue(...chatIds.map((chatId) => message(chatId, chatId)));
	await queueLength(0);
	return idsOf(trigger).slice(length);
}

describe.each([
	['+55 47 98921-0000', '5547989210000', '554789210000'],
	['+52 55 1234 5678', '525512345678', '5215512345678'],
	['+54 11 6677-3399', '541166773399', '5491166773399'],
	['+7 900 123-45-67', '79001234567', '79001234567'],
])('%s', (written, number, own) => {
	const lid = privacyIdOf(`${number}@c.us`);
	const ids = [...new Set([`${number}@c.us`, `${own}@c.us`, `${own}@s.whatsapp.net`, lid])];

	it('starts the workflow under every id of the person', async () => {
		const answer = { existsWhatsapp: true, chatId: lid, phoneNumber: `${own}@c.us` };
		parts.double.addressBook.setCheck(`${number}@c.us`, answer);
		const trigger = await listen([written]);
		expect(await startedBy(trigger, [...ids, STRANGER, privacyIdOf(STRANGER)])).toEqual(ids);
		expect(logged('Only Chats')).toEqual([]);
	});

	it('does so by the number’s ids where checkWhatsapp does not answer', async () => {
		parts.double.script(refusal(500, 'Internal'), { method: 'checkWhatsapp', times: 99 });
		const trigger = await listen([written]);
		expect(await startedBy(trigger, ids)).toEqual(ids.filter((id) => id !== lid));
	});
});

it('a privacy id is its number, too', async () => {
	const lid = '11111111111111@lid';
	parts.double.addressBook.setCheck(lid, {
		existsWhatsapp: true,
		chatId: lid,
		phoneNumber: '5215512345678@c.us',
	});
	const ids = [lid, '5215512345678@c.us', '525512345678@c.us'];
	expect(await startedBy(await listen([lid]), [...ids, STRANGER])).toEqual(ids);
});

it('the quota is spent once: what is known is not asked about again', async () => {
	const numbers = Array.from({ length: 20 }, (_, index) => `+7900123456${index % 10}`);
	const staticData: IDataObject = {};
	await listen(numbers, { staticData });
	expect(asks('checkWhatsapp')).toHaveLength(10);
	const saved = JSON.parse(JSON.stringify(staticData)) as IDataObject;
	expect(JSON.stringify(saved)).not.toContain(parts.double.apiTokenInstance);

	const again = await listen([...numbers, '+79001112233'], { staticData: saved });
	expect(
		asks('checkWhatsapp')
			.slice(10)
			.map(({ chatId }) => chatId),
	).toEqual(['79001112233@c.us']);
	const lid = privacyIdOf('79001234567@c.us');
	expect(await startedBy(again, [lid])).toEqual([lid]);

	const fewer = JSON.parse(JSON.stringify(saved)) as IDataObject;
	await listen(['+79001112234'], { staticData: fewer });
	expect(JSON.stringify(fewer)).toContain('79001112234@c.us');
	expect(JSON.stringify(fewer)).not.toContain('79001234567@c.us');
});

it('what another instance was told is asked about anew', async () => {
	const staticData: IDataObject = {};
	await listen(['+79001234567'], { staticData });
	const saved = JSON.stringify(staticData).replaceAll(parts.double.idInstance, '1101000999');
	await listen(['+79001234567'], { staticData: JSON.parse(saved) as IDataObject });
	expect(asks('checkWhatsapp')).toHaveLength(2);
});

it.each<[string, () => unknown]>([
	['a failure', () => parts.double.script(refusal(500, 'Internal'), { method: 'checkWhatsapp' })],
	[
		'a used-up quota',
		() => parts.double.script(faults.requestQuotaExceeded, { method: 'checkWhatsapp' }),
	],
	[
		'nobody on WhatsApp',
		() =>
			parts.double.addressBook.setCheck('79001234567@c.us', {
				existsWhatsapp: false,
				chatId: '',
				phoneNumber: '',
			}),
	],
	[
		'an answer without a privacy id',
		() => parts.double.addressBook.setCheck('79001234567@c.us', { existsWhatsapp: true }),
	],
])('%s: goes on by number, and is asked about at the next activation', async (_what, prepare) => {
	prepare();
	const staticData: IDataObject = {};
	const trigger = await listen(['+79001234567'], { staticData });
	expect(logged('the other IDs of 1 of 1 people')).toHaveLength(1);
	const lid = privacyIdOf('79001234567@c.us');
	const chats = [lid, '79001234567@c.us', '10000000000001@lid', STRANGER];
	expect(await startedBy(trigger, chats)).toEqual(['79001234567@c.us']);
	expect(logged('privacy ID started nothing')).toHaveLength(1);
	await listen(['+79001234567'], { staticData });
	expect(asks('checkWhatsapp')).toHaveLength(2);
});

it('a used-up quota ends the asking: no more is sent than was in flight', async () => {
	parts.double.script(faults.requestQuotaExceeded, { method: 'checkWhatsapp', times: 999 });
	await listen(Array.from({ length: 500 }, (_, index) => `+79001234${100 + index}`));
	expect(asks('checkWhatsapp').length).toBeLessThanOrEqual(64);
	expect(logged('the other IDs of 500 of 500 people')).toHaveLength(1);
});

it('a refusal for the pace is tried again', async () => {
	parts.double.script(faults.tooManyRequests, { method: 'checkWhatsapp', times: 2 });
	const lid = privacyIdOf('79001234567@c.us');
	expect(await startedBy(await listen(['+79001234567']), [lid])).toEqual([lid]);
});

it('a test in the editor resolves as well, and does not fail for it', async () => {
	const lid = privacyIdOf('79001234567@c.us');
	const test = await listen(['+79001234567'], { mode: 'manual' });
	parts.double.queue.enqueue(message('a', lid));
	await until('the notification', () => test.emissions.length === 1);
	parts.double.script(refusal(500, 'Internal'), { method: 'checkWhatsapp' });
	await listen(['+79001234567'], { mode: 'manual' });
	expect(logged('the other IDs of 1 of 1 people')).toHaveLength(1);
});

it('where the instance is starting, it asks when it is up', async () => {
	parts.double.setState(parts.double.idInstance, 'starting');
	const trigger = await listen(['+79001234567']);
	expect(asks('checkWhatsapp')).toEqual([]);
	parts.double.setState(parts.double.idInstance, 'authorized');
	const lid = privacyIdOf('79001234567@c.us');
	expect(await startedBy(trigger, [lid])).toEqual([lid]);
});

it('raw output is the notification, with a field called json, too', async () => {
	const trigger = await activate({ deleteFromQueue: 'immediately', output: 'raw' });
	const notification = { ...message('a'), json: { other: 1 } };
	parts.double.queue.enqueue(notification);
	await queueLength(0);
	expect(trigger.emissions[0]?.json).toEqual([notification]);
});

const never: Fault = { kind: 'drip' };

/** Brings deadlines nearer. */
function speedUpTimers(): void {
	const { now, start } = systemTimers;
	const factor = TIME_FACTOR;
	jest.spyOn(systemTimers, 'now').mockImplementation(() => now() * factor);
	jest.spyOn(systemTimers, 'start').mockImplementation((ms, wake) => start(ms / factor, wake));
}

it('an answer that never ends is not waited for', async () => {
	speedUpTimers();
	parts.double.script(never, { method: 'checkWhatsapp', times: 99 });
	const trigger = await listen(['+79001234567']);
	expect(logged('the other IDs of 1 of 1 people')).toHaveLength(1);
	await until('no request', () => parts.double.openRequestsOf('checkWhatsapp') === 0);
	expect(await startedBy(trigger, ['79001234567@c.us'])).toEqual(['79001234567@c.us']);
});
