/** What the user is told once a run is through, beside its items. */

import type { NodeExecutionHint } from 'n8n-workflow';
import type { BatchCounts } from '../../../shared/queue/batchCounts';

/** What became of the input items. */
export interface RunCounts {
	/** Items that asked GREEN-API, themselves or together with others. */
	asked: number;
	/** Those of them for which an answer came that is not null. */
	found: number;
	groupsSkipped: number;
	avatarsMissing: number;
}

const MINUTE_MS = 60_000;

function counted(count: number, one: string): string {
	return `${count} ${one}${count === 1 ? '' : 's'}`;
}

/** What happened how often, without what did not happen. */
function list(...parts: ReadonlyArray<[count: number, what: string]>): string {
	return parts
		.filter(([count]) => count > 0)
		.map(([count, what]) => `${count} ${what}`)
		.join(', ');
}

function tellFound({ asked, found }: RunCounts, { shared, cached, retained }: BatchCounts): string {
	const saved = list(
		[shared, 'by sharing the request of another item'],
		[cached, 'from the cache'],
		[retained, 'by an earlier try'],
	);
	return `Found ${found} of ${counted(asked, 'contact')}${saved && `, ${saved}`}.`;
}

function tellRepeated({ refusals, retries }: BatchCounts): string {
	const reasons = list(
		[refusals, "because GREEN-API's limit was met (429)"],
		[retries, 'because GREEN-API could not answer at first'],
	);
	return `${counted(refusals + retries, 'request')} sent again: ${reasons}.`;
}

function tellOutcome(run: RunCounts, batch: BatchCounts): string {
	return [
		tellFound(run, batch),
		...(run.groupsSkipped > 0 ? [`Skipped ${counted(run.groupsSkipped, 'group')}.`] : []),
		...(batch.refusals + batch.retries > 0 ? [tellRepeated(batch)] : []),
	].join(' ');
}

function tellLimit({ pacedRequests, pacedMs }: BatchCounts): string {
	const rate = Number(((pacedRequests * 1000) / pacedMs).toPrecision(2));
	const minutes = counted(Math.round(pacedMs / MINUTE_MS), 'minute');
	const limit =
		rate === 1
			? 'GREEN-API allows 1 request a second for each instance'
			: `"Requests per Second" is set to ${rate}`;
	return `${limit}: ${pacedRequests} requests take about ${minutes}.`;
}

function tellAvatars({ avatarsMissing }: RunCounts): string {
	return `${counted(avatarsMissing, 'avatar')} could not be downloaded. The contacts are complete apart from the picture.`;
}

/**
 * @param run what became of the input items
 * @param batch what it took to look them up
 * @returns hints for the output pane: none when all went as anyone would expect
 */
export function summariseRun(run: RunCounts, batch: Readonly<BatchCounts>): NodeExecutionHint[] {
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
		...(isNotable ? [hint('info', tellOutcome(run, batch))] : []),
		...(isLong ? [hint('info', tellLimit(batch))] : []),
		...(run.avatarsMissing > 0 ? [hint('warning', tellAvatars(run))] : []),
	];
}
