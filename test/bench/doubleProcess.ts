/** A process that runs GREEN-API doubles, so that their clock does not stall with the node's. */

import type { RandomFaults } from '../green-api-double/faultPlan';
import { type Fault, faults } from '../green-api-double/faults';
import { type GreenApiDouble, startGreenApiDouble } from '../green-api-double/greenApiDouble';
import type { LimiterModel } from '../green-api-double/rateLimiter';
import { seededRandom } from '../green-api-double/seededRandom';
import { serve } from './processes';

export interface DoubleSettings {
	/** How many instances. Default: 1. */
	instances?: number;
	/** What GREEN-API's limits are multiplied by; Infinity: no limits. */
	rateFactor: number;
	/** In ms. Default: 0. */
	latencyMs?: number;
	/** Each way over the line takes from 0 up to so many ms, by chance. Default: 0. */
	mostWayMs?: number;
	/** Faults by their names, as functions can't leave a process. */
	randomFaults?: Omit<RandomFaults, 'faults'> & { faults?: ReadonlyArray<keyof typeof faults> };
	/** How limits are measured. Default: `spacing`. */
	limiter?: LimiterModel;
	/** Whether answers say what the limit is. Default: no. */
	headers?: boolean;
}

/** What a credential holds. */
export type Account = Record<'apiUrl' | 'idInstance' | 'apiTokenInstance', string>;

export interface OpenDouble {
	id: number;
	/** One for each instance. */
	accounts: Account[];
}

/** A getContactInfo request as it arrived. */
export interface Arrived {
	/** In ms, by the clock of the double's process. */
	at: number;
	idInstance: string;
	chatId: string | undefined;
	/** As in the double's log: 0 where no whole answer went out. */
	status: number;
}

const doubles = new Map<number, GreenApiDouble>();
let opened = 0;

function doubleOf(id: number): GreenApiDouble {
	const double = doubles.get(id);
	if (!double) throw new RangeError(`No double ${id} is open`);
	return double;
}

function toFaults({
	faults: names,
	...share
}: NonNullable<DoubleSettings['randomFaults']>): RandomFaults {
	return { ...share, ...(names && { faults: names.map((name) => faults[name] as Fault) }) };
}

const service = {
	async open({
		instances = 1,
		mostWayMs = 0,
		randomFaults,
		...options
	}: DoubleSettings): Promise<OpenDouble> {
		const id = ++opened;
		const random = seededRandom('bench');
		const accounts = Array.from({ length: instances }, (_, index) => ({
			idInstance: String(1_101_000_001 + index),
			apiTokenInstance: `bench0token${index}`,
		}));
		const double = await startGreenApiDouble({
			...options,
			...(randomFaults && { randomFaults: toFaults(randomFaults) }),
			instances: accounts,
			wayMs: () => mostWayMs * random(),
		});
		doubles.set(id, double);
		return { id, accounts: accounts.map((account) => ({ apiUrl: double.apiUrl, ...account })) };
	},

	/** @returns the requests so far, in the order in which they arrived */
	arrived(id: number): Arrived[] {
		return doubleOf(id)
			.requestsOf('getContactInfo')
			.map(({ at, idInstance, chatId, status }) => ({ at, idInstance, chatId, status }));
	},

	/** From now on, for getContactInfo. */
	setRate({ id, requestsPerSecond }: { id: number; requestsPerSecond: number }): void {
		doubleOf(id).setRate('getContactInfo', requestsPerSecond);
	},

	async close(id: number): Promise<void> {
		await doubleOf(id).close();
		doubles.delete(id);
	},
};

export type DoubleService = typeof service;

serve(service);
