/** The tests on the real n8n. Two files at a time: what they do is mostly waiting for a limit. */

/** @type {import('jest').Config} */
module.exports = {
	rootDir: '../..',
	testEnvironment: 'node',
	roots: ['<rootDir>/test/e2e'],
	testMatch: ['**/*.e2e.ts'],
	transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.json' }] },
	moduleNameMapper: { '^@package/(.*)$': '<rootDir>/dist/$1' },
	globalSetup: '<rootDir>/test/e2e/prepare.ts',
	maxWorkers: 2,
	testTimeout: 600_000,
};
