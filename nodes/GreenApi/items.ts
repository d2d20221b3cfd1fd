/** The output items: results or errors, beside the fields of the input. */

import type { IBinaryKeyData, IDataObject, INodeExecutionData } from 'n8n-workflow';

export interface Placement {
	includeInputFields: boolean;
	/** Empty: the result's fields are at the top level. */
	outputFieldName: string;
}

/**
 * n8n's `deepCopy` leaves out fields called `constructor` or `__proto__`, and `structuredClone`
 * throws on functions and makes plain objects of luxon's dates, which n8n's expressions give.
 *
 * @param value as n8n has it in items
 * @returns a copy that shares no object with it, dates as the text that n8n would store
 */
export function copyOf<T>(value: T): T;
export function copyOf(value: unknown): unknown {
	if (typeof value !== 'object' || value === null) return value;
	if (Array.isArray(value)) return value.map(copyOf);
	if ('toJSON' in value && typeof value.toJSON === 'function') return value.toJSON() as unknown;
	return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, copyOf(part)]));
}

/** n8n treats an item that has an `error` as failed, so the input's own is left out. */
function inputFields(input: IDataObject): IDataObject {
	return copyOf(Object.fromEntries(Object.entries(input).filter(([name]) => name !== 'error')));
}

/**
 * Puts the result beside the input's fields, or under a name of its own.
 *
 * @param found the fields of the result
 * @param input the input item's fields; copied, never changed
 * @param placement where the user wants them
 * @returns the output item's fields; on a clash of names the result's field is kept
 */
export function placeFields(
	found: IDataObject,
	input: IDataObject,
	{ includeInputFields, outputFieldName }: Placement,
): IDataObject {
	const placed = outputFieldName === '' ? found : { [outputFieldName]: found };
	return includeInputFields ? { ...inputFields(input), ...placed } : placed;
}

/**
 * @param found the fields of the result
 * @param itemIndex the input item that it was found for, counted from 0
 * @param input the same item; copied, never changed
 * @param placement where the user wants them
 * @returns the item to emit; the input's binary data come along with its fields
 */
export function foundItem(
	found: IDataObject,
	itemIndex: number,
	input: INodeExecutionData,
	placement: Placement,
): INodeExecutionData {
	const binary = placement.includeInputFields ? copyOf(input.binary) : undefined;
	return {
		json: placeFields(found, input.json, placement),
		pairedItem: { item: itemIndex },
		...(binary && { binary }),
	};
}

/** Adds binary data to an item, in place of data it may have under the same names. */
export function addBinary(item: INodeExecutionData, added: IBinaryKeyData): void {
	item.binary = { ...item.binary, ...copyOf(added) };
}
