import type { N8nApi } from './n8nApi';

/** GREEN-API's webhookUrlToken of an instance, in the tests and the playground. */
export const WEBHOOK_TOKEN = 'webhookTokenOnlyForTests';

/** What GREEN-API sends with each webhook of an instance that has a webhookUrlToken. */
export const AUTHORIZATION = { Authorization: `Bearer ${WEBHOOK_TOKEN}` } as const;

/** @returns the id of a new Header Auth credential, with which a Webhook node asks for the token */
export async function createWebhookCredential(api: N8nApi): Promise<string> {
	const [[name, value]] = Object.entries(AUTHORIZATION) as [[string, string]];
	return await api.createCredential('GREEN-API webhook token', 'httpHeaderAuth', { name, value });
}
