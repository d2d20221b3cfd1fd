import {
	NODE_NAME,
	onError,
	testWorkflow,
	withInput,
	withParameters,
} from '../engine/workflowFiles';
import { useNode } from './setup';

describe('a list of phone numbers', () => {
	const { run, requested } = useNode();
	const going = onError(testWorkflow('contacts'), 'continueRegularOutput');
	const workflow = (texts: readonly string[], options = {}, file = going) =>
		withParameters(
			withInput(
				file,
				texts.map((chatId) => ({ chatId })),
			),
			{ options },
		);
	const BRAZIL = ['51987650001', '41987650002', '11987650003', '(85) 98765-0007'];

	it('speaks with one voice: nobody else is looked up, and a hint says what to do', async () => {
		const finished = await run(workflow(BRAZIL));
		expect(requested()).toEqual([]);
		expect(finished.json(NODE_NAME)).toEqual([
			...BRAZIL.slice(0, 2).map((chatId, index) => ({
				chatId,
				error: `"${chatId}" can't be told from a national number: others in this list are written without their country code [Item ${index}]`,
			})),
			...BRAZIL.slice(2).map((chatId, index) => ({
				chatId,
				error: `"${chatId}" is written without its country code [Item ${index + 2}]`,
			})),
		]);
		expect(finished.hints(NODE_NAME)).toEqual([
			expect.stringMatching(/^2 items were refused: each can't be told .*"Default Country Code"/),
			expect.stringMatching(/^2 items were refused: each is written .*"Default Country Code"/),
		]);
	});

	it('is believed where the Default Country Code of another item is at fault', async () => {
		const items = [
			{ chatId: '050-123-4567', code: '9999' },
			{ chatId: '79001234567', code: '' },
		];
		const options = { defaultCountryCode: '={{ $json.code }}' };
		const finished = await run(withParameters(withInput(going, items), { options }));
		expect(requested()).toEqual(['79001234567@c.us']);
		expect(finished.json(NODE_NAME)[0]).toMatchObject({
			error: expect.stringContaining('"Default Country Code" is "9999"'),
		});
	});

	it('stops at the first of them, where errors stop the workflow, before anything is sent', async () => {
		const finished = await run(
			workflow(['+972 50 123 4567', ...BRAZIL], {}, testWorkflow('contacts')),
		);
		expect(finished.error?.message).toContain('others in this list are written without');
		expect(requested()).toEqual([]);
	});

	it('is read with Default Country Code, and no hint is needed', async () => {
		const finished = await run(workflow(BRAZIL, { defaultCountryCode: '55' }));
		expect(requested()).toEqual([
			'5551987650001@c.us',
			'5541987650002@c.us',
			'5511987650003@c.us',
			'5585987650007@c.us',
		]);
		expect(finished.hints(NODE_NAME).join()).not.toContain('without +');
	});

	it('says in a hint which countries its numbers were read as', async () => {
		const finished = await run(workflow(['51987650001', '41987650002', '51987650003']));
		expect(requested()).toHaveLength(3);
		expect(finished.hints(NODE_NAME)).toContainEqual(
			expect.stringMatching(/^3 numbers without \+ were read as Peru \(2\), Switzerland \(1\)\./),
		);
	});

	it("asks for WhatsApp's own id of a person as it is written", async () => {
		await run(workflow(['+52 1 55 1234 5678', '5215512345679', '+5491166773399']));
		expect(requested()).toEqual(['5215512345678@c.us', '5215512345679@c.us', '5491166773399@c.us']);
	});
});
