/** The node beside its alternatives in n8n, each on an instance of its own at GREEN-API's limit. */

import type { LimiterModel } from '../green-api-double/rateLimiter';
import type { ClientName } from './clients';
import type { DoubleService, DoubleSettings } from './doubleProcess';
import type { BenchProcess } from './processes';
import type { EngineProcess } from './runPaced';
import type { Measured } from './targets';

const CONTACTS = 60;

/** GREEN-API's own limit, a quick answer, and a server that is in trouble now and then. */
const AT_THE_LIMIT: DoubleSettings = {
	rateFactor: 1,
	latencyMs: 50,
	randomFaults: {
		rate: 0.03,
		seed: 'peers',
		faults: ['serviceUnavailableJson', 'serviceUnavailableHtml', 'cutOff'],
	},
};

const CLIENTS: ReadonlyArray<{ name: string; client: ClientName }> = [
	{ name: 'This node', client: 'nodeAtTheLimit' },
	{ name: 'HTTP Request node, one item a second, Retry On Fail', client: 'httpRequest' },
	{ name: 'Loop Over Items, HTTP Request, Wait 1 s', client: 'loopOverItems' },
	{ name: 'A loop without a pace', client: 'helperInSequence' },
];

const LIMITERS: readonly LimiterModel[] = ['spacing', 'second'];

/** A request. */
export interface Mark {
	/** When it arrived, in s after the first one. */
	seconds: number;
	isRefused: boolean;
}

export interface Compared {
	name: string;
	limiter: LimiterModel;
	contacts: number;
	found: number;
	/** The whole execution. */
	seconds: number;
	/** In the order in which they arrived. */
	marks: Mark[];
}

async function runClient(
	doubles: BenchProcess<DoubleService>,
	on: EngineProcess,
	{ name, client }: (typeof CLIENTS)[number],
	limiter: LimiterModel,
): Promise<Compared> {
	const { id, accounts } = await doubles.call('open', { ...AT_THE_LIMIT, limiter });
	const [account] = accounts;
	if (!account) throw new RangeError('The double has no instance');
	const list = { first: 0, count: CONTACTS };
	const { ms, found } = await on.call('load', { client, account, list });
	const arrived = await doubles.call('arrived', id);
	await doubles.call('close', id);
	const firstAt = arrived[0]?.at ?? NaN;
	return {
		name,
		limiter,
		contacts: CONTACTS,
		found,
		seconds: ms / 1000,
		marks: arrived.map(({ at, status }) => ({
			seconds: (at - firstAt) / 1000,
			isRefused: status === 429,
		})),
	};
}

/**
 * Runs all side by side: they wait most of the time.
 *
 * @param doubles the process of the doubles
 * @param engines a process for each client
 * @returns the figures of each client under each model of the limiter, the models one after another
 */
export async function compareAtTheLimit(
	doubles: BenchProcess<DoubleService>,
	engines: readonly [EngineProcess, EngineProcess, EngineProcess, EngineProcess],
): Promise<Compared[]> {
	return await Promise.all(
		LIMITERS.flatMap((limiter) =>
			CLIENTS.map(async (one, index) => {
				return await runClient(doubles, engines[index] ?? engines[0], one, limiter);
			}),
		),
	);
}

/** @returns how many of the 60 contacts this node found, the fewer of the two models */
export function measureFound(compared: readonly Compared[]): Measured[] {
	return compared
		.filter(({ name }) => name === CLIENTS[0]?.name)
		.map(({ found, limiter }) => ({
			target: 'foundAtTheLimit',
			value: found,
			where: `beside others (${limiter})`,
		}));
}
