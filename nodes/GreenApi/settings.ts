/** Reads the settings of one item, and refuses values that make no sense. */

import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { Rejection } from '../shared/green-api/chatId';
import type { LookUpRequest } from '../shared/queue/batch';
import { type Field, type Fields, readFields, type ValuesOf } from '../shared/n8n/field';
import { COMMON_OPTIONS, PHONE_OPTIONS, READING_OPTIONS } from './options';
import type { Operation, Question } from './operation';
import type { Placement } from './items';

export interface Settings extends Placement {
	/** The values of the operation's own fields and options. */
	own: ValuesOf<Fields>;
	/** For one attempt, in ms. */
	timeout: number;
	/** Undefined where GREEN-API's own limit alone holds. */
	requestsPerSecond: number | undefined;
	maxRetries: number;
	cacheSeconds: number;
	/** The calling code of phone numbers written without one; empty: such numbers are refused. */
	defaultCountryCode: string;
	/** For the first value that makes no sense; its setting is undefined then. */
	rejection?: Rejection;
}

/** Node.js's timers run out at once when they are set to more. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

function takesPhoneNumbers({ chat }: Pick<Operation, 'chat'>): boolean {
	return chat?.kinds.includes('person') ?? false;
}

/** @returns all entries of the operation's options, its own and those it shares */
export function optionsOf(operation: Pick<Operation, 'options' | 'isWrite' | 'chat'>) {
	return {
		...operation.options,
		...COMMON_OPTIONS,
		...(operation.isWrite ? undefined : READING_OPTIONS),
		...(takesPhoneNumbers(operation) ? PHONE_OPTIONS : undefined),
	};
}

function readSettings(this: IExecuteFunctions, operation: Operation, itemIndex: number): Settings {
	const options = this.getNodeParameter('options', itemIndex, {}) as IDataObject;
	// n8n throws where a field without a value, e.g. a hidden one, has nothing to fall back to.
	const ofNode = (name: string, { property }: Field<unknown>) =>
		this.getNodeParameter(name, itemIndex, property.default as object);
	const ofOptions = (name: string) => options[name];
	let rejection: Rejection | undefined;
	const reject = (found: Rejection) => void (rejection ??= found);

	const own = {
		...readFields(operation.fields, ofNode, reject),
		...readFields(operation.options, ofOptions, reject),
	};
	const shared = readFields(COMMON_OPTIONS, ofOptions, reject);
	const cacheSeconds = operation.isWrite
		? 0
		: readFields(READING_OPTIONS, ofOptions, reject).cacheSeconds;
	const defaultCountryCode = takesPhoneNumbers(operation)
		? readFields(PHONE_OPTIONS, ofOptions, reject).defaultCountryCode
		: '';
	const timeout = Math.min(shared.timeout, LONGEST_TIMEOUT_MS);
	const common = { ...shared, timeout, cacheSeconds, defaultCountryCode };
	return { own, ...common, ...(rejection && { rejection }) };
}

/**
 * @returns a function that takes an item's index, counted from 0, and gives its settings; it throws
 *   n8n's ExpressionError where an expression can't be resolved. Without expressions all items
 *   share one object, because resolving parameters is most of what an item costs.
 */
export function settingsReader(
	this: IExecuteFunctions,
	operation: Operation,
): (itemIndex: number) => Settings {
	const parameters = { ...this.getNode().parameters };
	delete parameters.chatId;
	// n8n marks a parameter that is an expression with a leading "=".
	const hasExpressions = JSON.stringify(parameters).includes('"=');
	if (hasExpressions) return (itemIndex) => readSettings.call(this, operation, itemIndex);

	let shared: Settings | undefined;
	return () => (shared ??= readSettings.call(this, operation, 0));
}

/** @returns the request that asks the question as the settings have it */
export function requestFor(
	question: Question,
	{ timeout, requestsPerSecond, maxRetries, cacheSeconds }: Settings,
): LookUpRequest {
	const policy = {
		...(requestsPerSecond !== undefined && { requestsPerSecond }),
		maxRetries,
		cacheSeconds,
	};
	return { ...question, timeout, policy };
}
