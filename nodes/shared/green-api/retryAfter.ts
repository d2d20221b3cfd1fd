/** Reads the Retry-After header (RFC 9110, 10.2.3), which proxies before GREEN-API may send. */

/**
 * @param header the header's value, if there is one: seconds or a date
 * @param nowMs what time it is, in ms since 1970
 * @returns how long to wait, in ms, at least 0; undefined where the header says nothing
 */
export function readRetryAfter(header: unknown, nowMs: number): number | undefined {
	const text = String(header ?? '').trim();
	if (/^\d+$/.test(text)) return Number(text) * 1000;
	// Dates have a day's name at their start; Date.parse would take much else for a date.
	const time = /^[A-Z][a-z]+, /.test(text) ? Date.parse(text) : NaN;
	return Number.isNaN(time) ? undefined : Math.max(0, time - nowMs);
}
