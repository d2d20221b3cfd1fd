/** Installs the n8n of the end-to-end tests where it is missing. */

import { installN8n } from './install';

installN8n(console.log).catch((error: Error) => {
	console.error(error.message);
	process.exitCode = 1;
});
