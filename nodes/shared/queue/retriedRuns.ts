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

/** Runs live for as long as n8n holds on to what their tries have in common, and no longer. */
export class RetriedRuns {
	private readonly runs = new WeakMap<object, { found: Map<string, Answer>; characters: number }>();

	/**
	 * @param key what all tries of the run have in common, and nothing else
	 * @returns the next try
	 */
	beginTry(key: object): RunTry {
		const run = this.runs.get(key) ?? { found: new Map<string, Answer>(), characters: 0 };
		this.runs.set(key, run);
		const asked = new Set<string>();
		return {
			take(question) {
				if (asked.has(question)) return undefined;
				asked.add(question);
				return run.found.get(question);
			},
			keep(question, answer) {
				if (run.characters + answer.text.length > MOST_CHARACTERS) return;
				run.characters += answer.text.length;
				run.found.set(question, answer);
			},
		};
	}
}
