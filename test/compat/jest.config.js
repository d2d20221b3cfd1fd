const config = require('../../jest.config');

/** The engine tests, on the n8n in the folder that COMPAT_ENGINE names. */

/** @type {import('jest').Config} */
module.exports = {
	...config,
	rootDir: '../..',
	roots: ['<rootDir>/test/node'],
	resolver: '<rootDir>/test/compat/resolver.js',
	setupFilesAfterEnv: ['<rootDir>/test/compat/checkEngine.ts'],
	// n8n 1 leaves timers behind that would keep jest waiting.
	forceExit: true,
};
