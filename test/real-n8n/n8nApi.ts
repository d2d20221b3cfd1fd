/** What a user does in the editor, asked for through the requests that the editor makes. */

import { randomUUID } from 'node:crypto';
import axios, { type AxiosInstance } from 'axios';
import { parse } from 'flatted';
import type { ICredentialDataDecryptedObject, IRunExecutionData } from 'n8n-workflow';
import type { WorkflowFile } from '../engine/engine';

/** Who owns an n8n of the tests. n8n wants a capital letter and a digit in a password. */
export const OWNER = {
	email: 'you@example.com',
	password: 'Green-api-1',
	firstName: 'Example',
	lastName: 'User',
} as const;

/** An execution as n8n's list of executions has it. */
export interface ExecutionSummary {
	id: string;
	workflowId: string;
	/** `new`, `running`, `waiting`, `success`, `error`, `crashed` or `canceled`. */
	status: string;
	retryOf?: string | null;
	retrySuccessId?: string | null;
}

/** A client of one n8n, signed in as its owner. `N8nApi.signIn` makes one. */
export class N8nApi {
	private constructor(private readonly client: AxiosInstance) {}

	/**
	 * @param url of an n8n, e.g. `http://127.0.0.1:5678`; one without an owner gets `OWNER` as its own
	 * @returns a client that is signed in as `OWNER`
	 * @throws AxiosError where n8n has another owner
	 */
	static async signIn(url: string): Promise<N8nApi> {
		const client = axios.create({ baseURL: `${url}/rest`, proxy: false });
		const { data } = await client.get<{
			data: { userManagement: { showSetupOnFirstLoad: boolean } };
		}>('/settings');
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

	/** @returns the id of the new workflow, which nothing triggers yet */
	async createWorkflow(file: WorkflowFile): Promise<string> {
		return (await this.post<{ id: string }>('/workflows', { ...file, id: undefined })).id;
	}

	/** Publishes the newest version of a workflow: its triggers start to listen. */
	async activate(workflowId: string): Promise<void> {
		const { versionId } = await this.get<{ versionId: string }>(`/workflows/${workflowId}`);
		await this.post(`/workflows/${workflowId}/activate`, { versionId });
	}

	/** The triggers of a workflow stop listening; executions that run go on. */
	async deactivate(workflowId: string): Promise<void> {
		await this.post(`/workflows/${workflowId}/deactivate`, {});
	}

	/**
	 * Runs a workflow as the button of the editor does.
	 *
	 * @param trigger the name of the node to start from
	 * @returns the id of the execution, which goes on
	 */
	async run(workflowId: string, trigger: string): Promise<string> {
		const workflowData = await this.get(`/workflows/${workflowId}`);
		const body = { workflowData, triggerToStartFrom: { name: trigger } };
		const headers = { 'push-ref': randomUUID() };
		const { data } = await this.client.post<{ data: { executionId: string } }>(
			`/workflows/${workflowId}/run`,
			body,
			{ headers },
		);
		return data.data.executionId;
	}

	/** @returns the newest executions of a workflow, 100 at most, newest first */
	async executions(workflowId: string): Promise<ExecutionSummary[]> {
		const filter = JSON.stringify({ workflowId });
		const { results } = await this.get<{ results: ExecutionSummary[] }>('/executions', {
			filter,
			limit: 100,
		});
		return results;
	}

	/** @returns the state and the saved data of an execution */
	async execution(
		id: string,
	): Promise<{ status: string; finished: boolean; data: IRunExecutionData }> {
		const { status, finished, data } = await this.get<{
			status: string;
			finished: boolean;
			data: string;
		}>(`/executions/${id}`);
		return { status, finished, data: parse(data) as IRunExecutionData };
	}

	private async get<T>(path: string, params: object = {}): Promise<T> {
		return (await this.client.get<{ data: T }>(path, { params })).data.data;
	}

	private async post<T>(path: string, body: object): Promise<T> {
		return (await this.client.post<{ data: T }>(path, body)).data.data;
	}
}
