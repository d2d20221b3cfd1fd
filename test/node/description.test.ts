import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { LoadedTypes, PACKAGE_NAME } from '../engine/nodeTypes';

/** Saved workflows hold these names and values: they can't change without a new node version. */
describe('what saved workflows rely on', () => {
	let properties: INodeProperties[];
	let types: LoadedTypes;

	beforeAll(async () => {
		types = await LoadedTypes.load();
		({ properties } = types.getByNameAndVersion(`${PACKAGE_NAME}.greenApi`).description);
	});

	const property = (name: string) => {
		const found = properties.find((candidate) => candidate.name === name);
		if (!found) throw new Error(`The node has no field ${name}`);
		return found;
	};
	const option = (name: string) => {
		const options = property('options').options as INodeProperties[];
		const found = options.find((candidate) => candidate.name === name);
		if (!found) throw new Error(`The node has no option ${name}`);
		return found;
	};
	const labels = (field: INodeProperties) =>
		Object.fromEntries(
			(field.options as INodePropertyOptions[]).map(({ value, name }) => [value, name]),
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

	it('the fields, in their order', () => {
		expect(properties.map(({ name }) => name)).toEqual([
			'resource',
			'operation',
			'chatId',
			'output',
			'fields',
			'splitProducts',
			'options',
		]);
		expect((property('options').options as INodeProperties[]).map(({ name }) => name)).toEqual([
			'addFingerprint',
			'avatarBinaryField',
			'cacheSeconds',
			'contactsWithoutProducts',
			'downloadAvatar',
			'groupChats',
			'includeInputFields',
			'maxRetries',
			'outputFieldName',
			'requestsPerSecond',
			'timeout',
		]);
	});

	it('resource and operation', () => {
		expect(labels(property('resource'))).toEqual({ contact: 'Contact' });
		expect(property('operation').options).toMatchObject([
			{ name: 'Get Contact Info', value: 'getContactInfo', action: 'Get contact info' },
		]);
	});

	it('the contact: by id, from the item’s chatId, or from a searchable list', () => {
		expect(property('chatId')).toMatchObject({
			type: 'resourceLocator',
			default: { mode: 'id', value: '={{ $json.chatId }}' },
			modes: [
				{ name: 'id', displayName: 'By Chat ID or Phone Number', type: 'string' },
				{
					name: 'list',
					displayName: 'From List',
					type: 'list',
					typeOptions: { searchable: true },
				},
			],
		});
		const method = property('chatId').modes?.[1]?.typeOptions?.searchListMethod ?? '';
		const { methods } = types.getByNameAndVersion(`${PACKAGE_NAME}.greenApi`);
		expect(methods?.listSearch?.[method]).toEqual(expect.any(Function));
	});

	it('the choices and their labels', () => {
		expect(labels(property('output'))).toEqual({
			raw: 'All Fields',
			simplified: 'Simplified',
			selectedFields: 'Selected Fields',
		});
		expect(Object.keys(labels(option('contactsWithoutProducts')))).toEqual(['drop', 'keep']);
		expect(Object.keys(labels(option('groupChats'))).sort()).toEqual([
			'chatIdOnly',
			'error',
			'groupData',
			'skip',
		]);
		expect(Object.keys(labels(property('fields'))).sort()).toEqual([
			'avatar',
			'category',
			'chatId',
			'contactName',
			'description',
			'email',
			'isArchive',
			'isBusiness',
			'isDisappearing',
			'isMute',
			'lastSeen',
			'messageExpiration',
			'muteExpiration',
			'name',
			'products',
		]);
	});

	it('the defaults', () => {
		expect(property('output').default).toBe('raw');
		expect(property('fields').default).toEqual([]);
		expect(property('splitProducts').default).toBe(false);
		const options = property('options').options as INodeProperties[];
		expect(Object.fromEntries(options.map(({ name, default: value }) => [name, value]))).toEqual({
			addFingerprint: false,
			avatarBinaryField: 'avatar',
			cacheSeconds: 0,
			contactsWithoutProducts: 'keep',
			downloadAvatar: false,
			groupChats: 'chatIdOnly',
			includeInputFields: false,
			maxRetries: 4,
			outputFieldName: '',
			requestsPerSecond: 1,
			timeout: 30_000,
		});
	});
});
