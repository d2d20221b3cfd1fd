/** Kept answers: the cache of the process, and the answers that n8n's tries of one run share. */

import type { Answer } from '../green-api/answer';
import type { Clock } from '../time';

interface Kept {
	answer: Answer;
	at: number;
	until: number;
}

export class AnswerCache {
	/** In the order of use, the least recently used first. */
	private readonly kept = new Map<string, Kept>();
	private characters = 0;

	/**
	 * @param clock what time it is
	 * @param maxEntries how many answers are kept at most
	 * @param maxCharacters how long their texts may be, all together
	 */
	constructor(
		private readonly clock: Clock,
		private readonly maxEntries: number,
		private readonly maxCharacters: number,
	) {}

	/** How many answers are kept. */
	get size(): number {
		return this.kept.size;
	}

	/** @returns the answer to a question, if there is one that is younger than `maxAgeMs` */
	find(question: string, maxAgeMs: number): Answer | undefined {
		const entry = this.kept.get(question);
		const now = this.clock.now();
		if (!entry || now >= entry.until || now - entry.at >= maxAgeMs) return undefined;
		this.kept.delete(question);
		this.kept.set(question, entry);
		return entry.answer;
	}

	/** Keeps an answer for so many ms, or longer if a former one was kept for longer. */
	keep(question: string, answer: Answer, forMs: number): void {
		const now = this.clock.now();
		const until = Math.max(now + forMs, this.kept.get(question)?.until ?? 0);
		this.drop(question);
		this.kept.set(question, { answer, at: now, until });
		this.characters += answer.text.length;
		for (const oldest of this.kept.keys()) {
			if (this.kept.size <= this.maxEntries && this.characters <= this.maxCharacters) break;
			this.drop(oldest);
		}
	}

	/** Lets go of answers whose time is over. */
	dropExpired(): void {
		const now = this.clock.now();
		for (const [question, { until }] of this.kept) if (until <= now) this.drop(question);
	}

	private drop(question: string): void {
		this.characters -= this.kept.get(question)?.answer.text.length ?? 0;
		this.kept.delete(question);
	}
}

/** Of one run; answers beyond that are asked for again. */
const MOST_OF_A_RUN = 50_000_000;

/** One of the tries. */
export interface RunTry {
	/** @returns the answer of an earlier try; once, as the same question may be asked twice on purpose */
	take(question: string): Answer | undefined;
	keep(question: string, answer: Answer): void;
}

/**
 * The answers that n8n's "Retry On Fail" found in its tries of a run, so that the next try asks only
 * for the rest. They live as long as n8n keeps the object that the tries have in common.
 */
export class RunMemory {
	private readonly runs = new WeakMap<object, { found: Map<string, Answer>; characters: number }>();

	/**
	 * @param key an object that all tries of the run have in common, and nothing else
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
				if (run.characters + answer.text.length > MOST_OF_A_RUN) return;
				run.characters += answer.text.length;
				run.found.set(question, answer);
			},
		};
	}
}
