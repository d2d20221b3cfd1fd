/** Processes of the bench, and the typed calls between them. */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** What a process does when it is called, by name. */
export type Service = Record<string, (argument: never) => unknown>;

interface Call {
	id: number;
	name: string;
	argument: unknown;
}

type Reply = { id: number; value: unknown } | { id: number; error: string };

interface Waiting {
	resolve: (value: unknown) => void;
	reject: (error: Error) => void;
}

async function reply(service: Service, { id, name, argument }: Call): Promise<Reply> {
	try {
		const method = service[name] as (argument: unknown) => unknown;
		return { id, value: await method(argument) };
	} catch (error) {
		return { id, error: error instanceof Error ? String(error.stack) : String(error) };
	}
}

const CPU_MS = 'cpuMs';

/** @returns how much CPU time this process has taken since it started, in ms */
export function ownCpuMs(): number {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1000;
}

/**
 * Answers the calls of the process that started this one, and ends with it.
 *
 * @param service arguments and what is returned have to be such that `structuredClone` takes them
 */
export function serve(service: Service): void {
	// The terminal's Ctrl-C goes to every process; the bench ends this one when it is done.
	process.on('SIGINT', () => {});
	process.on('disconnect', () => process.exit());
	process.on('message', (call: Call) => {
		void reply({ ...service, [CPU_MS]: ownCpuMs }, call).then((answer) => process.send?.(answer));
	});
	process.send?.('ready');
}

interface StartOptions {
	flags?: readonly string[];
}

/** A process that the bench started. */
export class BenchProcess<S extends Service> {
	private readonly waiting = new Map<number, Waiting>();
	private lastId = 0;

	private constructor(private readonly child: ChildProcess) {
		child.on('message', (answer: Reply) => {
			const call = this.waiting.get(answer.id);
			this.waiting.delete(answer.id);
			if ('error' in answer) call?.reject(new Error(answer.error));
			else call?.resolve(answer.value);
		});
		child.once('exit', (code, signal) => {
			const error = new Error(`A process of the bench ended by itself (${signal ?? code})`);
			for (const { reject } of this.waiting.values()) reject(error);
		});
	}

	/**
	 * @param file a TypeScript file of this folder that calls `serve`
	 * @param options flags of Node.js
	 * @returns the process, ready to be called
	 */
	static async start<S extends Service>(
		file: string,
		{ flags = [] }: StartOptions = {},
	): Promise<BenchProcess<S>> {
		const child = fork(join(__dirname, file), {
			execArgv: ['--import', 'tsx', ...flags],
			serialization: 'advanced',
		});
		const failed = once(child, 'exit').then(() => {
			throw new Error(`${file} did not start`);
		});
		await Promise.race([once(child, 'message'), failed]);
		return new BenchProcess<S>(child);
	}

	/** @throws what the called function throws, and when the process ends before it answers */
	async call<Name extends keyof S & string>(
		name: Name,
		...[argument]: Parameters<S[Name]>
	): Promise<Awaited<ReturnType<S[Name]>>> {
		return (await this.request(name, argument)) as Awaited<ReturnType<S[Name]>>;
	}

	/** @returns how much CPU time the process has taken since it started, in ms */
	async cpuMs(): Promise<number> {
		return Number(await this.request(CPU_MS));
	}

	private async request(name: string, argument?: unknown): Promise<unknown> {
		const id = ++this.lastId;
		return await new Promise((resolve, reject) => {
			this.waiting.set(id, { resolve, reject });
			this.child.send({ id, name, argument } satisfies Call, (error) => error && reject(error));
		});
	}
}
