/** What stands against a trigger, as n8n shows it. */

import type { INode, NodeApiError } from 'n8n-workflow';
import { apiError } from '../shared/n8n/nodeErrors';
import type { Failure } from '../shared/green-api/failures';

/** The other node's advice names an option that the trigger does not have. */
const TIMED_OUT =
	'Try again in a few minutes. If it stays, check that this n8n can reach the API URL in the credential.';

/**
 * Of a workflow that can't be published n8n shows the message alone; a test shows the description,
 * too (n8n 2.41, `workflowFailedToActivate`).
 *
 * @param node the trigger
 * @param failure what GREEN-API or the network answered
 * @param isTest in the editor
 * @returns the error to throw, or to tell n8n of
 */
export function triggerError(node: INode, failure: Failure, isTest: boolean): NodeApiError {
	const description = failure.id === 'timedOut' ? TIMED_OUT : failure.description;
	const isWhole = isTest || description === '';
	const message = isWhole ? failure.message : `${failure.message}. ${description}`;
	return apiError(node, { ...failure, message, description });
}
