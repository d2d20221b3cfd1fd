/**
 * Where versions of n8n differ in how an engine is put together. The rest of the harness is written
 * for the newest; `npm run test:compat` runs it on older ones.
 */

import './n8nEnvironment';
import { Logger } from '@n8n/backend-common';
import { Container } from '@n8n/di';
import * as installedCore from 'n8n-core';
import * as installedWorkflow from 'n8n-workflow';
import {
	type ExecutionStatus,
	type ICredentialType,
	type INode,
	type INodeType,
	type IPinData,
	type IRun,
	type IVersionedNodeType,
	type IWorkflowExecuteAdditionalData,
	LoggerProxy,
	type Workflow,
} from 'n8n-workflow';

type Newer = 'ErrorReporter' | 'ExecutionLifecycleHooks' | 'ExternalSecretsProxy';

const core: Omit<typeof installedCore, Newer> & Partial<Pick<typeof installedCore, Newer>> =
	installedCore;

function errorReporter(): installedCore.ErrorReporter | undefined {
	return core.ErrorReporter && Container.get(core.ErrorReporter);
}

/** Keeps n8n from printing the errors it would report to its makers. */
export function silenceErrorReports(): void {
	const reporter = errorReporter();
	if (reporter) reporter.error = () => {};
}

function replaceMethods<T extends object>(target: T, methods: Partial<T>): () => void {
	const before = Object.getOwnPropertyDescriptors(target);
	Object.assign(target, methods);
	return () => {
		for (const name of Object.keys(methods)) Reflect.deleteProperty(target, name);
		Object.defineProperties(target, before);
	};
}

/**
 * @param keep is handed all that n8n logs, at every level, and reports
 * @returns what ends that
 */
export function listenToLog(keep: (...line: unknown[]) => void): () => void {
	const levels = { debug: keep, info: keep, warn: keep, error: keep };
	const logger = (Logger as typeof Logger | undefined) && Container.get(Logger);
	const reporter = errorReporter();
	const restore = [
		logger && replaceMethods<Logger>(logger, levels),
		reporter && replaceMethods(reporter, { error: keep }),
	];
	LoggerProxy.init(levels);
	return () => {
		for (const end of restore) end?.();
		LoggerProxy.init({ debug() {}, info() {}, warn() {}, error() {} });
	};
}

/** Makes n8n's store of binary data ready; older versions are handed their default settings. */
export async function initBinaryData(): Promise<void> {
	const store: { init(settings: object): Promise<void> } = Container.get(core.BinaryDataService);
	await store.init({ mode: 'default', availableModes: ['default'], localStoragePath: '' });
}

/** @returns what a workflow's external secrets need; none of ours has any, nor have older engines */
export function externalSecrets(): Pick<IWorkflowExecuteAdditionalData, 'externalSecretsProxy'> {
	const parts = core.ExternalSecretsProxy && {
		externalSecretsProxy: Container.get(core.ExternalSecretsProxy),
	};
	return parts as Pick<IWorkflowExecuteAdditionalData, 'externalSecretsProxy'>;
}

/** What `ExecutionLifecycleHooks` was called while `n8n-workflow` had it. */
type WorkflowHooks = new (
	handlers: object,
	...rest: ConstructorParameters<typeof installedCore.ExecutionLifecycleHooks>
) => installedCore.ExecutionLifecycleHooks;

/** @returns the hooks of an execution, without handlers */
export function lifecycleHooks(
	...[mode, executionId, workflow]: ConstructorParameters<
		typeof installedCore.ExecutionLifecycleHooks
	>
): installedCore.ExecutionLifecycleHooks {
	const Hooks = core.ExecutionLifecycleHooks;
	if (Hooks) return new Hooks(mode, executionId, workflow);
	const Older = (installedWorkflow as unknown as { WorkflowHooks: WorkflowHooks }).WorkflowHooks;
	return new Older({}, mode, executionId, workflow);
}

type Execution = ReturnType<installedCore.WorkflowExecute['run']>;

/** n8n 1 takes the same, one by one. */
type RunOfN8n1 = (
	workflow: Workflow,
	startNode: INode,
	destinationNode: undefined,
	pinData: IPinData | undefined,
) => Execution;

/** Starts the workflow at the node. */
export function runWorkflow(
	execute: installedCore.WorkflowExecute,
	workflow: Workflow,
	startNode: INode,
	pinData: IPinData | undefined,
): Execution {
	if (execute.run.length === 1) {
		return execute.run({ workflow, startNode, ...(pinData && { pinData }) });
	}
	const run = execute.run.bind(execute) as unknown as RunOfN8n1;
	return run(workflow, startNode, undefined, pinData);
}

/** @returns how the run ended; older engines leave it to the server to say "error" */
export function finalStatus({ status, data }: IRun): ExecutionStatus {
	return status === 'running' && data.resultData.error ? 'error' : status;
}

/** Its loaders leave the loading of a known node to the server. */
interface OlderLoader {
	known: { nodes: Record<string, { className: string; sourcePath: string }> };
	nodeTypes: Record<string, { type: INodeType | IVersionedNodeType }>;
	credentialTypes: Record<string, { type: ICredentialType }>;
	resolvePath(file: string): string;
	loadNodeFromFile(className: string, file: string): void;
}

/** @returns the node type with this name in the loader's package */
export function nodeTypeOf(
	loader: installedCore.PackageDirectoryLoader,
	name: string,
): INodeType | IVersionedNodeType {
	if ('getNode' in loader) return loader.getNode(name).type;
	const older = loader as unknown as OlderLoader & { packageName: string };
	const fullName = `${older.packageName}.${name}`;
	const known = older.known.nodes[fullName];
	if (!older.nodeTypes[fullName] && known) {
		older.loadNodeFromFile(known.className, older.resolvePath(known.sourcePath));
	}
	const loaded = older.nodeTypes[fullName];
	if (!loaded) throw new Error(`No node ${fullName}`);
	return loaded.type;
}

/** @returns the credential type with this name in the loader's package */
export function credentialTypeOf(
	loader: installedCore.PackageDirectoryLoader,
	name: string,
): ICredentialType {
	if ('getCredential' in loader) return loader.getCredential(name).type;
	const loaded = (loader as unknown as OlderLoader).credentialTypes[name];
	if (!loaded) throw new Error(`No credential ${name}`);
	return loaded.type;
}
