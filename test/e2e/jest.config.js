/** The tests on the real n8n: one after the other, as each starts servers that want the machine. */

/** @type {import('jest').Config} */
module.exports = {
	rootDir: '../..',
	testEnvironment: 'node',
	roots: ['<rootDir>/test/e2e'],
	testMatch: ['**/*.e2e.ts'],
	transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.json' }] },
	moduleNameMapper: { '^@package/(.*)$': '<rootDir>/dist/$1' },
	globalSetup: '<rootDir>/test/e2e/prepare.ts',
	maxWorkers: 1,
	testTimeout: 600_000,
};
