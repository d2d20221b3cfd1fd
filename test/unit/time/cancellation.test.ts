import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { CANCELLED, Cancellation } from '@package/nodes/shared/time';
import { settle } from '../../virtual-time/virtualClock';

/** Work that ends when the test says so. */
function work<T>() {
	let finish: (value: T) => void = () => undefined;
	let fail: (reason: unknown) => void = () => undefined;
	const done = new Promise<T>((resolve, reject) => {
		finish = resolve;
		fail = reject;
	});
	return { done, finish, fail };
}

/** What a promise came to, as far as it has: nothing while it waits. */
function watch(promise: Promise<unknown>): unknown[] {
	const came: unknown[] = [];
	void promise.then(
		(value) => came.push(value),
		(reason: unknown) => came.push(reason),
	);
	return came;
}

describe('waiting that can be ended', () => {
	it('gives what the work gives', async () => {
		expect(await new Cancellation().race(Promise.resolve('done'))).toBe('done');
	});

	it('throws what the work throws', async () => {
		const thrown = new Error('did not work');
		await expect(new Cancellation().race(Promise.reject(thrown))).rejects.toBe(thrown);
	});

	it('goes on until the work is done', async () => {
		const { done, finish } = work<string>();
		const came = watch(new Cancellation().race(done));
		await settle();
		expect(came).toEqual([]);
		finish('done');
		await settle();
		expect(came).toEqual(['done']);
	});

	it('ends at once for all who wait, whatever their work does later', async () => {
		const cancellation = new Cancellation();
		const works = [work<string>(), work<string>(), work<string>()];
		const came = works.map(({ done }) => watch(cancellation.race(done)));
		cancellation.cancel();
		await settle();
		expect(came).toEqual([[CANCELLED], [CANCELLED], [CANCELLED]]);

		works[0]?.finish('too late');
		works[1]?.fail(new Error('too late'));
		await settle();
		expect(came).toEqual([[CANCELLED], [CANCELLED], [CANCELLED]]);
	});

	it('does not begin once it was ended, even for work that is done', async () => {
		const cancellation = new Cancellation();
		cancellation.cancel();
		expect(await cancellation.race(Promise.resolve('done'))).toBe(CANCELLED);
		expect(await cancellation.race(work().done)).toBe(CANCELLED);
	});

	it('what the work throws after the end, or when none waits for it, disturbs nobody', async () => {
		const cancellation = new Cancellation();
		const { done, fail } = work();
		const came = watch(cancellation.race(done));
		cancellation.cancel();
		fail(new Error('too late'));
		came.push(await cancellation.race(Promise.reject(new Error('nobody waits'))));
		// Jest fails a test that leaves a rejection to nobody.
		await settle();
		expect(came).toEqual([CANCELLED, CANCELLED]);
	});

	it('keeps what was done before the end', async () => {
		const cancellation = new Cancellation();
		const came = watch(cancellation.race(Promise.resolve('done')));
		await settle();
		cancellation.cancel();
		await settle();
		expect(came).toEqual(['done']);
	});

	it('can be ended twice, and tells whether it was', () => {
		const cancellation = new Cancellation();
		expect(cancellation.isCancelled).toBe(false);
		cancellation.cancel();
		cancellation.cancel();
		expect(cancellation.isCancelled).toBe(true);
	});

	it('ends its own waiting only', async () => {
		const { done, finish } = work<string>();
		const [ended, other] = [new Cancellation(), new Cancellation()];
		const came = [watch(ended.race(done)), watch(other.race(done))];
		ended.cancel();
		finish('done');
		await settle();
		expect(came).toEqual([[CANCELLED], ['done']]);
	});

	it('holds on to nothing of what was waited for', async () => {
		setFlagsFromString('--expose_gc');
		const collectGarbage = runInNewContext('gc') as () => void;
		const cancellation = new Cancellation();
		const wait = async () => {
			const answer = { size: 'large' };
			const thrown = new Error('did not work');
			await cancellation.race(Promise.resolve(answer));
			await cancellation.race(Promise.reject(thrown)).catch(() => undefined);
			return [new WeakRef(answer), new WeakRef(thrown)];
		};
		const given = await wait();
		await settle();
		collectGarbage();
		expect(given.map((reference) => reference.deref())).toEqual([undefined, undefined]);
		expect(cancellation.isCancelled).toBe(false);
	});
});
