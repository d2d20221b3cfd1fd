/** Downloads pictures beside the lookups, so that none of them waits. */

import type { IBinaryData, IExecuteFunctions, IN8nHttpFullResponse } from 'n8n-workflow';

const MAX_PICTURE_BYTES = 10 * 1024 * 1024;

/**
 * At one a second, 30 downloads begin before the first that hangs is given up after the default
 * time-out. The bytes of each are in memory until it is complete.
 */
const MOST_AT_A_TIME = 32;

/** @returns the stream's bytes, or undefined once they are more than `maxBytes` */
async function readUpTo(
	stream: AsyncIterable<Buffer>,
	maxBytes: number,
): Promise<Buffer | undefined> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of stream) {
		size += chunk.length;
		if (size > maxBytes) return undefined;
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}

/** The pictures of one execution. */
export class Pictures {
	private readonly ofChats = new Map<string, Promise<IBinaryData | undefined>>();
	private readonly waiting: Array<() => void> = [];
	private readonly ending = new AbortController();
	private running = 0;

	constructor(private readonly context: IExecuteFunctions) {}

	/**
	 * Downloads a chat's picture of at most 10 MB, once for all items that want it. Redirects are followed
	 * as far as n8n's own helper allows, and the request carries nothing of the credential.
	 *
	 * @param chatId whose picture it is, used as the name of the file
	 * @param url the link GREEN-API gave: signed, and good for a short time
	 * @param timeout for the whole download once it has begun, in ms
	 * @returns the picture as n8n keeps binary data, or undefined where it could not be downloaded; never rejects
	 */
	async of(chatId: string, url: string, timeout: number): Promise<IBinaryData | undefined> {
		const begun = this.ofChats.get(chatId) ?? this.inTurn(chatId, url, timeout);
		this.ofChats.set(chatId, begun);
		return await begun;
	}

	/** Ends all downloads. */
	cancel(): void {
		this.ending.abort();
	}

	private async inTurn(
		chatId: string,
		url: string,
		timeout: number,
	): Promise<IBinaryData | undefined> {
		if (this.running === MOST_AT_A_TIME) {
			await new Promise<void>((begin) => this.waiting.push(begin));
		} else {
			this.running += 1;
		}
		try {
			return await this.download(chatId, url, timeout);
		} catch {
			return undefined;
		} finally {
			// The next download takes over the place of this one.
			const next = this.waiting.shift();
			if (next) next();
			else this.running -= 1;
		}
	}

	private async download(
		chatId: string,
		url: string,
		timeout: number,
	): Promise<IBinaryData | undefined> {
		const { helpers } = this.context;
		const cancelled = this.context.getExecutionCancelSignal();
		// The helper's own timeout is for silence; a picture that trickles in would never end.
		const signals = [AbortSignal.timeout(timeout), this.ending.signal];
		const response = (await helpers.httpRequest({
			url,
			encoding: 'stream',
			returnFullResponse: true,
			timeout,
			abortSignal: AbortSignal.any(cancelled ? [...signals, cancelled] : signals),
		})) as IN8nHttpFullResponse;
		const picture = await readUpTo(response.body as AsyncIterable<Buffer>, MAX_PICTURE_BYTES);
		if (!picture) return undefined;

		const data = await helpers.prepareBinaryData(picture);
		if (!data.mimeType.startsWith('image/')) return undefined;
		return {
			...data,
			fileName: `${chatId.replace(/^[+@]|(?<=.)@.*$/g, '')}.${data.fileExtension}`,
		};
	}
}
