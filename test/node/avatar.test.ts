import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { INodeParameters } from 'n8n-workflow';
import { expectNothingShared } from '../assertions/objectGraph';
import {
	NODE_NAME,
	testWorkflow,
	triggerOf,
	withInput,
	withParameters,
} from '../engine/workflowFiles';
import { PICTURE } from '../green-api-double/media';
import { useNode } from './setup';

const CHAT_ID = '79001234567@c.us';
const MAX_BYTES = 10 * 1024 * 1024;

/** A picture as far as its first bytes tell. */
function pictureOf(bytes: number): Buffer {
	const picture = Buffer.alloc(bytes);
	PICTURE.copy(picture);
	return picture;
}

describe('downloading avatars', () => {
	const { parts, run } = useNode();
	let pictures: Server;

	/** Gives the contact an avatar that this server answers for. */
	async function withPicture(answer: RequestListener): Promise<void> {
		pictures = createServer(answer);
		await new Promise<void>((resolve) => pictures.listen(0, '127.0.0.1', resolve));
		const { port } = pictures.address() as AddressInfo;
		const avatar = `http://127.0.0.1:${port}/picture`;
		parts.double.addressBook.set(CHAT_ID, { chatId: CHAT_ID, name: 'Ivan', avatar });
	}

	afterEach(async () => {
		pictures?.closeAllConnections();
		await new Promise((resolve) => (pictures?.listening ? pictures.close(resolve) : resolve(null)));
	});

	const file = testWorkflow('avatar');

	it('puts the picture into the binary field, with file name and MIME type', async () => {
		await withPicture((_request, response) => response.end(PICTURE));
		const [item] = (await run(file)).items(NODE_NAME);
		expect(item?.binary?.photo).toMatchObject({
			mimeType: 'image/jpeg',
			fileName: '79001234567.jpg',
		});
	});

	it('takes a picture of 10 MB', async () => {
		await withPicture((_request, response) => response.end(pictureOf(MAX_BYTES)));
		const [item] = (await run(file)).items(NODE_NAME);
		expect(item?.binary?.photo).toMatchObject({ mimeType: 'image/jpeg', fileSize: '10.5 MB' });
	});

	it('asks for no picture of a contact that is dropped', async () => {
		let asked = 0;
		await withPicture((_request, response) => {
			asked += 1;
			response.end(PICTURE);
		});
		const dropped = withParameters(file, {
			splitProducts: true,
			options: { contactsWithoutProducts: 'drop' },
		});
		expect((await run(dropped)).items(NODE_NAME)).toEqual([]);
		expect(asked).toBe(0);
	});

	it('follows a redirect, as picture servers do', async () => {
		await withPicture((request, response) => {
			if (request.url === '/picture') response.writeHead(302, { location: '/moved' }).end();
			else response.end(PICTURE);
		});
		const [item] = (await run(file)).items(NODE_NAME);
		expect(item?.binary?.photo?.mimeType).toBe('image/jpeg');
	});

	it('comes along with every product when products are split', async () => {
		await withPicture((_request, response) => response.end(PICTURE));
		const { port } = pictures.address() as AddressInfo;
		const avatar = `http://127.0.0.1:${port}/picture`;
		const products = [{ id: '1' }, { id: '2' }];
		parts.double.addressBook.set(CHAT_ID, { chatId: CHAT_ID, avatar, products });
		const items = (await run(withParameters(file, { splitProducts: true }))).items(NODE_NAME);
		expect(items).toHaveLength(2);
		expect(items[0]?.binary?.photo).toEqual(items[1]?.binary?.photo);
		expect(items[0]?.binary?.photo).not.toBe(items[1]?.binary?.photo);
	});

	it('is downloaded once for each contact, and no two items share it', async () => {
		let asked = 0;
		await withPicture((_request, response) => {
			asked += 1;
			response.end(PICTURE);
		});
		const twice = withInput(file, [{ chatId: CHAT_ID }, { chatId: CHAT_ID }]);
		const items = (await run(twice)).items(NODE_NAME);
		expect(asked).toBe(1);
		expect(items.map(({ binary }) => binary?.photo?.mimeType)).toEqual([
			'image/jpeg',
			'image/jpeg',
		]);
		expectNothingShared(items);
	});

	it('comes beside the binary data of the input, whose own are never changed', async () => {
		await withPicture((_request, response) => response.end(PICTURE));
		const binary = () => ({
			invoice: { data: 'aW52b2ljZQ==', mimeType: 'text/plain', fileName: 'invoice.txt' },
			photo: { data: 'b2xk', mimeType: 'text/plain', fileName: 'old.txt' },
		});
		const input = [{ json: { chatId: CHAT_ID }, binary: binary() }];
		const asked = { ...file, pinData: { [triggerOf(file)]: input } };
		const included = withParameters(asked, { options: { includeInputFields: true } });
		const [item] = (await run(included)).items(NODE_NAME);
		expect(item?.binary).toMatchObject({
			invoice: { fileName: 'invoice.txt' },
			photo: { mimeType: 'image/jpeg', fileName: '79001234567.jpg' },
		});
		expect(input[0]?.binary).toEqual(binary());
	});

	it.each<[string, RequestListener]>([
		['is gone', (_request, response) => response.writeHead(404).end()],
		['is a page', (_request, response) => response.end('<html>expired</html>')],
		[
			'breaks off',
			(_request, response) => response.writeHead(200).write(PICTURE, () => response.destroy()),
		],
		[
			'never ends',
			(_request, response) => {
				response.writeHead(200).write(PICTURE);
			},
		],
		[
			'trickles in',
			(_request, response) => {
				const trickle = setInterval(() => response.write(PICTURE), 20);
				response.on('close', () => clearInterval(trickle));
			},
		],
		['has a byte more than 10 MB', (_request, response) => response.end(pictureOf(MAX_BYTES + 1))],
	])('a picture that %s fails no item, and a hint says so', async (_what, answer) => {
		await withPicture(answer);
		const finished = await run(withParameters(file, { options: { timeout: 2000 } }));
		const [item] = finished.items(NODE_NAME);

		expect(item?.json).toMatchObject({ chatId: CHAT_ID, name: 'Ivan' });
		expect(item).not.toHaveProperty('binary');
		expect(finished.hints(NODE_NAME)).toEqual([
			'1 avatar could not be downloaded. The contacts are complete apart from the picture.',
		]);
	});

	it('several pictures that can’t be had are one hint', async () => {
		await withPicture((_request, response) => response.writeHead(404).end());
		const twice = withInput(file, [{ chatId: CHAT_ID }, { chatId: CHAT_ID }]);
		expect((await run(twice)).hints(NODE_NAME)).toContain(
			'2 avatars could not be downloaded. The contacts are complete apart from the picture.',
		);
	});

	it('a contact without an avatar has no binary data, and no hint', async () => {
		parts.double.addressBook.set(CHAT_ID, { chatId: CHAT_ID, avatar: '' });
		const finished = await run(file);
		expect(finished.items(NODE_NAME)[0]).not.toHaveProperty('binary');
		expect(finished.hints(NODE_NAME)).toEqual([]);
	});
});

describe('avatars beside the lookups', () => {
	/** How many times as fast as GREEN-API's one a second. */
	const TIME_FACTOR = 20;
	const CONTACTS = 20;
	const { parts, run } = useNode({ rateFactor: TIME_FACTOR }, TIME_FACTOR);
	const input = Array.from({ length: CONTACTS }, (_, index) => ({
		chatId: `${79001000001 + index}@c.us`,
	}));
	let pictures: Server;

	async function withPictures(answer: (response: ServerResponse) => void): Promise<void> {
		pictures = createServer((_request, response) => answer(response));
		await new Promise<void>((resolve) => pictures.listen(0, '127.0.0.1', resolve));
		const { port } = pictures.address() as AddressInfo;
		for (const { chatId } of input) {
			const avatar = `http://127.0.0.1:${port}/${chatId}`;
			parts.double.addressBook.set(chatId, { chatId, avatar });
		}
	}
	afterEach(async () => await new Promise((resolve) => pictures.close(resolve)));

	const workflow = (options: INodeParameters) =>
		withParameters(withInput(testWorkflow('avatar'), input), { options });

	it('hold up no lookup, even if none of them comes before the last lookup', async () => {
		const held: ServerResponse[] = [];
		const areLookupsDone = () =>
			new Set(parts.double.requests.map(({ chatId }) => chatId)).size === CONTACTS;
		await withPictures((response) => {
			if (areLookupsDone()) response.end(PICTURE);
			else held.push(response);
		});
		const running = run(workflow({}));
		while (!areLookupsDone()) await new Promise(setImmediate);
		expect(held.length).toBeGreaterThan(1);
		for (const response of held) response.end(PICTURE);
		const items = (await running).items(NODE_NAME);
		expect(items.every(({ binary }) => binary?.photo)).toBe(true);
	});
});

describe('many avatars at once', () => {
	const { parts, run } = useNode();

	it('are at most 32 on their way', async () => {
		const contacts = 100;
		const waiting: ServerResponse[] = [];
		let [begun, most] = [0, 0];
		// None is answered before 32 are on their way: a 33rd would come, too.
		const pictures = createServer((_request, response) => {
			begun += 1;
			most = Math.max(most, waiting.push(response));
			if (waiting.length !== 32 && begun !== contacts) return;
			setTimeout(() => {
				for (const one of waiting.splice(0)) one.end(PICTURE);
			}, 200);
		});
		await new Promise<void>((resolve) => pictures.listen(0, '127.0.0.1', resolve));
		const { port } = pictures.address() as AddressInfo;
		const input = Array.from({ length: contacts }, (_, index) => ({
			chatId: `${79001000001 + index}@c.us`,
		}));
		for (const { chatId } of input) {
			const avatar = `http://127.0.0.1:${port}/${chatId}`;
			parts.double.addressBook.set(chatId, { chatId, avatar });
		}
		const finished = await run(withInput(testWorkflow('avatar'), input));
		await new Promise((resolve) => pictures.close(resolve));
		expect(finished.items(NODE_NAME).every(({ binary }) => binary)).toBe(true);
		expect(most).toBe(32);
	});
});
