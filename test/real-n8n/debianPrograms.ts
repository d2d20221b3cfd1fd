/**
 * Programs that the end-to-end tests, and n8n's sqlite3, need and npm does not bring: where they
 * are, or what to do.
 */

import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

interface Program {
	/** Names that the program goes by. */
	names: readonly string[];
	debianPackage: string;
}

const PROGRAMS = {
	chromium: { names: ['chromium', 'chromium-browser', 'google-chrome'], debianPackage: 'chromium' },
	redis: { names: ['redis-server'], debianPackage: 'redis-server' },
	postgres: { names: ['postgres'], debianPackage: 'postgresql' },
	initdb: { names: ['initdb'], debianPackage: 'postgresql' },
	pg_dump: { names: ['pg_dump'], debianPackage: 'postgresql' },
	python: { names: ['python3'], debianPackage: 'python3' },
	make: { names: ['make'], debianPackage: 'make' },
	compiler: { names: ['g++'], debianPackage: 'g++' },
} as const satisfies Record<string, Program>;

type ProgramName = keyof typeof PROGRAMS;

/** Debian keeps PostgreSQL's server out of PATH, in a folder for each of its versions. */
const POSTGRES_VERSIONS = '/usr/lib/postgresql';

function folders(): string[] {
	const versions = existsSync(POSTGRES_VERSIONS) ? readdirSync(POSTGRES_VERSIONS) : [];
	const newestFirst = versions.sort((a, b) => Number(b) - Number(a));
	return [
		...(process.env.PATH ?? '').split(delimiter),
		...newestFirst.map((version) => join(POSTGRES_VERSIONS, version, 'bin')),
	];
}

function find({ names }: Program): string | undefined {
	return folders()
		.flatMap((folder) => names.map((name) => join(folder, name)))
		.find((path) => existsSync(path));
}

/**
 * @param name of the program
 * @returns its path
 * @throws Error that says in one line what is missing and which command brings it
 */
export function programPath(name: ProgramName): string {
	const path = find(PROGRAMS[name]);
	if (!path) throw new Error(missingPrograms('This', [name]));
	return path;
}

/** What npm compiles n8n's sqlite3 with. */
export const COMPILING: readonly ProgramName[] = ['python', 'make', 'compiler'];

const ALL = Object.keys(PROGRAMS) as ProgramName[];

/**
 * @param names of programs. Default: all
 * @returns the Debian packages that bring those that are missing; none: none is
 */
export function missingPackages(names: readonly ProgramName[] = ALL): string[] {
	const missing = names.map((name) => PROGRAMS[name]).filter((program) => !find(program));
	return [...new Set(missing.map(({ debianPackage }) => debianPackage))];
}

/**
 * @param what needs them, e.g. `n8n`
 * @param names of programs. Default: all
 * @returns one line that says what is missing and which command brings it; undefined: nothing
 */
export function missingPrograms(what: string, names?: readonly ProgramName[]): string | undefined {
	const packages = missingPackages(names).join(' ');
	if (packages === '') return undefined;
	return `${what} needs ${packages}: apt-get install -y ${packages}`;
}
