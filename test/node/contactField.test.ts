import {
	NODE_NAME,
	onError,
	testWorkflow,
	withInput,
	withParameters,
} from '../engine/workflowFiles';
import { SEED_CHAT_ID, useNode } from './setup';

describe('the "Contact" field takes', () => {
	const { run } = useNode();
	const file = onError(testWorkflow('contacts'), 'continueRegularOutput');
	const input = {
		chatId: 'nobody',
		phone: '+7 123 456 78 90',
		Phone_2: 71234567890,
		deep: { phone: '71234567890' },
		rest: '1234567890',
	};
	const lookUp = async (value: string) => {
		const chatId = { __rl: true, mode: 'id', value };
		const finished = await run(withParameters(withInput(file, [input]), { chatId }));
		return finished.json(NODE_NAME)[0];
	};

	it.each([
		['a field of the input', '={{ $json.phone }}'],
		['the same, written tightly', '={{$json.phone}}'],
		['the same, over two lines', '={{\n$json.phone }}'],
		['a number', '={{ $json.Phone_2 }}'],
		['a field in brackets', '={{ $json["phone"] }}'],
		['a field within a field', '={{ $json.deep.phone }}'],
		['an expression among text', '=7{{ $json.rest }}'],
		['what a function makes', '={{ $json.phone.replaceAll(" ", "") }}'],
		['a fixed value', SEED_CHAT_ID],
	])('%s: %s', async (_what, value) => {
		expect(await lookUp(value)).toMatchObject({ chatId: SEED_CHAT_ID, name: 'Dealer' });
	});

	it.each(['={{ $json.nothing }}', '={{ $json.toString }}', '={{ $json.__proto__ }}'])(
		'nothing from %s, and says so',
		async (value) => {
			expect(await lookUp(value)).toEqual({
				chatId: null,
				error: expect.stringMatching(/ \[Item 0\]$/),
			});
		},
	);
});
