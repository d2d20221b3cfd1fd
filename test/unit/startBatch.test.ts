import fc from 'fast-check';
import type { Outcome } from '@package/nodes/GreenApi/green-api/answer';
import type { FailureKind } from '@package/nodes/GreenApi/green-api/failures';
import type { GreenApiRequest } from '@package/nodes/GreenApi/green-api/request';
import { startBatch } from '@package/nodes/GreenApi/lookups/startBatch';

const FOUND: Outcome<unknown> = { ok: true, value: { name: 'Dealer' } };

function failed(kind: FailureKind): Outcome<unknown> {
	return { ok: false, failure: { kind, message: kind, description: 'Run it again.', code: '400' } };
}

function lookUpOf(chatId: string): GreenApiRequest {
	return { method: 'getContactInfo', body: { chatId }, timeout: 1_000 };
}

/** Answers the requests in turn with `outcomes`, then with a contact, and notes what was sent. */
function scriptedSender(...outcomes: Array<Outcome<unknown>>) {
	const sent: string[] = [];
	const send = async (request: GreenApiRequest) => {
		const outcome = outcomes[sent.length] ?? FOUND;
		sent.push(request.body?.chatId ?? '');
		return await Promise.resolve(outcome);
	};
	return { send, sent };
}

describe('a batch of lookups', () => {
	it('sends requests in the order they were asked for and gives each its own answer', async () => {
		const second: Outcome<unknown> = { ok: true, value: null };
		const { send, sent } = scriptedSender(FOUND, second, failed('item'));
		const lookUp = startBatch(send, { stopOnFailure: false });

		const outcomes = await Promise.all(
			['a', 'b', 'c'].map(async (id) => await lookUp(lookUpOf(id))),
		);
		expect(sent).toEqual(['a', 'b', 'c']);
		expect(outcomes).toEqual([FOUND, second, failed('item')]);
	});

	it('hands each request on as it is', async () => {
		const request = Object.freeze(lookUpOf('a'));
		const send = jest.fn(async () => await Promise.resolve(FOUND));
		await startBatch(send, { stopOnFailure: false })(request);
		expect(send).toHaveBeenCalledWith(request);
	});

	it('sends one only when the one before it was answered', async () => {
		const answers: Array<() => void> = [];
		const sent: string[] = [];
		const lookUp = startBatch(
			async (request) =>
				await new Promise((resolve) => {
					sent.push(request.body?.chatId ?? '');
					answers.push(() => resolve(FOUND));
				}),
			{ stopOnFailure: false },
		);
		const all = Promise.all(['a', 'b'].map(async (id) => await lookUp(lookUpOf(id))));

		await new Promise(setImmediate);
		expect(sent).toEqual(['a']);
		answers[0]?.();
		await new Promise(setImmediate);
		expect(sent).toEqual(['a', 'b']);
		answers[1]?.();
		await expect(all).resolves.toEqual([FOUND, FOUND]);
	});

	it('takes requests after earlier ones were answered, too', async () => {
		const { send, sent } = scriptedSender();
		const lookUp = startBatch(send, { stopOnFailure: true });
		await lookUp(lookUpOf('a'));
		await lookUp(lookUpOf('b'));
		expect(sent).toEqual(['a', 'b']);
	});

	it('sends nothing before it is asked', async () => {
		const { send, sent } = scriptedSender();
		startBatch(send, { stopOnFailure: false });
		await new Promise(setImmediate);
		expect(sent).toEqual([]);
	});

	it.each<FailureKind>(['item', 'transient'])(
		'goes on after a failure that may concern one request only: %s',
		async (kind) => {
			const { send, sent } = scriptedSender(failed(kind));
			const lookUp = startBatch(send, { stopOnFailure: false });
			const outcomes = await Promise.all(['a', 'b'].map(async (id) => await lookUp(lookUpOf(id))));
			expect(sent).toEqual(['a', 'b']);
			expect(outcomes).toEqual([failed(kind), FOUND]);
		},
	);

	it('ends at a failure that holds for the whole instance; what was to come carries it', async () => {
		const { send, sent } = scriptedSender(FOUND, failed('instance'));
		const lookUp = startBatch(send, { stopOnFailure: false });
		const asked = ['a', 'b', 'c', 'd'].map(async (id) => await lookUp(lookUpOf(id)));

		expect(await Promise.all(asked)).toEqual([FOUND, ...Array(3).fill(failed('instance'))]);
		expect(await lookUp(lookUpOf('e'))).toEqual(failed('instance'));
		expect(sent).toEqual(['a', 'b']);
	});

	it.each<FailureKind>(['item', 'transient', 'instance'])(
		'ends at the first failure of any kind when the workflow is to stop: %s',
		async (kind) => {
			const { send, sent } = scriptedSender(FOUND, failed(kind), FOUND);
			const lookUp = startBatch(send, { stopOnFailure: true });
			const asked = ['a', 'b', 'c'].map(async (id) => await lookUp(lookUpOf(id)));

			expect(await Promise.all(asked)).toEqual([FOUND, failed(kind), failed(kind)]);
			expect(sent).toEqual(['a', 'b']);
		},
	);

	it('an end is that batch’s own', async () => {
		const { send, sent } = scriptedSender(failed('instance'));
		await startBatch(send, { stopOnFailure: true })(lookUpOf('a'));
		expect(await startBatch(send, { stopOnFailure: true })(lookUpOf('b'))).toEqual(FOUND);
		expect(sent).toEqual(['a', 'b']);
	});

	it('sends as many as make sense, whatever the answers', async () => {
		const outcome = fc.constantFrom(FOUND, failed('item'), failed('transient'), failed('instance'));
		await fc.assert(
			fc.asyncProperty(fc.array(outcome), fc.boolean(), async (outcomes, stopOnFailure) => {
				const { send, sent } = scriptedSender(...outcomes);
				const lookUp = startBatch(send, { stopOnFailure });
				const ends = outcomes.findIndex(
					(one) => !one.ok && (stopOnFailure || one.failure.kind === 'instance'),
				);
				const last = ends === -1 ? outcomes.length - 1 : ends;

				const given = await Promise.all(
					outcomes.map(async (_, index) => await lookUp(lookUpOf(String(index)))),
				);
				expect(sent).toEqual(outcomes.slice(0, last + 1).map((_, index) => String(index)));
				expect(given).toEqual(outcomes.map((one, index) => (index > last ? outcomes[last] : one)));
			}),
		);
	});
});
