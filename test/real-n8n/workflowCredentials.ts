import type { WorkflowFile } from '../engine/engine';

/**
 * @param type of the credential, e.g. `greenApi`
 * @param id that n8n gave the credential
 * @returns the workflow, with this credential wherever a node has one of the type
 */
export function withCredential(file: WorkflowFile, type: string, id: string): WorkflowFile {
	return {
		...file,
		nodes: file.nodes.map((node) =>
			node.credentials?.[type]
				? { ...node, credentials: { ...node.credentials, [type]: { id, name: type } } }
				: node,
		),
	};
}
