/** Stands in for every https server there is, for what n8n sends through a proxy. */

import { createServer as createProxy } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, connect, type Server } from 'node:net';
import { generate } from 'selfsigned';

export interface InternetStandIn {
	/** What to enter as the proxy; the certificate behind it is nobody's. */
	proxyUrl: string;
	/** What came, e.g. `POST https://api.green-api.com/path`. */
	requests: string[];
	close(): Promise<void>;
}

async function listen(server: Server): Promise<number> {
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return (server.address() as AddressInfo).port;
}

/** @returns servers that run and answer every request with `{}` */
export async function startInternetStandIn(): Promise<InternetStandIn> {
	const requests: string[] = [];
	const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }]);
	const everyServer = createServer({ key, cert }, ({ method, headers, url }, response) => {
		requests.push(`${method} https://${headers.host}${url}`);
		response.setHeader('Content-Type', 'application/json').end('{}');
	});
	const port = await listen(everyServer);

	const proxy = createProxy().on('connect', (_request, client) => {
		const server = connect(port, '127.0.0.1', () => {
			client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
			server.pipe(client).pipe(server);
		});
		server.on('error', () => {}).on('close', () => client.destroy());
		client.on('error', () => {}).on('close', () => server.destroy());
	});
	const proxyUrl = `http://127.0.0.1:${await listen(proxy)}`;

	return {
		proxyUrl,
		requests,
		async close() {
			everyServer.closeAllConnections();
			await Promise.all(
				[everyServer, proxy].map(async (server) => await new Promise((end) => server.close(end))),
			);
		},
	};
}
