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

describe('the option "Default Country Code"', () => {
	const { run, requested } = useNode();
	const lookUp = async (chatId: unknown, options: { defaultCountryCode?: string }) => {
		const file = onError(testWorkflow('contacts'), 'continueRegularOutput');
		const finished = await run(withParameters(withInput(file, [{ chatId } as never]), { options }));
		return finished.json(NODE_NAME)[0];
	};

	it('is the country of a number written without one', async () => {
		await lookUp('8 (123) 456-78-90', { defaultCountryCode: '7' });
		await lookUp('050-123-4567', { defaultCountryCode: '+972' });
		await lookUp('050-123-4567', { defaultCountryCode: '={{ "97" + 2 }}' });
		await lookUp('+972 50-123-4567', { defaultCountryCode: '1' });
		expect(requested()).toEqual(Array.from({ length: 3 }, () => '972501234567@c.us'));
	});

	it('is named where it is missing, and nothing is sent', async () => {
		expect(await lookUp('050-123-4567', {})).toEqual({
			chatId: '050-123-4567',
			error: '"050-123-4567" is written without its country code [Item 0]',
		});
		expect(requested()).toEqual([]);
	});

	it("that is no country's calling code is refused, and nothing is sent", async () => {
		expect(await lookUp(SEED_CHAT_ID, { defaultCountryCode: 'IL' })).toEqual({
			chatId: SEED_CHAT_ID,
			error: `"Default Country Code" is "IL", which is no country's calling code [Item 0]`,
		});
		expect(requested()).toEqual([]);
	});
});
