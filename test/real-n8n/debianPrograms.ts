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
export function programPath(name: keyof typeof PROGRAMS): string {
	const path = find(PROGRAMS[name]);
	if (!path) throw new Error(missingPrograms() ?? `${name} is missing`);
	return path;
}

/** @returns the Debian packages that bring what is missing; none: nothing is */
export function missingPackages(): string[] {
	const missing = Object.values(PROGRAMS).filter((program) => !find(program));
	return [...new Set(missing.map(({ debianPackage }) => debianPackage))];
}

/** @returns one line that says what is missing and which command brings it; undefined: nothing */
export function missingPrograms(): string | undefined {
	const packages = missingPackages().join(' ');
	if (packages === '') return undefined;
	return `The end-to-end tests need ${packages}: apt-get install -y ${packages}`;
}
