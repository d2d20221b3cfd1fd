/** One request for all who ask the same at the same time. */

import type { Answer, Outcome } from '../green-api/answer';
import { CANCELLED, type Cancellation } from './cancellation';

type Asked = Outcome<Answer> | typeof CANCELLED;

/** What ends the waiting of those who ask, alike for all lookups of one batch. */
export interface Asker {
	/** The batch sends nothing more: it waits for no turn, and for nobody else's request. */
	drained: Cancellation;
	/** The batch waits for nothing any more, its own requests included. */
	aborted: Cancellation;
}

/**
 * Waits for its turn, asks `claim`, and sends the request if that says so. Gives `CANCELLED` when it
 * did not, or when the request was dropped before there was an outcome.
 */
export type ClaimAndSend = (claim: () => boolean) => Promise<Asked>;

/** Those who wait for the answer to one question. */
class Group {
	/** Whose request it is, as soon as one of them has sent it. */
	sender: Asker['aborted'] | undefined;
	waiting = 0;
	readonly outcome: Promise<Asked>;
	settle!: (outcome: Asked) => void;

	constructor() {
		this.outcome = new Promise((settle) => {
			this.settle = settle;
		});
	}
}

export class Coalescer {
	private readonly groups = new Map<string, Group>();

	/** How many questions are being asked. */
	get size(): number {
		return this.groups.size;
	}

	/**
	 * Everyone who asks waits for a turn of their own; whoever gets one first sends the request, for
	 * all who wait then. So nobody waits for longer than they would have alone.
	 *
	 * @param key the same for those who may have the same answer
	 * @param asker what ends the waiting
	 * @param send asks the server; is called again when another's request was dropped
	 * @returns the outcome and whether the request was this asker's, or `CANCELLED`
	 */
	async ask(
		key: string,
		asker: Asker,
		send: ClaimAndSend,
	): Promise<{ outcome: Outcome<Answer>; isSender: boolean } | typeof CANCELLED> {
		for (;;) {
			const { outcome, isSender } = await this.join(key, asker, send);
			if (outcome !== CANCELLED) return { outcome, isSender };
			if (isSender || asker.drained.isCancelled || asker.aborted.isCancelled) return CANCELLED;
		}
	}

	private async join(
		key: string,
		{ drained, aborted }: Asker,
		send: ClaimAndSend,
	): Promise<{ outcome: Asked; isSender: boolean }> {
		const group = this.groups.get(key) ?? new Group();
		this.groups.set(key, group);
		group.waiting += 1;
		let isSender = false;
		const claim = () => {
			if (group.sender) return false;
			group.sender = aborted;
			isSender = true;
			return true;
		};
		void send(claim).then((outcome) => {
			if (!isSender) return;
			this.groups.delete(key);
			group.settle(outcome);
		});

		let outcome = await drained.race(group.outcome);
		if (outcome === CANCELLED && drained.isCancelled && group.sender === aborted) {
			outcome = await aborted.race(group.outcome);
		}
		group.waiting -= 1;
		if (group.waiting === 0 && !group.sender) this.groups.delete(key);
		return { outcome, isSender };
	}
}
