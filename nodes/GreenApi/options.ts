/** The options that several operations have in common. */

import { DEFAULT_TIMEOUT_MS } from '../shared/green-api/methods';
import { readCountryCode } from '../shared/green-api/phoneNumber';
import { amount, type Field, optional, text, toggle } from '../shared/n8n/field';

/** Of every operation. */
export const COMMON_OPTIONS = {
	includeInputFields: toggle({
		displayName: 'Include Input Fields',
		name: 'includeInputFields',
		type: 'boolean',
		default: false,
		description:
			'Whether the fields and binary data of the input item come along. Where names clash, the values that were found are kept.',
	}),
	maxRetries: amount({
		displayName: 'Max Retries',
		name: 'maxRetries',
		type: 'number',
		typeOptions: { minValue: 0, numberPrecision: 0 },
		default: 4,
		description:
			'How often a request is tried again when GREEN-API or the network is down for a moment. 0 turns retrying off, also of requests that met the limit (429).',
	}),
	outputFieldName: text(
		{
			displayName: 'Output Field Name',
			name: 'outputFieldName',
			type: 'string',
			default: '',
			placeholder: 'e.g. contact',
			description:
				'The field to put the result into. Leave empty to have its fields at the top level.',
		},
		(name) =>
			name === 'error'
				? {
						message: '"Output Field Name" can\'t be "error"',
						description: 'n8n takes items with such a field for failed ones. Choose another name.',
					}
				: undefined,
	),
	requestsPerSecond: optional(
		amount({
			displayName: 'Requests per Second',
			name: 'requestsPerSecond',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 1,
			description:
				"The most requests to send in a second. Without it, GREEN-API's own limit holds, which all workflows share. Fractions are allowed, e.g. 0.5. 0 turns pacing off.",
		}),
	),
	timeout: amount({
		displayName: 'Timeout (Ms)',
		name: 'timeout',
		type: 'number',
		typeOptions: { minValue: 1, numberPrecision: 0 },
		default: DEFAULT_TIMEOUT_MS,
		description: 'How long to wait for one answer of GREEN-API, in milliseconds',
	}),
};

/** Of the operations that change nothing. */
export const READING_OPTIONS = {
	cacheSeconds: amount({
		displayName: 'Cache Results For (Seconds)',
		name: 'cacheSeconds',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 0,
		description:
			'How long an answer may be used again for the same question, by every workflow with the same credential. Links to pictures in it expire. 0 asks GREEN-API each time.',
	}),
};

const defaultCountryCode: Field<string> = {
	property: {
		displayName: 'Default Country Code',
		name: 'defaultCountryCode',
		type: 'string',
		default: '',
		placeholder: 'e.g. 972',
		description:
			'The country of phone numbers that are written without one, as its calling code. Leave empty to refuse such numbers.',
	},
	read(given) {
		const reading = readCountryCode(given);
		return reading.ok ? { ok: true, value: reading.code } : reading;
	},
};

/** Of the operations that take phone numbers. */
export const PHONE_OPTIONS = { defaultCountryCode };

/** Of the operations that download pictures. */
export const AVATAR_BINARY_FIELD = text({
	displayName: 'Put Output File in Field',
	name: 'avatarBinaryField',
	type: 'string',
	default: 'avatar',
	placeholder: 'e.g. avatar',
	description: 'The binary field that a downloaded avatar goes into',
});
