/** What GREEN-API answers when nothing fails. */

import { type AddressBook } from './addressBook';
import { type AnswerFault, faults } from './faults';
import { type LinkTo } from './media';
import { type DoubleMessenger, methodOf, TYPE_INSTANCES } from './messengers';
import { type GreenApiMethod, isJsonObject, METHODS } from './methods';
import { NotificationQueue } from './notificationQueue';
import { type LimiterModel, RateLimiter } from './rateLimiter';
import { type LoggedRequest } from './requestLog';

/** An instance of the double. */
export interface Instance {
	/** 1 to 10 digits. */
	idInstance: string;
	apiTokenInstance: string;
	/** As getStateInstance names it. Default: `authorized`, the only state in which lookups work. */
	stateInstance?: string;
	/** Default: `whatsapp`. */
	messenger?: DoubleMessenger;
}

/** GREEN-API documentation, "ReceiveNotification": how long it waits if the request does not say. */
const DEFAULT_RECEIVE_TIMEOUT_S = 5;

/** GREEN-API documentation, "Common errors"; `instanceNotAuthorized` stands for other states. */
const STATE_REFUSALS: Readonly<Record<string, AnswerFault>> = {
	starting: faults.instanceStarting,
	notAuthorized: faults.accountNotAuthorized,
	expired: faults.instanceExpired,
	deleted: faults.instanceDeleted,
};

export interface RateLimits {
	/** What every documented limit is multiplied by; Infinity: no limits. */
	rateFactor: number;
	/** Limits that are not the documented ones, in requests per second, whatever the factor. */
	rates: Partial<Record<GreenApiMethod, number>>;
	limiter: LimiterModel;
	/** Whether answers say what the limit is. */
	headers: boolean;
}

const MESSENGERS = Object.keys(TYPE_INSTANCES) as DoubleMessenger[];
const METHOD_NAMES = Object.keys(METHODS) as GreenApiMethod[];

function limiterKey(messenger: DoubleMessenger, method: GreenApiMethod): string {
	return `${messenger}/${method}`;
}

/** The instances of a double: their tokens, states and rate limits, and what they answer. */
export class Instances {
	private readonly byId: ReadonlyMap<string, Required<Instance>>;
	private readonly limiters: ReadonlyMap<string, RateLimiter>;
	private readonly saysLimits: boolean;
	private readonly queues = new Map<string, NotificationQueue>();

	/**
	 * @param instances the instances that exist
	 * @param limits of all of them
	 * @param addressBook what they tell about whom
	 * @param linkTo makes the addresses of pictures
	 * @param restartMs for how long an instance is `starting` after its settings were written, in ms
	 * @throws RangeError when a limit is not more than 0
	 */
	constructor(
		instances: readonly Instance[],
		{ rateFactor, rates, limiter, headers }: RateLimits,
		private readonly addressBook: AddressBook,
		private readonly linkTo: LinkTo,
		private readonly restartMs: number,
	) {
		this.byId = new Map(
			instances.map((instance) => [
				instance.idInstance,
				{ stateInstance: 'authorized', messenger: 'whatsapp' as const, ...instance },
			]),
		);
		this.limiters = new Map(
			MESSENGERS.flatMap((messenger) =>
				METHOD_NAMES.map((name): [string, RateLimiter] => {
					const { requestsPerSecond } = methodOf(name, messenger) ?? METHODS[name];
					const rate = rates[name] ?? requestsPerSecond * rateFactor;
					return [limiterKey(messenger, name), new RateLimiter(rate, limiter)];
				}),
			),
		);
		this.saysLimits = headers;
	}

	/** @returns the instance's settings and notifications */
	queueOf(idInstance: string): NotificationQueue {
		const { messenger = 'whatsapp' } = this.byId.get(idInstance) ?? {};
		const queue = this.queues.get(idInstance) ?? new NotificationQueue(TYPE_INSTANCES[messenger]);
		this.queues.set(idInstance, queue);
		return queue;
	}

	/**
	 * @param request one that `answer` has answered well
	 * @returns its answer once there is something to tell; undefined where it is answered at once
	 */
	later({
		method,
		idInstance,
		receiveTimeout = DEFAULT_RECEIVE_TIMEOUT_S,
	}: LoggedRequest): Promise<AnswerFault> | undefined {
		const queue = this.queueOf(idInstance);
		if (method !== 'receiveNotification' || queue.length > 0) return undefined;
		return queue
			.waitForHead(receiveTimeout)
			.then(() => ({ kind: 'answer', status: 200, body: queue.head() }));
	}

	/** @throws RangeError where there is no such instance */
	setState(idInstance: string, stateInstance: string): void {
		const instance = this.byId.get(idInstance);
		if (!instance) throw new RangeError(`The double has no instance ${idInstance}`);
		instance.stateInstance = stateInstance;
	}

	/** @throws RangeError where there is no such instance */
	setToken(idInstance: string, apiTokenInstance: string): void {
		const instance = this.byId.get(idInstance);
		if (!instance) throw new RangeError(`The double has no instance ${idInstance}`);
		instance.apiTokenInstance = apiTokenInstance;
	}

	/** @throws RangeError when `requestsPerSecond` is not more than 0 */
	setRate(method: GreenApiMethod, requestsPerSecond: number): void {
		for (const messenger of MESSENGERS) {
			const limiter = this.limiters.get(limiterKey(messenger, method));
			if (limiter) limiter.requestsPerSecond = requestsPerSecond;
		}
	}

	/**
	 * What the gateway in front of GREEN-API puts on every answer of a method, refused ones included.
	 *
	 * @param request one that was answered
	 * @returns the headers; none where the double is not to say what its limits are
	 */
	limitHeaders({ method, idInstance, at }: LoggedRequest): Record<string, string> {
		const limiter = method && this.limiterOf(method, idInstance);
		if (!limiter || !this.saysLimits || !this.byId.has(idInstance)) return {};
		return {
			'X-RateLimit-Replenish-Rate': String(limiter.requestsPerSecond),
			'X-RateLimit-Remaining': String(limiter.remaining(idInstance, at)),
		};
	}

	/**
	 * Counts the request for the rate limit, unless its path, instance or token are wrong.
	 * Assumptions: GREEN-API checks in this order, which its documentation does not tell; a POST
	 * without a body is one that lacks its fields (so its documentation for Telegram).
	 *
	 * @param request the request
	 * @param apiTokenInstance the token in its path
	 * @returns GREEN-API's answer: status 200, or a refusal
	 */
	answer(request: LoggedRequest, apiTokenInstance: string): AnswerFault {
		const { method: name, httpMethod, idInstance, query, body = {}, at } = request;
		const instance = this.byId.get(idInstance);
		const method = name && methodOf(name, instance?.messenger);
		if (!method || method.httpMethod !== httpMethod) return faults.notFound;

		if (!instance) return faults.wrongInstance;
		if (instance.apiTokenInstance !== apiTokenInstance) return faults.wrongToken;
		if (!this.limiterOf(name, idInstance)?.accept(idInstance, at)) return faults.tooManyRequests;

		const { stateInstance } = instance;
		if (!isJsonObject(body)) return faults.badRequestData;
		if (stateInstance !== 'authorized' && !method.inEveryState) {
			return STATE_REFUSALS[stateInstance] ?? faults.instanceNotAuthorized;
		}
		const { addressBook, linkTo } = this;
		const queue = this.queueOf(idInstance);
		const refusal = method.refuse?.(body, queue);
		if (refusal) return refusal;
		if (name === 'setSettings') this.restart(idInstance);
		const { receiptId = '' } = request;
		const source = { body, query, stateInstance, addressBook, linkTo, queue, receiptId };
		const answer = method.answer(source);
		return typeof answer === 'string' ? { kind: 'answer', status: 200, body: answer } : answer;
	}

	private limiterOf(method: GreenApiMethod, idInstance: string): RateLimiter | undefined {
		const { messenger = 'whatsapp' } = this.byId.get(idInstance) ?? {};
		return this.limiters.get(limiterKey(messenger, method));
	}

	private restart(idInstance: string): void {
		if (this.restartMs === 0) return;
		this.setState(idInstance, 'starting');
		setTimeout(() => this.setState(idInstance, 'authorized'), this.restartMs).unref();
	}
}
