/** From HTTP to what the double works with. */

import express, { type Express, type Request, type Response, Router } from 'express';
import { type RequestContext } from './faults';
import { PICTURE } from './media';
import { isJsonObject, methodNamed } from './methods';
import { type LoggedRequest } from './requestLog';

/** A request that was sent whole. */
export interface Arrival {
	request: Omit<LoggedRequest, 'at' | 'status'>;
	context: RequestContext;
	/** As the path has it; empty where it has none. */
	apiTokenInstance: string;
}

/** What `/waInstance{idInstance}/{method}/{apiTokenInstance}` holds. */
interface MethodPath {
	idInstance: string;
	method: string;
	apiTokenInstance: string;
	receiptId?: string;
}

function readBody(request: Request<object>): unknown {
	const text: unknown = request.body || undefined;
	if (typeof text !== 'string' || !request.is('application/json')) return text;
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

function chatIdIn(body: unknown): string | undefined {
	const chatId = isJsonObject(body) ? (body.chatId ?? body.groupId) : undefined;
	return typeof chatId === 'string' ? chatId : undefined;
}

function readArrival(request: Request<object>, path?: MethodPath): Arrival {
	const { idInstance = '', method: name = '', apiTokenInstance = '', receiptId } = path ?? {};
	const { method: httpMethod, originalUrl } = request;
	const { receiveTimeout } = request.query;
	const method = methodNamed(name);
	const body = readBody(request);
	const chatId = chatIdIn(body);
	return {
		request: {
			...(method !== undefined && { method }),
			httpMethod,
			idInstance,
			query: request.query,
			...(chatId !== undefined && { chatId }),
			...(receiptId !== undefined && { receiptId }),
			...(receiveTimeout !== undefined && { receiveTimeout: Number(receiveTimeout) }),
			body,
		},
		context: { path: originalUrl, httpMethod, method: method ?? '', idInstance },
		apiTokenInstance,
	};
}

/**
 * Paths count in any case, as GREEN-API takes them. Pictures are answered here.
 *
 * @param prefix what stands before `/waInstance…`; empty or with a slash before and none after it
 * @param isMax whether `/v3` may stand before `/waInstance…`, too, as in GREEN-API's documentation
 * @param answer called for every other request, whatever its path
 * @returns what handles a server's requests
 */
export function routes(
	prefix: string,
	isMax: boolean,
	answer: (arrival: Arrival, response: Response) => void,
): Express {
	const base = prefix === '' ? '/' : prefix;
	const pictures = Router().get('/media/:name', (_request, response) => {
		response.writeHead(200, { 'Content-Type': 'image/jpeg' }).end(PICTURE);
	});
	const methods = Router().all(
		'/waInstance:idInstance/:method/:apiTokenInstance{/:receiptId}',
		(request: Request<MethodPath>, response) =>
			answer(readArrival(request, request.params), response),
	);
	// A body or a path that can't be decoded counts as none.
	const ignoreError = (_error: Error, _request: Request, _response: Response, next: () => void) =>
		next();
	return express()
		.disable('x-powered-by')
		.use(base, pictures)
		.use(express.text({ type: () => true }), ignoreError)
		.use(base, methods)
		.use(isMax ? `${prefix}/v3` : base, methods)
		.use(ignoreError)
		.use((request, response) => answer(readArrival(request), response));
}
