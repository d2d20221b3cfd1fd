import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Answer } from '@package/nodes/shared/green-api/answer';
import { failureOfStatus } from '@package/nodes/shared/green-api/failures';
import type { LookUpOutcome } from '@package/nodes/shared/queue/batch';
import { chatIds, newProcess, requestFor } from '../../virtual-time/batches';
import { answerFor } from '../../virtual-time/simulatedInstance';
import { settle } from '../../virtual-time/virtualClock';

const MINUTE_MS = 60_000;

/** Looks all up, taking each outcome as it comes. */
function takeAll(
	{ start }: Pick<ReturnType<typeof newProcess>, 'start'>,
	ids: readonly string[],
	policy = {},
) {
	const batch = start();
	const taken: LookUpOutcome[] = [];
	const done = (async () => {
		const requests = ids.map((chatId) => requestFor(chatId, policy));
		for await (const outcome of batch.lookUpAll(requests)) taken.push(outcome);
	})();
	return { batch, taken, done };
}

const found = (chatId: string): LookUpOutcome => ({ ok: true, value: answerFor(chatId) });

describe('many lookups', () => {
	it('give their outcomes in order, however long each takes', async () => {
		const process = newProcess({ latencyMs: ({ body }) => (Number(body?.chatId) % 7) * 1_000 });
		const ids = chatIds(600);
		const { taken } = takeAll(process, ids);
		await process.clock.pass();
		expect(taken).toEqual(ids.map(found));
		expect(process.instance.requests).toHaveLength(600);
	});

	it('ask once for each contact, however far apart it comes', async () => {
		const process = newProcess({ limit: Infinity });
		const ids = [...chatIds(700), ...chatIds(700)];
		const { taken, batch } = takeAll(process, ids, { requestsPerSecond: 0 });
		await process.clock.pass();
		expect(taken).toEqual(ids.map(found));
		expect(process.instance.requests).toHaveLength(700);
		expect(batch.counts).toMatchObject({ shared: 700 });
	});

	it('hold no answer once its contact does not come any more', async () => {
		setFlagsFromString('--expose_gc');
		const collectGarbage = runInNewContext('gc') as () => void;
		const process = newProcess({ limit: Infinity });
		const ids = ['a', 'a', 'hangs'];
		const outcomes = process.start({}, async (request) => {
			if (request.body?.chatId === 'hangs') return await new Promise(() => undefined);
			return { ok: true, value: new Answer('"long"') };
		});
		const requests = ids.map((chatId) => requestFor(chatId, { requestsPerSecond: 0 }));
		const all = outcomes.lookUpAll(requests);
		const take = async () => {
			const next = all.next();
			await process.clock.pass(1);
			const { value } = await next;
			return new WeakRef(value && value.ok ? value.value : {});
		};
		const taken = [await take(), await take()];
		expect(taken[0]?.deref()).toBe(taken[1]?.deref());
		void all.next();
		await settle();
		collectGarbage();
		expect(taken[0]?.deref()).toBeUndefined();
	});

	it('begin no more than is needed until outcomes come', async () => {
		const process = newProcess({ latencyMs: () => MINUTE_MS });
		takeAll(process, chatIds(10_000), { requestsPerSecond: 0 });
		await process.clock.pass(MINUTE_MS / 2);
		expect(process.instance.requests).toHaveLength(1);
	});

	it('are not held up by one that gets no answer', async () => {
		const process = newProcess({
			limit: 1_000,
			headers: true,
			latencyMs: ({ body }) => (body?.chatId === '0' ? 100 * MINUTE_MS : 1),
		});
		takeAll(process, chatIds(2_000));
		await process.clock.pass(40 * MINUTE_MS);
		expect(process.instance.requests).toHaveLength(2_000);
	});

	it('end with the batch, each with what ended it', async () => {
		const process = newProcess({
			fault: ({ body }) => (body?.chatId === '2' ? failureOfStatus(401, '') : undefined),
		});
		const { taken } = takeAll(process, chatIds(1_000));
		await process.clock.pass(MINUTE_MS);
		expect(taken).toHaveLength(1_000);
		expect(taken.slice(0, 2)).toEqual(chatIds(2).map(found));
		expect(taken[2]).toMatchObject({ ok: false, inherited: false });
		expect(taken.slice(3).every((outcome) => !outcome.ok && outcome.inherited)).toBe(true);
		expect(process.instance.requests).toHaveLength(3);
	});

	it('make nobody wait who asks for a contact at their end', async () => {
		const process = newProcess();
		const sync = takeAll(process, chatIds(1_000));
		await process.clock.pass(10_000);
		const webhook = process.ask(process.start(), ['200']);
		await process.clock.pass(3_000);
		expect(webhook[0]?.outcome).toEqual(found('200'));
		await process.clock.pass();
		expect(sync.taken).toEqual(chatIds(1_000).map(found));
		// The webhook's answer came before the sync's turn, which may ask again then.
		expect(process.instance.requests.length).toBeLessThanOrEqual(1_001);
	});
});

describe('workflows with different rates', () => {
	it('do not hold each other up, and keep to their own', async () => {
		const process = newProcess();
		const slow = process.ask(process.start(), chatIds(5, 'slow'), { requestsPerSecond: 0.1 });
		const fast = process.ask(process.start(), chatIds(80, 'fast'));
		await process.clock.pass(100_000);
		expect(fast.filter(({ outcome }) => outcome?.ok)).toHaveLength(80);
		await process.clock.pass();
		expect(slow.every(({ outcome }) => outcome?.ok)).toBe(true);
		const times = process.instance.requests
			.filter(({ chatId }) => chatId.startsWith('slow'))
			.map(({ sentAt }) => sentAt);
		times.slice(1).forEach((at, index) => expect(at - (times[index] ?? 0)).toBeGreaterThan(9_999));
	});

	it('hardly ever ask at a rate that is hardly more than 0', async () => {
		const process = newProcess();
		process.ask(process.start(), chatIds(2), { requestsPerSecond: 1e-307 });
		await process.clock.pass(60 * MINUTE_MS);
		expect(process.instance.requests).toHaveLength(1);
	});
});

describe('a rate that is far too high', () => {
	it.each([
		[20, 50],
		[20, 1_000],
		[1_000, 50],
		[1_000, 5_000],
	])(
		'of %d a second is found out, with answers after %d ms',
		async (requestsPerSecond, latencyMs) => {
			const process = newProcess({ latencyMs: () => latencyMs, refusalLatencyMs: () => 50 });
			const { taken } = takeAll(process, chatIds(120), { requestsPerSecond });
			await process.clock.pass();
			expect(taken.every(({ ok }) => ok)).toBe(true);
			const late = process.instance.requests.slice(-80);
			expect(late.filter(({ isRefused }) => isRefused).length).toBeLessThan(20);
			expect(process.instance.requests.length).toBeLessThan(1_000);
		},
	);
});

describe('without retries', () => {
	it('the pace learns from refusals all the same', async () => {
		let turn = 0;
		const process = newProcess({ wayMs: () => ((turn++ * 7919) % 1000) / 20 });
		const { taken } = takeAll(process, chatIds(500), { maxRetries: 0 });
		await process.clock.pass();
		expect(taken.filter(({ ok }) => !ok).length).toBeLessThan(25);
	});
});
