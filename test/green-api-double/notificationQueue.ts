/** An instance's settings and its queue of notifications: first in, first out. */

import { setTimeout as sleep } from 'node:timers/promises';
import { type JsonObject } from './methods';

/** Flags are "yes" or "no"; on a new instance all of them are off. */
export type InstanceSettings = Record<string, string>;

/** GREEN-API documentation, "GetSettings". */
const NEW_SETTINGS: Readonly<InstanceSettings> = {
	wid: '71231234567@c.us',
	typeInstance: 'whatsapp',
	webhookUrl: '',
	webhookUrlToken: '',
	incomingWebhook: 'no',
	outgoingWebhook: 'no',
	outgoingMessageWebhook: 'no',
	outgoingAPIMessageWebhook: 'no',
	stateWebhook: 'no',
	incomingCallWebhook: 'no',
	outgoingCallWebhook: 'no',
	pollMessageWebhook: 'no',
	editedMessageWebhook: 'no',
	deletedMessageWebhook: 'no',
	incomingBlockWebhook: 'no',
};

const FIRST_RECEIPT = 1_234_567;

interface Entry {
	receiptId: number;
	body: JsonObject;
}

export class NotificationQueue {
	readonly settings: InstanceSettings;
	/** What an empty queue is answered with: GREEN-API's hosts differ. */
	nothing: 'null' | '' = 'null';

	private entries: Entry[] = [];
	private nextReceipt = FIRST_RECEIPT;
	private arrived = new AbortController();

	/** @param typeInstance which messenger the instance is of, as GREEN-API names it */
	constructor(typeInstance = 'whatsapp') {
		this.settings = { ...NEW_SETTINGS, typeInstance };
	}

	/** How many notifications wait. */
	get length(): number {
		return this.entries.length;
	}

	/** Puts notifications at the end. */
	enqueue(...bodies: JsonObject[]): void {
		for (const body of bodies) {
			this.entries.push({ receiptId: this.nextReceipt, body });
			this.nextReceipt += 1;
		}
		this.arrived.abort();
		this.arrived = new AbortController();
	}

	/** The first one gets another receipt, as when GREEN-API has waited too long for its deletion. */
	renewReceipt(): void {
		const [head] = this.entries;
		if (!head) return;
		head.receiptId = this.nextReceipt;
		this.nextReceipt += 1;
	}

	/** @returns receiveNotification's answer: the first one, whoever has received it before */
	head(): string {
		const [head] = this.entries;
		return head ? JSON.stringify(head) : this.nothing;
	}

	/** @returns deleteNotification's answer */
	delete(receiptId: number): string {
		const before = this.entries.length;
		this.entries = this.entries.filter((entry) => entry.receiptId !== receiptId);
		return this.entries.length < before
			? '{"result":true}'
			: '{"result":false,"reason":"Message not found"}';
	}

	/** Resolves when there is something, or when the time is over. */
	async waitForHead(seconds: number): Promise<void> {
		if (this.entries.length > 0) return;
		const { signal } = this.arrived;
		await sleep(seconds * 1000, undefined, { signal, ref: false }).catch(() => undefined);
	}
}
