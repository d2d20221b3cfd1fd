/** A queue of GREEN-API in virtual time, and triggers that listen to it. */

import { type Ending, QUIET_MS, START_MS } from '@package/nodes/GreenApiTrigger/delivery';
import { Listeners, type Subscriber } from '@package/nodes/GreenApiTrigger/listener';
import type { Notification } from '@package/nodes/GreenApiTrigger/notification';
import type { Send } from '@package/nodes/GreenApiTrigger/queueRequests';
import { readAnswer } from '@package/nodes/shared/green-api/answer';
import { failureOfNetwork } from '@package/nodes/shared/green-api/failures';
import { METHODS } from '@package/nodes/shared/green-api/methods';
import { Timetable } from '@package/nodes/shared/time';
import { VirtualClock } from '../../virtual-time/virtualClock';

/** How long each answer takes, in ms. */
const TRIP_MS = 5;

export interface Sent {
	at: number;
	method: string;
	receiptId?: string;
	/** The key of the trigger that sent it. */
	by: string;
}

/**
 * An answer other than the queue's own: a status with a body, or a network fault's code; `isDone`: the
 * queue has done what was asked, and its answer was lost.
 */
export type Fault =
	| { status: number; body: string; isDone?: true }
	| { code: string; isDone?: true };

export interface Started {
	at: number;
	key: string;
	id: number;
	end: (ending: Ending) => void;
}

export class SimulatedQueue {
	readonly clock = new VirtualClock();
	readonly sent: Sent[] = [];
	/** Faults for the next requests of a method; those for a trigger's key are for all its requests. */
	readonly faults: Record<string, Fault[]> = {};
	readonly started: Started[] = [];
	readonly failed: Array<{ key: string; message: string }> = [];
	readonly log: string[] = [];
	/** Long requests that wait for something. */
	waiting = 0;
	/** Called with each request as it is sent. */
	readonly hooks: { onSend: (sent: Sent) => void } = { onSend: () => {} };
	readonly timetable = new Timetable(this.clock);
	/** Of a process that began long ago. */
	listeners = new Listeners(this.clock.shiftedBy(START_MS), this.timetable);

	private entries: Array<{ receiptId: number; body: Notification }> = [];
	private receipt = 100;
	private readonly arrival = new Set<() => void>();

	enqueue(...ids: number[]): void {
		for (const id of ids) {
			this.receipt += 1;
			this.entries.push({ receiptId: this.receipt, body: { typeWebhook: 'test', id } });
		}
		for (const wake of this.arrival) wake();
	}

	/** Until everybody who joined counts as all there are. */
	async quiet(): Promise<void> {
		await this.clock.pass(QUIET_MS);
	}

	get listener() {
		return this.listeners.of('account');
	}

	/** A new process takes the place of the one before. */
	restart(): void {
		this.listeners = new Listeners(this.clock.shiftedBy(-this.clock.now()), this.timetable);
	}

	/** What has not been deleted. */
	get left(): number[] {
		return this.entries.map(({ body }) => Number(body.id));
	}

	beginReceiptsAnew(): void {
		this.receipt = 100;
	}

	renewReceipt(): void {
		const [head] = this.entries;
		this.receipt += 1;
		if (head) head.receiptId = this.receipt;
	}

	/** Ids that were started, by the trigger's key. */
	startedBy(key: string): number[] {
		return this.started.filter((started) => started.key === key).map(({ id }) => id);
	}

	/** Ends the last execution of a trigger. */
	async end(key: string, ending: Ending = 'succeeded'): Promise<void> {
		this.started.findLast((started) => started.key === key)?.end(ending);
		await this.clock.pass(0);
	}

	/**
	 * @param key of the trigger
	 * @param options how it differs from one that waits for its executions; `only`: ids it wants
	 */
	subscriber(
		key: string,
		options: Partial<Subscriber> & { only?: number[]; auto?: Ending } = {},
	): Subscriber {
		const { only, auto, ...rest } = options;
		const log = (line: string) => this.log.push(line);
		return {
			key,
			isTest: false,
			deletion: 'executionFinishes',
			maxDeliveries: 5,
			maxExecutionMs: Infinity,
			logger: { info: log, warn: log },
			send: this.sendAs(key),
			wants: ({ id }) => only?.includes(Number(id)) ?? true,
			start: async ({ id }) =>
				await new Promise<Ending>((end) => {
					this.started.push({ at: this.clock.now(), key, id: Number(id), end });
					if (auto) end(auto);
				}),
			checkAccount: async () => undefined,
			fail: ({ message }) => this.failed.push({ key, message }),
			...rest,
		};
	}

	/** @returns what sends the requests of the trigger with this key */
	sendAs(by: string): Send {
		return async ({ method, path, query }, signal) => {
			const at = this.clock.now();
			const sent = { at, method, by, ...(path && { receiptId: path }) };
			this.sent.push(sent);
			this.hooks.onSend(sent);
			await this.clock.sleep(TRIP_MS);
			const fault = this.faults[by]?.[0] ?? this.faults[method]?.shift();
			if (fault?.isDone && path) this.remove(Number(path));
			if (fault && 'code' in fault) {
				return { ok: false, failure: failureOfNetwork(fault.code) };
			}
			const answer =
				method === 'receiveNotification'
					? async () => await this.receive(Number(query?.receiveTimeout), signal)
					: async () => this.remove(Number(path));
			const { status, body } = fault ?? { status: 200, body: await answer() };
			return readAnswer(status, body, METHODS[method]);
		};
	}

	private async receive(seconds: number, signal: AbortSignal | undefined): Promise<string> {
		if (this.entries.length === 0) {
			this.waiting += 1;
			await new Promise<void>((resolve) => {
				const wake = () => {
					this.arrival.delete(wake);
					resolve();
				};
				this.arrival.add(wake);
				this.clock.sleep(seconds * 1000, signal).then(wake, wake);
			});
			this.waiting -= 1;
		}
		return JSON.stringify(this.entries[0] ?? null);
	}

	/** Whose receipt it is; undefined where it is gone. */
	idOf(receiptId: number): number | undefined {
		const entry = this.entries.find((each) => each.receiptId === receiptId);
		return entry && Number(entry.body.id);
	}

	private remove(receiptId: number): string {
		const before = this.entries.length;
		this.entries = this.entries.filter((entry) => entry.receiptId !== receiptId);
		return JSON.stringify({ result: this.entries.length < before });
	}
}
