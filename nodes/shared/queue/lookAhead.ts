/** Many lookups without holding more in memory than it takes. */

import type { LookUpOutcome } from './batch';

/** More than can be in flight: those that wait for another try hold up nobody. */
const MOST_RUNNING = 256;
/** Of answers that wait for one before them. */
const MOST_HELD_CHARACTERS = 20_000_000;

function charactersOf(outcome: LookUpOutcome): number {
	return outcome.ok ? outcome.value.text.length : 0;
}

export interface LookAheadOptions<Request> {
	/** Is called in the order of the requests, for some hundred of them at a time. */
	lookUp: (request: Request) => Promise<LookUpOutcome>;
	/** Whether asking ahead makes no sense any more. */
	isOver: () => boolean;
	/** The rest of the outcomes is not wanted. */
	leave: () => void;
}

/**
 * @param requests what to ask
 * @param options how to ask
 * @returns the outcomes, in the order of the requests
 */
export async function* lookAhead<Request>(
	requests: readonly Request[],
	{ lookUp, isOver, leave }: LookAheadOptions<Request>,
): AsyncGenerator<LookUpOutcome, void> {
	const begun = new Map<number, Promise<LookUpOutcome>>();
	let [next, running, heldCharacters] = [0, 0, 0];

	const begin = (request: Request): Promise<LookUpOutcome> => {
		const outcome = lookUp(request);
		running += 1;
		void outcome.then((settled) => {
			running -= 1;
			heldCharacters += charactersOf(settled);
			beginMore();
		});
		begun.set(next, outcome);
		next += 1;
		return outcome;
	};
	const beginMore = () => {
		while (running < MOST_RUNNING && heldCharacters < MOST_HELD_CHARACTERS) {
			const request = requests[next];
			if (!request || isOver()) return;
			void begin(request);
		}
	};

	try {
		for (const [index, request] of requests.entries()) {
			beginMore();
			const outcome = await (begun.get(index) ?? begin(request));
			begun.delete(index);
			heldCharacters -= charactersOf(outcome);
			yield outcome;
		}
	} finally {
		if (begun.size > 0 || next < requests.length) leave();
	}
}
