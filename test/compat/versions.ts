/** On which n8n the engine tests have to pass, and what can't be asked of an older one. */

import { N8N_VERSION } from '../real-n8n/install';

export interface PinnedVersion {
	n8n: string;
	/** Why this one. */
	reason: string;
}

/** `npm view n8n versions` has those there are. */
export const PINNED: readonly PinnedVersion[] = [
	{
		n8n: '1.68.0',
		reason:
			'the oldest that passes: with an error output, the engine of n8n 1.66 turns the order of the items round, and its HTTP helper can’t be told to abort a download',
	},
	{ n8n: '1.94.1', reason: 'in the middle between it and the last n8n 1' },
	{ n8n: '1.123.81', reason: 'the last n8n 1' },
	{ n8n: N8N_VERSION, reason: 'the newest, which everything else here is tested with' },
];

export interface Exception {
	/** The test's full name, or the beginning of it. */
	test: string;
	/** An n8n that it holds for; older ones are not asked. */
	since: string;
	reason: string;
}

/** All other engine tests run on every version. */
export const EXCEPTIONS: readonly Exception[] = [
	{
		test: 'with n8n’s protection of private networks on',
		since: '2.0.0',
		reason: 'n8n 1 has no such protection',
	},
	{
		test: 'the "Contact" field takes nothing from ={{ $json.__proto__ }}',
		since: '1.94.0',
		reason: 'the expression gives an empty object there, and the item is told that it is one',
	},
];
