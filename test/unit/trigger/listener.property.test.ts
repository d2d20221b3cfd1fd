/** Whatever workflows, executions, n8n and the network do: nobody loses what it is owed. */

import type { Ending } from '@package/nodes/GreenApiTrigger/delivery';
import type { Send } from '@package/nodes/GreenApiTrigger/queueRequests';
import { failureOf } from '@package/nodes/shared/green-api/failures';
import fc from 'fast-check';
import { type Fault, SimulatedQueue } from './simulatedQueue';

const KEYS = ['a', 'b', 'c'] as const;
type Key = (typeof KEYS)[number];

const WISHES: Readonly<Record<Key, (id: number) => boolean>> = {
	a: (id) => id % 3 > 0,
	b: () => true,
	c: (id) => id % 2 === 0,
};

/** n8n 2.41: a lease of a process that was killed, and the time until somebody looks (`START_MS`). */
const LEASE_MS = 135_000;

/** n8n 2.41, `retryTriggerActivation`: 5 attempts, 1, 2, 4 and 8 s apart. */
const ATTEMPTS = 5;

const FAULTS: Fault[] = [
	{ code: 'ECONNRESET' },
	{ code: 'ECONNRESET', isDone: true },
	{ status: 401, body: '' },
	{ status: 429, body: '' },
	{ status: 502, body: '' },
	{ status: 400, body: 'instance in starting process try later' },
	{ status: 200, body: '' },
];

interface Coming {
	/** From a workflow's turn to the call of its trigger. */
	gapMs: number;
	/** How long the call takes. */
	takesMs: number;
	/** How many calls fail before one succeeds. */
	failures: number;
}

const SUCCESS = { ending: 'succeeded', takesMs: 0 } as const;

interface Workflow {
	isPublished: boolean;
	/** It was active, is being activated or is being brought back, with the right token. */
	isOwed: boolean;
	token: 'right' | 'wrong';
	/** Goes up whenever n8n begins to do something else with it. */
	turn: number;
	leave: (() => void) | undefined;
	done: Set<number>;
}

/** n8n with three workflows on one queue; the credential of each may be edited. */
class SimulatedN8n {
	readonly queue = new SimulatedQueue();
	readonly violations: string[] = [];
	readonly workflows: Record<Key, Workflow>;
	/** Goes up with each process. */
	private process = 0;
	private runs = 0;

	/**
	 * @param deletion of all triggers
	 * @param executions how they go, in turn
	 */
	constructor(
		private readonly deletion: 'executionSucceeds' | 'executionFinishes',
		private readonly executions: ReadonlyArray<{ ending: Ending; takesMs: number }>,
	) {
		const fresh = (): Workflow => ({
			isPublished: false,
			isOwed: false,
			token: 'right',
			turn: 0,
			leave: undefined,
			done: new Set(),
		});
		this.workflows = { a: fresh(), b: fresh(), c: fresh() };
		this.queue.hooks.onSend = ({ method, by, receiptId }) => {
			if (this.workflows[by as Key].token !== 'right') this.violations.push(`${by} sent ${method}`);
			const id = method === 'deleteNotification' ? this.queue.idOf(Number(receiptId)) : undefined;
			if (id !== undefined) this.checkDeletion(id);
		};
	}

	private checkDeletion(id: number): void {
		for (const key of KEYS) {
			const { isOwed, done } = this.workflows[key];
			if (isOwed && WISHES[key](id) && !done.has(id)) this.violations.push(`${key} lost ${id}`);
		}
	}

	publish(key: Key, coming: Coming): void {
		this.workflows[key].isPublished = true;
		this.stop(key);
		void this.bring(key, coming);
	}

	unpublish(key: Key): void {
		Object.assign(this.workflows[key], { isPublished: false, isOwed: false });
		this.stop(key);
	}

	edit(key: Key, token: Workflow['token']): void {
		const workflow = this.workflows[key];
		workflow.token = token;
		if (token === 'wrong') workflow.isOwed = false;
	}

	/**
	 * The process ends at once, and another one activates one workflow after the other, but for the one
	 * that was just being activated.
	 */
	kill(coming: Coming, leased: Key | null): void {
		for (const key of KEYS) this.stop(key);
		this.process += 1;
		this.queue.restart();
		if (leased && this.workflows[leased].isPublished) {
			void this.bring(leased, { ...coming, gapMs: LEASE_MS });
		}
		void (async () => {
			for (const key of KEYS) {
				if (!this.workflows[key].isPublished || key === leased) continue;
				// n8n does not wait for further attempts of the one before.
				await new Promise<void>((tried) => void this.bring(key, coming, tried).then(tried));
			}
		})();
	}

	private stop(key: Key): void {
		const workflow = this.workflows[key];
		workflow.turn += 1;
		workflow.leave?.();
		workflow.leave = undefined;
	}

	/** As n8n does it, with waits between attempts that fail. */
	private async bring(
		key: Key,
		{ gapMs, takesMs, failures }: Coming,
		tried: () => void = () => {},
	): Promise<void> {
		const workflow = this.workflows[key];
		const { turn } = workflow;
		const { listeners, listener, clock } = this.queue;
		await clock.sleep(gapMs);
		for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
			if (workflow.turn !== turn) return;
			if (workflow.token === 'right') {
				workflow.isOwed = true;
				const isActive = await listeners
					.whileActivating(key, async () => {
						await clock.sleep(takesMs);
						const isRefused = attempt < failures || workflow.token !== 'right';
						if (isRefused || workflow.turn !== turn) throw new Error('not activated');
						workflow.leave = listener.join(this.subscriber(key));
					})
					.then(
						() => true,
						() => false,
					);
				if (isActive) return;
			}
			tried();
			if (workflow.turn === turn) await clock.sleep(1_000 * 2 ** attempt);
		}
		if (workflow.turn === turn) workflow.isOwed = false;
	}

	private subscriber(key: Key) {
		const workflow = this.workflows[key];
		const changed = failureOf('credentialChanged', 'CREDENTIAL_CHANGED');
		const sendRight = this.queue.sendAs(key);
		const send: Send = async (request, signal) =>
			workflow.token === 'right'
				? await sendRight(request, signal)
				: { ok: false, failure: changed };
		const subscriber = this.queue.subscriber(key, {
			deletion: this.deletion,
			maxDeliveries: 1_000,
			send,
			wants: ({ id }) => WISHES[key](Number(id)),
			checkAccount: async () => (workflow.token === 'right' ? undefined : changed),
			fail: () => {
				this.stop(key);
				void this.bring(key, { gapMs: 0, takesMs: 100, failures: 0 });
			},
		});
		const { start } = subscriber;
		subscriber.start = async (notification) => {
			if (workflow.token !== 'right') this.violations.push(`${key} got another account's`);
			const started = start(notification);
			void this.run(key);
			return await started;
		};
		return subscriber;
	}

	/** Runs the execution that was started last, unless it dies with its process. */
	private async run(key: Key): Promise<void> {
		const { process } = this;
		const execution = this.queue.started.at(-1);
		const { ending, takesMs } = this.executions[this.runs % this.executions.length] ?? SUCCESS;
		this.runs += 1;
		await this.queue.clock.sleep(takesMs);
		if (process !== this.process || !execution) return;
		const isDone =
			ending === 'succeeded' || (ending === 'failed' && this.deletion === 'executionFinishes');
		if (isDone) this.workflows[key].done.add(execution.id);
		execution.end(ending);
	}
}

const key = fc.constantFrom(...KEYS);
const coming = (longestGapMs: number) =>
	fc.record({
		gapMs: fc.integer({ min: 0, max: longestGapMs }),
		takesMs: fc.oneof(fc.integer({ min: 0, max: 1_000 }), fc.integer({ min: 0, max: 60_000 })),
		failures: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 4 })),
	});
const kind = <Kind extends string>(name: Kind) => fc.constant(name);

const step = fc.oneof(
	{
		weight: 3,
		arbitrary: fc.record({ kind: kind('enqueue'), count: fc.integer({ min: 1, max: 4 }) }),
	},
	// A save is a publication of what is published.
	{ weight: 3, arbitrary: fc.record({ kind: kind('publish'), key, coming: coming(11_000) }) },
	{ weight: 1, arbitrary: fc.record({ kind: kind('unpublish'), key }) },
	{
		weight: 1,
		arbitrary: fc.record({ kind: kind('edit'), key, token: fc.constantFrom('right', 'wrong') }),
	},
	{
		weight: 1,
		arbitrary: fc.record({ kind: kind('kill'), coming: coming(3_000), leased: fc.option(key) }),
	},
	{
		weight: 2,
		arbitrary: fc.record({
			kind: kind('fault'),
			method: fc.constantFrom('receiveNotification', 'deleteNotification'),
			fault: fc.constantFrom(...FAULTS),
		}),
	},
	{
		weight: 4,
		arbitrary: fc.record({ kind: kind('pass'), ms: fc.integer({ min: 0, max: 30_000 }) }),
	},
);

const isSuccess = ({ ending }: { ending: Ending }) => ending === 'succeeded';

const run = fc.record({
	deletion: fc.constantFrom('executionFinishes' as const, 'executionSucceeds' as const),
	executions: fc.array(
		fc.record({
			ending: fc.constantFrom<Ending>(
				'succeeded',
				'succeeded',
				'succeeded',
				'failed',
				'notStarted',
			),
			takesMs: fc.oneof(fc.constant(10), fc.integer({ min: 0, max: 30_000 })),
		}),
		{ maxLength: 8 },
	),
	before: fc.integer({ min: 0, max: 60_000 }),
	steps: fc.array(step, { maxLength: 30 }),
});

it('who was active, or was being brought back, gets all it wants, in order, by its own token', async () => {
	let [deleted, kept] = [0, 0];
	await fc.assert(
		fc.asyncProperty(run, async ({ deletion, executions, before, steps }) => {
			const n8n = new SimulatedN8n(deletion, executions);
			const { queue, workflows } = n8n;
			let next = 0;
			for (const each of KEYS) n8n.publish(each, { gapMs: 0, takesMs: 100, failures: 0 });
			await queue.clock.pass(before);
			for (const each of steps) {
				if (each.kind === 'enqueue') {
					for (let count = 0; count < each.count; count += 1) queue.enqueue(next++);
				} else if (each.kind === 'publish') n8n.publish(each.key, each.coming);
				else if (each.kind === 'unpublish') n8n.unpublish(each.key);
				else if (each.kind === 'edit') n8n.edit(each.key, each.token as Workflow['token']);
				else if (each.kind === 'kill') n8n.kill(each.coming, each.leased);
				else if (each.kind === 'fault') (queue.faults[each.method] ??= []).push(each.fault);
				await queue.clock.pass(each.kind === 'pass' ? each.ms : 10);
			}
			const isListening = () =>
				KEYS.some((one) => workflows[one].leave && workflows[one].token === 'right');
			const hasSuccess = executions.length === 0 || executions.some(isSuccess);
			await queue.clock.pass(60 * 60_000);

			expect(n8n.violations).toEqual([]);
			if (isListening() && hasSuccess) expect(queue.left).toEqual([]);
			for (const one of KEYS) {
				const ids = queue.startedBy(one);
				expect(ids).toEqual([...ids].sort((x, y) => x - y));
			}
			deleted += next - queue.left.length;
			kept += queue.left.length;
		}),
		{ numRuns: 300 },
	);
	// Chance has to bring about what is promised, too.
	expect(deleted).toBeGreaterThan(kept);
});
