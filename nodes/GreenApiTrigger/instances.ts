/** What this n8n process keeps of the instances that its triggers listen to. */

import { type Clock, processTimetable, systemClock, type Timetable } from '../shared/time';
import { Activation } from './activation';
import { Listener } from './listener';

const HOUR_MS = 3_600_000;
/** What was not used for an hour is looked for so often. */
const LOOK_FOR_UNUSED_MS = HOUR_MS / 4;

export interface Instance {
	activation: Activation;
	listener: Listener;
}

interface Kept extends Instance {
	usedAt: number;
}

export class Instances {
	private readonly kept = new Map<string, Kept>();

	/** @param clock what time it is; @param timetable what has to be done later */
	constructor(
		private readonly clock: Clock,
		private readonly timetable: Timetable,
	) {}

	/** How many are kept. */
	get size(): number {
		return this.kept.size;
	}

	/**
	 * @param key stands for the instance
	 * @returns what all triggers of this process share; not to be held on to by who does not use it
	 */
	of(key: string): Instance {
		if (this.kept.size === 0) this.lookLater();
		const former = this.kept.get(key);
		const { clock } = this;
		const instance = former ?? {
			activation: new Activation(clock),
			listener: new Listener(clock),
			usedAt: 0,
		};
		instance.usedAt = clock.now();
		this.kept.set(key, instance);
		return instance;
	}

	private lookLater(): void {
		this.timetable.after(LOOK_FOR_UNUSED_MS, () => this.dropUnused());
	}

	private dropUnused(): void {
		const now = this.clock.now();
		for (const [key, instance] of this.kept) {
			if (!instance.activation.isIdle || !instance.listener.isIdle) instance.usedAt = now;
			else if (now - instance.usedAt >= HOUR_MS) this.kept.delete(key);
		}
		if (this.kept.size > 0) this.lookLater();
	}
}

/** n8n loads this module once in a process. */
export const instances = new Instances(systemClock, processTimetable);
