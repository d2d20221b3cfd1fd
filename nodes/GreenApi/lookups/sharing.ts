/** One request for all who ask the same at the same time, and answers kept for those who ask later. */

import type { Answer, Outcome } from '../green-api/answer';
import { CANCELLED, type Cancellation } from './cancellation';
import type { Clock } from './clock';

/** What asking brought, and where from. */
export interface Shared {
	outcome: Outcome<Answer>;
	source: 'request' | 'shared' | 'cache';
}

/** The same question gets the same answer, but only those who ask in the same manner ask together. */
export interface Question {
	question: string;
	/** How the request is made, e.g. how often it is tried. */
	manner: string;
}

export interface Asker {
	/** How old a kept answer may be, and for how long a new one is kept, in ms; 0: neither. */
	cacheMs: number;
	/** Ends the waiting for a request that was asked for with the same `own`. */
	own: Cancellation;
	/** Ends the waiting for anybody else's. */
	others: Cancellation;
}

interface InFlight {
	outcome: ReturnType<Request>;
	owner: Cancellation;
}

type Request = () => Promise<Outcome<Answer> | typeof CANCELLED>;

interface Kept {
	answer: Answer;
	at: number;
	until: number;
}

/** The answers that executions in this process have in common. */
export class SharedAnswers {
	private readonly inFlight = new Map<string, InFlight>();
	/** In the order of use, the least recently used first. */
	private readonly kept = new Map<string, Kept>();
	private keptCharacters = 0;

	/**
	 * @param clock what time it is
	 * @param maxEntries how many answers are kept at most
	 * @param maxCharacters how long the texts of kept answers may be, all together
	 */
	constructor(
		private readonly clock: Clock,
		private readonly maxEntries: number,
		private readonly maxCharacters: number,
	) {}

	/**
	 * @param question who asks what, and how
	 * @param asker how long answers are good for, and what ends the waiting
	 * @param request asks the server; `CANCELLED` when it was dropped before there was an outcome,
	 *   which leaves those who waited for it to ask by themselves
	 * @returns the outcome and where it is from, or `CANCELLED`
	 */
	async get(
		{ question, manner }: Question,
		{ cacheMs, own, others }: Asker,
		request: Request,
	): Promise<Shared | typeof CANCELLED> {
		const kept = this.use(question, cacheMs);
		if (kept) return { outcome: { ok: true, value: kept }, source: 'cache' };

		const key = question + manner;
		for (;;) {
			const flying = this.inFlight.get(key);
			const patience = flying?.owner === own ? own : others;
			const outcome = await (flying ? patience.race(flying.outcome) : this.lead(key, own, request));
			if (outcome !== CANCELLED) {
				if (outcome.ok) this.keep(question, cacheMs, outcome.value);
				return { outcome, source: flying ? 'shared' : 'request' };
			}
			if (!flying || patience.isCancelled) return CANCELLED;
		}
	}

	private async lead(key: string, owner: Cancellation, request: Request): ReturnType<Request> {
		const outcome = request().finally(() => this.inFlight.delete(key));
		this.inFlight.set(key, { outcome, owner });
		return await outcome;
	}

	private use(question: string, cacheMs: number): Answer | undefined {
		const entry = this.kept.get(question);
		if (!entry) return undefined;
		const now = this.clock.now();
		if (now >= entry.until) this.drop(question, entry);
		if (now >= entry.until || now - entry.at >= cacheMs) return undefined;
		this.kept.delete(question);
		this.kept.set(question, entry);
		return entry.answer;
	}

	private keep(question: string, cacheMs: number, answer: Answer): void {
		if (cacheMs === 0 || answer.isNull) return;
		const now = this.clock.now();
		const former = this.kept.get(question);
		if (former) this.drop(question, former);
		const until = Math.max(now + cacheMs, former?.until ?? 0);
		this.kept.set(question, { answer, at: now, until });
		this.keptCharacters += answer.text.length;
		for (const [oldest, entry] of this.kept) {
			const isFull = this.kept.size > this.maxEntries || this.keptCharacters > this.maxCharacters;
			if (!isFull && now < entry.until) return;
			this.drop(oldest, entry);
		}
	}

	private drop(question: string, { answer }: Kept): void {
		this.kept.delete(question);
		this.keptCharacters -= answer.text.length;
	}
}
