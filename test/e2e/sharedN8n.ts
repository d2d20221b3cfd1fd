/** The n8n that the tests of `shared/` have in common: how jest's processes hand it on. */

import type { N8nProcess } from '../real-n8n/n8nProcess';

export interface SharedN8n {
	url: string;
	userFolder: string;
	/** In the user folder. */
	logFile: string;
}

/** Environment variable with a `SharedN8n` as JSON. */
export const SHARED_N8N = 'SHARED_N8N';

declare global {
	/** Of the process that has started it alone. */
	var sharedN8n: N8nProcess | undefined;
}

/** @throws Error where none was started */
export function sharedN8n(): SharedN8n {
	const json = process.env[SHARED_N8N];
	if (json === undefined) throw new Error('No shared n8n runs');
	return JSON.parse(json) as SharedN8n;
}
