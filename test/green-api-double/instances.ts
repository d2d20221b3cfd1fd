/** What GREEN-API answers when nothing fails. */

import { type AddressBook } from './addressBook';
import { type AnswerFault, faults } from './faults';
import { type LinkTo } from './media';
import { isJsonObject, METHODS } from './methods';
import { RateLimiter } from './rateLimiter';
import { type LoggedRequest } from './requestLog';

/** An instance of the double. */
export interface Instance {
	/** 1 to 10 digits. */
	idInstance: string;
	apiTokenInstance: string;
	/** As getStateInstance names it. Default: `authorized`, the only state in which lookups work. */
	stateInstance?: string;
}

/** GREEN-API documentation, "Common errors"; `instanceNotAuthorized` stands for other states. */
const STATE_REFUSALS: Readonly<Record<string, AnswerFault>> = {
	starting: faults.instanceStarting,
	notAuthorized: faults.accountNotAuthorized,
	expired: faults.instanceExpired,
	deleted: faults.instanceDeleted,
};

/** The instances of a double: their tokens, states and rate limits, and what they answer. */
export class Instances {
	private readonly byId: ReadonlyMap<string, Required<Instance>>;
	private readonly limiters: ReadonlyMap<string, RateLimiter>;

	/**
	 * @param instances the instances that exist
	 * @param rateFactor what every documented rate limit is multiplied by; Infinity: no limits
	 * @param addressBook what they tell about whom
	 * @param linkTo makes the addresses of pictures
	 * @throws RangeError when `rateFactor` is not more than 0
	 */
	constructor(
		instances: readonly Instance[],
		rateFactor: number,
		private readonly addressBook: AddressBook,
		private readonly linkTo: LinkTo,
	) {
		this.byId = new Map(
			instances.map((instance) => [
				instance.idInstance,
				{ stateInstance: 'authorized', ...instance },
			]),
		);
		this.limiters = new Map(
			Object.entries(METHODS).map(([name, { requestsPerSecond }]) => [
				name,
				new RateLimiter(requestsPerSecond * rateFactor),
			]),
		);
	}

	/** @throws RangeError where there is no such instance */
	setState(idInstance: string, stateInstance: string): void {
		const instance = this.byId.get(idInstance);
		if (!instance) throw new RangeError(`The double has no instance ${idInstance}`);
		instance.stateInstance = stateInstance;
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
		const method = name && METHODS[name];
		if (!method || method.httpMethod !== httpMethod) return faults.notFound;

		const instance = this.byId.get(idInstance);
		if (!instance) return faults.wrongInstance;
		if (instance.apiTokenInstance !== apiTokenInstance) return faults.wrongToken;
		if (!this.limiters.get(name)?.accept(idInstance, at)) return faults.tooManyRequests;

		const { stateInstance } = instance;
		if (!isJsonObject(body)) return faults.badRequestData;
		if (stateInstance !== 'authorized' && !method.inEveryState) {
			return STATE_REFUSALS[stateInstance] ?? faults.instanceNotAuthorized;
		}
		const { addressBook, linkTo } = this;
		const refusal = method.refuse?.(body);
		if (refusal) return refusal;
		const answer = method.answer({ body, query, stateInstance, addressBook, linkTo });
		return typeof answer === 'string' ? { kind: 'answer', status: 200, body: answer } : answer;
	}
}
