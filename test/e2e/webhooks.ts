import axios from 'axios';
import { waitFor } from '../real-n8n/waitFor';

/**
 * @param sender a chat id
 * @returns what GREEN-API posts when this person has written ("Incoming text message" in its
 *   documentation)
 */
export function webhookOf(sender: string) {
	return {
		typeWebhook: 'incomingMessageReceived',
		instanceData: { idInstance: 1101000001, wid: '71231234567@c.us', typeInstance: 'whatsapp' },
		timestamp: 1588091580,
		idMessage: 'F7AEC1B7086ECDC7E6E45923F5EDB825',
		senderData: { chatId: sender, sender, chatName: '', senderName: '', senderContactName: '' },
		messageData: { typeMessage: 'textMessage', textMessageData: { textMessage: 'Hello' } },
	};
}

/**
 * Calls a workflow the way GREEN-API calls a webhook.
 *
 * @param url of n8n
 * @param path of the workflow's Webhook node
 * @param body what is posted
 * @returns what the workflow responds
 * @throws AxiosError when it responds anything but success
 */
export async function callWebhook<T>(url: string, path: string, body: object): Promise<T> {
	return (await axios.post<T>(`${url}/webhook/${path}`, body, { proxy: false })).data;
}

/** n8n listens to the webhooks of a workflow a moment after it has been published. */
export async function webhookListens(url: string, path: string): Promise<void> {
	await waitFor(`the webhook ${path}`, async () => {
		const { data } = await axios.get<{ message: string }>(`${url}/webhook/${path}`, {
			proxy: false,
			validateStatus: (status) => status === 404,
		});
		return data.message.includes('Did you mean to make a POST request');
	});
}
