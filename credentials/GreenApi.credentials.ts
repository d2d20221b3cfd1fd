import type {
	IAuthenticate,
	ICredentialTestRequest,
	ICredentialType,
	INodeProperties,
} from 'n8n-workflow';
import { addressRequest } from '../nodes/shared/green-api/requestUrl';
import { DEFAULT_MESSENGER, MESSENGER_OPTIONS } from '../nodes/shared/green-api/messengers';
import {
	failureOfState,
	failureOfStatus,
	READY_STATE,
	sentencesOf,
	UNREADY_STATES,
} from '../nodes/shared/green-api/failures';

/** n8n's older helper, which the HTTP Request node uses, has other names for these. */
interface LegacyRequestOptions {
	uri?: string;
	followRedirect?: boolean;
	followAllRedirects?: boolean;
}

/** The product's own name ends in API; n8n's linter would have "GREEN-API API" in its place. */
const DISPLAY_NAME = 'GREEN-API';

/** Longer than any state's name. */
const LONGEST_STATE = 32;

function refuseStatus(value: number, message: string) {
	return { type: 'responseCode' as const, properties: { value, message } };
}

function refuseBody(key: string, value: string | number | undefined, message: string) {
	return { type: 'responseSuccessBody' as const, properties: { key, value, message } };
}

/** GREEN-API's statuses, and those that servers in trouble and redirects have. */
const STATUSES = [301, 302, 303, 307, 308, 400, 401, 403, 404, 429, 466, 500, 502, 503, 504];

const statusRules = STATUSES.map((status) =>
	refuseStatus(status, sentencesOf(failureOfStatus(status, '', false))),
);

const UNKNOWN_STATE = sentencesOf(failureOfState(''));

/**
 * n8n's rules name what fails and can't say "anything but authorized", so a state that
 * GREEN-API may add one day is recognised by its length or its first letter.
 */
const stateRules = [
	...UNREADY_STATES.map((state) =>
		refuseBody('stateInstance', state, sentencesOf(failureOfState(state))),
	),
	// No state, or one that is not text.
	refuseBody(
		'stateInstance.length',
		undefined,
		'The answer does not come from GREEN-API. Copy the API URL from the GREEN-API console again.',
	),
	...Array.from({ length: LONGEST_STATE }, (_, length) => length)
		.filter((length) => length !== READY_STATE.length)
		.map((length) => refuseBody('stateInstance.length', length, UNKNOWN_STATE)),
	...[...'abcdefghijklmnopqrstuvwxyz']
		.filter((letter) => letter !== READY_STATE[0])
		.map((letter) => refuseBody('stateInstance.0', letter, UNKNOWN_STATE)),
];

/** Address, instance and token of one GREEN-API instance. */
export class GreenApi implements ICredentialType {
	name = 'greenApi';

	displayName = DISPLAY_NAME;

	icon = {
		light: 'file:../nodes/GreenApi/greenApi.svg',
		dark: 'file:../nodes/GreenApi/greenApi.dark.svg',
	} as const;

	documentationUrl = 'https://www.npmjs.com/package/n8n-nodes-green-api-contacts#credential';

	properties: INodeProperties[] = [
		{
			displayName: 'API URL',
			name: 'apiUrl',
			type: 'string',
			default: 'https://api.green-api.com',
			required: true,
			placeholder: 'e.g. https://7103.api.greenapi.com',
			description: 'The apiUrl that the GREEN-API console shows for the instance',
		},
		{
			displayName: 'Instance ID',
			name: 'idInstance',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. 1101000001',
			description: 'The idInstance that the GREEN-API console shows for the instance',
		},
		{
			displayName: 'API Token',
			name: 'apiTokenInstance',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'The apiTokenInstance that the GREEN-API console shows for the instance',
		},
		{
			displayName: 'Messenger',
			name: 'messenger',
			type: 'options',
			options: MESSENGER_OPTIONS,
			default: DEFAULT_MESSENGER,
			description:
				'Which messenger the instance uses. The test does not compare it; the trigger does when it is activated, and the node when GREEN-API refuses a request.',
		},
	];

	/**
	 * Completes a request's URL with address, instance and token. May be called again with what it
	 * returned, as n8n does after a 401. Redirects are switched off: their target would be handed the
	 * path, and the token in it.
	 *
	 * @throws CredentialRefusal when the values or the URL won't do; nothing is sent then
	 */
	authenticate: IAuthenticate = async (credentials, requestOptions) => {
		const { url, uri, baseURL, ...rest } = requestOptions as typeof requestOptions &
			LegacyRequestOptions;
		const noRedirects: LegacyRequestOptions = { followRedirect: false, followAllRedirects: false };
		return {
			...rest,
			...noRedirects,
			disableFollowRedirect: true,
			maxRedirects: 0,
			url: addressRequest(url ?? uri ?? '', baseURL, {
				apiUrl: String(credentials.apiUrl ?? ''),
				idInstance: String(credentials.idInstance ?? ''),
				apiTokenInstance: String(credentials.apiTokenInstance ?? ''),
			}),
		};
	};

	test: ICredentialTestRequest = {
		request: { baseURL: '={{$credentials.apiUrl}}', url: '/getStateInstance' },
		// Typed as rules of one kind only; n8n's server takes both in one list.
		rules: [...statusRules, ...stateRules] as NonNullable<ICredentialTestRequest['rules']>,
	};
}
