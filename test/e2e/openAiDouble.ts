/** Stands in for an OpenAI-compatible model: it calls the one tool it is given, then repeats its answer. */

import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';

interface ChatMessage {
	role: string;
	content: unknown;
}

/** As OpenAI's API reference describes the body of "Create chat completion". */
export interface ChatRequest {
	messages: ChatMessage[];
	stream?: boolean;
	tools?: Array<{
		function: {
			name: string;
			description: string;
			parameters: { properties: Record<string, object>; required?: string[] };
		};
	}>;
}

/** A running double. */
export interface OpenAiDouble {
	/** What the credential's base URL is. */
	url: string;
	/** The bodies of all requests so far. */
	requests: ChatRequest[];
	close: () => Promise<void>;
}

function completion(message: object, finishReason: string) {
	return {
		id: 'chatcmpl-1',
		object: 'chat.completion',
		created: 1,
		model: 'double',
		choices: [{ index: 0, message, finish_reason: finishReason }],
		usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
	};
}

/**
 * @param args what it calls the tool with
 * @returns a double that listens on loopback
 */
export async function startOpenAiDouble(args: Record<string, unknown>): Promise<OpenAiDouble> {
	const requests: ChatRequest[] = [];
	const app = express().use(express.json({ limit: '10mb' }));
	app.post('/v1/chat/completions', (request, response) => {
		const body = request.body as ChatRequest;
		requests.push(body);
		const answer = body.messages.find(({ role }) => role === 'tool');
		const [tool] = body.tools ?? [];
		if (answer || !tool) {
			const content = `Found: ${JSON.stringify(answer?.content)}`;
			response.json(completion({ role: 'assistant', content }, 'stop'));
			return;
		}
		const call = { name: tool.function.name, arguments: JSON.stringify(args) };
		const calls = [{ id: 'call_1', type: 'function', function: call }];
		response.json(
			completion({ role: 'assistant', content: null, tool_calls: calls }, 'tool_calls'),
		);
	});
	const server: Server = app.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}/v1`,
		requests,
		close: async () => {
			server.close();
			server.closeAllConnections();
			await once(server, 'close');
		},
	};
}
