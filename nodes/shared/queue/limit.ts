/**
 * How soon the next request may go, learned from which requests the limit let through. Decides
 * only: it sends nothing, waits for nothing, and is told what time it is.
 *
 * GREEN-API refuses a request with 429 when less than 1 / limit seconds have passed since the one
 * before it, for each instance and method, whoever sent that one (GREEN-API documentation, "Rate
 * limiter"). Four things make a client that keeps exactly to the limit meet 429 all the same, and
 * each has its own remedy here:
 *
 * - The line delays one request more than the next: a margin on top of the spacing, which grows
 *   with each request that this made too early and shrinks with each that it did not.
 * - A request gets onto the line late, as this process is busy or the line has to be opened first:
 *   the next one waits for as much longer.
 * - Other processes use the instance too: a little chance in the spacing, since who keeps to the
 *   limit's edge takes every slot from who does not, and tries that come the faster the longer a
 *   request has waited. Whoever waits longest then most likely gets the next slot.
 * - The limit is lower than was thought: the spacing below which everything is refused and above
 *   which nothing is, which shrinks again until it meets a refusal.
 *
 * Quantities without a unit are parts of the spacing. They come from simulations of a jittery line,
 * of up to 8 processes on one instance, and of a rate 5 times too high; see
 * `test/unit/queue/limit.simulation.test.ts` for what they have to reach.
 */

/** Careful until the line is known. */
const FIRST_MARGIN = 0.04;
/** Also what keeps a process that is alone from leaving no gap for those who come later. */
const LEAST_MARGIN = 0.03;
const MOST_MARGIN = 0.08;
const MARGIN_STEP_UP = 0.006;
const MARGIN_STEP_DOWN = 0.000_06;
/** As long as no request came too early. */
const MARGIN_STEP_DOWN_AT_FIRST = 0.000_2;

/**
 * How late onto the line a request is believed to be, at most. For 100 webhooks in 2 seconds n8n
 * starts so many executions that a request got there up to 70 ms after its turn, and up to 430
 * ms when both of two cores were busy.
 */
export const MOST_LATENESS = 0.25;
/** By which the shortest trip grows with each later one: a line that was faster once is forgotten. */
const TRIP_GROWTH = 1.02;

/** So many refusals in a row are not the line's doing. */
const REFUSALS_BY_OTHERS = 2;
/** How long it counts that others were met. */
const OTHERS_REMEMBERED = 30;
const MOST_CHANCE = 0.25;

/** The mean wait from one try of a refused request to the next, from first to last. */
const FIRST_PROBE = 0.9;
const LAST_PROBE = 0.25;
const PROBE_FACTOR = 0.85;
/** However high the rate is set, the limit is not asked more often than that for long. */
const SHORTEST_PROBE_MS = 100;
/** From the news of a refusal to the next try, at most, where the wait is over by then. */
const AFTER_NEWS = 0.05;
/**
 * Every so many refusals the whole spacing is kept before the next try, and twice as much each time
 * from the third on: the documentation does not say that refused requests don't count, and if they
 * do, probing alone would never end.
 */
const WHOLE_SPACING_EVERY = 12;
const MOST_SPACINGS = 8;

/** Gaps looked at to find the limit's own spacing, and how many of either kind it takes. */
const REMEMBERED_GAPS = 100;
const ENOUGH_GAPS = 10;
/** Of which it is not known yet what they came too soon after. */
const REMEMBERED_REFUSALS = 1000;
/** Longer than that between one try and the next is a break, in spacings and at least in ms. */
const BREAK = 2;
const BREAK_MS = 500;
/** How much longer than an accepted gap a refused one may be: what the line's jitter makes of them. */
const BLURRED = 1.1;
/** Less than this above the known spacing is the margin's business. */
const NOTABLY_LONGER = 1.15;
/** A spacing just above the longest refused gap: it shrinks from there by itself. */
const JUST_ABOVE = 1.05;
const LEARNED_STEP_DOWN = 0.000_5;
/** The step grows by itself once in so many requests, so that a limit that is gone is forgotten. */
const LEARNED_STEP_GROWTH = 8;
const LEARNED_STEP_UP = 0.02;

/** Refusals further apart than a pause and a try take, at most, are not one row. */
const LONGEST_PAUSE_MS = 60_000;
const LONGEST_PROBE = 12;

/** What has to be known of a request to learn from what became of it. */
export interface PacedRequest {
	/** The shortest time between it and the request before it that was thought allowed, in ms. */
	spacingMs: number;
	/** When it was sent, in ms. */
	sentAt: number;
	/** How often the same request had been refused before, without a break. */
	refusals: number;
}

/** The pace of the requests of one instance and method. Times are in ms, by one clock. */
export class Limit {
	private margin = FIRST_MARGIN;
	private marginStepDown = MARGIN_STEP_DOWN_AT_FIRST;
	/** Whether the last one out came first, or after a break. */
	private isFirst = false;
	/** From sending to answer. */
	private shortestTripMs: number | undefined;
	/** How much later than it was sent the last one out got onto the line, as far as that is known. */
	private lastLateMs = 0;
	private othersUntil = -Infinity;
	/** From 0 to 1, drawn anew for each request. */
	private chance = 0;

	/** The limit's own spacing as far as refusals told it. */
	private learnedMs = 0;
	/** Accepted without a refusal, without a break. */
	private streak = 0;
	/** Times from the last accepted request to those that were accepted or refused after it. */
	private acceptedGaps: number[] = [];
	private refusedGaps: number[] = [];
	/** Since the last accepted one that is known of. */
	private refusedSentAt: number[] = [];

	private notBefore = -Infinity;
	private pausedUntil = -Infinity;
	/** Of the last one out, unless it was refused and left the slot to the next. */
	private lastSentAt = -Infinity;
	/** Of the last one out, refused or not. */
	private lastTriedAt = -Infinity;
	/** When the one before it got onto the line, among those that were not refused. */
	private formerOutAt = -Infinity;
	private lastAcceptedSentAt = -Infinity;
	private refusedSince: number | undefined;
	private lastRefusedAt = -Infinity;
	/** Of all requests. */
	private refusalsInARow = 0;

	/**
	 * @param requestsPerSecond what the documentation says that the limit is, until a server tells
	 * @param random gives numbers from 0 up to, but not including, 1
	 */
	constructor(
		public requestsPerSecond: number,
		private readonly random: () => number,
	) {}

	/**
	 * @param spacingMs the shortest time since the request before that is thought allowed; 0: the
	 *   limit is none of this request's business
	 * @param now what time it is
	 * @returns when the next request may be sent; in the past when it may at once. The answer to the
	 *   one before may make it later.
	 */
	nextSlot(spacingMs: number, now: number): number {
		const chance = this.knowsOthers(now) ? MOST_CHANCE * this.chance : 0;
		const spacing = this.spacing(spacingMs);
		return Math.max(
			this.pausedUntil,
			this.notBefore,
			this.formerOutAt + spacing,
			this.lastOutAt(spacing) +
				Math.max(spacing * (1 + this.margin + chance), this.shortestProbeMs),
		);
	}

	/** A request goes out now. `spacingMs` is as for `nextSlot`. */
	sent(spacingMs: number, now: number): void {
		if (spacingMs > 0) {
			this.isFirst = now - this.lastTriedAt > this.breakMs(spacingMs);
			this.lastTriedAt = now;
		}
		if (this.lastSentAt > -Infinity) this.formerOutAt = this.lastOutAt(this.spacing(spacingMs));
		this.lastSentAt = now;
		this.lastLateMs = 0;
		this.chance = this.random();
	}

	/**
	 * This process is too busy to send what is to go out. With others on the instance that is of no
	 * account: it is their requests that the next one may come too soon after.
	 *
	 * @param request the one that waits for it
	 * @param lateMs for how long it has waited since it was sent, or since this was told before, in ms
	 */
	delayed({ sentAt }: PacedRequest, lateMs: number): void {
		if (sentAt === this.lastSentAt && !this.knowsOthers(sentAt)) this.lastLateMs += lateMs;
	}

	/**
	 * The limit let a request through.
	 *
	 * @param request the request
	 * @param now when that became known
	 */
	accepted({ spacingMs, sentAt, refusals }: PacedRequest, now: number): void {
		this.refusedSince = undefined;
		this.refusalsInARow = 0;
		if (spacingMs === 0) return;
		this.rememberTrip(sentAt, now - sentAt);
		if (sentAt <= this.lastAcceptedSentAt) return;
		this.rememberGaps(sentAt, this.breakMs(spacingMs));

		const spacing = this.spacing(spacingMs);
		if (refusals === 0) this.narrowMargin(this.marginStepDown);
		if (refusals >= REFUSALS_BY_OTHERS) {
			// The first of these refusals was taken for the line's doing.
			if (!this.knowsOthers(now)) this.narrowMargin(MARGIN_STEP_UP);
			this.othersUntil = now + OTHERS_REMEMBERED * spacing;
		}
		this.adjustLearned(refusals);
		if (refusals > 0) this.learnSpacing(spacing);
	}

	/**
	 * The limit refused a request, with 429. That delays the request, and with it all others.
	 *
	 * @param request the request
	 * @param now when that became known
	 */
	refused({ spacingMs, sentAt, refusals }: PacedRequest, now: number): void {
		const silenceMs = LONGEST_PAUSE_MS + LONGEST_PROBE * this.spacing(spacingMs);
		const isNew = now - this.lastRefusedAt > silenceMs;
		if (isNew || this.refusedSince === undefined) this.refusedSince = now;
		this.lastRefusedAt = now;
		if (spacingMs === 0) return;
		remember(this.refusedSentAt, sentAt, REMEMBERED_REFUSALS);
		this.refusalsInARow += 1;
		if (this.isByTheLine(refusals, now)) {
			this.margin = Math.min(MOST_MARGIN, this.margin + MARGIN_STEP_UP);
			this.marginStepDown = MARGIN_STEP_DOWN;
		}

		const spacing = this.spacing(spacingMs);
		const again = Math.max(
			sentAt + spacing * this.probeWait(refusals, now),
			now + spacing * AFTER_NEWS * this.random(),
			now + this.shortestProbeMs,
		);
		if (sentAt < this.lastSentAt) {
			this.notBefore = Math.max(this.notBefore, again);
			return;
		}
		// It was the last one out and took no slot, so that the next need not keep away from it.
		this.lastSentAt = -Infinity;
		this.notBefore = again;
	}

	/** Nothing is sent before `time`, e.g. because the server asks for that. */
	pauseUntil(time: number): void {
		this.pausedUntil = Math.max(this.pausedUntil, time);
	}

	/** @returns for how long everything has been refused, in ms */
	refusedFor(now: number): number {
		return this.refusedSince === undefined ? 0 : now - this.refusedSince;
	}

	/** Grows fast, so that a rate which is set far too high floods nobody. */
	private get shortestProbeMs(): number {
		return this.refusalsInARow === 0 ? 0 : Math.min(SHORTEST_PROBE_MS, 2 ** this.refusalsInARow);
	}

	private spacing(spacingMs: number): number {
		return spacingMs === 0 ? 0 : Math.max(spacingMs, this.learnedMs);
	}

	private lastOutAt(spacing: number): number {
		return this.lastSentAt + Math.min(this.lastLateMs, MOST_LATENESS * spacing);
	}

	/**
	 * An answer took so long. For the first request, or the first after a break, the line may have had
	 * to be opened. Later on that says little, as the server may have taken its time.
	 */
	private rememberTrip(sentAt: number, tripMs: number): void {
		if (this.isFirst && sentAt === this.lastSentAt) {
			this.lastLateMs = Math.max(this.lastLateMs, tripMs - (this.shortestTripMs ?? 0));
		}
		const shortestMs = (this.shortestTripMs ?? Infinity) * TRIP_GROWTH;
		this.shortestTripMs = Math.min(shortestMs, tripMs);
	}

	private breakMs(spacingMs: number): number {
		return Math.max(BREAK_MS, BREAK * this.spacing(spacingMs));
	}

	private knowsOthers(now: number): boolean {
		return now < this.othersUntil;
	}

	private narrowMargin(step: number): void {
		this.margin = Math.max(LEAST_MARGIN, this.margin - step);
	}

	/** Whether a request was most likely just a little early. */
	private isByTheLine(refusals: number, now: number): boolean {
		return refusals === 0 && !this.knowsOthers(now);
	}

	/** The wait from a refused try to the next one. */
	private probeWait(refusals: number, now: number): number {
		if (this.isByTheLine(refusals, now)) return MOST_MARGIN * (1 + this.random() / 2);
		const time = (refusals + 1) / WHOLE_SPACING_EVERY;
		if (Number.isInteger(time)) {
			const spacings = Math.min(MOST_SPACINGS, 2 ** Math.max(0, time - 2));
			return spacings * (1 + this.margin + MOST_CHANCE * this.random());
		}
		const mean = Math.max(LAST_PROBE, FIRST_PROBE * PROBE_FACTOR ** refusals);
		return mean * (0.5 + this.random());
	}

	private adjustLearned(refusals: number): void {
		if (refusals === 0) {
			this.streak += 1;
			this.learnedMs *= 1 - LEARNED_STEP_DOWN * (1 + this.streak / LEARNED_STEP_GROWTH);
		} else {
			this.streak = 0;
			if (refusals === 1) this.learnedMs *= 1 + LEARNED_STEP_UP;
		}
	}

	/**
	 * Refusals may be known before the requests that they came too soon after are: only when the next
	 * accepted one is known, it is known which ones those were. What comes after a break tells nothing:
	 * it could have come sooner.
	 */
	private rememberGaps(acceptedSentAt: number, breakMs: number): void {
		const former = this.lastAcceptedSentAt;
		let before = former;
		for (const sentAt of this.refusedSentAt) {
			if (sentAt >= acceptedSentAt || sentAt - before > breakMs) break;
			remember(this.refusedGaps, sentAt - former);
			before = sentAt;
		}
		const isSteady = this.refusedSentAt.every((at) => at <= before || at >= acceptedSentAt);
		if (isSteady && acceptedSentAt - before <= breakMs) {
			remember(this.acceptedGaps, acceptedSentAt - former);
		}
		this.refusedSentAt = this.refusedSentAt.filter((sentAt) => sentAt > acceptedSentAt);
		this.lastAcceptedSentAt = acceptedSentAt;
	}

	/** With others on the instance, longer gaps are refused than accepted and this finds nothing. */
	private learnSpacing(spacing: number): void {
		if (Math.min(this.acceptedGaps.length, this.refusedGaps.length) < ENOUGH_GAPS) return;
		const shortestAccepted = Math.min(...this.acceptedGaps);
		const longestRefused = Math.max(...this.refusedGaps);
		if (longestRefused > shortestAccepted * BLURRED) return;
		if (shortestAccepted < spacing * NOTABLY_LONGER) return;

		const middle = (longestRefused + shortestAccepted) / 2;
		this.learnedMs = Math.max(longestRefused, Math.min(middle, longestRefused * JUST_ABOVE));
		this.margin = LEAST_MARGIN;
		this.othersUntil = -Infinity;
		this.acceptedGaps = [];
		this.refusedGaps = [];
	}
}

function remember(times: number[], ms: number, most = REMEMBERED_GAPS): void {
	if (!Number.isFinite(ms)) return;
	times.push(ms);
	if (times.length > most) times.shift();
}
