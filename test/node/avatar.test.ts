import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NODE_NAME, testWorkflow, withInput, withParameters } from '../engine/workflowFiles';
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
