/** Whatever workflows, executions, n8n and the network do: nobody loses what it is owed. */

import { type Ending, QUIET_MS } from '@package/nodes/GreenApiTrigger/delivery';
import { Listener } from '@package/nodes/GreenApiTrigger/listener';
import type { Send } from '@package/nodes/GreenApiTrigger/queueRequests';
import { failureOf } from '@package/nodes/shared/green-api/failures';
import fc from 'fast-check';
import { type Fault, SimulatedQueue, type Started } from './simulatedQueue';

const KEYS = ['a', 'b', 'c'] as const;
type Key = (typeof KEYS)[number];

const WISHES: Readonly<Record<Key, (id: number) => boolean>> = {
	a: (id) => id % 3 > 0,
	b: () => true,
	c: (id) => id % 2 === 0,
};

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
	private starts: Started[] = [];

	constructor(private readonly deletion: 'executionSucceeds' | 'executionFinishes') {
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

	/** The process ends at once, and another one activates one workflow after the other. */
	kill(coming: Coming): void {
		for (const key of KEYS) this.stop(key);
		this.starts = this.queue.started.slice();
		this.queue.listener = new Listener(this.queue.clock, this.queue.timetable);
		void (async () => {
			for (const key of KEYS) {
				if (this.workflows[key].isPublished) await this.bring(key, coming);
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
	private async bring(key: Key, { gapMs, takesMs, failures }: Coming): Promise<void> {
		const workflow = this.workflows[key];
		const { turn } = workflow;
		const { listener, clock } = this.queue;
		await clock.sleep(gapMs);
		for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
			if (workflow.turn !== turn) return;
			if (workflow.token === 'right') {
				workflow.isOwed = true;
				const isActive = await listener
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
			return await start(notification);
		};
		return subscriber;
	}

	/** Ends the last execution of a workflow, unless it died with its process. */
	end(key: Key, ending: Ending): void {
		const last = this.queue.started.findLast((started) => started.key === key);
		if (!last || this.starts.includes(last)) return;
		const isDone =
			ending === 'succeeded' || (ending === 'failed' && this.deletion === 'executionFinishes');
		if (isDone) this.workflows[key].done.add(last.id);
		last.end(ending);
	}
}

const key = fc.constantFrom(...KEYS);
const coming = (longestGapMs: number) =>
	fc.record({
		gapMs: fc.integer({ min: 0, max: longestGapMs }),
		takesMs: fc.oneof(
			fc.integer({ min: 0, max: 1_000 }),
			fc.integer({ min: 0, max: 60_000 }),
		),
		failures: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 4 })),
	});
const kind = <Kind extends string>(name: Kind) => fc.constant(name);

const step = fc.oneof(
	{
		weight: 3,
		arbitrary: fc.record({ kind: kind('enqueue'), count: fc.integer({ min: 1, max: 4 }) }),
	},
	{
		weight: 6,
		arbitrary: fc.record({
			kind: kind('end'),
			key,
			ending: fc.constantFrom<Ending>('succeeded', 'succeeded', 'failed', 'notStarted'),
		}),
	},
	// A save is a publication of what is published.
	{ weight: 3, arbitrary: fc.record({ kind: kind('publish'), key, coming: coming(11_000) }) },
	{ weight: 1, arbitrary: fc.record({ kind: kind('unpublish'), key }) },
	{
		weight: 1,
		arbitrary: fc.record({ kind: kind('edit'), key, token: fc.constantFrom('right', 'wrong') }),
	},
	{ weight: 1, arbitrary: fc.record({ kind: kind('kill'), coming: coming(3_000) }) },
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

it('who was active, or was being brought back, gets all it wants, in order, by its own token', async () => {
	let [deleted, kept] = [0, 0];
	await fc.assert(
		fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.boolean(), async (steps, succeeds) => {
			const n8n = new SimulatedN8n(succeeds ? 'executionSucceeds' : 'executionFinishes');
			const { queue, workflows } = n8n;
			let next = 0;
			for (const each of steps) {
				if (each.kind === 'enqueue') {
					for (let count = 0; count < each.count; count += 1) queue.enqueue(next++);
				} else if (each.kind === 'end') n8n.end(each.key, each.ending);
				else if (each.kind === 'publish') n8n.publish(each.key, each.coming);
				else if (each.kind === 'unpublish') n8n.unpublish(each.key);
				else if (each.kind === 'edit') n8n.edit(each.key, each.token as Workflow['token']);
				else if (each.kind === 'kill') n8n.kill(each.coming);
				else if (each.kind === 'fault') (queue.faults[each.method] ??= []).push(each.fault);
				await queue.clock.pass(each.kind === 'pass' ? each.ms : 10);
			}
			const isListening = () =>
				KEYS.some((one) => workflows[one].leave && workflows[one].token === 'right');
			for (let round = 0; queue.left.length > 0 && round < 200; round += 1) {
				for (const one of KEYS) n8n.end(one, 'succeeded');
				await queue.clock.pass(QUIET_MS / 4);
			}

			expect(n8n.violations).toEqual([]);
			if (isListening()) expect(queue.left).toEqual([]);
			for (const one of KEYS) {
				const ids = queue.startedBy(one);
				expect(ids).toEqual([...ids].sort((x, y) => x - y));
			}
			deleted += next - queue.left.length;
			kept += queue.left.length;
		}),
		{ numRuns: 200 },
	);
	// Chance has to bring about what is promised, too.
	expect(deleted).toBeGreaterThan(kept);
});
