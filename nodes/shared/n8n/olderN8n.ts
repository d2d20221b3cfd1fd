/**
 * Everything that only older n8n versions need, each with the versions. It goes when their support ends.
 */

import * as n8nWorkflow from 'n8n-workflow';
import type {
	IExecuteFunctions,
	INodeExecutionData,
	NodeConnectionType,
	NodeExecutionHint,
} from 'n8n-workflow';

/** `NodeConnectionTypes.Main`, which n8n 1.82 and older don't have. */
export const MAIN: NodeConnectionType = 'main';

/** n8n 1.78 and older take hints together with the output. */
const { NodeExecutionOutput } = n8nWorkflow as {
	NodeExecutionOutput?: new (
		output: INodeExecutionData[][],
		hints: NodeExecutionHint[],
	) => INodeExecutionData[][];
};

/**
 * Some n8n have no hints for tools of an AI agent (n8n pull request 21238).
 *
 * @returns the output, with hints in the way that this n8n takes them, if it does
 */
export function withHints(
	context: Partial<Pick<IExecuteFunctions, 'addExecutionHints'>>,
	output: INodeExecutionData[][],
	hints: NodeExecutionHint[],
): INodeExecutionData[][] {
	if (context.addExecutionHints) context.addExecutionHints(...hints);
	else if (NodeExecutionOutput && hints.length > 0) return new NodeExecutionOutput(output, hints);
	return output;
}

/**
 * The names under which errors have a code, the surest first. n8n 1 drops the error that it wraps
 * and copies its code as `httpCode`; where an answer broke off, it has the status there
 * (`n8n-workflow`, `NodeApiError`).
 */
export const CODE_FIELDS = ['errorCode', 'code', 'httpCode'];

/** No status is an error of n8n's helper by itself: the answer to it was not whole. */
export function withoutStatus(code: string | undefined): string | undefined {
	return code?.replace(/^\d+$/, 'ERR_BAD_RESPONSE');
}
