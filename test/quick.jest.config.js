/** `npm test`: all but the simulations of the limit, which take minutes. CI runs them, too. */

/** @type {import('jest').Config} */
module.exports = {
	...require('../jest.config'),
	rootDir: '..',
	testPathIgnorePatterns: ['/node_modules/', '\\.simulation\\.test\\.ts$'],
};
