/**
 * The tests on the real n8n, in three projects: those of `shared/` use one n8n that is started once,
 * and each of the others has an n8n of its own, which it kills or scales out. The trigger's wait most
 * of the time, so that CI runs them beside the rest.
 */

const { join } = require('node:path');

const rootDir = join(__dirname, '../..');

const project = {
	rootDir,
	testEnvironment: 'node',
	transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.json' }] },
	moduleNameMapper: { '^@package/(.*)$': '<rootDir>/dist/$1' },
};

const shared = {
	...project,
	displayName: 'shared',
	roots: ['<rootDir>/test/e2e/shared'],
	testMatch: ['**/*.e2e.ts'],
	globalSetup: '<rootDir>/test/e2e/startSharedN8n.ts',
	globalTeardown: '<rootDir>/test/e2e/stopSharedN8n.ts',
};

const own = {
	...project,
	displayName: 'own',
	roots: ['<rootDir>/test/e2e'],
	testMatch: ['<rootDir>/test/e2e/*.e2e.ts'],
	testPathIgnorePatterns: ['/node_modules/', 'trigger\\.e2e\\.ts$'],
	globalSetup: '<rootDir>/test/e2e/prepare.ts',
};

const trigger = {
	...own,
	displayName: 'trigger',
	testMatch: ['<rootDir>/test/e2e/trigger.e2e.ts'],
	testPathIgnorePatterns: ['/node_modules/'],
};

/** An n8n that somebody else has started: what needs neither its processes nor a browser. */
const any = { ...shared, displayName: 'any', testMatch: ['**/anyN8n.e2e.ts'] };

/** @type {import('jest').Config} */
module.exports = {
	rootDir,
	// Files of a project run one after the other: each has servers that want the machine.
	maxWorkers: 1,
	// Ends what hangs. A busy machine may take far longer than usual.
	testTimeout: 1_200_000,
	projects: process.env.N8N_URL ? [any] : [shared, own, trigger],
};
