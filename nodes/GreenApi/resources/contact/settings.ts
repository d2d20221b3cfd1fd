/** Reads what the user set for one item, and refuses what can't be meant. */

import type { IExecuteFunctions } from 'n8n-workflow';
import type { Rejection } from '../../green-api/chatId';
import type { ContactShape, Placement } from './output';

export type GroupChats = 'chatIdOnly' | 'groupData' | 'skip' | 'error';

export interface ContactSettings {
	shape: ContactShape;
	placement: Placement;
	groupChats: GroupChats;
	downloadAvatar: boolean;
	avatarBinaryField: string;
	/** For one attempt, in ms. */
	timeout: number;
	/** What the user set that can't be meant. */
	rejection?: Rejection;
}

interface ContactOptions {
	avatarBinaryField?: unknown;
	contactsWithoutProducts?: ContactShape['contactsWithoutProducts'];
	downloadAvatar?: boolean;
	groupChats?: GroupChats;
	includeInputFields?: boolean;
	outputFieldName?: unknown;
	timeout?: unknown;
}

export const DEFAULT_TIMEOUT_MS = 30_000;
export const DEFAULT_AVATAR_FIELD = 'avatar';

function fieldName(value: unknown, fallback: string): string {
	return typeof value === 'string' && value.trim() !== '' ? value.trim() : fallback;
}

function checkOptions({ timeout, outputFieldName }: ContactOptions): Rejection | undefined {
	if (timeout !== undefined && !(Number(timeout) > 0 && Number.isFinite(Number(timeout)))) {
		return {
			message: '"Timeout (Ms)" is not a number above 0',
			description: `Enter milliseconds, e.g. ${DEFAULT_TIMEOUT_MS}, or remove the option.`,
		};
	}
	if (fieldName(outputFieldName, '') === 'error') {
		return {
			message: '"Output Field Name" can\'t be "error"',
			description: 'n8n takes items with such a field for failed ones. Choose another name.',
		};
	}
	return undefined;
}

function readSettings(this: IExecuteFunctions, itemIndex: number): ContactSettings {
	const options = this.getNodeParameter('options', itemIndex, {}) as ContactOptions;
	const rejection = checkOptions(options);
	return {
		shape: {
			output: this.getNodeParameter('output', itemIndex, 'raw') as ContactShape['output'],
			fields: this.getNodeParameter('fields', itemIndex, []) as string[],
			splitProducts: this.getNodeParameter('splitProducts', itemIndex, false) as boolean,
			contactsWithoutProducts: options.contactsWithoutProducts ?? 'keep',
		},
		placement: {
			includeInputFields: options.includeInputFields ?? false,
			outputFieldName: fieldName(options.outputFieldName, ''),
		},
		groupChats: options.groupChats ?? 'chatIdOnly',
		downloadAvatar: options.downloadAvatar ?? false,
		avatarBinaryField: fieldName(options.avatarBinaryField, DEFAULT_AVATAR_FIELD),
		timeout: Number(options.timeout ?? DEFAULT_TIMEOUT_MS),
		...(rejection && { rejection }),
	};
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

/**
 * @param itemIndex the input item, counted from 0
 * @returns the "Contact" field as it stands or as its expression gave it, unchecked: the value of
 *   the resource locator, or the bare value that hand-written and AI-made workflows have
 * @throws n8n's ExpressionError where an expression can't be resolved
 */
export function readContactParameter(this: IExecuteFunctions, itemIndex: number): unknown {
	const value: unknown = this.getNodeParameter('chatId', itemIndex, null);
	return typeof value === 'object' && value !== null && '__rl' in value && 'value' in value
		? value.value
		: value;
}
