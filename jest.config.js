/** @type {import('jest').Config} */
module.exports = {
	testEnvironment: 'node',
	roots: ['<rootDir>/test'],
	testMatch: ['**/*.test.ts'],
	transform: {
		'^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.json' }],
		// The built package is what runs; its source maps bring coverage back to the TypeScript.
		'/dist/.+\\.js$': '<rootDir>/test/engine/builtPackageTransform.js',
	},
	moduleNameMapper: { '^@package/(.*)$': '<rootDir>/dist/$1' },
	collectCoverageFrom: ['dist/**/*.js'],
	coverageDirectory: 'coverage',
	coverageThreshold: { global: { branches: 95, functions: 95, lines: 95, statements: 95 } },
	// jest leaves a core idle, which is half of a small machine.
	maxWorkers: '100%',
	// Ends what hangs. A busy machine may take far longer than usual.
	testTimeout: 300_000,
	// What one file leaves in memory would add up to more than Node.js allows a process.
	workerIdleMemoryLimit: '1500MB',
};
