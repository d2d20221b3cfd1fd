import { VirtualClock } from './virtualClock';

/** The clock of a machine whose timers tick, as every 15.6 ms on Windows: sleepers wake at a tick. */
export class TickingClock extends VirtualClock {
	/** @param tickMs from tick to tick */
	constructor(private readonly tickMs: number) {
		super();
	}

	override async sleep(ms: number): Promise<void> {
		const due = this.now() + ms;
		await super.sleep(Math.ceil(due / this.tickMs) * this.tickMs - this.now());
	}
}
