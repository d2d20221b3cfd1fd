/** Which request gets which fault. */

import { type Fault, transientFaults } from './faults';
import { type GreenApiMethod } from './methods';
import { type LoggedRequest } from './requestLog';
import { pick, seededRandom } from './seededRandom';

/** Which requests a scripted fault is for; what is left out matches every request. */
export interface FaultMatch {
	method?: GreenApiMethod;
	/** As the request's body has it, e.g. `71234567890@c.us`. */
	chatId?: string;
	/** How many matching requests get the fault. Default: 1. Infinity is allowed. */
	times?: number;
}

interface ScriptedFault {
	fault: Fault;
	match: FaultMatch;
	left: number;
}

/** Faults that wait for the requests they were scripted for. */
export class FaultScript {
	private waiting: ScriptedFault[] = [];

	/**
	 * @param fault what the matching requests get
	 * @param match which requests, and how many of them
	 */
	add(fault: Fault, match: FaultMatch): void {
		this.waiting.push({ fault, match, left: match.times ?? 1 });
	}

	/** Forgets all faults that still wait. */
	clear(): void {
		this.waiting = [];
	}

	/**
	 * @param request a request that needs an answer
	 * @returns the fault scripted first of those that match, used up by this call, or undefined
	 */
	next({ method, chatId }: LoggedRequest): Fault | undefined {
		const scripted = this.waiting.find(
			({ match }) => (match.method ?? method) === method && (match.chatId ?? chatId) === chatId,
		);
		if (!scripted) return undefined;
		scripted.left -= 1;
		if (scripted.left <= 0) this.waiting = this.waiting.filter((other) => other !== scripted);
		return scripted.fault;
	}
}

/** A server in trouble: a share of the requests gets a fault, the same ones for the same seed. */
export interface RandomFaults {
	/** Share of the requests, from 0 to 1. */
	rate: number;
	seed: string | number;
	/** What they get, each as likely as the others. Default: `transientFaults`. */
	faults?: readonly Fault[];
}

/**
 * @param options share, seed and faults
 * @returns a function that says of each request in turn which fault it gets, if any
 * @throws RangeError when `rate` is not from 0 to 1, or `faults` is empty
 */
export function randomFaults({
	rate,
	seed,
	faults: [first, ...others] = transientFaults,
}: RandomFaults): () => Fault | undefined {
	if (!(rate >= 0 && rate <= 1)) {
		throw new RangeError(`The rate of random faults is from 0 to 1: ${rate}`);
	}
	if (!first) throw new RangeError('Random faults need at least one fault to choose from');
	const random = seededRandom(String(seed));
	return () => (random() < rate ? pick(random, [first, ...others]) : undefined);
}
