/** Where an answer comes from: an earlier try, the cache, somebody's request, or one of one's own. */

import type { Answer, Outcome } from '../green-api/answer';
import type { AnswerCache } from './answerCache';
import { CANCELLED } from './cancellation';
import type { Asker, ClaimAndSend, Coalescer } from './coalesce';
import type { RunTry } from './retriedRuns';

/** What asking brought, and where from. */
export interface Found {
	outcome: Outcome<Answer>;
	source: 'request' | 'shared' | 'cache' | 'earlierTry';
}

/** The same question gets the same answer, but only those who ask in the same manner ask together. */
export interface Question {
	question: string;
	/** How the request is made, e.g. how often it is tried. */
	manner: string;
	/** Nothing changes by asking: only then is an answer shared, or kept for those who ask later. */
	isRead: boolean;
}

export interface AnswerOptions extends Asker {
	/** How old a kept answer may be, and for how long a new one is kept, in ms; 0: neither. */
	cacheMs: number;
	/** Which try of a run asks, where n8n makes several. */
	runTry?: RunTry | undefined;
}

async function sendAlone(send: ClaimAndSend): ReturnType<Coalescer['ask']> {
	const outcome = await send(() => true);
	return outcome === CANCELLED ? CANCELLED : { outcome, isSender: true };
}

/** The answers that executions in this process have in common. */
export class Answers {
	constructor(
		private readonly cache: AnswerCache,
		private readonly coalescer: Coalescer,
	) {}

	/**
	 * @param question who asks what, and how
	 * @param options how long answers are good for, and what ends the waiting
	 * @param send asks the server; is called again when another's request was dropped
	 * @returns the outcome and where it is from, or `CANCELLED`
	 */
	async get(
		{ question, manner, isRead }: Question,
		{ cacheMs, runTry, ...asker }: AnswerOptions,
		send: ClaimAndSend,
	): Promise<Found | typeof CANCELLED> {
		const found = this.kept(question, isRead ? cacheMs : 0, runTry);
		if (found) return found;
		const asked = isRead
			? await this.coalescer.ask(question + manner, asker, send)
			: await sendAlone(send);
		if (asked === CANCELLED) return CANCELLED;

		const { outcome, isSender } = asked;
		if (outcome.ok) {
			runTry?.keep(question, outcome.value);
			if (isRead && cacheMs > 0 && !outcome.value.isEmpty) {
				this.cache.keep(question, outcome.value, cacheMs);
			}
		}
		return { outcome, source: isSender ? 'request' : 'shared' };
	}

	private kept(question: string, cacheMs: number, runTry?: RunTry): Found | undefined {
		const earlier = runTry?.take(question);
		if (earlier) return { outcome: { ok: true, value: earlier }, source: 'earlierTry' };
		const cached = cacheMs > 0 ? this.cache.find(question, cacheMs) : undefined;
		if (!cached) return undefined;
		runTry?.keep(question, cached);
		return { outcome: { ok: true, value: cached }, source: 'cache' };
	}
}
