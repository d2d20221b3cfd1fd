import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that Linux gives to clients (from 32768), which may take one at any moment. */
const [FIRST, LAST] = [15_000, 32_000];

async function canListen(port: number): Promise<boolean> {
	const server = createServer();
	const listening = once(server, 'listening').then(
		() => true,
		() => false,
	);
	server.listen(port, '127.0.0.1');
	if (!(await listening)) return false;
	server.close();
	await once(server, 'close');
	return true;
}

/** @returns a TCP port of 127.0.0.1 that nothing listened on a moment ago and no client gets */
export async function freePort(): Promise<number> {
	for (;;) {
		const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
		if (await canListen(port)) return port;
	}
}
