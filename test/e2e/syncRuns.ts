/** Runs a scheduled example when a test says so, and keeps account of what it was told to do. */

import { createServer, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import axios from 'axios';
import type { INode } from 'n8n-workflow';
import type { WorkflowFile } from '../engine/engine';
import { triggerOf } from '../engine/workflowFiles';

/** What stands behind the example's "Do Something" node: a server that a request reaches. */
export class Something {
	/** The chat ids for which something was done, in order; a live list. */
	readonly done: string[] = [];

	/** While it is true, what is done is kept account of, and the request gets no answer. */
	isSilent = false;

	private readonly unanswered: ServerResponse[] = [];

	private constructor(private readonly server: Server) {
		server.on('request', (request, response) => {
			const { searchParams } = new URL(request.url ?? '', 'http://127.0.0.1');
			this.done.push(searchParams.get('chatId') ?? '');
			if (this.isSilent) this.unanswered.push(response);
			else response.end('{}');
		});
	}

	static async start(): Promise<Something> {
		const server = createServer();
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		return new Something(server);
	}

	/** @returns what was done since the last call */
	take(): string[] {
		return this.done.splice(0);
	}

	/** The node that does it in the place of the example's own. */
	node({ name, id, position }: INode): INode {
		const { port } = this.server.address() as AddressInfo;
		const query = { parameters: [{ name: 'chatId', value: '={{ $json.chatId }}' }] };
		return {
			id,
			name,
			position,
			type: 'n8n-nodes-base.httpRequest',
			typeVersion: 4.2,
			parameters: {
				url: `http://127.0.0.1:${port}/`,
				sendQuery: true,
				queryParameters: query,
				options: {},
			},
		};
	}

	async stop(): Promise<void> {
		const closed = once(this.server, 'close');
		this.server.close();
		this.server.closeAllConnections();
		await closed;
	}
}

/**
 * @param file an example with a "Do Something" node
 * @param path of the webhook that starts it in the place of its schedule
 * @param something what it does
 */
export function startedByWebhook(
	file: WorkflowFile,
	path: string,
	something: Something,
): WorkflowFile {
	const trigger = triggerOf({ ...file, nodes: file.nodes.filter(isNoNote) });
	return {
		...file,
		nodes: file.nodes.map((node) => {
			if (node.name === 'Do Something') return something.node(node);
			if (node.name !== trigger) return node;
			return {
				...node,
				type: 'n8n-nodes-base.webhook',
				typeVersion: 2,
				webhookId: path,
				parameters: { httpMethod: 'POST', path, responseMode: 'lastNode', options: {} },
			};
		}),
	};
}

function isNoNote({ type }: INode): boolean {
	return type !== 'n8n-nodes-base.stickyNote';
}

/**
 * Runs it once, to its end.
 *
 * @param url of n8n
 * @param path of its webhook
 * @throws Error where the run ends with an error
 */
export async function runOnce(url: string, path: string): Promise<void> {
	const { status, data } = await axios.post<unknown>(
		`${url}/webhook/${path}`,
		{},
		{
			proxy: false,
			validateStatus: () => true,
		},
	);
	const text = JSON.stringify(data);
	// Where nothing is left for the last node, n8n has nothing to respond with.
	if (status !== 200 && !text.includes('No item to return')) throw new Error(`${status} ${text}`);
}
