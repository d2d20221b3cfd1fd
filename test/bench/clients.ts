/** Who looks contacts up: the node, and what it is compared with. All but one keep as many in flight. */

import axios from 'axios';
import {
	type IDataObject,
	type IN8nHttpFullResponse,
	type INodeExecutionData,
	type INodeParameters,
	type INodeType,
	NodeConnectionTypes,
} from 'n8n-workflow';
import type { Engine, WorkflowFile } from '../engine/engine';
import {
	NODE_NAME,
	testWorkflow,
	triggerOf,
	withInput,
	withParameters,
} from '../engine/workflowFiles';
import { type ContactList, itemsOf } from './contactList';
import type { Account } from './doubleProcess';

/** The node's own bound, see `nodes/shared/queue/sendQueue.ts`. */
const IN_FLIGHT = 64;

const TIMEOUT_MS = 30_000;

const BARE_HELPER = 'bench.bareHelper';

async function forEach(
	count: number,
	inFlight: number,
	work: (index: number) => Promise<void>,
): Promise<void> {
	let next = 0;
	await Promise.all(
		Array.from({ length: inFlight }, async () => {
			while (next < count) await work(next++);
		}),
	);
}

/** Calls n8n's helper for each item and does nothing else. */
const bareHelperNode: INodeType = {
	description: {
		displayName: 'Bare Helper',
		name: 'bareHelper',
		group: ['transform'],
		version: 1,
		description: 'Calls the helper of n8n for each item',
		defaults: { name: 'Bare Helper' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'greenApi', required: true }],
		properties: [{ displayName: 'In Flight', name: 'inFlight', type: 'number', default: 1 }],
	},

	async execute() {
		const input = this.getInputData();
		const output = input.map((_, item): INodeExecutionData => ({ json: {}, pairedItem: { item } }));
		await forEach(input.length, Number(this.getNodeParameter('inFlight', 0)), async (index) => {
			// As `nodes/shared/n8n/transport.ts` has them.
			const { body } = (await this.helpers.httpRequestWithAuthentication.call(this, 'greenApi', {
				method: 'POST',
				url: '/getContactInfo',
				body: { chatId: input[index]?.json.chatId },
				encoding: 'text',
				timeout: TIMEOUT_MS,
				returnFullResponse: true,
				ignoreHttpStatusErrors: true,
				disableFollowRedirect: true,
			})) as IN8nHttpFullResponse;
			const item = output[index];
			// What is refused has an empty body.
			if (item) item.json = JSON.parse(String(body) || '{}') as IDataObject;
		});
		return [output];
	},
};

/** What the engine needs besides the package to run all clients. */
export const benchNodeTypes = { [BARE_HELPER]: bareHelperNode };

/** Holds what a client holds when it is done, until the output is taken out of it. */
export type Finished = () => INodeExecutionData[];

/** Gets ready with everything that is there before the run, and returns what runs. */
type Client = (engine: Engine, account: Account, list: ContactList) => () => Promise<Finished>;

/**
 * @param options of the node
 * @returns a workflow as the node stands when it is dropped, but for the options and for "Continue"
 *   on errors, which tells what failed item by item
 */
export function nodeWorkflow(list: ContactList, options: INodeParameters): WorkflowFile {
	const file = withParameters(withInput(testWorkflow('contacts'), itemsOf(list)), { options });
	return editNode(file, { onError: 'continueRegularOutput' });
}

function editNode(
	file: WorkflowFile,
	changes: Partial<WorkflowFile['nodes'][number]>,
	nodeName = NODE_NAME,
) {
	const nodes = file.nodes.map((node) => (node.name === nodeName ? { ...node, ...changes } : node));
	return { ...file, nodes };
}

function runOn(engine: Engine, file: WorkflowFile, account: Account, nodeName = NODE_NAME) {
	return async () => {
		const run = await engine.run(file, { credentials: { greenApi: account } });
		if (run.error) throw run.error;
		return () => run.items(nodeName);
	};
}

const HTTP_REQUEST = 'HTTP Request';

/** What the HTTP Request node is set to, whatever workflow it is in. */
function getContactInfoBy({ apiUrl }: Account): INodeParameters {
	return {
		method: 'POST',
		url: `${apiUrl}/getContactInfo`,
		sendBody: true,
		specifyBody: 'json',
		jsonBody: '={{ { chatId: $json.chatId } }}',
	};
}

/** As its users set it: "Retry On Fail" with n8n's own values. */
const WITH_RETRIES = { onError: 'continueRegularOutput', retryOnFail: true } as const;

/**
 * n8n's HTTP Request node.
 *
 * @param options e.g. "Batching", its own means against a limit
 */
function httpRequestWorkflow(
	account: Account,
	list: ContactList,
	options: INodeParameters,
): WorkflowFile {
	const file = withParameters(
		withInput(testWorkflow('http-request'), itemsOf(list)),
		{ ...getContactInfoBy(account), options },
		HTTP_REQUEST,
	);
	return editNode(file, WITH_RETRIES, HTTP_REQUEST);
}

const ONE_A_SECOND = { batching: { batch: { batchSize: 1, batchInterval: 1_000 } } };

const LOOP = 'Loop Over Items';

/** As n8n's forum advises: one item, one request, one second, and the next. */
function loopWorkflow(account: Account, list: ContactList): WorkflowFile {
	const file = httpRequestWorkflow(account, list, {});
	const node = (name: string, type: string, typeVersion: number, parameters: INodeParameters) => ({
		id: name,
		name,
		type: `n8n-nodes-base.${type}`,
		typeVersion,
		position: [0, 0] as [number, number],
		parameters,
	});
	const to = (name: string) => ({ node: name, type: NodeConnectionTypes.Main, index: 0 });
	const trigger = triggerOf(file);
	return {
		...file,
		nodes: [
			...file.nodes,
			node(LOOP, 'splitInBatches', 3, { batchSize: 1, options: {} }),
			node('Wait', 'wait', 1.1, { amount: 1, unit: 'seconds' }),
		],
		connections: {
			[trigger]: { main: [[to(LOOP)]] },
			[LOOP]: { main: [[], [to(HTTP_REQUEST)]] },
			[HTTP_REQUEST]: { main: [[to('Wait')]] },
			Wait: { main: [[to(LOOP)]] },
		},
	};
}

function bareHelper(inFlight: number): Client {
	return (engine, account, list) => {
		const file = withInput(testWorkflow('contacts'), itemsOf(list));
		const edited = editNode(file, { type: BARE_HELPER, parameters: { inFlight } });
		return runOn(engine, edited, account);
	};
}

export const CLIENTS = {
	/** With pacing off. */
	node: (engine, account, list) =>
		runOn(engine, nodeWorkflow(list, { requestsPerSecond: 0 }), account),
	/** As it stands when it is dropped. */
	nodeAtTheLimit: (engine, account, list) => runOn(engine, nodeWorkflow(list, {}), account),
	/** One item a second. */
	httpRequest: (engine, account, list) =>
		runOn(engine, httpRequestWorkflow(account, list, ONE_A_SECOND), account, HTTP_REQUEST),
	/** All items at once, as it is by default. */
	httpRequestUnpaced: (engine, account, list) =>
		runOn(engine, httpRequestWorkflow(account, list, {}), account, HTTP_REQUEST),
	loopOverItems: (engine, account, list) =>
		runOn(engine, loopWorkflow(account, list), account, LOOP),
	helper: bareHelper(IN_FLIGHT),
	/** In the style of GREEN-API's own node. */
	helperInSequence: bareHelper(1),
	axios: (_engine, { apiUrl, idInstance, apiTokenInstance }, list) => {
		const url = `${apiUrl}/waInstance${idInstance}/getContactInfo/${apiTokenInstance}`;
		const input = itemsOf(list);
		return async () => {
			const output = input.map(
				(_, item): INodeExecutionData => ({ json: {}, pairedItem: { item } }),
			);
			await forEach(input.length, IN_FLIGHT, async (index) => {
				const { data } = await axios.post<IDataObject>(url, input[index], {
					timeout: TIMEOUT_MS,
					maxRedirects: 0,
					proxy: false,
				});
				const item = output[index];
				if (item) item.json = data;
			});
			return () => output;
		};
	},
} satisfies Record<string, Client>;

export type ClientName = keyof typeof CLIENTS;
