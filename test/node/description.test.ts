import {
	type INode,
	type INodeProperties,
	type INodePropertyOptions,
	NodeHelpers,
	Workflow,
} from 'n8n-workflow';
import { FORBIDDEN_WORDS } from '../assertions/words';
import { LoadedTypes, PACKAGE_NAME } from '../engine/nodeTypes';

const COMMON_OPTIONS = {
	includeInputFields: false,
	maxRetries: 4,
	outputFieldName: '',
	requestsPerSecond: 1,
	timeout: 30_000,
};
const READING_OPTIONS = { ...COMMON_OPTIONS, cacheSeconds: 0 };
const PHONE_OPTIONS = { defaultCountryCode: '' };

const CONTACT = { mode: 'id', value: '={{ $json.chatId }}' };

interface Expected {
	/** Fields in their order, with their defaults. */
	fields: Record<string, unknown>;
	/** With what they are when they are added. */
	options: Record<string, unknown>;
	label: string;
	action: string;
}

/** Saved workflows hold these names and values: they can't change without a new node version. */
const OPERATIONS: Record<string, Record<string, Expected>> = {
	contact: {
		checkWhatsapp: {
			label: 'Check WhatsApp or Account',
			action: 'Check phone number on WhatsApp, Telegram or MAX',
			fields: { chatId: CONTACT, output: 'simplified' },
			options: { ...READING_OPTIONS, ...PHONE_OPTIONS, force: false },
		},
		upsert: {
			label: 'Create or Update',
			action: 'Create or update contact',
			fields: { chatId: CONTACT, firstName: '', lastName: '' },
			options: { ...COMMON_OPTIONS, ...PHONE_OPTIONS, saveToPhone: true },
		},
		delete: {
			label: 'Delete',
			action: 'Delete contact',
			fields: { chatId: CONTACT },
			options: { ...COMMON_OPTIONS, ...PHONE_OPTIONS },
		},
		getAvatar: {
			label: 'Get Avatar',
			action: 'Get avatar of contact or group',
			fields: { chatId: CONTACT, download: false },
			options: { ...READING_OPTIONS, ...PHONE_OPTIONS },
		},
		getContactInfo: {
			label: 'Get Contact Info',
			action: 'Get contact info',
			fields: { chatId: CONTACT, output: 'raw', splitProducts: false },
			options: {
				...READING_OPTIONS,
				...PHONE_OPTIONS,
				addFingerprint: false,
				avatarBinaryField: 'avatar',
				contactsWithoutProducts: 'keep',
				downloadAvatar: false,
				groupChats: 'chatIdOnly',
				resolvePhoneNumber: false,
			},
		},
		getMany: {
			label: 'Get Many',
			action: 'Get many contacts and groups',
			fields: { returnAll: false, limit: 50, output: 'simplified' },
			options: { ...READING_OPTIONS, onlySaved: false, search: '', type: 'all' },
		},
	},
	group: {
		get: {
			label: 'Get',
			action: 'Get group',
			fields: { chatId: CONTACT, splitParticipants: false, output: 'raw' },
			options: READING_OPTIONS,
		},
	},
};

const ALL = Object.entries(OPERATIONS).flatMap(([resource, operations]) =>
	Object.entries(operations).map(([operation, expected]) => ({ resource, operation, expected })),
);

describe('the subtitle says what the node does, in words', () => {
	const subtitleOf = async (type: string, parameters: INode['parameters']) => {
		const types = await LoadedTypes.load();
		const node: INode = {
			id: '1',
			name: 'Node',
			type: `${PACKAGE_NAME}.${type}`,
			typeVersion: 1,
			position: [0, 0],
			parameters,
		};
		const workflow = new Workflow({
			nodes: [node],
			connections: {},
			active: false,
			nodeTypes: types,
		});
		const { subtitle } = types.getByNameAndVersion(node.type).description;
		return workflow.expression.getSimpleParameterValue(node, subtitle, 'internal', {});
	};

	it.each([
		[['incomingMessageReceived', 'incomingCall'], 'Message received, Call received'],
		[['outgoingAPIMessageReceived'], 'Message sent through the API'],
		[['any'], 'Anything'],
		['{{ expression }}', '{{ expression }}'],
	])('of the trigger on %j: %s', async (events, words) => {
		expect(await subtitleOf('greenApiTrigger', { events })).toBe(words);
	});

	it.each([
		['contact', 'getContactInfo', 'Get Contact Info'],
		['contact', 'getMany', 'Get Many'],
		['group', 'get', 'Get Group'],
	])('of the node: %s, %s: %s', async (resource, operation, words) => {
		expect(await subtitleOf('greenApi', { resource, operation })).toBe(words);
	});
});

describe('what saved workflows rely on', () => {
	let properties: INodeProperties[];
	let types: LoadedTypes;

	beforeAll(async () => {
		types = await LoadedTypes.load();
		({ properties } = types.getByNameAndVersion(`${PACKAGE_NAME}.greenApi`).description);
	});

	/** The fields that the editor shows when these are set, in their order. */
	function shown(parameters: INode['parameters']): INodeProperties[] {
		const { description } = types.getByNameAndVersion(`${PACKAGE_NAME}.greenApi`);
		const node: Pick<INode, 'typeVersion'> = { typeVersion: 1 };
		const all =
			NodeHelpers.getNodeParameters(properties, parameters, true, true, node, description) ?? {};
		return properties.filter((property) =>
			NodeHelpers.displayParameter(all, property, node, description, all),
		);
	}
	const shownFor = (resource: string, operation: string, parameters: INode['parameters'] = {}) =>
		shown({ resource, operation, ...parameters }).filter(
			({ name }) => name !== 'resource' && name !== 'operation',
		);
	const optionsIn = (fields: INodeProperties[]) =>
		fields.find(({ name }) => name === 'options')?.options as INodeProperties[];
	const defaultsOf = (fields: INodeProperties[]) =>
		Object.fromEntries(fields.map(({ name, default: value }) => [name, value]));
	const labels = (field?: INodeProperties) =>
		Object.fromEntries(
			((field?.options ?? []) as INodePropertyOptions[]).map(({ value, name }) => [value, name]),
		);

	it('the node: its name, credential, icons and use as a tool', () => {
		const { description } = types.getByNameAndVersion(`${PACKAGE_NAME}.greenApi`);
		expect(description).toMatchObject({
			displayName: 'GREEN-API',
			// n8n before 1.72 puts the package in front of it.
			name: expect.stringMatching(/^(n8n-nodes-green-api-contacts\.)?greenApi$/),
			version: 1,
			usableAsTool: true,
			inputs: ['main'],
			outputs: ['main'],
			credentials: [{ name: 'greenApi', required: true }],
			codex: { alias: expect.arrayContaining(['WhatsApp']) },
		});
		expect(description.iconUrl).toEqual({
			light: `icons/${PACKAGE_NAME}/dist/nodes/GreenApi/greenApi.svg`,
			dark: `icons/${PACKAGE_NAME}/dist/nodes/GreenApi/greenApi.dark.svg`,
		});
	});

	it('the trigger: its name, credential, icons, fields and values', () => {
		const { description } = types.getByNameAndVersion(`${PACKAGE_NAME}.greenApiTrigger`);
		expect(description).toMatchObject({
			displayName: 'GREEN-API Trigger',
			name: expect.stringMatching(/^(n8n-nodes-green-api-contacts\.)?greenApiTrigger$/),
			version: 1,
			group: ['trigger'],
			inputs: [],
			outputs: ['main'],
			credentials: [{ name: 'greenApi', required: true }],
			codex: { alias: expect.arrayContaining(['WhatsApp']) },
			iconUrl: {
				light: `icons/${PACKAGE_NAME}/dist/nodes/GreenApiTrigger/greenApiTrigger.svg`,
				dark: `icons/${PACKAGE_NAME}/dist/nodes/GreenApiTrigger/greenApiTrigger.dark.svg`,
			},
		});
		const field = (name: string) => description.properties.find((each) => each.name === name);
		const values = (list: INodeProperties['options']) =>
			(list as INodePropertyOptions[]).map(({ value }) => value).sort();
		expect(description.properties.map(({ name }) => name)).toEqual([
			'events',
			'deleteFromQueue',
			'output',
			'options',
		]);
		expect(values(field('events')?.options)).toEqual([
			'any',
			'deletedMessage',
			'deviceInfo',
			'editedMessage',
			'incomingBlock',
			'incomingCall',
			'incomingMessageReceived',
			'outgoingAPIMessageReceived',
			'outgoingCall',
			'outgoingMessageReceived',
			'outgoingMessageStatus',
			'pollMessage',
			'quotaExceeded',
			'stateInstanceChanged',
			'statusInstanceChanged',
		]);
		expect(labels(field('deleteFromQueue') as INodeProperties)).toEqual({
			executionFinishes: 'When the Execution Finishes',
			executionSucceeds: 'When the Execution Succeeds',
			immediately: 'Immediately',
		});
		expect(field('deleteFromQueue')?.default).toBe('executionFinishes');
		expect(values(field('output')?.options)).toEqual(['raw', 'simplified']);
		const options = field('options')?.options as INodeProperties[];
		expect(Object.fromEntries(options.map((each) => [each.name, each.default]))).toEqual({
			chats: 'all',
			clearWebhookUrl: false,
			includeStatusAndChannels: false,
			maxDeliveries: 5,
			maxExecutionMinutes: 60,
			onlyChats: [],
			turnOnNotifications: true,
		});
	});

	it('the resources, and their operations in the order of their labels', () => {
		expect(labels(properties[0])).toEqual({ contact: 'Contact', group: 'Group' });
		for (const [resource, operations] of Object.entries(OPERATIONS)) {
			const field = shown({ resource }).find(({ name }) => name === 'operation');
			expect(
				(field?.options as INodePropertyOptions[]).map(({ value, name, action }) => ({
					[String(value)]: [name, action],
				})),
			).toEqual(
				Object.entries(operations).map(([name, { label, action }]) => ({
					[name]: [label, action],
				})),
			);
		}
	});

	it('a node as it is dropped gets contact info', () => {
		expect(properties[0]?.default).toBe('contact');
		const fields = shown({});
		expect(fields.map(({ name }) => name)).toEqual(
			shown({ resource: 'contact', operation: 'getContactInfo' }).map(({ name }) => name),
		);
		expect(fields[1]).toMatchObject({ name: 'operation', default: 'getContactInfo' });
		expect(fields.at(-1)?.name).toBe('options');
	});

	it.each(ALL)(
		'$resource → $operation: its fields and options, with their defaults',
		({ resource, operation, expected }) => {
			const fields = shownFor(resource, operation);
			expect(Object.entries(defaultsOf(fields))).toEqual([
				...Object.entries(expected.fields),
				['options', {}],
			]);
			const options = optionsIn(fields);
			expect(defaultsOf(options)).toEqual(expected.options);
			expect(options.map(({ displayName }) => displayName)).toEqual(
				options.map(({ displayName }) => displayName).sort((a, b) => a.localeCompare(b, 'en')),
			);
		},
	);

	it.each(ALL)(
		'$resource → $operation: every field tells a model, too, what it is for',
		({ resource, operation }) => {
			const fields = shownFor(resource, operation).filter(({ name }) => name !== 'options');
			for (const { description = '' } of [...fields, ...optionsIn(shownFor(resource, operation))]) {
				expect(description.length).toBeGreaterThan(20);
				expect(description).not.toMatch(FORBIDDEN_WORDS);
			}
		},
	);

	it.each([
		['contact', 'getContactInfo', { output: 'selectedFields' }, 'fields', true],
		['contact', 'getContactInfo', { output: 'raw' }, 'fields', false],
		['contact', 'getAvatar', { download: true }, 'avatarBinaryField', true],
		['contact', 'getAvatar', { download: false }, 'avatarBinaryField', false],
		['contact', 'getMany', { returnAll: false }, 'limit', true],
		['contact', 'getMany', { returnAll: true }, 'limit', false],
		['group', 'get', { splitParticipants: false }, 'output', true],
		['group', 'get', { splitParticipants: true }, 'output', false],
	])('%s → %s with %j: field "%s" shown: %s', (resource, operation, parameters, name, isShown) => {
		const names = shownFor(resource, operation, parameters).map((field) => field.name);
		expect(names.includes(name)).toBe(isShown);
	});

	it('the contact: by id, from the item’s chatId, or from a searchable list; groups alone for groups', () => {
		const { methods } = types.getByNameAndVersion(`${PACKAGE_NAME}.greenApi`);
		for (const { resource, operation, expected } of ALL) {
			if (!('chatId' in expected.fields)) continue;
			const field = shownFor(resource, operation).find(({ name }) => name === 'chatId');
			const method = resource === 'group' ? 'searchGroups' : 'searchContacts';
			expect(field).toMatchObject({
				displayName: resource === 'group' ? 'Group' : 'Contact',
				type: 'resourceLocator',
				required: true,
				modes: [
					{ name: 'id', type: 'string' },
					{
						name: 'list',
						displayName: 'From List',
						type: 'list',
						typeOptions: { searchable: true, searchListMethod: method },
					},
				],
			});
			expect(methods?.listSearch?.[method]).toEqual(expect.any(Function));
		}
	});

	it('the choices and their labels', () => {
		const fieldOf = (operation: string, name: string, parameters = {}) =>
			shownFor('contact', operation, parameters).find((field) => field.name === name);
		const optionOf = (operation: string, name: string) =>
			optionsIn(shownFor('contact', operation)).find((option) => option.name === name);
		const both = { raw: 'Raw', simplified: 'Simplified' };
		expect(labels(fieldOf('getContactInfo', 'output'))).toEqual({
			...both,
			selectedFields: 'Selected Fields',
		});
		expect(labels(fieldOf('checkWhatsapp', 'output'))).toEqual(both);
		expect(labels(fieldOf('getMany', 'output'))).toEqual(both);
		expect(labels(optionOf('getMany', 'type'))).toEqual({
			all: 'All',
			groups: 'Groups',
			people: 'People',
		});
		expect(Object.keys(labels(optionOf('getContactInfo', 'contactsWithoutProducts')))).toEqual([
			'drop',
			'keep',
		]);
		expect(Object.keys(labels(optionOf('getContactInfo', 'groupChats'))).sort()).toEqual([
			'chatIdOnly',
			'error',
			'groupData',
			'skip',
		]);
		const selected = { output: 'selectedFields' };
		expect(Object.keys(labels(fieldOf('getContactInfo', 'fields', selected))).sort()).toEqual([
			'avatar',
			'category',
			'chatId',
			'chatType',
			'contactName',
			'description',
			'email',
			'isArchive',
			'isBusiness',
			'isDisappearing',
			'isMute',
			'isPremium',
			'isScam',
			'isVerified',
			'lastSeen',
			'messageExpiration',
			'muteExpiration',
			'name',
			'phoneNumber',
			'products',
			'username',
		]);
	});

	it.each(['upsert', 'delete'])('%s tells a model that it changes the address book', (name) => {
		const operation = (shown({ resource: 'contact' }).find((field) => field.name === 'operation')
			?.options ?? []) as INodePropertyOptions[];
		const { action, description } = operation.find(({ value }) => value === name) ?? {};
		for (const told of [action, description]) expect(told).toContain("the phone's address book");
	});
});
