/** Fetches a contact's picture. */

import type { IBinaryData, IExecuteFunctions, IN8nHttpFullResponse } from 'n8n-workflow';

const MAX_AVATAR_BYTES = 10 * 1024 * 1024;

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

/**
 * Downloads a picture of at most 10 MB. Redirects are followed as far as n8n's own helper allows,
 * and the request carries nothing of the credential.
 *
 * @param url the link GREEN-API gave: signed, and good for a short time
 * @param chatId names the file
 * @param timeout for the whole download, in ms
 * @returns the picture as n8n keeps binary data, or undefined where it can't be had; never throws
 */
export async function downloadAvatar(
	this: IExecuteFunctions,
	url: string,
	chatId: string,
	timeout: number,
): Promise<IBinaryData | undefined> {
	try {
		// The helper's own timeout is for silence; a picture that trickles in would never end.
		const deadline = AbortSignal.timeout(timeout);
		const cancelled = this.getExecutionCancelSignal();
		const response = (await this.helpers.httpRequest({
			url,
			encoding: 'stream',
			returnFullResponse: true,
			timeout,
			abortSignal: cancelled ? AbortSignal.any([deadline, cancelled]) : deadline,
		})) as IN8nHttpFullResponse;
		const picture = await readUpTo(response.body as AsyncIterable<Buffer>, MAX_AVATAR_BYTES);
		if (!picture) return undefined;

		const data = await this.helpers.prepareBinaryData(picture);
		if (!data.mimeType.startsWith('image/')) return undefined;
		return { ...data, fileName: `${chatId.replace(/@.*$/, '')}.${data.fileExtension}` };
	} catch {
		return undefined;
	}
}
