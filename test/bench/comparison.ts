/** The node beside what people use in its place, each on an instance of its own at GREEN-API's limit. */

import type { ClientName } from './clients';
import type { DoubleService } from './doubleProcess';
import type { BenchProcess } from './processes';
import type { EngineProcess } from './runPaced';

const CONTACTS = 60;
/** GREEN-API's own limit, and an answer as quick as it is without trouble. */
const AT_THE_LIMIT = { rateFactor: 1, latencyMs: 50 };

const CLIENTS: ReadonlyArray<{ name: string; client: ClientName }> = [
	{ name: 'This node', client: 'nodeAtTheLimit' },
	{ name: 'n8n’s HTTP Request node, one item a second', client: 'httpRequest' },
	{ name: 'A loop without a pace', client: 'helperInSequence' },
];

/** A request. */
export interface Mark {
	/** When it arrived, in s after the first one. */
	seconds: number;
	isRefused: boolean;
}

export interface Compared {
	name: string;
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
): Promise<Compared> {
	const { id, accounts } = await doubles.call('open', AT_THE_LIMIT);
	const [account] = accounts;
	if (!account) throw new RangeError('The double has no instance');
	const list = { first: 0, count: CONTACTS };
	const { ms, lost } = await on.call('load', { client, account, list });
	const arrived = await doubles.call('arrived', id);
	await doubles.call('close', id);
	const firstAt = arrived[0]?.at ?? NaN;
	return {
		name,
		contacts: CONTACTS,
		found: CONTACTS - lost,
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
 * @param doubles where the doubles run
 * @param engines a process for each
 * @returns what each of them did
 */
export async function compareAtTheLimit(
	doubles: BenchProcess<DoubleService>,
	engines: readonly [EngineProcess, EngineProcess, EngineProcess],
): Promise<Compared[]> {
	return await Promise.all(
		CLIENTS.map(async (one, index) => {
			const on = engines[index] ?? engines[0];
			return await runClient(doubles, on, one);
		}),
	);
}
