/** What every test of the node needs: n8n's engine, the GREEN-API double, and a credential for it. */

import { Engine, type WorkflowFile } from '../engine/engine';
import { NODE_NAME } from '../engine/workflowFiles';
import {
	type GreenApiDouble,
	type GreenApiDoubleOptions,
	startGreenApiDouble,
} from '../green-api-double/greenApiDouble';
import { useFastClock } from '../virtual-time/useFastClock';

export const SEED_CHAT_ID = '71234567890@c.us';

/**
 * Starts engine and double before the tests of a file and ends the double after them.
 *
 * @param options of each test's double; it has no rate limits unless they say so
 * @param timeFactor how many times as fast time passes for pacing and retries
 */
export function useNode(options: GreenApiDoubleOptions = {}, timeFactor = 1000) {
	const parts = {} as { engine: Engine; double: GreenApiDouble };
	useFastClock(timeFactor);

	beforeAll(async () => {
		parts.engine = await Engine.start();
	});
	// A double of its own for each test: scripted faults and the request log start empty.
	beforeEach(async () => {
		parts.double = await startGreenApiDouble({ rateFactor: Infinity, ...options });
	});
	afterEach(async () => {
		await parts.double.close();
	});

	const credentials = () => {
		const { apiUrl, idInstance, apiTokenInstance } = parts.double;
		return { greenApi: { apiUrl, idInstance, apiTokenInstance } };
	};

	/** Runs the workflow with the double's credential, or with parts of it replaced. */
	async function run(file: WorkflowFile, replaced: Record<string, string> = {}) {
		const greenApi = { ...credentials().greenApi, ...replaced };
		return await parts.engine.run(file, { credentials: { greenApi } });
	}

	return {
		parts,
		credentials,
		run,
		/** Runs the workflow and gives the `json` of what the node emitted. */
		async output(file: WorkflowFile) {
			const finished = await run(file);
			if (finished.error) throw finished.error;
			return finished.json(NODE_NAME);
		},
		/** The bodies of the double's getContactInfo requests, as chat ids. */
		requested: () => parts.double.requestsOf('getContactInfo').map(({ chatId }) => chatId),
	};
}
