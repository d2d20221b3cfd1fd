import axios from 'axios';
import { AUTHORIZATION } from '../real-n8n/webhookToken';
import { waitFor } from '../real-n8n/waitFor';

const INSTANCE_DATA = {
	idInstance: 1101000001,
	wid: '71231234567@c.us',
	typeInstance: 'whatsapp',
} as const;

/**
 * @param sender a chat id
 * @param chatId where it was written: the same, or a group
 * @returns what GREEN-API posts when this person has written ("Incoming text message" in its
 *   documentation)
 */
export function webhookOf(sender: string, chatId = sender) {
	return {
		typeWebhook: 'incomingMessageReceived',
		instanceData: INSTANCE_DATA,
		timestamp: 1588091580,
		idMessage: 'F7AEC1B7086ECDC7E6E45923F5EDB825',
		senderData: { chatId, sender, chatName: '', senderName: '', senderContactName: '' },
		messageData: { typeMessage: 'textMessage', textMessageData: { textMessage: 'Hello' } },
	};
}

/** What else GREEN-API posts: all types that say nothing of a sender. */
export const WITHOUT_SENDER: ReadonlyArray<{ typeWebhook: string }> = [
	{
		typeWebhook: 'outgoingMessageStatus',
		chatId: '71234567890@c.us',
		idMessage: 'F7AEC1B7086ECDC7E6E45923F5EDB825',
		status: 'read',
		sendByApi: true,
	},
	{ typeWebhook: 'stateInstanceChanged', stateInstance: 'authorized' },
	{ typeWebhook: 'statusInstanceChanged', statusInstance: 'online' },
	{ typeWebhook: 'incomingCall', from: '71234567890@c.us', status: 'offer' },
	{ typeWebhook: 'outgoingCall', from: '71234567890@c.us', status: 'offer' },
	{ typeWebhook: 'incomingBlock', chatId: '71234567890@c.us', statusBlock: 'blocked' },
	{ typeWebhook: 'deviceInfo', deviceData: { platform: 'android', deviceManufacturer: 'x' } },
	{ typeWebhook: 'quotaExceeded', quotaData: { method: 'getContactInfo', used: 100, total: 100 } },
].map((notification) => ({ ...notification, instanceData: INSTANCE_DATA, timestamp: 1588091580 }));

/**
 * Calls a workflow the way GREEN-API calls a webhook, token included.
 *
 * @param url of n8n
 * @param path of the workflow's Webhook node
 * @param body what is posted
 * @returns what the workflow responds
 * @throws AxiosError when it responds anything but success
 */
export async function callWebhook<T>(url: string, path: string, body: object): Promise<T> {
	const options = { proxy: false, headers: AUTHORIZATION } as const;
	return (await axios.post<T>(`${url}/webhook/${path}`, body, options)).data;
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
