/** Failures and rejections as n8n shows them. */

import { type INode, NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { Rejection } from '../green-api/chatId';
import type { Failure } from '../green-api/failures';

export type ItemError = NodeApiError | NodeOperationError;

/** n8n counts items from 0, in its interface as in its errors. */
function nameItem(message: string, itemIndex: number | undefined): string {
	return itemIndex === undefined ? message : `${message} [Item ${itemIndex}]`;
}

/**
 * n8n's constructors replace a message that has a code such as ECONNRESET or EPERM in it, which a
 * user's own value may have too (`n8n-workflow`, `NodeError.setDescriptiveErrorMessage`).
 */
function keepWords<E extends ItemError>(error: E, message: string, description: string): E {
	error.message = message;
	error.description = description;
	error.messages = [];
	return error;
}

/**
 * The editor adds an "[item 2]" of its own to the message of an error that was saved with an index
 * (n8n 2.41, `NodeErrorView`). So n8n's engine can read the index, and it is not saved.
 */
function withItem<E extends ItemError>(error: E, itemIndex: number | undefined): E {
	if (itemIndex === undefined) return error;
	Object.defineProperty(error.context, 'itemIndex', {
		value: itemIndex,
		enumerable: false,
		writable: true,
		configurable: true,
	});
	return error;
}

/**
 * @param node the node that failed
 * @param failure the failure that GREEN-API or the network caused
 * @param itemIndex the input item it happened to, counted from 0; none outside of items
 * @returns the error to throw or to put on the item; holds nothing of the answer itself
 */
export function apiError(node: INode, failure: Failure, itemIndex?: number): NodeApiError {
	const message = nameItem(failure.message, itemIndex);
	const { description, code } = failure;
	const error = new NodeApiError(node, {}, { message, description, httpCode: code });
	return withItem(keepWords(error, message, description), itemIndex);
}

/**
 * @param node the node that failed
 * @param rejection why the user's entry is not accepted, and the remedy
 * @param itemIndex the input item it happened to, counted from 0; none outside of items
 * @returns the error to throw or to put on the item
 */
export function inputError(
	node: INode,
	rejection: Rejection,
	itemIndex?: number,
): NodeOperationError {
	const message = nameItem(rejection.message, itemIndex);
	const error = new NodeOperationError(node, message);
	return withItem(keepWords(error, message, rejection.description), itemIndex);
}
