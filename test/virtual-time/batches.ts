/** Batches of lookups in virtual time. */

import {
	type Batch,
	type BatchOptions,
	type LookUpOutcome,
	type LookUpPolicy,
	type LookUpRequest,
	type SendRequest,
	startBatch,
} from '@package/nodes/shared/queue/batch';
import { ProcessState } from '@package/nodes/shared/queue/process';
import { Timetable } from '@package/nodes/shared/time';
import { seededRandom } from '../green-api-double/seededRandom';
import { SimulatedInstance, type SimulatedOptions } from './simulatedInstance';
import { VirtualClock } from './virtualClock';

/** What the node's options are when the user sets none. */
export const DEFAULT_POLICY: LookUpPolicy = {
	maxRetries: 4,
	cacheSeconds: 0,
};

/** Longer than anything takes here; tests of the deadline set their own. */
const NO_TIMEOUT_MS = 2 ** 30;

export function requestFor(
	chatId: string,
	policy: Partial<LookUpPolicy> = {},
	request: Partial<LookUpRequest> = {},
): LookUpRequest {
	return {
		method: 'getContactInfo',
		body: { chatId },
		timeout: NO_TIMEOUT_MS,
		policy: { ...DEFAULT_POLICY, ...policy },
		...request,
	};
}

/** A lookup, and what it brought as soon as it has. */
export interface Asked {
	chatId: string;
	outcome?: LookUpOutcome;
	settledAt?: number;
}

/**
 * One n8n process more that uses an instance.
 *
 * @param name the instance's, the same in all processes
 */
export function processOn(
	instance: SimulatedInstance,
	clock: VirtualClock,
	random: () => number,
	name = 'instance',
) {
	const state = new ProcessState(clock, random, new Timetable(clock));

	function start(
		batchOptions: Partial<BatchOptions> = {},
		send: SendRequest = instance.send,
	): Batch {
		const account = { key: name };
		return startBatch(send, { account, stopOnFailure: false, ...batchOptions }, state);
	}

	/** Asks for all at once; what they bring comes as time passes. */
	function ask(
		batch: Batch,
		chatIds: readonly string[],
		policy: Partial<LookUpPolicy> = {},
		request: Partial<LookUpRequest> = {},
	): Asked[] {
		return chatIds.map((chatId) => {
			const asked: Asked = { chatId };
			void batch.lookUp(requestFor(chatId, policy, request)).then((outcome) => {
				asked.outcome = outcome;
				asked.settledAt = clock.now();
			});
			return asked;
		});
	}

	return { state, start, ask };
}

/** One process, with an instance that nobody else uses. */
export function newProcess(options: SimulatedOptions = {}) {
	const clock = new VirtualClock();
	const instance = new SimulatedInstance(clock, options);
	return { clock, instance, ...processOn(instance, clock, seededRandom('process')) };
}

/** @returns so many chat ids, all different */
export function chatIds(count: number, prefix = ''): string[] {
	return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}
