/** A row of requests that brought nothing: in n8n's log it is one line, and its end another. */

import type { Logger } from 'n8n-workflow';
import type { Failure } from '../shared/green-api/failures';
import type { Clock } from '../shared/time';
import { retryWait } from './verdict';
import { wait } from './wait';

const MS = 1000;

export type TriggerLogger = Pick<Logger, 'info' | 'warn'>;

export class Outage {
	private tries = 0;
	private since = 0;

	/** @param clock what time it is */
	constructor(private readonly clock: Clock) {}

	/** Waits until the next try, longer each time, unless the signal ends it. */
	async waitOut(failure: Failure, logger: TriggerLogger, signal: AbortSignal): Promise<void> {
		if (this.tries === 0) {
			this.since = this.clock.now();
			logger.warn(
				`GREEN-API Trigger: ${failure.message}. Waiting until notifications can be received again`,
			);
		}
		this.tries += 1;
		await wait(this.clock, signal, retryWait(this.tries, failure));
	}

	/** A request has brought something. */
	end(logger: TriggerLogger): void {
		if (this.tries === 0) return;
		const seconds = Math.round((this.clock.now() - this.since) / MS);
		this.tries = 0;
		logger.info(`GREEN-API Trigger: notifications are received again, after ${seconds} s`);
	}

	/** Nobody asks any more, and nobody is told. */
	forget(): void {
		this.tries = 0;
	}
}
