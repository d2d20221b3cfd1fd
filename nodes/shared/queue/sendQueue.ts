/** Lets requests go one by one, as the limit allows, each batch in its turn. */

import type { Answer, Outcome, Reply } from '../green-api/answer';
import { isRefusal } from '../green-api/failures';
import { CANCELLED, Cancellation, type Clock } from '../time';
import { type Limit, MARGIN } from './limit';
import { pauseAfter } from './retry';

/** At one a second, more than 64 would be in flight only while each answer takes over a minute. */
const MOST_IN_FLIGHT = 64;

/** 35 years, and a finite number also for the tiniest cap. */
const LONGEST_CAP_MS = 2 ** 40;

/**
 * Ends the turn to send one request, and hands in the reply; none, where no answer is waited
 * for any more. Every turn has to end, once: until then its request counts as in flight.
 */
export type EndTurn = (reply?: Reply) => void;

export interface TurnOptions {
	/** The user's cap, fractions allowed; absent: the limit alone; 0: not paced. */
	requestsPerSecond?: number | undefined;
	/** Before the others of its lane: it had its turn already. */
	ahead?: boolean;
	/** Where it was sent by the time the turn comes, the turn goes to the next request that waits. */
	question?: Question;
}

/** One question for all lanes that wait for its answer: the first that has a turn sends it for all. */
class Question {
	isSent = false;
	waiting = 0;
	readonly outcome: Promise<Outcome<Answer> | typeof CANCELLED>;
	settle!: (outcome: Outcome<Answer> | typeof CANCELLED) => void;

	constructor() {
		this.outcome = new Promise((settle) => (this.settle = settle));
	}
}

interface Place {
	/** The shortest time between two requests that the user's cap allows; undefined: not paced. */
	capMs: number | undefined;
	question: Question | undefined;
	grant: (turn: EndTurn | undefined) => void;
}

interface Sent {
	lane: Lane;
	isPaced: boolean;
	/** In ms; when it was due, where a timer was a little late. */
	sentAt: number;
	/** The limit's spacing then: a limit that has changed since learns nothing of it. */
	spacingMs: number;
}

/** The requests of one batch for one queue that wait, in their order. */
export class Lane {
	/** Ends the batch's other waits, e.g. between tries, when the lane is closed. */
	readonly closing = new Cancellation();
	readonly waiting: Place[] = [];
	/** When its last request that the limit did not refuse went out. */
	lastSentAt = -Infinity;
	inFlight = 0;
	/** How many of its turns have ended. */
	ended = 0;

	/** Ends the waiting of all requests, and of those that come later; turns that were given stay. */
	close(): void {
		this.closing.cancel();
		for (const { grant } of this.waiting.splice(0)) grant(undefined);
	}
}

/** @returns whether the limit let a request through; undefined where the reply does not say */
function verdictOn(reply: Reply): 'accepted' | 'refused' | undefined {
	if (reply.ok) return 'accepted';
	if (reply.failure.id === 'rateLimited') return 'refused';
	return isRefusal(reply.failure) ? 'accepted' : undefined;
}

function spacingOf(cap: number): number {
	return Math.min(LONGEST_CAP_MS, 1000 / cap);
}

/** The requests of one instance and method, from all executions in this process. */
export class SendQueue {
	/** In the order of their turns. */
	private lanes: Lane[] = [];
	private inFlight = 0;
	private wakesAt = Infinity;
	private usedAt: number;
	/** When the last paced request that the limit did not refuse went out. */
	private lastSentAt = -Infinity;
	private pausedUntil = -Infinity;
	private refusedSince: number | undefined;
	private readonly questions = new Map<unknown, Question>();

	/**
	 * @param clock what time it is
	 * @param limit when the next request may go
	 */
	constructor(
		private readonly clock: Clock,
		private readonly limit: Limit,
	) {
		this.usedAt = clock.now();
	}

	/** How many questions are asked. */
	get asked(): number {
		return this.questions.size;
	}

	/**
	 * Each lane waits for a turn of its own, so that none waits for longer than it would have alone.
	 *
	 * @param key the same for those that have the same answer
	 * @param lane that of the batch that asks
	 * @param requestsPerSecond the user's cap
	 * @param send sends the request, with the turn it is given; called again by another lane where it
	 *   was dropped before there was an outcome
	 * @returns the outcome, and whether another lane's turn brought it; `CANCELLED` once the lane is closed
	 */
	async ask(
		key: unknown,
		lane: Lane,
		requestsPerSecond: number | undefined,
		send: (turn: EndTurn) => Promise<Outcome<Answer> | typeof CANCELLED>,
	): Promise<{ outcome: Outcome<Answer>; isShared: boolean } | typeof CANCELLED> {
		for (;;) {
			const question = this.questions.get(key) ?? new Question();
			this.questions.set(key, question);
			question.waiting += 1;
			let own: ReturnType<typeof send> | undefined;
			void this.takeTurn(lane, { requestsPerSecond, question }).then(async (turn) => {
				if (!turn) return;
				own = send(turn);
				const outcome = await own;
				this.questions.delete(key);
				question.settle(outcome);
			});

			let outcome = await lane.closing.race(question.outcome);
			if (outcome === CANCELLED && own) outcome = await own;
			question.waiting -= 1;
			if (question.waiting === 0 && !question.isSent) this.questions.delete(key);
			if (outcome !== CANCELLED) return { outcome, isShared: !own };
			if (own || lane.closing.isCancelled) return CANCELLED;
		}
	}

	/**
	 * Lanes take turns, so that a batch of one waits for one request of each other batch, not for all
	 * of them.
	 *
	 * @param lane whose turn it is to be; used with one queue only
	 * @param options when the request may go
	 * @returns the turn, as soon as the request may be sent; undefined once the lane is closed, or
	 *   when the question was sent in another turn
	 */
	async takeTurn(
		lane: Lane,
		{ requestsPerSecond: cap = Infinity, ahead = false, question }: TurnOptions,
	): Promise<EndTurn | undefined> {
		if (lane.closing.isCancelled) return undefined;
		// A queue in which nothing waits has given up its refused requests: refusals begin anew.
		if (this.isIdle && !ahead) this.refusedSince = undefined;
		return await new Promise((grant) => {
			// With the limit's own margin, so that processes which share it by caps meet no refusals.
			const capMs = cap === 0 ? undefined : spacingOf(cap) * (1 + MARGIN);
			if (ahead) lane.waiting.unshift({ capMs, question, grant });
			else lane.waiting.push({ capMs, question, grant });
			if (!this.lanes.includes(lane)) this.lanes.push(lane);
			this.dispatch();
		});
	}

	/** @returns for how long every request has been refused, in ms; 0 when the last was not */
	refusedFor(): number {
		return this.refusedSince === undefined ? 0 : this.clock.now() - this.refusedSince;
	}

	/** @returns the time between requests under the user's cap, in ms; 0: they are not paced */
	spacingUnder(cap = Infinity): number {
		return cap === 0 ? 0 : Math.max(spacingOf(cap), this.limit.spacingMs);
	}

	/** @returns for how long nothing has waited or been in flight, in ms */
	idleFor(): number {
		return this.isIdle ? this.clock.now() - this.usedAt : 0;
	}

	private get isIdle(): boolean {
		return this.inFlight === 0 && this.lanes.every(({ waiting }) => waiting.length === 0);
	}

	private dispatch(): void {
		this.usedAt = this.clock.now();
		while (this.inFlight < MOST_IN_FLIGHT) {
			this.lanes = this.lanes.filter(({ waiting }) => waiting.length > 0);
			const now = this.clock.now();
			const readyTimes = this.readyTimes();
			const index = readyTimes.findIndex((time) => time <= now);
			const lane = this.lanes[index];
			const next = lane?.waiting.shift();
			if (!lane || !next) return this.wakeAt(Math.min(...readyTimes), now);
			if (!next.question?.isSent) {
				if (next.question) next.question.isSent = true;
				this.lanes.push(...this.lanes.splice(index, 1));
				this.give(lane, next, readyTimes[index] ?? now, now);
			} else {
				// The lane keeps its place: the turn goes to the next request in it.
				next.grant(undefined);
			}
		}
	}

	/**
	 * When each lane may go on. Lanes with the same cap keep to it together; where caps differ, a low
	 * one holds up nobody else.
	 */
	private readyTimes(): number[] {
		const leastCapMs = Math.min(
			...this.lanes.map(({ waiting: [head] }) => head?.capMs ?? Infinity),
		);
		const commonAt = Math.max(this.pausedUntil, this.limit.nextAt, this.lastSentAt + leastCapMs);
		return this.lanes.map(({ waiting: [head], lastSentAt, inFlight, ended }) => {
			if (head?.capMs !== undefined) return Math.max(commonAt, lastSentAt + head.capMs);
			// Not paced: one more may be in flight after each answer, so that a wrong token shows early.
			return inFlight <= ended ? this.pausedUntil : Infinity;
		});
	}

	private give(lane: Lane, { capMs, grant }: Place, readyAt: number, now: number): void {
		const isPaced = capMs !== undefined;
		const { spacingMs } = this.limit;
		// A timer that was a little late delays nothing.
		const mostLateMs = (MARGIN / 2) * Math.max(capMs ?? 0, spacingMs);
		const sentAt = now - readyAt <= mostLateMs ? readyAt : now;
		lane.lastSentAt = sentAt;
		if (isPaced) {
			this.lastSentAt = sentAt;
			this.limit.sent(sentAt);
		}
		this.inFlight += 1;
		lane.inFlight += 1;
		grant((reply) => {
			this.inFlight -= 1;
			lane.inFlight -= 1;
			lane.ended += 1;
			if (reply) this.learn(reply, { lane, isPaced, sentAt, spacingMs });
			this.dispatch();
		});
	}

	private learn(reply: Reply, { lane, isPaced, sentAt, spacingMs }: Sent): void {
		const now = this.clock.now();
		const verdict = verdictOn(reply);
		if (reply.limit) this.limit.follow(reply.limit.requestsPerSecond, verdict === 'accepted');
		const isOfLimit = isPaced && spacingMs === this.limit.spacingMs;
		if (verdict === 'accepted') {
			if (isOfLimit) this.limit.accepted();
			this.refusedSince = undefined;
		}
		if (verdict === 'refused') {
			if (isOfLimit) this.limit.refused(sentAt, now);
			this.refusedSince ??= now;
			if (lane.lastSentAt === sentAt) lane.lastSentAt = -Infinity;
			if (isPaced && this.lastSentAt === sentAt) this.lastSentAt = -Infinity;
		}
		if (!reply.ok) {
			this.pausedUntil = Math.max(this.pausedUntil, now + pauseAfter(reply.failure));
		}
	}

	/** A timer that fires earlier is enough: the queue looks for requests that may go then. */
	private wakeAt(time: number, now: number): void {
		if (this.wakesAt <= time) return;
		this.wakesAt = time;
		void this.clock.sleep(time - now).then(() => {
			if (this.wakesAt !== time) return;
			this.wakesAt = Infinity;
			this.dispatch();
		});
	}
}
