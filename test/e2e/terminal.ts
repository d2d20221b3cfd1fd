/** A terminal with a shell in it. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { waitFor } from '../real-n8n/waitFor';

/** What the key sends. */
export const CTRL_C = '\x03';

export interface RunningProcess {
	pid: number;
	/** Its command line. */
	command: string;
}

/** @returns a session's processes but its shell and what is ending, which has no command any more */
function processesOf(session: number): RunningProcess[] {
	const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
	return processes.flatMap((pid) => {
		try {
			// proc(5): pid (name) state parent group session
			const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
			const [, , , itsSession] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
			const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
			const belongs = Number(itsSession) === session && Number(pid) !== session;
			return belongs && command !== '' ? [{ pid: Number(pid), command }] : [];
		} catch {
			return []; // it has ended just now
		}
	});
}

/**
 * A shell that people type into, by `script` of util-linux, on Linux: Ctrl-C in it reaches all
 * processes of a command at once, and so does the end of its window. `Terminal.open` makes one.
 */
export class Terminal {
	/** All that can be read in it so far. */
	printed = '';

	private session = 0;

	private constructor(private readonly window: ChildProcess) {
		window.stdout?.on('data', (chunk: Buffer) => (this.printed += chunk.toString()));
	}

	/** @returns a terminal whose shell waits for input */
	static async open(): Promise<Terminal> {
		// exec, as not every shell that `script` may use gives its place to a last command by itself;
		// what the terminal's processes are known by is that bash leads their session.
		const shell = ['--quiet', '--flush', '--command', 'exec bash --norc -i', '/dev/null'];
		const terminal = new Terminal(spawn('script', shell, { stdio: ['pipe', 'pipe', 'inherit'] }));
		terminal.type('echo "shell $$"\n');
		const [, pid] = await waitFor('the shell', () =>
			/^shell (\d+)\s*\n/m.exec(terminal.printed)?.slice(),
		);
		terminal.session = Number(pid);
		return terminal;
	}

	/** @param keys e.g. a command with a line break after it */
	type(keys: string): void {
		this.window.stdin?.write(keys);
	}

	/** @returns all that runs in it, or still does after its end; its shell left out */
	processes(): RunningProcess[] {
		return processesOf(this.session);
	}

	/** As by a click: the system ends what runs in it. */
	async close(): Promise<void> {
		if (this.window.exitCode !== null || this.window.signalCode !== null) return;
		this.window.kill('SIGKILL');
		await once(this.window, 'exit');
	}
}
