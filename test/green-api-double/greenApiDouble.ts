/**
 * Stands in for GREEN-API: a real HTTP server on loopback that answers, limits and refuses as
 * GREEN-API does, and fails on demand.
 */

import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { AddressBook } from './addressBook';
import { type FaultMatch, FaultScript, type RandomFaults, randomFaults } from './faultPlan';
import { type AnswerFault, type Fault } from './faults';
import { type Instance, Instances } from './instances';
import { signedLinks } from './media';
import { type DoubleMessenger } from './messengers';
import { type GreenApiMethod } from './methods';
import { type NotificationQueue } from './notificationQueue';
import { type LoggedRequest } from './requestLog';
import { type Arrival, routes } from './routes';
import { type LimiterModel } from './rateLimiter';
import { sendReply } from './sendReply';

export interface GreenApiDoubleOptions {
	/** TCP port on 127.0.0.1. Default: 0, any free one. */
	port?: number;
	/**
	 * Path before `/waInstance…`, with a slash before and none after it, e.g. `/v3`: an API URL can
	 * carry a path (GREEN-API documentation for MAX). Default: none.
	 */
	prefix?: string;
	/** Default: one, with a made-up id and token. */
	instances?: readonly Instance[];
	/** Which messenger that one is of. Default: `whatsapp`. */
	messenger?: DoubleMessenger;
	/**
	 * What every documented rate limit is multiplied by, e.g. 10 for tests in a tenth of the time.
	 * Default: 1. Infinity: no limits.
	 */
	rateFactor?: number;
	/** Limits that are not the documented ones, in requests per second, whatever the factor. */
	rates?: Partial<Record<GreenApiMethod, number>>;
	/** How limits are measured; see `RateLimiter`. Default: `spacing`. */
	limiter?: LimiterModel;
	/** Whether answers say what the limit is, as GREEN-API's gateway does. Default: no. */
	headers?: boolean;
	/** How long the double waits before each answer, pictures aside, in ms. Default: 0. */
	latencyMs?: number | ((request: Readonly<LoggedRequest>) => number);
	/**
	 * How long each way between client and double takes, pictures aside, in ms: a request counts for
	 * log and limit after the way there, and its answer then takes the way back besides the latency.
	 * A function is asked anew for each way. Default: 0.
	 */
	wayMs?: number | (() => number);
	/** For how long an instance is `starting` after its settings were written, in ms. Default: 0. */
	restartMs?: number;
	/** Default: a new one. */
	addressBook?: AddressBook;
	/** Gives a share of the requests that GREEN-API would answer a fault instead. Default: none. */
	randomFaults?: RandomFaults;
}

/** Made up: GREEN-API's ids have up to 10 digits, the tokens of its examples 50 characters. */
const DEFAULT_INSTANCE: Instance = {
	idInstance: '1101000001',
	apiTokenInstance: `${'fake0token0'.repeat(4)}fake00`,
};

function afterMs(ms: number, act: () => void): void {
	if (ms > 0) setTimeout(act, ms).unref();
	else act();
}

/** A running double. `startGreenApiDouble` makes one. */
export class GreenApiDouble {
	/** Of the first instance. */
	readonly idInstance: string;
	/** Of the first instance. */
	readonly apiTokenInstance: string;
	/** What is told about whom. */
	readonly addressBook: AddressBook;

	private readonly prefix: string;
	private port = 0;
	private readonly log: LoggedRequest[] = [];
	private readonly open = new Set<LoggedRequest>();
	private readonly faultScript = new FaultScript();
	private readonly randomFault: () => Fault | undefined;
	private readonly instances: Instances;
	private readonly latencyOf: (request: Readonly<LoggedRequest>) => number;
	private readonly nextWay: () => number;

	/**
	 * @param server does not listen yet
	 * @param options as for `startGreenApiDouble`
	 */
	constructor(
		private readonly server: Server,
		options: GreenApiDoubleOptions,
	) {
		const { prefix = '', messenger = 'whatsapp', latencyMs = 0, wayMs = 0 } = options;
		const { instances = [{ ...DEFAULT_INSTANCE, messenger }] } = options;
		const [first] = instances;
		if (!first) throw new RangeError('A double has at least one instance');
		this.idInstance = first.idInstance;
		this.apiTokenInstance = first.apiTokenInstance;
		this.prefix = prefix;
		this.addressBook = options.addressBook ?? new AddressBook();
		this.randomFault = options.randomFaults ? randomFaults(options.randomFaults) : () => undefined;
		this.instances = new Instances(
			instances,
			{
				rateFactor: options.rateFactor ?? 1,
				rates: options.rates ?? {},
				limiter: options.limiter ?? 'spacing',
				headers: options.headers ?? false,
			},
			this.addressBook,
			signedLinks(() => this.apiUrl),
			options.restartMs ?? 0,
		);
		this.latencyOf = typeof latencyMs === 'number' ? () => latencyMs : latencyMs;
		this.nextWay = typeof wayMs === 'number' ? () => wayMs : wayMs;
		server.once('listening', () => {
			({ port: this.port } = server.address() as AddressInfo);
		});
		server.on(
			'request',
			routes(
				prefix,
				instances.some(({ messenger }) => messenger === 'max'),
				(arrival, response) => afterMs(this.nextWay(), () => this.receive(arrival, response)),
			),
		);
	}

	/** What a credential's API URL is, e.g. `http://127.0.0.1:40001/v3`. */
	get apiUrl(): string {
		return `http://127.0.0.1:${this.port}${this.prefix}`;
	}

	/** All requests but those for pictures, in the order in which they arrived; a live list. */
	get requests(): ReadonlyArray<Readonly<LoggedRequest>> {
		return this.log;
	}

	/** The settings and notifications of the first instance. */
	get queue(): NotificationQueue {
		return this.queueOf(this.idInstance);
	}

	/** @returns the settings and notifications of an instance */
	queueOf(idInstance: string): NotificationQueue {
		return this.instances.queueOf(idInstance);
	}

	/** @returns the requests to this method so far, in the order in which they arrived */
	requestsOf(method: GreenApiMethod): Array<Readonly<LoggedRequest>> {
		return this.log.filter((request) => request.method === method);
	}

	/** How many requests to this method wait for their answer, their connection unbroken. */
	openRequestsOf(method: GreenApiMethod): number {
		return [...this.open].filter((request) => request.method === method).length;
	}

	/** Forgets all requests so far; rate limits and scripted faults stay. */
	clearRequests(): void {
		this.log.length = 0;
	}

	/**
	 * The next requests that match get this fault, whatever else they would have got; they count for
	 * the rate limit as any request. Of the faults that match a request, the one scripted first is
	 * used up first.
	 *
	 * @param fault from the table `faults`, or one made for the test
	 * @param match which requests, and how many; by default the next one, whatever it asks for
	 */
	script(fault: Fault, match: FaultMatch = {}): void {
		this.faultScript.add(fault, match);
	}

	/** Forgets the scripted faults that no request has used up. */
	clearScript(): void {
		this.faultScript.clear();
	}

	/**
	 * @param idInstance an instance of this double
	 * @param stateInstance its state from now on, as getStateInstance names it: `authorized`,
	 *   `notAuthorized`, `blocked`, `sleepMode`, `starting`, `yellowCard`, `suspended`,
	 *   `pendingPassword`; also `expired`, `deleted`, and any that may be new
	 * @throws RangeError where the double has no such instance
	 */
	setState(idInstance: string, stateInstance: string): void {
		this.instances.setState(idInstance, stateInstance);
	}

	/**
	 * Renews a token, as the button in GREEN-API's console does.
	 *
	 * @param idInstance an instance of this double
	 * @param apiTokenInstance what it takes from now on, and nothing else
	 * @throws RangeError where the double has no such instance
	 */
	setToken(idInstance: string, apiTokenInstance: string): void {
		this.instances.setToken(idInstance, apiTokenInstance);
	}

	/**
	 * @param method whose limit changes, for all instances
	 * @param requestsPerSecond its limit from now on
	 * @throws RangeError when `requestsPerSecond` is not more than 0
	 */
	setRate(method: GreenApiMethod, requestsPerSecond: number): void {
		this.instances.setRate(method, requestsPerSecond);
	}

	/** Ends the server and every open connection. */
	async close(): Promise<void> {
		const closed = new Promise((resolve) => this.server.close(resolve));
		this.server.closeAllConnections();
		await closed;
	}

	private receive(arrival: Arrival, response: ServerResponse): void {
		const { context, apiTokenInstance } = arrival;
		const request: LoggedRequest = { ...arrival.request, at: performance.now(), status: 0 };
		this.log.push(request);
		this.open.add(request);
		response.once('close', () => this.open.delete(request));
		const answer = this.instances.answer(request, apiTokenInstance);
		const gateway = this.instances.limitHeaders(request);
		const fault =
			this.faultScript.next(request) ?? (answer.status === 200 ? this.randomFault() : undefined);
		const reply = (whole: AnswerFault) =>
			afterMs(this.latencyOf(request) + this.nextWay(), () => {
				if (response.destroyed) return;
				request.status = sendReply(response, fault ?? whole, whole, context, gateway);
			});
		const later = answer.status === 200 && !fault ? this.instances.later(request) : undefined;
		if (later) void later.then(reply);
		else reply(answer);
	}
}

/**
 * @param options see there; all have defaults
 * @returns a double that listens; `close()` ends it
 * @throws RangeError for options that can't be meant; what Node.js throws when the port is taken
 */
export async function startGreenApiDouble(
	options: GreenApiDoubleOptions = {},
): Promise<GreenApiDouble> {
	// An idle connection that the server ends could cross with a client's next request.
	const server = createServer({ keepAliveTimeout: 0 });
	const double = new GreenApiDouble(server, options);
	server.listen(options.port ?? 0, '127.0.0.1');
	await once(server, 'listening');
	return double;
}
