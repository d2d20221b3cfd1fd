/** A GREEN-API instance in virtual time: its rate limit, the line to it, and what fails on the way. */

import { Answer, type Outcome } from '@package/nodes/shared/green-api/answer';
import { type Failure, failureOfStatus } from '@package/nodes/shared/green-api/failures';
import type { GreenApiMethod, GreenApiRequest } from '@package/nodes/shared/green-api/methods';
import type { ServerLimit } from '@package/nodes/shared/green-api/responseHeaders';
import { type LimiterModel, RateLimiter } from '../green-api-double/rateLimiter';
import { StrictRateLimiter } from './strictRateLimiter';
import type { VirtualClock } from './virtualClock';

export interface SimulatedOptions {
	/** Requests a second that the instance allows for each method. Default: 1. */
	limit?: number;
	/** How it is measured; see `RateLimiter`. Default: `spacing`. */
	limiter?: LimiterModel;
	/** Whether answers say what the limit is; a number: say so many requests a second. Default: no. */
	headers?: boolean | number;
	/** Whether refused requests count as well. Default: no. */
	isStrict?: boolean;
	/** How long each way over the line takes, in ms. Default: 0. */
	wayMs?: () => number;
	/** From the request's arrival to its answer's departure, refusals aside, in ms. Default: 0. */
	latencyMs?: (request: GreenApiRequest) => number;
	/** The same for refusals, in ms. Default: 0. */
	refusalLatencyMs?: () => number;
	/** What comes in place of an answer that the limit would let through. Default: nothing. */
	fault?: (request: GreenApiRequest) => Failure | undefined;
}

export interface SimulatedRequest {
	method: GreenApiMethod;
	chatId: string;
	sentAt: number;
	/** When the limit saw it; missing while it is on its way. */
	arrivedAt?: number;
	isRefused?: boolean;
}

export const RATE_LIMITED = failureOfStatus(429, '');

/** What the instance answers when nothing is in the way. */
export function answerFor(chatId: string): Answer {
	return new Answer(JSON.stringify({ chatId }));
}

export class SimulatedInstance {
	readonly requests: SimulatedRequest[] = [];
	private readonly limiter: Pick<RateLimiter, 'accept'>;
	/** Requests a second for each method; may be changed in mid-run, unless refused ones count. */
	limit: number;

	constructor(
		private readonly clock: VirtualClock,
		private readonly options: SimulatedOptions = {},
	) {
		const { limit = 1, isStrict = false, limiter } = options;
		this.limit = limit;
		this.limiter = isStrict ? new StrictRateLimiter(limit) : new RateLimiter(limit, limiter);
	}

	/** Sends one request, as a batch's `send`. */
	readonly send = async (
		request: GreenApiRequest,
	): Promise<Outcome<Answer> & { limit?: ServerLimit }> => {
		const { wayMs = () => 0, latencyMs = () => 0, refusalLatencyMs = () => 0 } = this.options;
		const { method } = request;
		const chatId = String(request.body?.chatId ?? '');
		const logged: SimulatedRequest = { method, chatId, sentAt: this.clock.now() };
		this.requests.push(logged);
		await this.clock.sleep(wayMs());
		logged.arrivedAt = this.clock.now();
		if (this.limiter instanceof RateLimiter) this.limiter.requestsPerSecond = this.limit;
		const isOpen = this.limiter.accept(method, logged.arrivedAt);
		const fault = isOpen ? this.options.fault?.(request) : RATE_LIMITED;
		logged.isRefused = fault !== undefined && fault.id === 'rateLimited';
		await this.clock.sleep((logged.isRefused ? refusalLatencyMs() : latencyMs(request)) + wayMs());
		const { headers = false } = this.options;
		const requestsPerSecond = headers === true ? this.limit : headers;
		const told = requestsPerSecond === false ? {} : { limit: { requestsPerSecond } };
		return fault
			? { ok: false, failure: fault, ...told }
			: { ok: true, value: answerFor(chatId), ...told };
	};

	get refused(): SimulatedRequest[] {
		return this.requests.filter(({ isRefused }) => isRefused);
	}

	get accepted(): SimulatedRequest[] {
		return this.requests.filter(({ isRefused }) => isRefused === false);
	}

	/** Of all requests, in the order in which they were sent. */
	get chatIds(): string[] {
		return this.requests.map(({ chatId }) => chatId);
	}
}
