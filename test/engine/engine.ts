/** Runs workflow JSON, as a user would export it, on n8n's own engine. */

import './n8nEnvironment';
import { type ExecutionLifecycleHooks, LoadOptionsContext, WorkflowExecute } from 'n8n-core';
import {
	type ICredentialDataDecryptedObject,
	type IDataObject,
	type IConnections,
	type ILoadOptionsFunctions,
	type INode,
	type INodeExecutionData,
	type INodeListSearchResult,
	type INodeParameters,
	type INodeType,
	type IPinData,
	type IRun,
	type ITaskData,
	type IWorkflowExecuteAdditionalData,
	type IWorkflowSettings,
	Workflow,
	type WorkflowExecuteMode,
} from 'n8n-workflow';
import { TestCredentials } from './credentialsHelper';
import {
	externalSecrets,
	finalStatus,
	initBinaryData,
	lifecycleHooks,
	runWorkflow,
	silenceErrorReports,
} from './n8nVersions';
import { LoadedTypes } from './nodeTypes';
import { activateTrigger, type ActiveTrigger } from './triggers';

/** A workflow file as n8n's "Download" gives it. */
export interface WorkflowFile {
	name: string;
	nodes: INode[];
	connections: IConnections;
	pinData?: IPinData;
	settings?: IWorkflowSettings;
}

export interface RunOptions {
	/** Values by credential type, e.g. `{ greenApi: { apiUrl, idInstance, apiTokenInstance } }`. */
	credentials: Record<string, ICredentialDataDecryptedObject>;
	/** n8n's name for what started the workflow; pinned data counts in `manual` alone. */
	mode?: WorkflowExecuteMode;
}

const BASE_URL = 'http://127.0.0.1:5678';

function serverUrls() {
	return {
		restApiUrl: BASE_URL,
		instanceBaseUrl: `${BASE_URL}/`,
		formBaseUrl: BASE_URL,
		formWaitingBaseUrl: BASE_URL,
		formTestBaseUrl: BASE_URL,
		webhookBaseUrl: BASE_URL,
		webhookWaitingBaseUrl: BASE_URL,
		webhookTestBaseUrl: BASE_URL,
		mcpBaseUrl: BASE_URL,
		mcpTestBaseUrl: BASE_URL,
	};
}

function notPartOfTheEngine(): never {
	throw new Error('Only the n8n server has this');
}

/** What a run left behind, read the way a user reads it in the editor. */
export class FinishedRun {
	constructor(readonly run: IRun) {}

	get status() {
		return finalStatus(this.run);
	}

	/** The error that stopped the workflow. */
	get error() {
		return this.run.data.resultData.error;
	}

	/** @returns what the last run of the named node left, or undefined where it never ran */
	task(nodeName: string): ITaskData | undefined {
		return this.run.data.resultData.runData[nodeName]?.at(-1);
	}

	/** @returns the items of one of the node's outputs; the error output comes after the others */
	items(nodeName: string, output = 0): INodeExecutionData[] {
		return this.task(nodeName)?.data?.main?.[output] ?? [];
	}

	/** @returns the `json` of these items */
	json(nodeName: string, output = 0) {
		return this.items(nodeName, output).map((item) => item.json);
	}

	/** @returns the messages of the node's execution hints */
	hints(nodeName: string): string[] {
		return (this.task(nodeName)?.hints ?? []).map(({ message }) => message);
	}
}

/** n8n's engine with this package and n8n's own nodes loaded. */
export class Engine {
	private constructor(readonly types: LoadedTypes) {}

	/**
	 * @param nodeTypes to have besides, by full name
	 * @throws when the package is not built
	 */
	static async start(nodeTypes: Record<string, INodeType> = {}): Promise<Engine> {
		silenceErrorReports();
		await initBinaryData();
		return new Engine(await LoadedTypes.load(nodeTypes));
	}

	private toWorkflow(
		{ name, nodes, connections, settings }: WorkflowFile,
		id = 'workflow-under-test',
		staticData?: IDataObject,
	): Workflow {
		return new Workflow({
			id,
			name,
			nodes: structuredClone(nodes),
			connections,
			active: false,
			nodeTypes: this.types,
			...(settings && { settings }),
			...(staticData && { staticData }),
		});
	}

	private additionalData(
		credentials: RunOptions['credentials'],
		hooks?: ExecutionLifecycleHooks,
	): IWorkflowExecuteAdditionalData {
		return {
			...serverUrls(),
			...externalSecrets(),
			credentialsHelper: new TestCredentials(this.types, credentials),
			currentNodeExecutionIndex: 0,
			executionId: 'execution-under-test',
			variables: {},
			executeWorkflow: notPartOfTheEngine,
			getRunExecutionData: notPartOfTheEngine,
			getRuntimeCredential: notPartOfTheEngine,
			startRunnerTask: notPartOfTheEngine,
			logAiEvent: () => {},
			...(hooks && { hooks }),
		};
	}

	/**
	 * @param file the workflow; its first node starts it, as a trigger with pinned data does
	 * @param options credentials and mode
	 * @returns the finished run; a workflow that failed is a run too, not an exception
	 */
	async run(
		file: WorkflowFile,
		{ credentials, mode = 'manual' }: RunOptions,
	): Promise<FinishedRun> {
		return new FinishedRun(await this.begin(file, { credentials, mode }));
	}

	/** Starts a run and returns at once; `cancel()` on it is what n8n's stop button does. */
	begin(file: WorkflowFile, { credentials, mode = 'manual' }: RunOptions) {
		const workflow = this.toWorkflow(file);
		const hooks = lifecycleHooks(mode, 'execution-under-test', {
			id: workflow.id,
			name: file.name,
			active: false,
			activeVersionId: null,
			isArchived: false,
			createdAt: new Date(0),
			updatedAt: new Date(0),
			nodes: file.nodes,
			connections: file.connections,
		});
		const execute = new WorkflowExecute(this.additionalData(credentials, hooks), mode);
		const startNode = workflow.getNode(file.nodes[0]?.name ?? '');
		if (!startNode) throw new Error('The workflow has no nodes');
		return runWorkflow(execute, workflow, startNode, file.pinData);
	}

	/**
	 * Publishes the workflow, as far as its first node goes, or tests that node.
	 *
	 * @param file the workflow; its name is its id as well
	 * @param options credentials, `manual` for a test in the editor, and the workflow's static data,
	 *   which is written to
	 * @throws what the node throws at activation
	 */
	async activate(
		file: WorkflowFile,
		{ credentials, mode = 'trigger', staticData }: RunOptions & { staticData?: IDataObject },
	): Promise<ActiveTrigger> {
		const workflow = this.toWorkflow(file, file.name, staticData);
		return await activateTrigger(workflow, this.additionalData(credentials), mode);
	}

	/**
	 * Does what the editor does when a list is opened.
	 *
	 * @param file a workflow with the node in it
	 * @param nodeName the node
	 * @param method the list search's name
	 * @param filter what was typed
	 */
	async searchList(
		file: WorkflowFile,
		nodeName: string,
		method: string,
		filter: string | undefined,
		credentials: RunOptions['credentials'],
	): Promise<INodeListSearchResult> {
		const workflow = this.toWorkflow(file);
		const node = workflow.getNode(nodeName);
		if (!node) throw new Error(`No node ${nodeName}`);
		const additionalData = this.additionalData(credentials);
		additionalData.currentNodeParameters = node.parameters as INodeParameters;
		const context = new LoadOptionsContext(workflow, node, additionalData, '');
		const search = this.types.getByNameAndVersion(node.type).methods?.listSearch?.[method];
		if (!search) throw new Error(`No list search ${method}`);
		return await search.call(context as ILoadOptionsFunctions, filter);
	}
}
