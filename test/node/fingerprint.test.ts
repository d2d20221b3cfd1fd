import type { IDataObject, INode } from 'n8n-workflow';
import { NODE_NAME, testWorkflow, withInput, withParameters } from '../engine/workflowFiles';
import seedContact from '../green-api-double/seedContact.json';
import { SEED_CHAT_ID, useNode } from './setup';

const SEED_FINGERPRINT = 'a2ec979f04f36b9c37947e3b7231758d';
const GROUP = '120363043968066561@g.us';

describe('"Add Fingerprint"', () => {
	const { parts, output } = useNode();

	/** @returns what the node emits for these contacts, with the option and whatever else is set */
	async function emitted(
		chatIds: readonly string[],
		{ options, ...parameters }: INode['parameters'] = {},
	): Promise<IDataObject[]> {
		const input = chatIds.map((chatId) => ({ chatId, fingerprint: 'of the input' }));
		const file = withInput(testWorkflow('contacts'), input);
		const withFingerprint = { addFingerprint: true, ...(options as object) };
		return await output(
			withParameters(file, { ...parameters, options: withFingerprint }, NODE_NAME),
		);
	}

	it('leaves the contact as GREEN-API sent it, and comes last', async () => {
		const [item] = await emitted([SEED_CHAT_ID]);
		expect(Object.entries(item ?? {})).toEqual([
			...Object.entries(seedContact),
			['fingerprint', SEED_FINGERPRINT],
		]);
	});

	it('is off unless asked for', async () => {
		const [item] = await output(withInput(testWorkflow('contacts'), [{ chatId: SEED_CHAT_ID }]));
		expect(item).toEqual(seedContact);
	});

	it.each<[string, INode['parameters']]>([
		['simplified', { output: 'simplified' }],
		['selected fields that it is not made of', { output: 'selectedFields', fields: ['lastSeen'] }],
		['products, on the item of each', { splitProducts: true }],
		['products of simplified contacts', { splitProducts: true, output: 'simplified' }],
		['fields of the input, over one of its name', { options: { includeInputFields: true } }],
	])('is the same beside %s', async (_what, parameters) => {
		const items = await emitted([SEED_CHAT_ID], parameters);
		expect(items).toHaveLength(parameters.splitProducts ? 2 : 1);
		for (const { fingerprint } of items) expect(fingerprint).toBe(SEED_FINGERPRINT);
	});

	it('goes with the contact into its own field', async () => {
		const options = { outputFieldName: 'whatsapp', includeInputFields: true };
		expect(await emitted([SEED_CHAT_ID], { options })).toMatchObject([
			{ fingerprint: 'of the input', whatsapp: { fingerprint: SEED_FINGERPRINT } },
		]);
	});

	it('is there, and stays, for a person of whom GREEN-API knows nothing', async () => {
		parts.double.addressBook.set('79005550001@c.us', null);
		parts.double.addressBook.set('79005550002@c.us', { chatId: '79005550002@c.us', name: '' });
		const [unknown, silent] = await emitted(['79005550001@c.us', '79005550002@c.us']);
		expect(unknown).toEqual({
			chatId: '79005550001@c.us',
			fingerprint: 'a288b7dcfdadbea62f3ed348ef52ae02',
		});
		expect(silent?.fingerprint).toBe(unknown?.fingerprint);
	});

	it.each(['chatIdOnly', 'groupData'])('is not there for a group (%s)', async (groupChats) => {
		const [group] = await emitted([GROUP], { options: { groupChats } });
		expect(group).toMatchObject({ chatId: GROUP, isGroup: true });
		expect(group).not.toHaveProperty('fingerprint');
	});

	it('is the same in the next answer, whose links are signed anew', async () => {
		const chatIds = Array.from({ length: 40 }, (_, index) => `7900123${4_000 + index}@c.us`);
		const first = await emitted(chatIds);
		const second = await emitted(chatIds);
		expect(second.map(({ fingerprint }) => fingerprint)).toEqual(
			first.map(({ fingerprint }) => fingerprint),
		);
		expect(second).not.toEqual(first);
	});
});
