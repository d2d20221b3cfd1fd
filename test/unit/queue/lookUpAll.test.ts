import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Answer } from '@package/nodes/shared/green-api/answer';
import { failureOfStatus } from '@package/nodes/shared/green-api/failures';
import type { GreenApiMethod } from '@package/nodes/shared/green-api/methods';
import type { LookUpOutcome } from '@package/nodes/shared/queue/batch';
import { chatIds, newProcess, requestFor } from '../../virtual-time/batches';
import { answerFor, type SimulatedOptions } from '../../virtual-time/simulatedInstance';
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

describe('many changes', () => {
	const change = (chatId: string, firstName: string) =>
		requestFor(
			chatId,
			{ requestsPerSecond: 0 },
			{ method: 'editContact', body: { chatId, firstName } },
		);

	/** What a phone has, and which changes it was sent when. */
	const startPhone = (options: SimulatedOptions) => {
		const process = newProcess({ ...options, limit: Infinity });
		const names = new Map<string, unknown>();
		const batch = process.start({}, async (request) => {
			const reply = await process.instance.send(request);
			if (reply.ok) names.set(String(request.body?.chatId), request.body?.firstName);
			return reply;
		});
		return { ...process, names, batch };
	};
	const settle = async (outcomes: AsyncGenerator<LookUpOutcome, void>, taken: LookUpOutcome[]) => {
		for await (const outcome of outcomes) taken.push(outcome);
	};

	it('of one contact are made in their order, however long each takes', async () => {
		const ids = [...'abacabad'];
		const latencyMs = ({ body }: { body?: object }) => (8 - Number(Object(body).firstName)) * 1_000;
		const { clock, names, batch } = startPhone({ latencyMs });
		const taken: LookUpOutcome[] = [];
		void settle(batch.lookUpAll(ids.map((id, index) => change(id, String(index)))), taken);
		await clock.pass();
		expect(taken.map(({ ok }) => ok)).toEqual(ids.map(() => true));
		expect(Object.fromEntries(names)).toEqual({ a: '6', b: '5', c: '3', d: '7' });
	});

	it('do not wait for those of another contact', async () => {
		const latencyMs = ({ body }: { body?: object }) =>
			Object(body).firstName === '1' ? 100 * MINUTE_MS : 1;
		const { clock, instance, names, batch } = startPhone({ latencyMs });
		void settle(batch.lookUpAll([...'babacc'].map((id, index) => change(id, String(index)))), []);
		await clock.pass(MINUTE_MS);
		expect(Object.fromEntries(names)).toEqual({ b: '2', c: '5' });
		expect(instance.requests.filter(({ chatId }) => chatId === 'a')).toHaveLength(1);
	});

	const write = (chatId: string, method: GreenApiMethod) =>
		requestFor(chatId, { requestsPerSecond: 0 }, { method });

	it('of one contact go one after another in the whole process, tries again included', async () => {
		let isDown = true;
		const { clock, instance, start } = newProcess({
			limit: Infinity,
			latencyMs: () => 1_000,
			fault({ method }) {
				const isFirst = method === 'deleteContact' && isDown;
				if (isFirst) isDown = false;
				return isFirst ? failureOfStatus(502, '') : undefined;
			},
		});
		const taken: LookUpOutcome[] = [];
		void settle(start().lookUpAll([write('a', 'deleteContact')]), taken);
		await clock.pass(500);
		void settle(start().lookUpAll([write('a', 'addContact'), write('b', 'addContact')]), taken);
		await clock.pass();
		expect(taken.map(({ ok }) => ok)).toEqual([true, true, true]);
		const ofOne = instance.requests.filter(({ chatId }) => chatId === 'a');
		expect(ofOne.map(({ method }) => method)).toEqual([
			'deleteContact',
			'deleteContact',
			'addContact',
		]);
		// Nobody waits for a write to another chat.
		expect(instance.requests[1]?.chatId).toBe('b');
	});

	it('do not wait for those of another account', async () => {
		const { clock, instance, start } = newProcess({
			limit: Infinity,
			latencyMs: () => MINUTE_MS,
		});
		for (const key of ['one', 'other']) {
			const batch = start({ account: { key } });
			void settle(batch.lookUpAll([write('a', 'deleteContact')]), []);
		}
		await clock.pass(1);
		expect(instance.requests).toHaveLength(2);
	});

	it('end at once with a batch that is stopped, and make nobody wait for what it left', async () => {
		const { clock, instance, state, start } = newProcess({
			limit: Infinity,
			latencyMs: () => MINUTE_MS,
		});
		const controller = new AbortController();
		const stopped: LookUpOutcome[] = [];
		const taken: LookUpOutcome[] = [];
		void settle(start().lookUpAll([write('a', 'deleteContact')]), taken);
		const second = start({ cancelSignal: controller.signal });
		void settle(second.lookUpAll([write('a', 'addContact')]), stopped);
		void settle(start().lookUpAll([write('a', 'editContact')]), taken);
		await clock.pass(1);
		controller.abort();
		await clock.pass(1);
		expect(stopped).toMatchObject([{ ok: false, failure: { code: 'ERR_CANCELED' } }]);
		await clock.pass();
		expect(taken.map(({ ok }) => ok)).toEqual([true, true]);
		expect(instance.requests.map(({ method }) => method)).toEqual(['deleteContact', 'editContact']);
		expect(state.held().writes).toBe(0);
	});

	it('go on after one that fails for good', async () => {
		const fault = ({ body }: { body?: object }) =>
			Object(body).firstName === '0' ? failureOfStatus(466, 'correspondentsStatus') : undefined;
		const { clock, names, batch } = startPhone({ fault });
		const taken: LookUpOutcome[] = [];
		void settle(batch.lookUpAll(['a', 'a'].map((id, index) => change(id, String(index)))), taken);
		await clock.pass();
		expect(taken.map(({ ok }) => ok)).toEqual([false, true]);
		expect(names.get('a')).toBe('1');
	});

	it('end with the batch, those that wait for another one, too', async () => {
		const { clock, instance, batch } = startPhone({ fault: () => failureOfStatus(401, '') });
		const taken: LookUpOutcome[] = [];
		void settle(batch.lookUpAll(['a', 'a', 'a'].map((id) => change(id, 'name'))), taken);
		await clock.pass();
		expect(taken.map(({ ok }) => ok)).toEqual([false, false, false]);
		expect(instance.requests).toHaveLength(1);
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
