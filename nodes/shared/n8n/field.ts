/** A field of a node: how the editor shows it, and how its value is read. */

import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import type { Rejection } from '../green-api/chatId';

export type Reading<Value> = { ok: true; value: Value } | { ok: false; rejection: Rejection };

export interface Field<Value> {
	/** As n8n takes it, but for the resource and operation that it is shown for. */
	property: INodeProperties;
	/**
	 * @param given the value of the user or an expression; undefined where nothing is set
	 * @returns its value, or why it is not accepted
	 */
	read(given: unknown): Reading<Value>;
}

/** Fields by their names. */
export type Fields = Readonly<Record<string, Field<unknown>>>;

/** The values of these fields, by the same names. */
export type ValuesOf<F extends Fields> = {
	readonly [Name in keyof F]: F[Name] extends Field<infer Value> ? Value : never;
};

function accept<Value>(value: Value): Reading<Value> {
	return { ok: true, value };
}

function reject<Value>(message: string, description: string): Reading<Value> {
	return { ok: false, rejection: { message, description } };
}

/** @returns a field whose value is one of the property's options */
export function choice<Value extends string>(property: INodeProperties): Field<Value> {
	const choices = (property.options as INodePropertyOptions[]).map(({ value }) => value as Value);
	return {
		property,
		read(given = property.default) {
			const chosen = choices.find((value) => value === given);
			return chosen === undefined
				? reject(
						`"${property.displayName}" is not one of its choices`,
						`Choose one of ${choices.join(', ')}.`,
					)
				: accept(chosen);
		},
	};
}

/** @returns a field that holds some of the property's options, one at least: a list, or text with commas */
export function choices(property: INodeProperties): Field<string[]> {
	const all = (property.options as INodePropertyOptions[]).map(({ value }) => value);
	const { read } = names(property);
	return {
		property,
		read(given) {
			const reading = read(given);
			const chosen = reading.ok ? reading.value : [];
			return chosen.length > 0 && chosen.every((value) => all.includes(value))
				? accept(chosen)
				: reject(
						`"${property.displayName}" is not a list of its choices`,
						`Choose one or more of ${all.join(', ')}.`,
					);
		},
	};
}

/** @returns a field that holds names: a list, or text with commas between them */
export function names(property: INodeProperties): Field<string[]> {
	return {
		property,
		read(given = property.default) {
			const list: unknown = typeof given === 'string' ? given.split(',') : given;
			if (Array.isArray(list) && list.every((name): name is string => typeof name === 'string')) {
				return accept(list.map((name) => name.trim()).filter((name) => name !== ''));
			}
			return reject(
				`"${property.displayName}" is not a list of field names`,
				'Select fields, e.g. name and category.',
			);
		},
	};
}

/** An expression with several parts gives text. */
const SWITCH_POSITIONS = new Map<unknown, boolean>([
	[true, true],
	['true', true],
	[false, false],
	['false', false],
]);

/** @returns a field that is on or off */
export function toggle(property: INodeProperties): Field<boolean> {
	return {
		property,
		read(given = property.default) {
			const position = SWITCH_POSITIONS.get(given);
			return position === undefined
				? reject(`"${property.displayName}" is neither true nor false`, 'Switch it on or off.')
				: accept(position);
		},
	};
}

/**
 * @param property how it is shown; its default replaces an empty text
 * @param refuse gives the reason why a text is not accepted
 * @returns a field that holds text, without spaces around it; a number, as spreadsheets have them, is
 *   taken as it is written
 */
export function text(
	property: INodeProperties,
	refuse: (value: string) => Rejection | undefined = () => undefined,
): Field<string> {
	return {
		property,
		read(given) {
			const written = Number.isFinite(given) ? String(given) : (given ?? '');
			if (typeof written !== 'string') {
				return reject(`"${property.displayName}" must be text`, 'Enter text.');
			}
			const value = written.trim() || String(property.default);
			const rejection = refuse(value);
			return rejection ? { ok: false, rejection } : accept(value);
		},
	};
}

/** @returns the number, or NaN for anything that is not a finite number or text with one in it */
function readNumber(value: unknown): number {
	const written = typeof value === 'number' ? String(value) : value;
	if (typeof written !== 'string' || written.trim() === '') return NaN;
	const number = Number(written);
	return Number.isFinite(number) ? number : NaN;
}

/**
 * @param property how it is shown; `minValue` is the least it can be, and `numberPrecision: 0` cuts
 *   fractions off
 * @returns a field that holds a number
 */
export function amount(property: INodeProperties): Field<number> {
	const { minValue = 0, numberPrecision } = property.typeOptions ?? {};
	return {
		property,
		read(given) {
			const number = readNumber(given ?? property.default);
			if (number >= minValue) {
				return accept(numberPrecision === 0 ? Math.floor(number) : number);
			}
			return reject(
				`"${property.displayName}" is not a number from ${minValue} up`,
				`Enter a number, e.g. ${String(property.default)}.`,
			);
		},
	};
}

/** @returns the values of the fields; `reject` gets the reason for each that is not accepted */
export function readFields<F extends Fields>(
	fields: F,
	givenOf: (name: string, field: Field<unknown>) => unknown,
	reject: (rejection: Rejection) => void,
): ValuesOf<F> {
	const entries = Object.entries(fields).map(([name, field]) => {
		const reading = field.read(givenOf(name, field));
		if (!reading.ok) reject(reading.rejection);
		return [name, reading.ok ? reading.value : undefined] as const;
	});
	return Object.fromEntries(entries) as ValuesOf<F>;
}

/** @returns the same field, but undefined where the user has set nothing */
export function optional<Value>({ property, read }: Field<Value>): Field<Value | undefined> {
	return {
		property,
		read: (given) => (given === undefined || given === null ? accept(undefined) : read(given)),
	};
}
