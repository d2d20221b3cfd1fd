/** Reads what the user set for one item, and refuses what can't be meant. */

import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { Rejection } from '../../../shared/green-api/chatId';
import { DEFAULT_TIMEOUT_MS } from '../../../shared/green-api/methods';
import type { LookUpPolicy } from '../../../shared/queue/startBatch';

/** What each field with a choice can be; the first is the default. */
export const CHOICES = {
	output: ['raw', 'simplified', 'selectedFields'],
	contactsWithoutProducts: ['keep', 'drop'],
	groupChats: ['chatIdOnly', 'groupData', 'skip', 'error'],
} as const;

type Choice<Field extends keyof typeof CHOICES> = (typeof CHOICES)[Field][number];

export interface ContactShape {
	output: Choice<'output'>;
	/** Field names; used when `output` is `selectedFields`. */
	fields: readonly string[];
	splitProducts: boolean;
	/** What a contact without products becomes when products are split. */
	contactsWithoutProducts: Choice<'contactsWithoutProducts'>;
}

export interface Placement {
	includeInputFields: boolean;
	/** Empty: the contact's fields stand at the top level. */
	outputFieldName: string;
}

export interface ContactSettings {
	shape: ContactShape;
	placement: Placement;
	groupChats: Choice<'groupChats'>;
	downloadAvatar: boolean;
	avatarBinaryField: string;
	/** For one attempt, in ms. */
	timeout: number;
	policy: LookUpPolicy;
	/** The first of what the user set that can't be meant. */
	rejection?: Rejection;
}

export const DEFAULT_AVATAR_FIELD = 'avatar';

/** GREEN-API documentation, "Rate limiter": one getContactInfo, one getGroupData a second. */
export const DEFAULT_POLICY: Required<LookUpPolicy> = {
	requestsPerSecond: 1,
	maxRetries: 4,
	cacheSeconds: 0,
};

/** Node.js's timers run out at once when they are set to more. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** Expressions give text where they are put together from several parts. */
const SWITCH_POSITIONS = new Map<unknown, boolean>([
	[true, true],
	['true', true],
	[false, false],
	['false', false],
]);

/** @returns NaN for what is no finite number, nor text that holds one */
function readNumber(value: unknown): number {
	const text = typeof value === 'number' ? String(value) : value;
	if (typeof text !== 'string' || text.trim() === '') return NaN;
	const number = Number(text);
	return Number.isFinite(number) ? number : NaN;
}

/** Reads values that expressions may have made anything of, and keeps what can't be meant. */
class ValueReader {
	rejection: Rejection | undefined;

	private reject(message: string, description: string): void {
		this.rejection ??= { message, description };
	}

	choice<Field extends keyof typeof CHOICES>(
		field: Field,
		label: string,
		value: unknown = CHOICES[field][0],
	): Choice<Field> {
		const choices: ReadonlyArray<Choice<Field>> = CHOICES[field];
		const chosen = choices.find((choice) => choice === value);
		if (chosen === undefined) {
			this.reject(`"${label}" is not one of its choices`, `Choose one of ${choices.join(', ')}.`);
		}
		return chosen ?? CHOICES[field][0];
	}

	/** A list, or text with commas between the names. */
	names(label: string, value: unknown): string[] {
		const list: unknown = typeof value === 'string' ? value.split(',') : value;
		if (Array.isArray(list) && list.every((name): name is string => typeof name === 'string')) {
			return list.map((name) => name.trim()).filter((name) => name !== '');
		}
		this.reject(
			`"${label}" is not a list of field names`,
			'Select fields, e.g. name and category.',
		);
		return [];
	}

	switch(label: string, value: unknown = false): boolean {
		const position = SWITCH_POSITIONS.get(value);
		if (position === undefined) {
			this.reject(`"${label}" is neither true nor false`, 'Switch it on or off.');
		}
		return position ?? false;
	}

	milliseconds(label: string, value: unknown): number {
		const ms = readNumber(value);
		if (!(ms > 0)) {
			this.reject(
				`"${label}" is not a number above 0`,
				`Enter milliseconds, e.g. ${DEFAULT_TIMEOUT_MS}, or remove the option.`,
			);
			return DEFAULT_TIMEOUT_MS;
		}
		return Math.min(Math.ceil(ms), LONGEST_TIMEOUT_MS);
	}

	/** A number from 0, which switches off what it is about. */
	amount(option: keyof LookUpPolicy, label: string, value: unknown): number {
		const fallback = DEFAULT_POLICY[option];
		const amount = readNumber(value ?? fallback);
		if (amount >= 0) return amount;
		this.reject(
			`"${label}" is not a number from 0 up`,
			`Enter a number, e.g. ${fallback}, or remove the option.`,
		);
		return fallback;
	}

	fieldName(label: string, value: unknown = ''): string {
		if (typeof value === 'string') return value.trim();
		this.reject(`"${label}" is no text`, 'Enter the name of a field.');
		return '';
	}

	outputFieldName(value: unknown): string {
		const name = this.fieldName('Output Field Name', value);
		if (name === 'error') {
			this.reject(
				'"Output Field Name" can\'t be "error"',
				'n8n takes items with such a field for failed ones. Choose another name.',
			);
		}
		return name;
	}
}

function readSettings(this: IExecuteFunctions, itemIndex: number): ContactSettings {
	const parameter = (name: string, fallback: object | string | boolean): unknown =>
		this.getNodeParameter(name, itemIndex, fallback);
	const options = parameter('options', {}) as Record<string, unknown>;
	const read = new ValueReader();

	const settings: ContactSettings = {
		shape: {
			output: read.choice('output', 'Output', parameter('output', CHOICES.output[0])),
			fields: read.names('Fields', parameter('fields', [])),
			splitProducts: read.switch('Split Products Into Items', parameter('splitProducts', false)),
			contactsWithoutProducts: read.choice(
				'contactsWithoutProducts',
				'Contacts Without Products',
				options.contactsWithoutProducts,
			),
		},
		placement: {
			includeInputFields: read.switch('Include Input Fields', options.includeInputFields),
			outputFieldName: read.outputFieldName(options.outputFieldName),
		},
		groupChats: read.choice('groupChats', 'Group Chats', options.groupChats),
		downloadAvatar: read.switch('Download Avatar', options.downloadAvatar),
		avatarBinaryField:
			read.fieldName('Avatar Binary Field', options.avatarBinaryField) || DEFAULT_AVATAR_FIELD,
		timeout: read.milliseconds('Timeout (Ms)', options.timeout ?? DEFAULT_TIMEOUT_MS),
		policy: {
			...(options.requestsPerSecond !== undefined && {
				requestsPerSecond: read.amount(
					'requestsPerSecond',
					'Requests per Second',
					options.requestsPerSecond,
				),
			}),
			maxRetries: Math.floor(read.amount('maxRetries', 'Max Retries', options.maxRetries)),
			cacheSeconds: read.amount(
				'cacheSeconds',
				'Cache Results For (Seconds)',
				options.cacheSeconds,
			),
		},
	};
	return read.rejection ? { ...settings, rejection: read.rejection } : settings;
}

/**
 * @returns a function that takes an item's index, counted from 0, and gives its settings; it throws
 *   n8n's ExpressionError where an expression can't be resolved. Without expressions all items
 *   share one object, because resolving parameters is most of what an item costs.
 */
export function settingsReader(this: IExecuteFunctions): (itemIndex: number) => ContactSettings {
	const parameters = { ...this.getNode().parameters };
	delete parameters.chatId;
	// n8n marks a parameter that is an expression with a leading "=".
	const hasExpressions = JSON.stringify(parameters).includes('"=');
	if (hasExpressions) return (itemIndex) => readSettings.call(this, itemIndex);

	let shared: ContactSettings | undefined;
	return () => (shared ??= readSettings.call(this, 0));
}

/** What a resource locator holds, or the bare value that hand-written and AI-made workflows have. */
function locatedValue(parameter: unknown): unknown {
	return typeof parameter === 'object' &&
		parameter !== null &&
		'__rl' in parameter &&
		'value' in parameter
		? parameter.value
		: parameter;
}

/** `={{ $json.chatId }}`, which the field starts as, and the same with other names. */
const INPUT_FIELD = /^=\{\{\s*\$json\.([A-Za-z]\w*)\s*\}\}$/;

/**
 * @returns a function that takes an item's index, counted from 0, and its fields, and gives the
 *   "Contact" field as it stands or as its expression gave it, unchecked; it throws n8n's
 *   ExpressionError where an expression can't be resolved. The expression that the field starts as
 *   is read without n8n's help, which takes a tenth of the time that an item costs.
 */
export function contactReader(
	this: IExecuteFunctions,
): (itemIndex: number, input: IDataObject) => unknown {
	const written = locatedValue(this.getNode().parameters.chatId);
	const field = typeof written === 'string' ? INPUT_FIELD.exec(written)?.[1] : undefined;
	return field === undefined
		? (itemIndex) => locatedValue(this.getNodeParameter('chatId', itemIndex, null))
		: (_itemIndex, input) => (Object.hasOwn(input, field) ? input[field] : undefined);
}
