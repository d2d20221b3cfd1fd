/** A request that went out, as it counts for the next one. */

/** Above the spacing: with 50 ms of jitter at one a second, 2.5 % of the requests come too early. */
export const MARGIN = 0.039;

/** `slot` only where the process shares; where a cap keeps it below the limit, it needs no slots. */
export interface SentRequest {
	/** In ms; when it was due, where a timer was a little late. */
	sentAt: number;
	spacingMs: number;
	slot: number | undefined;
	isCapped: boolean;
}

/** @returns what counts for the next request: a timer that was a little late delays nothing */
export function plannedAt(slot: number, now: number, spacingMs: number): number {
	return now - slot <= (MARGIN / 2) * spacingMs ? slot : now;
}
