/** Many lookups, in order, without holding more in memory than it takes. */

import { isRead, type LookUp, type LookUpOutcome, type LookUpRequest, questionOf } from './lookUp';

/** More than can be in flight: those that wait for another try hold up nobody. */
const MOST_RUNNING = 256;
/** Of answers that wait for one before them. */
const MOST_HELD_CHARACTERS = 20_000_000;

export interface LookAheadOptions {
	/** Is called in the order of the requests, for some hundred of them at a time. */
	lookUp: LookUp;
	/** Is called for each request that has the answer of an earlier one. */
	onShared: () => void;
	/** Whether asking ahead makes no sense any more. */
	isOver: () => boolean;
	/** The rest of the outcomes is not wanted. */
	leave: () => void;
}

function charactersOf(outcome: LookUpOutcome): number {
	return outcome.ok ? outcome.value.text.length : 0;
}

/**
 * @returns a function that asks each question once, however far apart it comes; what writes is sent
 *   each time. Call it once for each request, in their order: it lets go of an answer when its
 *   question comes no more
 */
function askOnce(
	requests: readonly LookUpRequest[],
	{ lookUp, onShared }: Pick<LookAheadOptions, 'lookUp' | 'onShared'>,
) {
	const lastPlaces = new Map(requests.map((request, index) => [questionOf(request), index]));
	const comesAgain = requests.map(
		(request, index) => lastPlaces.get(questionOf(request)) !== index,
	);
	lastPlaces.clear();
	const outcomes = new Map<string, Promise<LookUpOutcome>>();

	return async (request: LookUpRequest, index: number): Promise<LookUpOutcome> => {
		if (!isRead(request)) return await lookUp(request);
		const question = questionOf(request);
		const former = outcomes.get(question);
		const outcome = former ?? lookUp(request);
		if (comesAgain[index]) outcomes.set(question, outcome);
		else outcomes.delete(question);
		if (former && (await former).ok) onShared();
		return await outcome;
	};
}

/**
 * @param requests what to ask; what only reads is asked once, however far apart it comes
 * @param options how to ask
 * @returns the outcomes, in the order of the requests
 */
export async function* lookAhead(
	requests: readonly LookUpRequest[],
	options: LookAheadOptions,
): AsyncGenerator<LookUpOutcome, void> {
	const ask = askOnce(requests, options);
	const begun = new Map<number, Promise<LookUpOutcome>>();
	let [next, running, heldCharacters] = [0, 0, 0];

	const begin = (request: LookUpRequest): Promise<LookUpOutcome> => {
		const outcome = ask(request, next);
		begun.set(next, outcome);
		next += 1;
		running += 1;
		void outcome.then((settled) => {
			running -= 1;
			heldCharacters += charactersOf(settled);
			beginMore();
		});
		return outcome;
	};
	const beginMore = () => {
		while (running < MOST_RUNNING && heldCharacters < MOST_HELD_CHARACTERS) {
			const request = requests[next];
			if (!request || options.isOver()) return;
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
		if (begun.size > 0 || next < requests.length) options.leave();
	}
}
