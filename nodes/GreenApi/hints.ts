/** The hints that the user sees when a run is over, beside its items. */

import type { NodeExecutionHint } from 'n8n-workflow';
import type { BatchCounts } from '../shared/queue/batch';
import type { Operation } from './operation';

/** How the input items ended. */
export interface RunCounts {
	/** Items that asked GREEN-API, themselves or together with others. */
	asked: number;
	/** Those of them for which an answer came that is not null. */
	found: number;
	groupsSkipped: number;
	picturesMissing: number;
	/** Whether the user set "Requests per Second". */
	isRateSet: boolean;
	/** Hints that answers gave. */
	told: Set<string>;
}

type Words = Operation['told'];

const MINUTE_MS = 60_000;

function counted(count: number, one: string): string {
	return `${count} ${one}${count === 1 ? '' : 's'}`;
}

/** Each event with its count; events that did not happen are left out. */
function list(...parts: ReadonlyArray<[count: number, what: string]>): string {
	return parts
		.filter(([count]) => count > 0)
		.map(([count, what]) => `${count} ${what}`)
		.join(', ');
}

function tellFound(
	{ verb, noun }: Words,
	{ asked, found }: RunCounts,
	{ shared, cached, retained }: BatchCounts,
): string {
	const saved = list(
		[shared, 'by sharing the request of another item'],
		[cached, 'from the cache'],
		[retained, 'by an earlier try'],
	);
	return `${verb} ${found} of ${counted(asked, noun)}${saved && `, ${saved}`}.`;
}

function tellRepeated({ refusals, retries }: BatchCounts): string {
	const reasons = list(
		[refusals, "because GREEN-API's limit was met (429)"],
		[retries, 'because GREEN-API could not answer at first'],
	);
	return `${counted(refusals + retries, 'request')} sent again: ${reasons}.`;
}

function tellOutcome(words: Words, run: RunCounts, batch: BatchCounts): string {
	return [
		tellFound(words, run, batch),
		...(run.groupsSkipped > 0 ? [`Skipped ${counted(run.groupsSkipped, 'group')}.`] : []),
		...(batch.refusals + batch.retries > 0 ? [tellRepeated(batch)] : []),
	].join(' ');
}

function tellLimit({ isRateSet }: RunCounts, { pacedRequests, pacedMs }: BatchCounts): string {
	const rate = Number(((pacedRequests * 1000) / pacedMs).toPrecision(2));
	const minutes = counted(Math.round(pacedMs / MINUTE_MS), 'minute');
	const limit = isRateSet
		? `"Requests per Second" is set to ${rate}`
		: `GREEN-API allows ${counted(rate, 'request')} a second for each instance`;
	return `${limit}: ${pacedRequests} requests take about ${minutes}.`;
}

/** Refusals beyond this share are mostly caused by others. */
const MOST_REFUSED = 1 / 5;

function areOthersThere({ refusals, pacedRequests }: BatchCounts): boolean {
	// Fewer refusals than that happen to anyone whose line is slow for a moment.
	return refusals >= 5 && refusals > MOST_REFUSED * (refusals + pacedRequests);
}

const OTHERS =
	'GREEN-API refused many of the requests (429), as something else uses this instance: another n8n, another worker of this one, a script. Each request was sent again. If several n8n workers run this, set "Requests per Second" to 1 ÷ workers, e.g. 0.5 for two: that ends most refusals.';

function tellPictures({ picturesMissing }: RunCounts): string {
	return `${counted(picturesMissing, 'avatar')} could not be downloaded. The contacts are complete apart from the picture.`;
}

/**
 * @param words the operation's own words for its work
 * @param run how the input items ended
 * @param batch the requests that the lookups took
 * @returns hints for the output pane: none when the run was simple
 */
export function summariseRun(
	words: Words,
	run: RunCounts,
	batch: Readonly<BatchCounts>,
): NodeExecutionHint[] {
	const { shared, cached, retained, refusals, retries, pacedMs } = batch;
	const isLong = pacedMs >= MINUTE_MS;
	const isNotable =
		shared + cached + retained + refusals + retries + run.groupsSkipped > 0 || isLong;
	const hint = (type: 'info' | 'warning', message: string): NodeExecutionHint => ({
		message,
		type,
		location: 'outputPane',
	});
	return [
		...(isNotable ? [hint('info', tellOutcome(words, run, batch))] : []),
		...(isLong ? [hint('info', tellLimit(run, batch))] : []),
		...(areOthersThere(batch) ? [hint('warning', OTHERS)] : []),
		...(run.picturesMissing > 0 ? [hint('warning', tellPictures(run))] : []),
		...[...run.told].map((message) => hint('warning', message)),
	];
}
