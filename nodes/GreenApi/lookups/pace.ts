/**
 * How soon the next request may go, learned from which requests the limit let through. Decides
 * only: it sends nothing, waits for nothing, and is told what time it is.
 *
 * GREEN-API refuses a request with 429 when less than 1 / limit seconds have passed since the one
 * before it, for each instance and method, whoever sent that one (GREEN-API documentation, "Rate
 * limiter"). Three things make a client that keeps exactly to the limit meet 429 all the same, and
 * each has its own remedy here:
 *
 * - The line delays one request more than the next: a margin on top of the spacing, which grows
 *   with each request that this made too early and shrinks with each that it did not.
 * - Other processes use the instance too: a little chance in the spacing, since who keeps to the
 *   limit's edge takes every slot from who does not, and tries that come the faster the longer a
 *   request has waited. Whoever waits longest then most likely gets the next slot.
 * - The limit is lower than was thought: the spacing below which everything is refused and above
 *   which nothing is, which shrinks again until it meets a refusal.
 *
 * Quantities without a unit are parts of the spacing. They come from simulations of a jittery line,
 * of up to 8 processes on one instance, and of a rate 5 times too high; see
 * `test/unit/lookups/pace.simulation.test.ts` for what they have to reach.
 */

/** Careful until the line is known. */
const FIRST_MARGIN = 0.045;
/** Also what keeps a process that is alone from leaving no gap for those who come later. */
const LEAST_MARGIN = 0.03;
const MOST_MARGIN = 0.08;
const MARGIN_STEP_UP = 0.008;
const MARGIN_STEP_DOWN = 0.000_06;
/** As long as no request came too early. */
const MARGIN_STEP_DOWN_AT_FIRST = 0.000_2;

/** How long it counts that others were met. */
const OTHERS_REMEMBERED = 30;
const MOST_CHANCE = 0.25;

/** The mean wait from one try of a refused request to the next, from first to last. */
const FIRST_PROBE = 0.9;
const LAST_PROBE = 0.25;
const PROBE_FACTOR = 0.85;
/** From the news of a refusal to the next try, at most, where the wait is over by then. */
const AFTER_NEWS = 0.05;
/**
 * Every so many refusals the whole spacing is kept before the next try: the documentation does not
 * say that refused requests don't count, and if they do, probing alone would never end.
 */
const WHOLE_SPACING_EVERY = 12;

/** Gaps looked at to find the limit's own spacing, and how many of either kind it takes. */
const REMEMBERED_GAPS = 100;
const ENOUGH_GAPS = 10;
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

/** Refusals further apart than that, and the longest pause a server may ask for, are not one row. */
const LONGEST_SILENCE_MS = 60_000;

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
export class Pace {
	private margin = FIRST_MARGIN;
	private marginStepDown = MARGIN_STEP_DOWN_AT_FIRST;
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

	private notBefore = -Infinity;
	private pausedUntil = -Infinity;
	/** Of the last one out, unless it was refused and left the slot to the next. */
	private lastSentAt = -Infinity;
	/** Of the one before it, among those that were not refused. */
	private formerSentAt = -Infinity;
	private lastAcceptedSentAt = -Infinity;
	private refusedSince: number | undefined;
	private lastRefusedAt = -Infinity;

	/** @param random gives numbers from 0 up to, but not including, 1 */
	constructor(private readonly random: () => number) {}

	/**
	 * @param spacingMs the shortest time since the request before that is thought allowed; 0: the
	 *   limit is none of this request's business
	 * @param now what time it is
	 * @returns when the next request may be sent; in the past when it may at once
	 */
	nextSlot(spacingMs: number, now: number): number {
		const chance = this.knowsOthers(now) ? MOST_CHANCE * this.chance : 0;
		const spacing = this.spacing(spacingMs);
		return Math.max(
			this.pausedUntil,
			this.notBefore,
			this.formerSentAt + spacing,
			this.lastSentAt + spacing * (1 + this.margin + chance),
		);
	}

	/** A request goes out now. */
	sent(now: number): void {
		if (this.lastSentAt > -Infinity) this.formerSentAt = this.lastSentAt;
		this.lastSentAt = now;
		this.chance = this.random();
	}

	/**
	 * The limit let a request through.
	 *
	 * @param request the request
	 * @param now when that became known
	 */
	accepted({ spacingMs, sentAt, refusals }: PacedRequest, now: number): void {
		this.refusedSince = undefined;
		if (spacingMs === 0 || sentAt <= this.lastAcceptedSentAt) return;
		remember(this.acceptedGaps, sentAt - this.lastAcceptedSentAt);
		this.lastAcceptedSentAt = sentAt;

		const spacing = this.spacing(spacingMs);
		if (refusals > 1) this.othersUntil = now + OTHERS_REMEMBERED * spacing;
		this.adjustMargin(refusals, now);
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
		const isNew = now - this.lastRefusedAt > LONGEST_SILENCE_MS + 2 * spacingMs;
		if (isNew || this.refusedSince === undefined) this.refusedSince = now;
		this.lastRefusedAt = now;
		if (spacingMs === 0) return;
		remember(this.refusedGaps, sentAt - this.lastAcceptedSentAt);

		const spacing = this.spacing(spacingMs);
		const again = Math.max(
			sentAt + spacing * this.probeWait(refusals, now),
			now + spacing * AFTER_NEWS * this.random(),
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

	private spacing(spacingMs: number): number {
		return spacingMs === 0 ? 0 : Math.max(spacingMs, this.learnedMs);
	}

	private knowsOthers(now: number): boolean {
		return now < this.othersUntil;
	}

	/** The wait from a refused try to the next one. */
	private probeWait(refusals: number, now: number): number {
		// The line's doing, most likely: the slot is there by now.
		if (refusals === 0 && !this.knowsOthers(now)) return 0;
		if ((refusals + 1) % WHOLE_SPACING_EVERY === 0) {
			return 1 + this.margin + MOST_CHANCE * this.random();
		}
		const mean = Math.max(LAST_PROBE, FIRST_PROBE * PROBE_FACTOR ** refusals);
		return mean * (0.5 + this.random());
	}

	private adjustMargin(refusals: number, now: number): void {
		if (refusals === 0) {
			this.margin = Math.max(LEAST_MARGIN, this.margin - this.marginStepDown);
		} else if (refusals === 1 && !this.knowsOthers(now)) {
			this.margin = Math.min(MOST_MARGIN, this.margin + MARGIN_STEP_UP);
			this.marginStepDown = MARGIN_STEP_DOWN;
		}
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

function remember(gaps: number[], gapMs: number): void {
	if (!(gapMs > 0 && Number.isFinite(gapMs))) return;
	gaps.push(gapMs);
	if (gaps.length > REMEMBERED_GAPS) gaps.shift();
}
