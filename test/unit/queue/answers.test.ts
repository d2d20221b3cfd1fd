import fc from 'fast-check';
import { Answer, type Outcome } from '@package/nodes/shared/green-api/answer';
import { failureOfStatus } from '@package/nodes/shared/green-api/failures';
import { type Batch, type LookUpOutcome, startBatch } from '@package/nodes/shared/queue/batch';
import { AnswerCache } from '@package/nodes/shared/queue/memory';
import { ProcessState } from '@package/nodes/shared/queue/process';
import { Timetable } from '@package/nodes/shared/time';
import { seededRandom } from '../../green-api-double/seededRandom';
import { requestFor } from '../../virtual-time/batches';
import { settle, VirtualClock } from '../../virtual-time/virtualClock';

interface Asked {
	question: string;
	manner: string;
	/** The server answers. */
	finish: (outcome: Outcome<Answer>) => void;
	/** The batch that sent it is stopped. */
	drop: () => void;
}

/** A batch, and its end. */
interface Asker {
	batch: Batch;
	stop: () => void;
}

interface Manners {
	manner?: string;
	cacheMs?: number;
	/** Whether nothing changes by asking. Default: so it is. */
	isRead?: boolean;
	/** Who asks. Default: another batch each time. */
	asker?: Asker;
}

interface FoundAnswer {
	outcome: LookUpOutcome;
	source: 'request' | 'shared' | 'cached' | 'retained' | 'none';
}

function found(text = '{"name":"Dealer"}'): Outcome<Answer> & { ok: true } {
	return { ok: true, value: new Answer(text) };
}

const REFUSED: Outcome<Answer> = { ok: false, failure: failureOfStatus(400, '') };
const OWN_REFUSAL = { ...REFUSED, inherited: false };
const MINUTE_MS = 60_000;

/** Batches of one process, and a server that answers when the test says so. */
function share({ maxEntries = 100, maxCharacters = 10_000 } = {}) {
	const clock = new VirtualClock();
	const cache = new AnswerCache(clock, maxEntries, maxCharacters);
	const state = new ProcessState(clock, seededRandom('answers'), new Timetable(clock), cache);
	const asked: Asked[] = [];

	/** @param retriedRun what the tries of one run have in common */
	function newAsker(retriedRun?: object): Asker {
		const controller = new AbortController();
		const stop = () => controller.abort();
		const batch = startBatch(
			async ({ body, timeout }) =>
				await new Promise((finish) => {
					const question = String(body?.chatId);
					asked.push({ question, manner: String(timeout), finish, drop: stop });
				}),
			{
				account: { key: 'account' },
				stopOnFailure: false,
				cancelSignal: controller.signal,
				retriedRun,
			},
			state,
		);
		return { batch, stop };
	}

	async function ask(question: string, manners: Manners = {}): Promise<FoundAnswer> {
		const { manner = '', cacheMs = 0, isRead = true, asker = newAsker() } = manners;
		const { batch } = asker;
		const request = requestFor(
			question,
			{ cacheSeconds: cacheMs / 1_000, requestsPerSecond: 0 },
			{ method: isRead ? 'getContactInfo' : 'addContact', timeout: MINUTE_MS * 60 + manner.length },
		);
		const before = batch.counts;
		const outcome = await batch.lookUp(request);
		if (!outcome.ok && outcome.inherited) return { outcome, source: 'none' };
		const sources = ['shared', 'cached', 'retained'] as const;
		const source = sources.find((name) => batch.counts[name] > before[name]);
		return { outcome, source: source ?? 'request' };
	}

	/** Asks, and has the server answer at once if it is asked. */
	async function source(
		question: string,
		manners: Manners = {},
		outcome: Outcome<Answer> = found(),
	) {
		const before = asked.length;
		const given = ask(question, manners);
		await settle();
		for (const { finish } of asked.slice(before)) finish(outcome);
		return (await given).source;
	}

	async function keep(question: string, cacheMs = MINUTE_MS, outcome: Outcome<Answer> = found()) {
		expect(await source(question, { cacheMs }, outcome)).toBe('request');
	}

	async function isKept(question: string, cacheMs = MINUTE_MS) {
		return (await source(question, { cacheMs }, REFUSED)) === 'cached';
	}

	return { clock, state, asked, newAsker, ask, source, keep, isKept };
}

function outcomesOf(all: readonly FoundAnswer[]) {
	return all.map(({ outcome }) => outcome);
}

function sourcesOf(all: readonly FoundAnswer[]) {
	return all.map(({ source }) => source);
}

const STOPPED = { ok: false, inherited: true, failure: { code: 'ERR_CANCELED' } };

describe('who asks the same at the same time', () => {
	it.each([
		['answer', found(), found()],
		['answer that there is nothing', found('null'), found('null')],
		['failure', REFUSED, OWN_REFUSAL],
	])('gets the same %s, by one request', async (_what, outcome, expected) => {
		const { asked, ask } = share();
		const all = Promise.all([ask('x'), ask('x'), ask('x')]);
		await settle();
		expect(asked).toHaveLength(1);
		asked[0]?.finish(outcome);
		expect(outcomesOf(await all)).toEqual([expected, expected, expected]);
		expect(asked).toHaveLength(1);
	});

	it('knows that it shares', async () => {
		const { asked, ask } = share();
		const all = Promise.all([ask('x'), ask('x'), ask('x')]);
		await settle();
		asked[0]?.finish(found());
		expect(sourcesOf(await all)).toEqual(['request', 'shared', 'shared']);
	});

	it('shares with who asks while the request is out, and not with who asks after it', async () => {
		const { asked, ask, source } = share();
		const first = ask('x');
		await settle();
		const second = ask('x');
		asked[0]?.finish(found());
		expect(sourcesOf(await Promise.all([first, second]))).toEqual(['request', 'shared']);
		expect(await source('x')).toBe('request');
	});

	it('shares no failure with who asks after it', async () => {
		const { source } = share();
		expect(await source('x', { cacheMs: MINUTE_MS }, REFUSED)).toBe('request');
		expect(await source('x', { cacheMs: MINUTE_MS })).toBe('request');
	});

	it('does not share with who asks something else', async () => {
		const { asked, ask } = share();
		const all = Promise.all([ask('x'), ask('y')]);
		await settle();
		expect(asked.map(({ question }) => question)).toEqual(['x', 'y']);
		asked[1]?.finish(found('"y"'));
		asked[0]?.finish(found('"x"'));
		expect(outcomesOf(await all)).toEqual([found('"x"'), found('"y"')]);
	});

	it('nor with who asks in another manner: each gets the tries it wants', async () => {
		const { asked, ask } = share();
		const all = Promise.all([ask('x', { manner: 'once' }), ask('x', { manner: 'twice' })]);
		await settle();
		expect(new Set(asked.map(({ manner }) => manner)).size).toBe(2);
		asked[0]?.finish(REFUSED);
		asked[1]?.finish(found());
		expect(outcomesOf(await all)).toEqual([OWN_REFUSAL, found()]);
	});
});

describe('when the one whose request it is does not want it any more', () => {
	it('exactly one of those who wait asks again, for all of them', async () => {
		const { asked, ask } = share();
		const dropped = ask('x');
		const followers = [ask('x'), ask('x'), ask('x')];
		await settle();
		asked[0]?.drop();
		expect((await dropped).outcome).toMatchObject(STOPPED);
		await settle();
		expect(asked).toHaveLength(2);

		asked[1]?.finish(found());
		const all = await Promise.all(followers);
		expect(outcomesOf(all)).toEqual([found(), found(), found()]);
		expect(sourcesOf(all)).toEqual(['request', 'shared', 'shared']);
		expect(asked).toHaveLength(2);
	});

	it('again and again, until there is an outcome', async () => {
		const { state, asked, ask } = share();
		const all = Promise.all(Array.from({ length: 5 }, async () => await ask('x')));
		await settle();
		for (let dropped = 0; dropped < 4; dropped++) {
			asked[dropped]?.drop();
			await settle();
			expect(asked).toHaveLength(dropped + 2);
		}
		asked[4]?.finish(REFUSED);
		expect(sourcesOf(await all)).toEqual([...Array<string>(4).fill('none'), 'request']);
		expect(state.held().questions).toBe(0);
	});

	it('who comes later joins the one who asks again', async () => {
		const { asked, ask } = share();
		void ask('x');
		const follower = ask('x');
		await settle();
		asked[0]?.drop();
		await settle();
		const later = ask('x');
		await settle();
		expect(asked).toHaveLength(2);
		asked[1]?.finish(found());
		expect(sourcesOf(await Promise.all([follower, later]))).toEqual(['request', 'shared']);
	});
});

describe('who does not want to wait for another’s request any more', () => {
	it('is let go at once, and the others get the answer', async () => {
		const { asked, newAsker, ask } = share();
		const asker = newAsker();
		const first = ask('x');
		const leaving = [ask('x', { asker }), ask('x', { asker })];
		const staying = ask('x');
		await settle();
		asker.stop();
		expect(sourcesOf(await Promise.all(leaving))).toEqual(['none', 'none']);

		asked[0]?.finish(found());
		expect(sourcesOf(await Promise.all([first, staying]))).toEqual(['request', 'shared']);
		expect(asked).toHaveLength(1);
	});

	it('does not ask by itself when that request is dropped at the same time', async () => {
		const { asked, newAsker, ask } = share();
		const asker = newAsker();
		void ask('x');
		const follower = ask('x', { asker });
		await settle();
		asked[0]?.drop();
		asker.stop();
		expect((await follower).source).toBe('none');
		expect(asked).toHaveLength(1);
	});

	it('does not wait for one that takes its own dropped request’s place', async () => {
		const { state, asked, newAsker, ask } = share();
		const asker = newAsker();
		void ask('x', { asker });
		const other = ask('x');
		const follower = ask('x', { asker });
		await settle();
		asked[0]?.drop();
		expect((await follower).source).toBe('none');
		await settle();
		asked[1]?.finish(found());
		expect(outcomesOf([await other])).toEqual([found()]);
		expect(state.held().questions).toBe(0);
	});
});

describe('an answer that is kept', () => {
	it('is given for as long as was wished, and asked for again then', async () => {
		const { clock, keep, source } = share();
		await keep('x');
		await clock.pass(MINUTE_MS - 1);
		expect(await source('x', { cacheMs: MINUTE_MS })).toBe('cached');
		await clock.pass(1);
		expect(await source('x', { cacheMs: MINUTE_MS })).toBe('request');
		expect(await source('x', { cacheMs: MINUTE_MS })).toBe('cached');
	});

	it('is the one that was found', async () => {
		const { ask, keep } = share();
		await keep('x', MINUTE_MS, found('"x"'));
		await keep('y', MINUTE_MS, found('"y"'));
		const cached = { cacheMs: MINUTE_MS };
		const both = await Promise.all([ask('x', cached), ask('y', cached)]);
		expect(outcomesOf(both)).toEqual([found('"x"'), found('"y"')]);
	});

	it('does not get younger by being used', async () => {
		const { clock, keep, isKept } = share();
		await keep('x');
		await clock.pass(MINUTE_MS / 2);
		expect(await isKept('x')).toBe(true);
		await clock.pass(MINUTE_MS / 2);
		expect(await isKept('x')).toBe(false);
	});

	it('is too old for who wishes for newer ones, and still good for others', async () => {
		const { clock, keep, source, isKept } = share();
		await keep('x');
		await clock.pass(10_000);
		expect(await source('x', { cacheMs: 10_000 }, REFUSED)).toBe('request');
		expect(await source('x', { cacheMs: 10_001 })).toBe('cached');
		expect(await isKept('x')).toBe(true);
	});

	it('is not given to who wishes for none, nor kept for those', async () => {
		const { keep, source, isKept } = share();
		expect(await source('x')).toBe('request');
		expect(await isKept('x')).toBe(false);
		await keep('x');
		expect(await source('x', {}, REFUSED)).toBe('request');
		expect(await isKept('x')).toBe(true);
	});

	it('goes by who wishes for it to be kept, also when another one asked', async () => {
		const { asked, ask, isKept } = share();
		const all = Promise.all([ask('x'), ask('x', { cacheMs: MINUTE_MS })]);
		await settle();
		asked[0]?.finish(found());
		await all;
		expect(await isKept('x')).toBe(true);
	});

	it('is not kept shorter because somebody else wishes for less', async () => {
		const { clock, asked, ask, isKept } = share();
		const all = Promise.all([ask('x', { cacheMs: MINUTE_MS }), ask('x', { cacheMs: 1_000 })]);
		await settle();
		asked[0]?.finish(found());
		await all;
		await clock.pass(2_000);
		expect(await isKept('x')).toBe(true);
	});

	it('is replaced by a newer one, which is as good as new', async () => {
		const { clock, keep, ask, source } = share();
		await keep('x', MINUTE_MS, found('"old"'));
		await clock.pass(30_000);
		expect(await source('x', { cacheMs: 10_000 }, found('"new"'))).toBe('request');
		const cached = await ask('x', { cacheMs: MINUTE_MS });
		expect(cached).toEqual({ outcome: found('"new"'), source: 'cached' });
		await clock.pass(5_000);
		expect(await source('x', { cacheMs: 10_000 })).toBe('cached');
	});

	it('is good for every manner of asking', async () => {
		const { keep, source } = share();
		await keep('x');
		expect(await source('x', { manner: 'once', cacheMs: MINUTE_MS })).toBe('cached');
	});

	it('is never that of another question', async () => {
		const { keep, isKept } = share();
		await keep('x');
		for (const question of ['', 'X', 'x ', 'xx', 'y']) expect(await isKept(question)).toBe(false);
	});

	it.each([
		['a failure', REFUSED],
		['that there is nothing', found('null')],
		['that there is nothing, with spaces', found(' null\n')],
	])('is never %s', async (_what, outcome) => {
		const { keep, isKept } = share();
		await keep('x', MINUTE_MS, outcome);
		expect(await isKept('x')).toBe(false);
	});

	it('is not asked for twice by who asks while it is fetched for the cache', async () => {
		const { asked, ask, isKept } = share();
		const cached = { cacheMs: MINUTE_MS };
		const all = Promise.all([ask('x', cached), ask('x', cached)]);
		await settle();
		asked[0]?.finish(found());
		expect(sourcesOf(await all)).toEqual(['request', 'shared']);
		expect(await isKept('x')).toBe(true);
	});
});

describe('the room for kept answers', () => {
	it('goes to those that were used last', async () => {
		const { keep, isKept } = share({ maxEntries: 3 });
		for (const question of ['a', 'b', 'c']) await keep(question);
		expect(await isKept('a')).toBe(true);
		await keep('d');
		expect(await isKept('b')).toBe(false);
		for (const question of ['a', 'c', 'd']) expect(await isKept(question)).toBe(true);
	});

	it('is bounded by how long they are, all together', async () => {
		const { keep, isKept } = share({ maxCharacters: 100 });
		const text = (length: number) => found(JSON.stringify('x'.repeat(length - 2)));
		await keep('a', MINUTE_MS, text(40));
		await keep('b', MINUTE_MS, text(40));
		await keep('c', MINUTE_MS, text(20));
		for (const question of ['a', 'b', 'c']) expect(await isKept(question)).toBe(true);
		await keep('d', MINUTE_MS, text(41));
		expect(await isKept('a')).toBe(false);
		expect(await isKept('b')).toBe(false);
		for (const question of ['c', 'd']) expect(await isKept(question)).toBe(true);
	});

	it('is not used up by what was replaced', async () => {
		const { clock, keep, source, isKept } = share({ maxEntries: 2, maxCharacters: 100 });
		const text = found(JSON.stringify('x'.repeat(40)));
		await keep('a', MINUTE_MS, text);
		for (let times = 0; times < 5; times++) {
			expect(await source('b', { cacheMs: 10 }, text)).toBe('request');
			await clock.pass(10);
		}
		expect(await isKept('a')).toBe(true);
	});

	it('is given back by those that are too old', async () => {
		const { clock, keep, isKept } = share({ maxCharacters: 100 });
		const text = found(JSON.stringify('x'.repeat(60)));
		await keep('short', 1_000, text);
		await clock.pass(2_000);
		expect(await isKept('short')).toBe(false);
		await keep('small', MINUTE_MS, found('{}'));
		await keep('large', MINUTE_MS, text);
		for (const question of ['small', 'large']) expect(await isKept(question)).toBe(true);
	});

	it('has none for an answer that is larger than all of it', async () => {
		const { keep, isKept } = share({ maxCharacters: 100 });
		await keep('x', MINUTE_MS, found(JSON.stringify('x'.repeat(200))));
		expect(await isKept('x')).toBe(false);
		await keep('y');
		expect(await isKept('y')).toBe(true);
	});

	it('is kept to, and the answers to their age, whatever is asked', async () => {
		const maxEntries = 4;
		const maxCharacters = 60;
		const step = fc.record({
			question: fc.constantFrom(...'abcdefgh'),
			cacheMs: fc.constantFrom(0, 50, 200, 1_000),
			length: fc.integer({ min: 2, max: 40 }),
			passMs: fc.nat({ max: 100 }),
		});
		await fc.assert(
			fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
				const { clock, ask, asked, isKept } = share({
					maxEntries,
					maxCharacters,
				});
				/** The newest answer to each question that anybody wished to be kept. */
				const newest = new Map<string, { text: string; at: number }>();
				for (const { question, cacheMs, length, passMs } of steps) {
					await clock.pass(passMs);
					const text = JSON.stringify('x'.repeat(length - 2));
					const before = asked.length;
					const given = ask(question, { cacheMs });
					await settle();
					asked[before]?.finish(found(text));
					const shared = await given;
					if (!shared.outcome.ok) throw new Error('No answer');
					if (cacheMs === 0) continue;
					if (shared.source === 'request') {
						newest.set(question, { text, at: clock.now() });
					} else {
						expect(clock.now() - (newest.get(question)?.at ?? -Infinity)).toBeLessThan(cacheMs);
					}
					expect(shared.outcome.value.text).toHaveLength(newest.get(question)?.text.length ?? -1);
				}
				const kept = [];
				for (const question of newest.keys()) {
					if (await isKept(question, Infinity)) kept.push(question);
				}
				const characters = kept.map((question) => newest.get(question)?.text.length ?? 0);
				expect(kept.length).toBeLessThanOrEqual(maxEntries);
				expect(characters.reduce((sum, length) => sum + length, 0)).toBeLessThanOrEqual(
					maxCharacters,
				);
			}),
			{ numRuns: 300 },
		);
	});
});

describe('a request that changes something', () => {
	it('is sent for each who asks, at the same time or later, and no answer is kept', async () => {
		const { asked, ask, source } = share();
		const write = { isRead: false, cacheMs: MINUTE_MS };
		const all = Promise.all([ask('x', write), ask('x', write)]);
		await settle();
		expect(asked).toHaveLength(2);
		for (const { finish } of asked) finish(found());
		expect(sourcesOf(await all)).toEqual(['request', 'request']);
		expect(await source('x', write)).toBe('request');
	});
});

describe('what an earlier try of the same run found', () => {
	function tries({ newAsker }: ReturnType<typeof share>) {
		const run = {};
		return () => newAsker(run);
	}

	it.each([
		['an answer', true, found()],
		['that there is nothing', true, found('null')],
		['that something was changed', false, found()],
	])('is not asked for again: %s', async (_what, isRead, outcome) => {
		const world = share();
		const { source } = world;
		const nextTry = tries(world);
		expect(await source('x', { isRead, asker: nextTry() }, outcome)).toBe('request');
		for (let count = 0; count < 3; count++) {
			expect(await source('x', { isRead, asker: nextTry() })).toBe('retained');
		}
	});

	it('is asked for again when it was a failure', async () => {
		const world = share();
		const { source } = world;
		const nextTry = tries(world);
		expect(await source('x', { asker: nextTry() }, REFUSED)).toBe('request');
		expect(await source('x', { asker: nextTry() })).toBe('request');
		expect(await source('x', { asker: nextTry() })).toBe('retained');
	});

	it('serves the next try once, so that asking again on purpose asks', async () => {
		const world = share();
		const { source } = world;
		const nextTry = tries(world);
		const first = { asker: nextTry() };
		expect(await source('x', first)).toBe('request');
		expect(await source('x', first)).toBe('request');
		const second = { asker: nextTry() };
		expect(await source('x', second)).toBe('retained');
		expect(await source('x', second)).toBe('request');
	});

	it('may also have come from the cache, or after that try was over', async () => {
		const world = share();
		const { asked, ask, keep, source } = world;
		const nextTry = tries(world);
		await keep('x', MINUTE_MS);
		const first = { asker: nextTry() };
		expect(await source('x', { ...first, cacheMs: MINUTE_MS })).toBe('cached');
		const late = ask('y', first);
		await settle();
		const second = { asker: nextTry() };
		expect(await source('x', second)).toBe('retained');
		asked.at(-1)?.finish(found());
		await late;
		expect(await source('y', second)).toBe('retained');
	});

	it('is nothing to another run', async () => {
		const { newAsker, source } = share();
		expect(await source('x', { asker: newAsker({}) })).toBe('request');
		expect(await source('x', { asker: newAsker({}) })).toBe('request');
		expect(await source('x')).toBe('request');
	});
});
