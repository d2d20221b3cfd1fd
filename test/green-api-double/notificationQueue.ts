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

const FIRST_RECEIPT = 1_234_567n;

interface Entry {
	/** As it is in the answer's JSON: a number of any length, or a text in quotes. */
	receipt: string;
	/** JSON. */
	body: string;
}

export class NotificationQueue {
	readonly settings: InstanceSettings;
	/** What an empty queue is answered with: GREEN-API's hosts differ. */
	nothing: 'null' | '' = 'null';
	/** Live answers of old instances begin with 1 again. */
	nextReceipt = FIRST_RECEIPT;
	/** Whether receipts are texts. */
	hasTextReceipts = false;

	private entries: Entry[] = [];
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
		this.enqueueText(...bodies.map((body) => JSON.stringify(body)));
	}

	/** The same for bodies that are JSON already, which may be nested deeper than JavaScript writes. */
	enqueueText(...bodies: string[]): void {
		for (const body of bodies) this.entries.push({ receipt: this.newReceipt(), body });
		this.arrived.abort();
		this.arrived = new AbortController();
	}

	private newReceipt(): string {
		const receipt = this.hasTextReceipts ? `"${this.nextReceipt}"` : String(this.nextReceipt);
		this.nextReceipt += 1n;
		return receipt;
	}

	/** The first one gets another receipt, as when GREEN-API has waited too long for its deletion. */
	renewReceipt(): void {
		const [head] = this.entries;
		if (head) head.receipt = this.newReceipt();
	}

	/** @returns receiveNotification's answer: the first one, whoever has received it before */
	head(): string {
		const [head] = this.entries;
		return head ? `{"receiptId":${head.receipt},"body":${head.body}}` : this.nothing;
	}

	/** @returns deleteNotification's answer */
	delete(receiptId: string): string {
		const before = this.entries.length;
		this.entries = this.entries.filter(({ receipt }) => receipt.replace(/"/g, '') !== receiptId);
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
