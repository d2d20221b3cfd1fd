/** Before the tests of each file: do they run on the engine that they are meant to run on? */

import { appendFileSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { apiError } from '@package/nodes/shared/n8n/nodeErrors';
import { NodeApiError } from 'n8n-workflow';
import { failureOfNetwork } from '@package/nodes/shared/green-api/failures';

const { COMPAT_ENGINE = '', COMPAT_REPORT = '' } = process.env;

beforeAll(() => {
	const manifest = require.resolve('n8n-core/package.json');
	expect(dirname(manifest)).toBe(join(COMPAT_ENGINE, 'node_modules/n8n-core'));

	const node = {
		id: '1',
		name: 'GREEN-API',
		type: 'greenApi',
		typeVersion: 1,
		position: [0, 0] as [number, number],
		parameters: {},
	};
	// The built node has the engine's own n8n-workflow, not another one.
	expect(apiError(node, failureOfNetwork('ECONNRESET'))).toBeInstanceOf(NodeApiError);

	const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
	appendFileSync(COMPAT_REPORT, `${version}\n`);
});
