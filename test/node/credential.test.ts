import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { INode } from 'n8n-workflow';
import { NODE_NAME, testWorkflow, withInput, withParameters } from '../engine/workflowFiles';
import { faults } from '../green-api-double/faults';
import { type GreenApiDouble, startGreenApiDouble } from '../green-api-double/greenApiDouble';
import { type InternetStandIn, startInternetStandIn } from './internetStandIn';
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

	it('of another package with a type of the same name is named as such', async () => {
		const greenApi = { instanceId: '1101000001', apiToken: 'fake0token' };
		const file = withInput(contacts, [{ chatId: SEED_CHAT_ID }]);
		const finished = await parts.engine.run(file, { credentials: { greenApi } });
		expect(finished.error).toMatchObject({
			name: 'NodeApiError',
			message: expect.stringContaining('another package'),
			description: expect.stringContaining('Remove that package'),
		});
		expect(parts.double.requests).toHaveLength(0);
	});

	describe('of an instance at GREEN-API', () => {
		let internet: InternetStandIn;
		beforeEach(async () => {
			internet = await startInternetStandIn();
		});
		afterEach(async () => await internet.close());

		/** The HTTP Request node, with an API URL as GREEN-API's console shows it. */
		async function requestTo(url: string) {
			const options = { proxy: internet.proxyUrl, allowUnauthorizedCerts: true };
			const parameters = { method: 'POST', url, options };
			const file = withParameters(testWorkflow('http-request'), parameters, 'HTTP Request');
			const greenApi = { ...credentials().greenApi, apiUrl: 'https://7103.api.greenapi.com' };
			return await parts.engine.run(file, { credentials: { greenApi } });
		}

		it('serves its media host, which takes files', async () => {
			const finished = await requestTo('https://7103.media.greenapi.com/sendFileByUpload');
			expect(finished.error).toBeUndefined();
			const { idInstance, apiTokenInstance } = parts.double;
			expect(internet.requests).toEqual([
				`POST https://7103.media.greenapi.com/waInstance${idInstance}/sendFileByUpload/${apiTokenInstance}`,
			]);
		});

		it('sends nothing to another instance’s media host', async () => {
			const finished = await requestTo('https://7104.media.greenapi.com/sendFileByUpload');
			expect(finished.error?.message).toContain('another server');
			expect(internet.requests).toEqual([]);
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
