/** What executions report while they run: the last node of a workflow posts it here. */

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import express from 'express';

export interface Report {
	/** Of the workflow that reports. */
	workflow: string;
	/** Of the notification. */
	messageId: string;
	/** When it arrived, in ms since 1970. */
	at: number;
	body: Record<string, unknown>;
}

export class Recorder {
	readonly reports: Report[] = [];
	/** Executions for these notifications fail. */
	readonly poisons = new Set<string>();
	/** How long a report takes, in ms. */
	delayMs = 0;

	private readonly server: Server;

	private constructor() {
		const app = express().use(express.json());
		app.post('/:workflow', ({ params: { workflow }, body }, response) => {
			const report = body as Report['body'];
			const messageId = String(report.messageId);
			this.reports.push({ workflow, messageId, at: Date.now(), body: report });
			const status = this.poisons.has(messageId) ? 400 : 200;
			setTimeout(() => response.status(status).json({}), this.delayMs).unref();
		});
		this.server = createServer(app);
	}

	/** @returns a recorder that listens */
	static async start(): Promise<Recorder> {
		const recorder = new Recorder();
		recorder.server.listen(0, '127.0.0.1');
		await once(recorder.server, 'listening');
		return recorder;
	}

	get url(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	/** @returns the ids of the notifications that a workflow reported, in order */
	idsOf(name: string): string[] {
		return this.reports.filter(({ workflow }) => workflow === name).map((each) => each.messageId);
	}

	close(): void {
		this.server.close();
		this.server.closeAllConnections();
	}
}
