/** Where an answer comes from: an earlier try, the cache, or one request for all who ask. */

import type { Answer, Outcome } from '../green-api/answer';
import type { AnswerCache } from './answerCache';
import { CANCELLED, type Cancellation } from '../time';
import { isRead, type LookUpRequest, questionOf } from './lookUp';
import type { RunTry } from './retriedRuns';

/** What asking brought. */
export interface Found {
	outcome: Outcome<Answer>;
	/** Absent where this lookup sent the request. */
	source?: 'shared' | 'cached' | 'retained';
}

/** Who asks, alike for all lookups of one batch. */
export interface Asker {
	/** The account's key: answers are shared under the same one only. */
	account: string;
	/** Ends the waiting for another's request. */
	closing: Cancellation;
	/** Which try of a run asks, where n8n makes several. */
	runTry: RunTry | undefined;
}

/**
 * Waits for its turn, asks `claim`, and sends the request if that says so. Gives `CANCELLED` when it
 * did not, or when the request was dropped before there was an outcome.
 */
export type ClaimAndSend = (claim: () => boolean) => Promise<Outcome<Answer> | typeof CANCELLED>;

/** Those who wait for the answer to one question. */
class Group {
	/** Whether one of them has sent the request. */
	isSent = false;
	waiting = 0;
	readonly outcome: ReturnType<ClaimAndSend>;
	settle!: (outcome: Awaited<ReturnType<ClaimAndSend>>) => void;

	constructor() {
		this.outcome = new Promise((settle) => {
			this.settle = settle;
		});
	}
}

/** The answers that executions in this process have in common. */
export class Answers {
	private readonly groups = new Map<unknown, Group>();

	constructor(private readonly cache: AnswerCache) {}

	/** How many questions are being asked. */
	get questions(): number {
		return this.groups.size;
	}

	/**
	 * @param request what is asked, and how old a kept answer may be
	 * @param asker who asks
	 * @param send asks the server; is called again when another's request was dropped
	 * @returns the outcome and where it is from, or `CANCELLED`
	 */
	async get(
		request: LookUpRequest,
		{ account, closing, runTry }: Asker,
		send: ClaimAndSend,
	): Promise<Found | typeof CANCELLED> {
		const { timeout, policy } = request;
		const question = account + questionOf(request);
		const cacheMs = isRead(request) ? 1000 * policy.cacheSeconds : 0;
		const earlier = runTry?.take(question);
		if (earlier) return { outcome: { ok: true, value: earlier }, source: 'retained' };

		const cached = cacheMs > 0 ? this.cache.find(question, cacheMs) : undefined;
		// Lookups share a request when they have the same patience and pace. A write shares none.
		const manner = [timeout, policy.maxRetries, policy.requestsPerSecond];
		const key = isRead(request) ? JSON.stringify([question, ...manner]) : {};
		const found: Found | typeof CANCELLED = cached
			? { outcome: { ok: true, value: cached }, source: 'cached' }
			: await this.ask(key, closing, send);
		if (found === CANCELLED || !found.outcome.ok) return found;

		const { value } = found.outcome;
		runTry?.keep(question, value);
		if (!cached && cacheMs > 0 && !value.isEmpty) this.cache.keep(question, value, cacheMs);
		return found;
	}

	/**
	 * Each lookup waits for a turn of its own. The first that gets one sends the request for all that
	 * wait then. So none waits for longer than it would have alone.
	 */
	private async ask(
		key: unknown,
		closing: Cancellation,
		send: ClaimAndSend,
	): Promise<Found | typeof CANCELLED> {
		for (;;) {
			const group = this.groups.get(key) ?? new Group();
			this.groups.set(key, group);
			group.waiting += 1;
			let isSender = false;
			const own = send(() => {
				if (group.isSent) return false;
				group.isSent = isSender = true;
				return true;
			});
			void own.then((outcome) => {
				if (!isSender) return;
				this.groups.delete(key);
				group.settle(outcome);
			});

			let outcome = await closing.race(group.outcome);
			if (outcome === CANCELLED && isSender) outcome = await own;
			group.waiting -= 1;
			if (group.waiting === 0 && !group.isSent) this.groups.delete(key);
			if (outcome !== CANCELLED) return isSender ? { outcome } : { outcome, source: 'shared' };
			if (isSender || closing.isCancelled) return CANCELLED;
		}
	}
}
