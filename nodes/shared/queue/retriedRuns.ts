/** What n8n's tries of one run of a node found, so that "Retry On Fail" asks for the rest alone. */

import type { Answer } from '../green-api/answer';

/** Answers beyond that are asked for again. */
const MOST_CHARACTERS = 50_000_000;

/** One of the tries. */
export interface RunTry {
	/** @returns what an earlier try found; once, as the same question may be asked twice on purpose */
	take(question: string): Answer | undefined;
	keep(question: string, answer: Answer): void;
}

class Run {
	private tries = 0;
	private characters = 0;
	private readonly found = new Map<string, { answer: Answer; inTry: number }>();

	beginTry(): RunTry {
		this.tries += 1;
		const inTry = this.tries;
		return {
			take: (question) => {
				const entry = this.found.get(question);
				if (!entry || entry.inTry >= inTry) return undefined;
				entry.inTry = inTry;
				return entry.answer;
			},
			keep: (question, answer) => {
				if (this.characters + answer.text.length > MOST_CHARACTERS) return;
				this.characters += answer.text.length;
				this.found.set(question, { answer, inTry });
			},
		};
	}
}

/** Runs live for as long as n8n holds on to what their tries have in common, and no longer. */
export class RetriedRuns {
	private readonly runs = new WeakMap<object, Run>();

	/**
	 * @param key what all tries of the run have in common, and nothing else
	 * @returns the next try
	 */
	beginTry(key: object): RunTry {
		const run = this.runs.get(key) ?? new Run();
		this.runs.set(key, run);
		return run.beginTry();
	}
}
