/**
 * What the node can do: resource → operation → its declaration, and the fields that the editor shows.
 *
 * To add an operation: four steps.
 * 1. Its method: `METHODS` in `shared/green-api/methods.ts`, with its limit, effect and result.
 * 2. Its declaration in `contact/` or `group/`; `delete.ts` is the shortest.
 * 3. Its name in `RESOURCES` below: saved workflows hold it.
 * 4. The method in `test/green-api-double/`; its rows in `test/node/description.test.ts`,
 *    `test/docs/limits.test.ts`, `docs/operations.md`, `docs/limits.md` and the README.
 */

import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { checkWhatsapp } from './contact/checkWhatsapp';
import { deleteContact } from './contact/delete';
import { getAvatar } from './contact/getAvatar';
import { getContactInfo } from './contact/getContactInfo';
import { getMany } from './contact/getMany';
import { upsert } from './contact/upsert';
import { get } from './group/get';
import type { Operation } from './operation';
import { optionsOf } from './settings';

interface Resource {
	name: string;
	default: string;
	operations: Readonly<Record<string, Operation>>;
}

/** Saved workflows hold these names. */
const RESOURCES: Readonly<Record<string, Resource>> = {
	contact: {
		name: 'Contact',
		default: 'getContactInfo',
		operations: {
			checkWhatsapp,
			delete: deleteContact,
			getAvatar,
			getContactInfo,
			getMany,
			upsert,
		},
	},
	group: { name: 'Group', default: 'get', operations: { get } },
};

export const DEFAULT_RESOURCE = 'contact';

/**
 * @param resource as the node has it
 * @param name of the operation, as the node has it; undefined for the resource's default
 * @returns the operation, or undefined where there is none of this name
 */
export function operationNamed(resource: string, name?: string): Operation | undefined {
	const found = Object.hasOwn(RESOURCES, resource) ? RESOURCES[resource] : undefined;
	const key = name ?? found?.default ?? '';
	return found && Object.hasOwn(found.operations, key) ? found.operations[key] : undefined;
}

const IN_WORDS = Object.entries(RESOURCES).flatMap(([resource, { name, operations }]) =>
	Object.entries(operations).map(([key, operation]) => [
		`${resource}.${key}`,
		resource === DEFAULT_RESOURCE ? operation.name : `${operation.name} ${name}`,
	]),
);

/** An n8n expression that names the operation, e.g. "Get Contact Info". */
export const SUBTITLE = `={{ (${JSON.stringify(
	Object.fromEntries(IN_WORDS),
)})[$parameter["resource"] + "." + $parameter["operation"]] ?? $parameter["operation"] }}`;

function byLabel<T extends { name: string; displayName?: string }>(entries: T[]): T[] {
	const labelOf = ({ displayName, name }: T) => displayName ?? name;
	return [...entries].sort((a, b) => labelOf(a).localeCompare(labelOf(b), 'en'));
}

/** The fields of one operation, shown for it alone. */
function propertiesOf(resource: string, name: string, operation: Operation): INodeProperties[] {
	const options: INodeProperties = {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: byLabel(Object.values(optionsOf(operation)).map(({ property }) => property)),
	};
	return [
		...(operation.chat ? [operation.chat.property] : []),
		...Object.values(operation.fields).map(({ property }) => property),
		options,
	].map((property) => ({
		...property,
		displayOptions: {
			show: { ...property.displayOptions?.show, resource: [resource], operation: [name] },
		},
	}));
}

function operationField(
	resource: string,
	{ operations, default: preset }: Resource,
): INodeProperties {
	const options: INodePropertyOptions[] = Object.entries(operations).map(
		([value, { name, action, description }]) => ({ name, value, action, description }),
	);
	return {
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: [resource] } },
		options: byLabel(options),
		default: preset,
	};
}

const resourceField: INodeProperties = {
	displayName: 'Resource',
	name: 'resource',
	type: 'options',
	noDataExpression: true,
	options: Object.entries(RESOURCES).map(([value, { name }]) => ({ name, value })),
	default: DEFAULT_RESOURCE,
};

/** All fields of the node. */
export const properties: INodeProperties[] = [
	resourceField,
	...Object.entries(RESOURCES).flatMap(([name, resource]) => [
		operationField(name, resource),
		...Object.entries(resource.operations).flatMap(([key, operation]) =>
			propertiesOf(name, key, operation),
		),
	]),
];
