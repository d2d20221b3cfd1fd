import { VirtualClock } from './virtualClock';

/** A clock with timers like those of Node.js: of 1 ms at least, and up to 1 ms early. */
export class EarlyClock extends VirtualClock {
	/** @param random gives numbers from 0 up to, but not including, 1 */
	constructor(private readonly random: () => number) {
		super();
	}

	override async sleep(ms: number): Promise<void> {
		await super.sleep(Math.max(1, ms) - this.random());
	}
}
