/** Puts answers and faults on the wire. */

import { type ServerResponse } from 'node:http';
import { type AnswerFault, type Fault, type RequestContext } from './faults';

const JSON_TYPE = 'application/json; charset=utf-8';
const DRIP_EVERY_MS = 300;

/** Sends one byte after the other, until all are sent or the client is gone. */
function drip(response: ServerResponse, whole: Buffer): void {
	response.writeHead(200, { 'Content-Type': JSON_TYPE, 'Content-Length': whole.length });
	let sent = 0;
	const timer = setInterval(() => {
		response.write(whole.subarray(sent, sent + 1));
		sent += 1;
		if (sent >= whole.length) response.end();
	}, DRIP_EVERY_MS);
	response.on('close', () => clearInterval(timer));
}

function bodyOf({ body }: AnswerFault, context: RequestContext): string {
	return typeof body === 'function' ? body(context) : body;
}

function sendAnswer(
	response: ServerResponse,
	answer: AnswerFault,
	context: RequestContext,
	gateway: Record<string, string>,
): void {
	const { status, headers } = answer;
	const body = bodyOf(answer, context);
	const contentType = answer.contentType ?? (body === '' ? undefined : JSON_TYPE);
	response
		.writeHead(status, {
			...(contentType !== undefined && { 'Content-Type': contentType }),
			'Content-Length': Buffer.byteLength(body),
			...gateway,
			...(typeof headers === 'function' ? headers(context) : headers),
		})
		.end(body);
}

/**
 * @param response where to; must not have been written to
 * @param reply what to send
 * @param answer what the request gets when nothing fails: the cut-off faults send half of its body
 * @param context the request it is for
 * @param gateway headers of every whole answer
 * @returns the status that was sent with its whole body; 0 where the connection was cut or left
 *   open
 */
export function sendReply(
	response: ServerResponse,
	reply: Fault,
	answer: AnswerFault,
	context: RequestContext,
	gateway: Record<string, string> = {},
): number {
	switch (reply.kind) {
		case 'answer':
			sendAnswer(response, reply, context, gateway);
			return reply.status;
		case 'reset':
			response.socket?.resetAndDestroy();
			return 0;
		case 'hang':
			return 0;
	}

	const whole = Buffer.from(bodyOf(answer, context));
	if (reply.kind === 'drip') {
		drip(response, whole);
		return 0;
	}
	const half = whole.subarray(0, whole.length / 2);
	if (reply.kind === 'cutOffJson') {
		response.writeHead(200, { 'Content-Type': JSON_TYPE, 'Content-Length': half.length }).end(half);
		return 200;
	}
	// One byte at least is missing, even where there is no body to cut.
	const announced = Math.max(whole.length, 1);
	response.writeHead(200, { 'Content-Type': JSON_TYPE, 'Content-Length': announced });
	response.flushHeaders();
	response.write(half, () => response.destroy());
	return 0;
}
