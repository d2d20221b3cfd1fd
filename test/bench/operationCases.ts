/** The cases of the operations beside Get Contact Info. */

import type { OperationService } from './operationProcess';
import { BenchProcess } from './processes';
import type { Measured } from './targets';

const CHECKS = 1_000;
/** GREEN-API's limit for checkWhatsapp. */
const CHECKS_PER_SECOND = 10;

const FEW_CONTACTS = 10_000;
const MANY_CONTACTS = 100_000;

type Process = BenchProcess<OperationService>;

async function start(): Promise<Process> {
	return await BenchProcess.start<OperationService>('operationProcess.ts', {
		flags: ['--expose-gc'],
	});
}

async function measureChecks(doubles: Process, engine: Process): Promise<Measured[]> {
	const where = `${CHECKS} Check WhatsApp`;
	const account = await doubles.call('open', { count: 0, isLimited: true });
	const { ms, lost } = await engine.call('check', { account, count: CHECKS });
	const leastMs = (1000 * (CHECKS - 1)) / CHECKS_PER_SECOND;
	return [
		{ target: 'paceRatio', value: ms / leastMs, where },
		{ target: 'lost', value: lost, where },
	];
}

async function measureLists(doubles: Process, engine: Process): Promise<Measured[]> {
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

/**
 * @param whenQuiet what has to be over before the cases that milliseconds count for
 * @param tell is told what is done
 */
export async function measureOperations(
	whenQuiet: Promise<unknown>,
	tell: (progress: string) => void,
): Promise<Measured[]> {
	const [doubles, checking, listing] = [await start(), await start(), await start()];
	const checks = measureChecks(doubles, checking);
	await Promise.all([whenQuiet, checks]);
	tell(`Check WhatsApp: done`);
	const lists = await measureLists(doubles, listing);
	tell(`Get Many: done`);
	return [...(await checks), ...lists];
}
