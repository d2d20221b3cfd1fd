import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SsrfProtectionConfig } from '@n8n/config';
import { Container } from '@n8n/di';
import { NODE_NAME, testWorkflow } from '../engine/workflowFiles';
import { PICTURE } from '../green-api-double/media';
import { useNode } from './setup';

const CHAT_ID = '79001234567@c.us';

/** n8n's own protection, switched on before its HTTP helper is first used. */
describe('with n8n’s protection of private networks on', () => {
	const { parts, run } = useNode();
	const servers: Server[] = [];

	beforeAll(() => {
		const config = Container.get(SsrfProtectionConfig);
		config.enabled = true;
		config.allowedHostnames = ['localhost'];
	});
	afterAll(async () => {
		Container.get(SsrfProtectionConfig).enabled = false;
		await Promise.all(servers.map(async (server) => await new Promise((r) => server.close(r))));
	});

	async function listen(answer: RequestListener): Promise<number> {
		const server = createServer(answer);
		servers.push(server);
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		return (server.address() as AddressInfo).port;
	}

	it('an avatar’s redirect into one is not followed, and the contact is unharmed', async () => {
		let askedInside = 0;
		const inside = await listen((_request, response) => {
			askedInside += 1;
			response.end(PICTURE);
		});
		const outside = await listen(({ url }, response) => {
			if (url === '/picture') response.end(PICTURE);
			else response.writeHead(302, { location: `http://127.0.0.1:${inside}/secret` }).end();
		});
		const apiUrl = parts.double.apiUrl.replace('127.0.0.1', 'localhost');
		const found = async (path: string) => {
			const avatar = `http://localhost:${outside}${path}`;
			parts.double.addressBook.set(CHAT_ID, { chatId: CHAT_ID, avatar });
			return (await run(testWorkflow('avatar'), { apiUrl })).items(NODE_NAME);
		};

		expect((await found('/picture'))[0]?.binary?.photo?.mimeType).toBe('image/jpeg');
		const [item] = await found('/moved');
		expect(item?.json).toMatchObject({ chatId: CHAT_ID });
		expect(item).not.toHaveProperty('binary');
		expect(askedInside).toBe(0);
	});
});
