/** Runs a trigger node as n8n's server does, in n8n's own context for triggers. */

import './n8nEnvironment';
import { TriggerContext } from 'n8n-core';
import type {
	INodeExecutionData,
	IRun,
	ITriggerFunctions,
	ITriggerResponse,
	IWorkflowExecuteAdditionalData,
	Workflow,
	WorkflowExecuteMode,
} from 'n8n-workflow';

/** What a trigger handed over to start one execution. */
export interface Emission {
	json: Array<INodeExecutionData['json']>;
	/** Settled by the test as n8n settles it; absent where the trigger does not wait. */
	done: { resolve: (run: IRun) => void } | undefined;
}

/** A trigger that listens, and what it has told n8n. */
export interface ActiveTrigger {
	emissions: Emission[];
	errors: Error[];
	/** Deactivates it. */
	close: () => Promise<void>;
}

/**
 * @param workflow with the trigger as its first node
 * @param mode `trigger`, or `manual` for a test in the editor
 * @returns the trigger, once n8n takes it for active
 * @throws what the node throws at activation
 */
export async function activateTrigger(
	workflow: Workflow,
	additionalData: IWorkflowExecuteAdditionalData,
	mode: WorkflowExecuteMode,
): Promise<ActiveTrigger> {
	const [node] = Object.values(workflow.nodes);
	if (!node) throw new Error('The workflow has no nodes');
	const nodeType = workflow.nodeTypes.getByNameAndVersion(node.type, node.typeVersion);
	const emissions: Emission[] = [];
	const errors: Error[] = [];
	const context = new TriggerContext(
		workflow,
		node,
		additionalData,
		mode,
		mode === 'manual' ? 'manual' : 'activate',
		([items = []], _response, done) =>
			emissions.push({ json: items.map(({ json }) => json), done }),
		(error) => errors.push(error),
	);
	const response: ITriggerResponse | undefined = await nodeType.trigger?.call(
		context as unknown as ITriggerFunctions,
	);
	if (mode === 'manual') await response?.manualTriggerFunction?.();
	return { emissions, errors, close: async () => await response?.closeFunction?.() };
}
