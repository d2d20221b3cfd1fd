/** The cases of the operations beside Get Contact Info. */

import type { OperationService } from './operationProcess';
import type { BenchProcess } from './processes';
import type { Measured } from './targets';

const CHECKS = 1_000;
const WARM_UP_CHECKS = 50;
/** GREEN-API's limit for checkWhatsapp. */
const CHECKS_PER_SECOND = 10;

const FEW_CONTACTS = 10_000;
const MANY_CONTACTS = 100_000;

export type OperationProcess = BenchProcess<OperationService>;
type Start = () => Promise<OperationProcess>;

/**
 * 1,000 Check WhatsApp at GREEN-API's limit.
 *
 * @param start starts a process for the double, and one for n8n
 */
export async function measureChecks(start: Start): Promise<Measured[]> {
	const where = `${CHECKS} Check WhatsApp`;
	const [doubles, engine] = [await start(), await start()];
	const free = await doubles.call('open', { count: 0, isLimited: false });
	// What an n8n loads and compiles in its first execution, later ones have.
	await engine.call('check', { account: free, count: WARM_UP_CHECKS });
	const account = await doubles.call('open', { count: 0, isLimited: true });
	const { ms, lost } = await engine.call('check', { account, count: CHECKS });
	const leastMs = (1000 * (CHECKS - 1)) / CHECKS_PER_SECOND;
	return [
		{ target: 'paceRatio', value: ms / leastMs, where },
		{ target: 'lost', value: lost, where },
	];
}

/**
 * Get Many of a long list, and of one that is ten times as long.
 *
 * @param start starts a process for the double, and one for n8n
 */
export async function measureLists(start: Start): Promise<Measured[]> {
	const [doubles, engine] = [await start(), await start()];
	const listOf = async (count: number) => {
		const account = await doubles.call('open', { count, isLimited: false });
		return await engine.call('list', { account, count });
	};
	const few = await listOf(FEW_CONTACTS);
	const many = await listOf(MANY_CONTACTS);
	const where = `Get Many of ${MANY_CONTACTS}`;
	const growth = many.cpuMs / MANY_CONTACTS / (few.cpuMs / FEW_CONTACTS);
	return [
		{ target: 'lost', value: many.lost, where },
		{ target: 'timeGrowth', value: growth, where },
		{ target: 'memoryRatio', value: many.peakBytes / many.outputBytes, where },
		{ target: 'blockedMs', value: many.blockedMs, where },
	];
}
