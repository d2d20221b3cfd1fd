import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { INode } from 'n8n-workflow';
import { NODE_NAME, testWorkflow, withInput, withParameters } from '../engine/workflowFiles';
import { faults } from '../green-api-double/faults';
import { type GreenApiDouble, startGreenApiDouble } from '../green-api-double/greenApiDouble';
import { SEED_CHAT_ID, useNode } from './setup';

const contacts = testWorkflow('contacts');

describe('the credential', () => {
	const { parts, credentials } = useNode();
	let elsewhere: Server;
	let requestsElsewhere: string[];

	beforeEach(async () => {
		requestsElsewhere = [];
		elsewhere = createServer((request, response) => {
			requestsElsewhere.push(request.url ?? '');
			response.end('{}');
		});
		await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
	});
	afterEach(async () => {
		await new Promise((resolve) => elsewhere.close(resolve));
	});

	const elsewhereUrl = () => `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;

	/** n8n's own HTTP Request node, with the credential and fields of the test's. */
	async function httpRequest(parameters: INode['parameters'], double = parts.double) {
		const file = withParameters(testWorkflow('http-request'), parameters, 'HTTP Request');
		const greenApi = { ...credentials().greenApi, apiUrl: double.apiUrl };
		return await parts.engine.run(file, { credentials: { greenApi } });
	}

	async function withPrefix(test: (double: GreenApiDouble) => Promise<void>): Promise<void> {
		const double = await startGreenApiDouble({ rateFactor: Infinity, prefix: '/v3' });
		await test(double).finally(async () => await double.close());
	}

	it('serves n8n’s HTTP Request node with every other method', async () => {
		const finished = await httpRequest({ url: `${parts.double.apiUrl}/getStateInstance` });
		expect(finished.json('HTTP Request')).toEqual([{ stateInstance: 'authorized' }]);
	});

	it('keeps the path of an API URL, for the node and for the HTTP Request node', async () => {
		await withPrefix(async (double) => {
			const greenApi = { ...credentials().greenApi, apiUrl: `${double.apiUrl}/` };
			const file = withInput(contacts, [{ chatId: SEED_CHAT_ID }]);
			const looked = await parts.engine.run(file, { credentials: { greenApi } });
			expect(looked.json(NODE_NAME)).toMatchObject([{ name: 'Dealer' }]);

			const asked = await httpRequest({ url: `${double.apiUrl}/getStateInstance` }, double);
			expect(asked.json('HTTP Request')).toEqual([{ stateInstance: 'authorized' }]);
		});
	});

	it('sends nothing to another server than the API URL’s', async () => {
		const finished = await httpRequest({ url: `${elsewhereUrl()}/getStateInstance` });
		expect(finished.error?.message).toContain('another server');
		expect(requestsElsewhere).toEqual([]);
		expect(parts.double.requests).toEqual([]);
	});

	it('lets no redirect carry the token away, even where following is asked for', async () => {
		parts.double.script(faults.redirectTo(elsewhereUrl()), { times: Infinity });
		const greenApi = credentials().greenApi;
		await parts.engine.run(contacts, { credentials: { greenApi } });
		await httpRequest({
			url: `${parts.double.apiUrl}/getStateInstance`,
			options: { redirect: { redirect: { followRedirects: true, maxRedirects: 21 } } },
		});
		expect(parts.double.requests.length).toBeGreaterThanOrEqual(2);
		expect(requestsElsewhere).toEqual([]);
	});
});
