/** Reads workflow files, and changes a node in them the way a user does in the editor. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INode, INodeExecutionData } from 'n8n-workflow';
import type { WorkflowFile } from './engine';

const root = join(__dirname, '../..');

/** The name that the node under test has in every workflow file. */
export const NODE_NAME = 'GREEN-API';

/**
 * @param path relative to the repository, e.g. `examples/crm-sync.json`
 * @returns the workflow, a new object each time
 */
export function readWorkflow(path: string): WorkflowFile {
	return JSON.parse(readFileSync(join(root, path), 'utf8')) as WorkflowFile;
}

/**
 * @param name a file of `test/workflows` without its ending, e.g. `contacts`
 * @returns the workflow, a new object each time
 */
export function testWorkflow(name: string): WorkflowFile {
	return readWorkflow(`test/workflows/${name}.json`);
}

/** @returns the name of the node that starts the workflow */
export function triggerOf(file: WorkflowFile): string {
	const [trigger] = file.nodes;
	if (!trigger) throw new Error(`The workflow ${file.name} has no nodes`);
	return trigger.name;
}

function change(file: WorkflowFile, nodeName: string, edit: (node: INode) => INode): WorkflowFile {
	return {
		...file,
		nodes: file.nodes.map((node) => (node.name === nodeName ? edit(node) : node)),
	};
}

/** @returns the workflow with the node's "On Error" setting as given */
export function onError(file: WorkflowFile, setting: NonNullable<INode['onError']>): WorkflowFile {
	return change(file, NODE_NAME, (node) => ({ ...node, onError: setting }));
}

/**
 * @returns the workflow with fields of the node under test, or of the one that is named, set;
 *   `options` are added to its own
 */
export function withParameters(
	file: WorkflowFile,
	{ options, ...parameters }: INode['parameters'],
	nodeName = NODE_NAME,
): WorkflowFile {
	return change(file, nodeName, (node) => ({
		...node,
		parameters: {
			...node.parameters,
			...parameters,
			options: { ...(node.parameters.options as object), ...(options as object) },
		},
	}));
}

/** @returns the workflow with its trigger pinned to items of this `json` */
export function withInput(
	file: WorkflowFile,
	json: ReadonlyArray<INodeExecutionData['json']>,
): WorkflowFile {
	return { ...file, pinData: { [triggerOf(file)]: json.map((fields) => ({ json: fields })) } };
}
