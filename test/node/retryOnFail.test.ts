/** n8n's "Retry On Fail", which runs the node again, on n8n's own engine. */

import { type INode, type WorkflowExecuteMode } from 'n8n-workflow';
import {
	NODE_NAME,
	onError,
	testWorkflow,
	withInput,
	withParameters,
} from '../engine/workflowFiles';
import type { WorkflowFile } from '../engine/engine';
import { faults } from '../green-api-double/faults';
import { useNode } from './setup';

const TRIES = 3;
const [A, B, C] = ['79001000001@c.us', '79001000002@c.us', '79001000003@c.us'] as const;
const MODES = ['manual', 'trigger'] as const satisfies WorkflowExecuteMode[];

function retried(file: WorkflowFile, settings: Partial<INode> = {}): WorkflowFile {
	const retry = { retryOnFail: true, maxTries: TRIES, waitBetweenTries: 10, ...settings };
	const nodes = file.nodes.map((node) => (node.name === NODE_NAME ? { ...node, ...retry } : node));
	return { ...file, nodes };
}

function workflow(chatIds: readonly string[], options = {}) {
	const input = chatIds.map((chatId) => ({ chatId }));
	return withParameters(withInput(testWorkflow('contacts'), input), { options });
}

/** The workflow with nodes in between, each leading to the node under test by itself. */
function via(
	file: WorkflowFile,
	...between: Array<Pick<INode, 'type' | 'typeVersion' | 'parameters'>>
) {
	const [trigger, node] = file.nodes;
	if (!trigger || !node) throw new Error('The workflow has no nodes');
	const nodes = between.map((one, index): INode => {
		return { ...one, id: String(index), name: `Between ${index}`, position: [0, 0] };
	});
	const to = (...names: string[]) => ({
		main: [names.map((name) => ({ node: name, type: 'main' as const, index: 0 }))],
	});
	return { file, trigger, node, nodes, to };
}

/** Two runs of the node in one execution, of the same items. */
function twice(file: WorkflowFile): WorkflowFile {
	const noOp = { type: 'n8n-nodes-base.noOp', typeVersion: 1, parameters: {} };
	const { trigger, node, nodes, to } = via(file, noOp, noOp);
	const connections = Object.fromEntries(nodes.map(({ name }) => [name, to(node.name)]));
	connections[trigger.name] = to(...nodes.map(({ name }) => name));
	return { ...file, nodes: [trigger, ...nodes, node], connections };
}

/** Items that don't come from pinned data, which counts in manual executions alone. */
function withoutPins(file: WorkflowFile, chatIds: readonly string[]): WorkflowFile {
	const contacts = JSON.stringify({ contacts: chatIds.map((chatId) => ({ chatId })) });
	const { trigger, node, nodes, to } = via(
		file,
		{
			type: 'n8n-nodes-base.set',
			typeVersion: 3.4,
			parameters: { mode: 'raw', jsonOutput: contacts },
		},
		{
			type: 'n8n-nodes-base.splitOut',
			typeVersion: 1,
			parameters: { fieldToSplitOut: 'contacts' },
		},
	);
	const names = [trigger.name, ...nodes.map(({ name }) => name), node.name];
	const connections = Object.fromEntries(
		names.slice(1).map((name, index) => [names[index] ?? '', to(name)]),
	);
	return { ...file, nodes: [trigger, ...nodes, node], connections, pinData: {} };
}

describe('"Retry On Fail"', () => {
	const { parts, credentials, run, requested } = useNode();
	const chatIdsOf = (finished: Awaited<ReturnType<typeof run>>) =>
		finished.json(NODE_NAME).map(({ chatId }) => chatId);

	it('with "Continue" and a bad first item, costs one request for each good one', async () => {
		const file = onError(workflow(['nonsense', A, B]), 'continueRegularOutput');
		const finished = await run(retried(file));
		expect(chatIdsOf(finished)).toEqual(['nonsense', A, B]);
		expect(requested()).toEqual([A, B]);
		expect(finished.hints(NODE_NAME)).toContain('Found 2 of 2 contacts, 2 by an earlier try.');
	});

	it('with "Continue", asks again for what GREEN-API refused, and for nothing else', async () => {
		parts.double.script(faults.badRequestData, { chatId: A });
		const file = onError(workflow([A, B, C]), 'continueRegularOutput');
		const finished = await run(retried(file));
		expect(finished.json(NODE_NAME).map(({ error }) => error)).toEqual([
			undefined,
			undefined,
			undefined,
		]);
		expect([...requested()].sort()).toEqual([A, A, B, C]);
	});

	it('asks for what failed as often as n8n tries', async () => {
		parts.double.script(faults.badRequestData, { chatId: A, times: Infinity });
		const file = onError(workflow([A, B]), 'continueRegularOutput');
		await run(retried(file));
		expect([...requested()].sort()).toEqual([A, A, A, B]);
	});

	it('where errors stop the workflow, goes on from where the last try stopped', async () => {
		parts.double.script(faults.badRequestData, { chatId: C });
		const finished = await run(retried(workflow([A, B, C])));
		expect(finished.error).toBeUndefined();
		expect(chatIdsOf(finished)).toEqual([A, B, C]);
		expect(requested()).toEqual([A, B, C, C]);
	});

	it.each(MODES)('does so in mode %s', async (mode) => {
		parts.double.script(faults.badRequestData, { chatId: C });
		const file = retried(withoutPins(workflow([]), [A, B, C]));
		const finished = await parts.engine.run(file, { credentials: credentials(), mode });
		expect(chatIdsOf(finished)).toEqual([A, B, C]);
		expect(requested()).toEqual([A, B, C, C]);
	});

	it('keeps nothing for the next execution, nor where there is no retry', async () => {
		const file = onError(workflow(['nonsense', A]), 'continueRegularOutput');
		await run(retried(file));
		await run(retried(file));
		expect(requested()).toEqual([A, A]);
		await run(file);
		expect(requested()).toEqual([A, A, A]);
	});

	it('asks again for a change that GREEN-API did not make', async () => {
		parts.double.script({ kind: 'answer', status: 200, body: '{"deleteContact":false}' });
		const input = withInput(testWorkflow('delete'), [{ chatId: A }]);
		const finished = await run(retried(input));
		expect(finished.json(NODE_NAME)).toEqual([{ chatId: A, deleted: true }]);
		expect(parts.double.requestsOf('deleteContact')).toHaveLength(2);
	});

	it('serves "Execute Once" as well', async () => {
		parts.double.script(faults.badRequestData, { chatId: A });
		const finished = await run(retried(workflow([A, B]), { executeOnce: true }));
		expect(chatIdsOf(finished)).toEqual([A]);
		expect(requested()).toEqual([A, A]);
	});

	it('asks anew in another run of the node, as in a loop', async () => {
		const file = onError(workflow(['nonsense', A]), 'continueRegularOutput');
		await run(retried(twice(file)));
		expect(requested()).toEqual([A, A]);
	});
});

describe('an answer that comes drop by drop', () => {
	const { parts, run, requested } = useNode();

	it('ends at the deadline as one that did not come in time, and is asked for again', async () => {
		parts.double.script({ kind: 'drip' }, { chatId: A });
		const finished = await run(workflow([A, B], { timeout: 1_000, maxRetries: 1 }));
		expect(finished.error).toBeUndefined();
		expect(requested()).toEqual([A, B, A]);
		// A byte came every 300 ms, so that the client's own time-out did not end it.
		expect(parts.double.requests[0]?.status).toBe(0);
	});

	it('leaves no connection open', async () => {
		parts.double.script({ kind: 'drip' }, { times: Infinity });
		await run(
			onError(workflow([A, B, C], { timeout: 500, maxRetries: 0 }), 'continueRegularOutput'),
		);
		// All there ever were have closed when the request log says that no whole answer went out.
		while (parts.double.requests.length < 3) await new Promise(setImmediate);
		expect(parts.double.requests.map(({ status }) => status)).toEqual([0, 0, 0]);
	});

	it('is told as such when it was the last try', async () => {
		parts.double.script({ kind: 'drip' }, { times: Infinity });
		const finished = await run(workflow([A], { timeout: 700, maxRetries: 1 }));
		expect(finished.error?.message).toMatch(/did not answer in time \(tried 2 times\)/);
	});
});
