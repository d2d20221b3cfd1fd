/** What a user does in the editor, asked for through the requests that the editor makes. */

import { Agent } from 'node:http';
import axios, { type AxiosError, type AxiosInstance } from 'axios';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import type { WorkflowFile } from '../engine/engine';
import { waitFor } from './waitFor';

/** Who owns an n8n of the tests. n8n wants a capital letter and a digit in a password. */
export const OWNER = {
	email: 'you@example.com',
	password: 'Green-api-1',
	firstName: 'Example',
	lastName: 'User',
} as const;

/** What n8n's list of executions tells of one; times in ISO form. */
export interface Execution {
	id: string;
	status: string;
	startedAt: string;
	/** Null while it runs. */
	stoppedAt: string | null;
}

/** Executions that n8n lists at once. */
const PAGE = 100;

/** @throws Error with what was asked, and what n8n said to it */
function explain({ config, response, message }: AxiosError<{ message?: string }>): never {
	const said = response ? `${response.status} ${response.data?.message ?? ''}` : message;
	throw new Error(`n8n answered ${config?.method} ${config?.url} with: ${said}`);
}

/** A client of one n8n, signed in as its owner. `N8nApi.signIn` makes one. */
export class N8nApi {
	private constructor(private readonly client: AxiosInstance) {}

	/**
	 * @param url of an n8n, e.g. `http://127.0.0.1:5678`; one without an owner gets `OWNER` as its own
	 * @returns a client that is signed in as `OWNER`
	 * @throws Error where n8n has another owner
	 */
	static async signIn(url: string): Promise<N8nApi> {
		// n8n closes connections that are idle for 5 seconds, and a request may go out on one just then.
		const httpAgent = new Agent({ keepAlive: false });
		const client = axios.create({ baseURL: `${url}/rest`, proxy: false, httpAgent });
		client.interceptors.response.use(undefined, explain);
		interface Settings {
			data: { userManagement: { showSetupOnFirstLoad: boolean } };
		}
		const { data } = await waitFor('n8n to tell its settings', async () => {
			return await client.get<Settings>('/settings');
		});
		const { email, password } = OWNER;
		const { headers } = data.data.userManagement.showSetupOnFirstLoad
			? await client.post('/owner/setup', OWNER)
			: await client.post('/login', { emailOrLdapLoginId: email, password });
		const cookies = (headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0]);
		client.defaults.headers.common.Cookie = cookies.join('; ');
		return new N8nApi(client);
	}

	/** @returns the id of the new credential */
	async createCredential(
		name: string,
		type: string,
		data: ICredentialDataDecryptedObject,
	): Promise<string> {
		return (await this.post<{ id: string }>('/credentials', { name, type, data })).id;
	}

	/** @returns a key of n8n's public API that may do all that its owner may */
	async createApiKey(): Promise<string> {
		const scopes = await this.get<string[]>('/api-keys/scopes');
		const key = { label: `Tests ${Date.now()}`, scopes, expiresAt: null };
		return (await this.post<{ rawApiKey: string }>('/api-keys', key)).rawApiKey;
	}

	/** Deletes all credentials that there are. */
	async deleteCredentials(): Promise<void> {
		for (const { id } of await this.get<Array<{ id: string }>>('/credentials')) {
			await this.client.delete(`/credentials/${id}`);
		}
	}

	/** @returns what the credential's test says, as its form shows it */
	async testCredential(
		type: string,
		data: ICredentialDataDecryptedObject,
	): Promise<{ status: string; message: string }> {
		return await this.post('/credentials/test', {
			credentials: { id: '', name: type, type, data },
		});
	}

	/** @returns the id of the new workflow, which nothing triggers yet */
	async createWorkflow(file: WorkflowFile): Promise<string> {
		return (await this.post<{ id: string }>('/workflows', { ...file, id: undefined })).id;
	}

	/** @returns all workflows */
	async workflows(): Promise<Array<{ id: string; name: string }>> {
		return await this.get('/workflows');
	}

	/** Publishes the newest version of a workflow: its triggers start to listen. */
	async activate(workflowId: string): Promise<void> {
		const { versionId } = await this.get<{ versionId: string }>(`/workflows/${workflowId}`);
		await this.post(`/workflows/${workflowId}/activate`, { versionId });
	}

	/** Its triggers stop to listen. */
	async deactivate(workflowId: string): Promise<void> {
		await this.post(`/workflows/${workflowId}/deactivate`, {});
	}

	/** @returns the newest executions of a workflow, `most` of them at most; times as n8n has them */
	async executions(workflowId: string, most: number): Promise<Execution[]> {
		const all: Execution[] = [];
		for (let next: string | null = ''; next !== null && all.length < most; ) {
			const filter = encodeURIComponent(JSON.stringify({ workflowId }));
			const from: string = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`;
			const page: { results: Execution[]; nextCursor?: string | null } = await this.get(
				`/executions?filter=${filter}&limit=${PAGE}${from}`,
			);
			all.push(...page.results);
			next = page.nextCursor ?? null;
		}
		return all.slice(0, most);
	}

	private async get<T>(path: string): Promise<T> {
		return (await this.client.get<{ data: T }>(path)).data.data;
	}

	private async post<T>(path: string, body: object): Promise<T> {
		return (await this.client.post<{ data: T }>(path, body)).data.data;
	}
}
