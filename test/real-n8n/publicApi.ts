/** n8n's public API: what a test needs of an n8n whose owner has given it an API key. */

import axios, { type AxiosInstance } from 'axios';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import type { WorkflowFile } from '../engine/engine';
import { waitFor } from './waitFor';

export class PublicApi {
	private readonly client: AxiosInstance;
	private readonly workflows: string[] = [];
	private readonly credentials: string[] = [];

	/** @param url of n8n, e.g. `http://127.0.0.1:5678` */
	constructor(url: string, apiKey: string) {
		const headers = { 'X-N8N-API-KEY': apiKey };
		this.client = axios.create({ baseURL: `${url}/api/v1`, proxy: false, headers });
	}

	/** @returns the id of the new credential */
	async createCredential(
		name: string,
		type: string,
		data: ICredentialDataDecryptedObject,
	): Promise<string> {
		const { id } = await this.post<{ id: string }>('/credentials', { name, type, data });
		this.credentials.push(id);
		return id;
	}

	/** @returns the id of the new workflow */
	async createWorkflow({ name, nodes, connections, settings = {} }: WorkflowFile): Promise<string> {
		const file = { name, nodes, connections, settings };
		const { id } = await this.post<{ id: string }>('/workflows', file);
		this.workflows.push(id);
		return id;
	}

	async activate(workflowId: string): Promise<void> {
		await this.post(`/workflows/${workflowId}/activate`, {});
	}

	async deactivate(workflowId: string): Promise<void> {
		await this.post(`/workflows/${workflowId}/deactivate`, {});
	}

	/** Deletes all that it has created. */
	async deleteAll(): Promise<void> {
		for (const id of this.workflows.splice(0)) {
			await this.deactivate(id);
			// n8n answers before it has unpublished a workflow, and deletes none until it has.
			await waitFor('its deletion', async () => await this.client.delete(`/workflows/${id}`));
		}
		for (const id of this.credentials.splice(0)) await this.client.delete(`/credentials/${id}`);
	}

	private async post<T>(path: string, body: object): Promise<T> {
		return (await this.client.post<T>(path, body)).data;
	}
}
