/** A GREEN-API client that takes answers as they come: any status, the body as text. */

import axios, { type AxiosRequestConfig, type AxiosResponse } from 'axios';
import { type GreenApiDouble } from './greenApiDouble';

/** The parts of a method's address that a test may want to be wrong. */
export interface Address {
	idInstance?: string;
	apiTokenInstance?: string;
}

const AS_IT_COMES: AxiosRequestConfig<unknown> = {
	validateStatus: () => true,
	transformResponse: (body: string) => body,
	maxRedirects: 0,
	proxy: false,
};

/**
 * @param config an axios request; strings are sent as they are
 * @returns the answer, whatever its status
 * @throws AxiosError where the connection breaks before the answer is whole
 */
export async function send(config: AxiosRequestConfig<unknown>): Promise<AxiosResponse<string>> {
	return await axios.request<string>({ ...AS_IT_COMES, ...config });
}

/**
 * @param double which double, gives what the address leaves out
 * @param method a GREEN-API method, in any case
 * @param address what is to differ from the double's first instance
 * @returns the method's URL
 */
export function urlOf(double: GreenApiDouble, method: string, address: Address = {}): string {
	const { idInstance = double.idInstance, apiTokenInstance = double.apiTokenInstance } = address;
	return `${double.apiUrl}/waInstance${idInstance}/${method}/${apiTokenInstance}`;
}

/** POSTs a body as JSON; see `urlOf` for the parameters. */
export async function post(
	double: GreenApiDouble,
	method: string,
	data: unknown,
	address: Address = {},
): Promise<AxiosResponse<string>> {
	return await send({ method: 'POST', url: urlOf(double, method, address), data });
}

/** GETs; see `urlOf` for the parameters. */
export async function get(
	double: GreenApiDouble,
	method: string,
	address: Address = {},
): Promise<AxiosResponse<string>> {
	return await send({ url: urlOf(double, method, address) });
}
