/** What n8n's tries of one run of a node have in common. */

import type { IExecuteFunctions } from 'n8n-workflow';

/**
 * n8n's "Retry On Fail" calls execute() again: after what it threw, and, where the node goes on
 * after errors, when the first item of the output has an `error`. Before the first try n8n makes
 * new objects of the input items, and gives the same ones to each of the tries; another run of the
 * node, as in a loop, gets others (`n8n-core`, `WorkflowExecute.addPairedItemLineage`, `runNode`).
 *
 * @returns an object that all tries of this run have in common, and nothing else; undefined where
 *   n8n makes one try only
 */
export function retriedRunOf(context: IExecuteFunctions): object | undefined {
	return context.getNode().retryOnFail ? context.getInputData()[0] : undefined;
}
