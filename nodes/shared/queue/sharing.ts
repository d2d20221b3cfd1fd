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
	/** Ends the waiting for a request that was sent by someone with the same `own`. */
	own: Cancellation;
	/** Ends the waiting for anybody else's, and for a turn. */
	others: Cancellation;
}

type Asked = Outcome<Answer> | typeof CANCELLED;

/**
 * Waits for its turn, asks `claim`, and sends the request if that says so. Gives `CANCELLED` when it
 * did not, or when the request was dropped before there was an outcome.
 */
export type Request = (claim: () => boolean) => Promise<Asked>;

/** Those who wait for the answer to one question. */
class Group {
	/** Whose request it is, as soon as one of them has sent it. */
	sender: Cancellation | undefined;
	waiting = 0;
	readonly outcome: Promise<Asked>;
	settle!: (outcome: Asked) => void;

	constructor() {
		this.outcome = new Promise((settle) => {
			this.settle = settle;
		});
	}
}

interface Kept {
	answer: Answer;
	at: number;
	until: number;
}

/** The answers that executions in this process have in common. */
export class SharedAnswers {
	private readonly groups = new Map<string, Group>();
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
	 * Everyone who asks waits for a turn of their own; whoever gets one first sends the request, for
	 * all who wait then. So nobody waits for longer than they would have alone.
	 *
	 * @param question who asks what, and how
	 * @param asker how long answers are good for, and what ends the waiting
	 * @param request asks the server; is called again when another's request was dropped
	 * @returns the outcome and where it is from, or `CANCELLED`
	 */
	async get(
		{ question, manner }: Question,
		asker: Asker,
		request: Request,
	): Promise<Shared | typeof CANCELLED> {
		const kept = this.use(question, asker.cacheMs);
		if (kept) return { outcome: { ok: true, value: kept }, source: 'cache' };

		const key = question + manner;
		for (;;) {
			const { outcome, isSender } = await this.askWithOthers(key, asker, request);
			if (outcome !== CANCELLED) {
				if (outcome.ok) this.keep(question, asker.cacheMs, outcome.value);
				return { outcome, source: isSender ? 'request' : 'shared' };
			}
			const isOver = asker.others.isCancelled || asker.own.isCancelled;
			if (isSender || isOver) return CANCELLED;
		}
	}

	private async askWithOthers(
		key: string,
		{ own, others }: Asker,
		request: Request,
	): Promise<{ outcome: Asked; isSender: boolean }> {
		const group = this.groups.get(key) ?? new Group();
		this.groups.set(key, group);
		group.waiting += 1;
		let isSender = false;
		const claim = () => {
			if (group.sender) return false;
			group.sender = own;
			isSender = true;
			return true;
		};
		void request(claim).then((outcome) => {
			if (isSender) this.settle(key, group, outcome);
		});

		let outcome = await others.race(group.outcome);
		if (outcome === CANCELLED && others.isCancelled && group.sender === own) {
			outcome = await own.race(group.outcome);
		}
		group.waiting -= 1;
		if (group.waiting === 0 && !group.sender) this.groups.delete(key);
		return { outcome, isSender };
	}

	private settle(key: string, group: Group, outcome: Asked): void {
		this.groups.delete(key);
		group.settle(outcome);
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
