/**
 * Runs the engine tests on older and newer n8n, and prints how they went:
 * `npm run test:compat`, or `npm run test:compat -- 1.60.1` for other versions.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { engineOf, type InstalledEngine, REPOSITORY } from './engines';
import { EXCEPTIONS, PINNED } from './versions';

/** The part of jest's `--json` that is read here. */
interface JestResults {
	success: boolean;
	numPassedTests: number;
	numFailedTests: number;
	numPendingTests: number;
	testResults: Array<{ message: string }>;
}

interface Outcome {
	passed: number;
	failed: number;
	leftOut: number;
	seconds: number;
	/** What there is to say about tests that failed, or that ran on another engine. */
	complaints: string[];
}

const TIME_LIMIT_MS = 15 * 60_000;

function isBefore(version: string, other: string): boolean {
	return version.localeCompare(other, undefined, { numeric: true }) < 0;
}

/** @returns a pattern of the names of all tests that can be asked of this n8n */
function testsFor(n8n: string): string {
	const leftOut = EXCEPTIONS.filter(({ since }) => isBefore(n8n, since)).map(({ test }) =>
		test.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
	);
	return leftOut.length > 0 ? `^(?!${leftOut.join('|')})` : '';
}

async function readJson(file: string): Promise<JestResults | undefined> {
	try {
		return JSON.parse(await readFile(file, 'utf8')) as JestResults;
	} catch {
		return undefined;
	}
}

async function runTests(n8n: string, engine: InstalledEngine, folder: string): Promise<Outcome> {
	const [results, versions] = [join(folder, 'results.json'), join(folder, 'versions')];
	await writeFile(versions, '');
	const start = performance.now();
	const child = spawn(
		process.execPath,
		[
			'--experimental-vm-modules',
			join(REPOSITORY, 'node_modules/jest/bin/jest.js'),
			'--config=test/compat/jest.config.js',
			'--silent',
			'--json',
			`--outputFile=${results}`,
			`--testNamePattern=${testsFor(n8n)}`,
		],
		{
			cwd: REPOSITORY,
			stdio: ['ignore', 'ignore', 'pipe'],
			timeout: TIME_LIMIT_MS,
			env: { ...process.env, COMPAT_ENGINE: engine.folder, COMPAT_REPORT: versions },
		},
	);
	let printed = '';
	child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
	await once(child, 'close');
	const seconds = (performance.now() - start) / 1000;

	const jest = await readJson(results);
	if (!jest) return { passed: 0, failed: 0, leftOut: 0, seconds, complaints: [printed] };
	const complaints = jest.testResults.map(({ message }) => message).filter((text) => text !== '');
	const seen = (await readFile(versions, 'utf8')).split('\n').filter((line) => line !== '');
	if (seen.length === 0 || seen.some((version) => version !== engine.core)) {
		complaints.push(`Ran on n8n-core ${[...new Set(seen)].join(', ')}, not on ${engine.core}`);
	}
	if ((!jest.success || jest.numPassedTests === 0) && complaints.length === 0) {
		complaints.push(printed);
	}
	return {
		passed: jest.numPassedTests,
		failed: jest.numFailedTests,
		leftOut: jest.numPendingTests,
		seconds,
		complaints,
	};
}

async function main(): Promise<void> {
	const { positionals } = parseArgs({ allowPositionals: true });
	const versions = positionals.length > 0 ? positionals : PINNED.map(({ n8n }) => n8n);
	const table = new Table({
		head: ['n8n', 'n8n-core', 'passed', 'failed', 'left out', 'seconds', ''],
		style: { head: [], border: [] },
	});
	const folder = await mkdtemp(join(tmpdir(), 'compat-'));
	try {
		for (const n8n of versions) {
			const engine = await engineOf(n8n, console.log);
			console.log(`Running the engine tests on n8n ${n8n} (n8n-core ${engine.core})`);
			const { passed, failed, leftOut, seconds, complaints } = await runTests(n8n, engine, folder);
			for (const complaint of complaints) console.error(complaint);
			const fails = complaints.length > 0;
			if (fails) process.exitCode = 1;
			const verdict = fails ? 'FAILS' : 'passes';
			table.push([n8n, engine.core, passed, failed, leftOut, seconds.toFixed(0), verdict]);
		}
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
	console.log(table.toString());
	for (const { test, since, reason } of EXCEPTIONS) {
		if (versions.some((n8n) => isBefore(n8n, since))) {
			console.log(`Left out before n8n ${since}, as ${reason}: ${test}`);
		}
	}
}

void main();
