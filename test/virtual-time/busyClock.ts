import { VirtualClock } from './virtualClock';

/** The clock of a process that has other work now and then: timers wake nobody until that is done. */
export class BusyClock extends VirtualClock {
	/** From when to when, in ms, in their order. */
	private readonly work: Array<[from: number, to: number]> = [];

	/** @param nextWork gives how long the process is free before it is busy again, and how long then */
	constructor(private readonly nextWork: () => { freeMs: number; busyMs: number }) {
		super();
	}

	override async sleep(ms: number): Promise<void> {
		await super.sleep(this.freeAt(this.now() + ms) - this.now());
	}

	private freeAt(time: number): number {
		let [, end] = this.work.at(-1) ?? [0, 0];
		while (end <= time) {
			const { freeMs, busyMs } = this.nextWork();
			this.work.push([end + freeMs, end + freeMs + busyMs]);
			end += freeMs + busyMs;
		}
		return this.work.find(([from, to]) => from < time && time < to)?.[1] ?? time;
	}
}
