/** Counts the requests that this process sends to GREEN-API, and shows how far it is. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { clearLine, cursorTo } from 'node:readline';

/** Of a terminal; anything else gets a line each time. */
const [REDRAW_MS, LINE_MS] = [250, 10_000];

const STARTED = 'http.client.request.start';
const ANSWERED = 'http.client.response.finish';

interface Message {
	request: ClientRequest;
	response?: IncomingMessage;
}

/** Watches from its making until `stop`. */
export class RequestWatch {
	private sent = 0;
	private refused = 0;
	/** When the others were answered. */
	private readonly answeredAt: number[] = [];
	private readonly timer: NodeJS.Timeout;

	/** @param method of GREEN-API; others don't count */
	constructor(private readonly method: string) {
		subscribe(STARTED, this.onStarted);
		subscribe(ANSWERED, this.onAnswered);
		this.timer = setInterval(this.show, process.stdout.isTTY ? REDRAW_MS : LINE_MS);
	}

	/** @returns e.g. `Requests: 12, refused (429): 1, answered: 11, at 0.9 a second` */
	get summary(): string {
		const { length } = this.answeredAt;
		const seconds = ((this.answeredAt.at(-1) ?? 0) - (this.answeredAt[0] ?? 0)) / 1_000;
		const pace = seconds > 0 ? `, at ${((length - 1) / seconds).toFixed(1)} a second` : '';
		return `Requests: ${this.sent}, refused (429): ${this.refused}, answered: ${length}${pace}`;
	}

	/** Ends it, and takes its line away. */
	stop(): void {
		unsubscribe(STARTED, this.onStarted);
		unsubscribe(ANSWERED, this.onAnswered);
		clearInterval(this.timer);
		this.clear();
	}

	private readonly onStarted = (message: unknown): void => {
		if (this.isCounted(message as Message)) this.sent += 1;
	};

	private readonly onAnswered = (message: unknown): void => {
		if (!this.isCounted(message as Message)) return;
		const status = (message as Message).response?.statusCode;
		if (status === 429) this.refused += 1;
		else this.answeredAt.push(performance.now());
	};

	private isCounted({ request }: Message): boolean {
		return request.path.includes(`/${this.method}/`);
	}

	private readonly show = (): void => {
		this.clear();
		const line = `   … ${this.summary}`;
		process.stdout.write(process.stdout.isTTY ? line : `${line}\n`);
	};

	private clear(): void {
		if (!process.stdout.isTTY) return;
		clearLine(process.stdout, 0);
		cursorTo(process.stdout, 0);
	}
}
