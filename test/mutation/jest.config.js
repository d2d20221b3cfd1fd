const { join } = require('node:path');
const config = require('../../jest.config');

/** The unit tests, on the TypeScript itself in place of the built package: that is what is mutated. */

/** @type {import('jest').Config} */
module.exports = {
	...config,
	// Absolute, as Stryker takes it relative to the folder it works in.
	rootDir: join(__dirname, '../..'),
	roots: ['<rootDir>/test/unit'],
	// The oracle of phone numbers reads the built package too, and would take half a minute a mutant.
	testPathIgnorePatterns: ['/numbering\\.test\\.ts$'],
	// A mutant need not fit the types, and checking them would take most of the time.
	transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.json', diagnostics: false }] },
	moduleNameMapper: { '^@package/(.*)$': '<rootDir>/$1' },
};
