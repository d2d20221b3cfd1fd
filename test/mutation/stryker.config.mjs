/**
 * `npm run test:mutation`: changes the parts that only decide, one small change at a time, and says
 * which changes no unit test notices. A mutant that survives wants a test, or does not change what
 * the code does; `.cache/mutation.html` shows each in its place.
 *
 * One file: `npm run test:mutation -- --mutate nodes/shared/green-api/requestUrl.ts`. Results are kept
 * in `.cache`, so that a second run tries only what has changed; `--force` tries all anew. All of it
 * takes too long for CI.
 *
 * There is no type checker among the plugins: mutants that don't compile are few here, and finding
 * them takes longer than running the tests on them.
 *
 * Mutants of tables and other values that are made once, as a file is loaded, are left out: each of
 * them would have to be tried with all tests, half a minute. `--ignoreStatic false` tries them.
 *
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
	mutate: [
		'nodes/shared/green-api/**/*.ts',
		'nodes/shared/queue/**/*.ts',
		'nodes/shared/time.ts',
		'nodes/shared/n8n/deadline.ts',
		'nodes/shared/n8n/nodeErrors.ts',
		'nodes/GreenApi/addressBook.ts',
		'nodes/GreenApi/**/output.ts',
	],
	testRunner: 'jest',
	plugins: ['@stryker-mutator/jest-runner'],
	jest: { configFile: 'test/mutation/jest.config.js' },
	testRunnerNodeArgs: ['--experimental-vm-modules'],
	coverageAnalysis: 'perTest',
	ignoreStatic: true,
	concurrency: 2,
	ignorePatterns: ['.cache', 'coverage', 'dist', 'docs'],
	incremental: true,
	incrementalFile: '.cache/mutation.json',
	reporters: ['clear-text', 'progress', 'html'],
	clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
	htmlReporter: { fileName: '.cache/mutation.html' },
	thresholds: { high: 95, low: 90, break: 90 },
};
