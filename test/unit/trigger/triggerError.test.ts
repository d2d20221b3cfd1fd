import { triggerError } from '@package/nodes/GreenApiTrigger/GreenApiTrigger.node';
import { failureOfNetwork, failureOfStatus } from '@package/nodes/shared/green-api/failures';
import { expectPlainWords } from '../../assertions/words';

const NODE = {
	id: '1',
	name: 'GREEN-API Trigger',
	type: 'n8n-nodes-green-api-contacts.greenApiTrigger',
	typeVersion: 1,
	position: [0, 0] as [number, number],
	parameters: {},
};

describe('what stands against a trigger', () => {
	const wrongToken = failureOfStatus(401, '');

	it('is told as a whole in the message, as n8n shows no more of it', () => {
		const { message, httpCode } = triggerError(NODE, wrongToken, false);
		expect(message).toBe(`${wrongToken.message}. ${wrongToken.description}`);
		expect(httpCode).toBe('401');
	});

	it('in a test has its advice under the message', () => {
		expect(triggerError(NODE, wrongToken, true)).toMatchObject({
			message: wrongToken.message,
			description: wrongToken.description,
		});
	});

	it.each(['ETIMEDOUT', 'ESOCKETTIMEDOUT', 'ECONNABORTED'])(
		'%s: no option is named that the trigger does not have',
		(code) => {
			for (const isTest of [true, false]) {
				const error = triggerError(NODE, failureOfNetwork(code), isTest);
				const description = error.description ?? '';
				expect(error.message).toMatch(/did not answer in time/);
				expect(description).toMatch(/can reach the API URL/);
				expect(error.message + description).not.toMatch(/Timeout|option/);
				expectPlainWords({ message: error.message, description });
			}
		},
	);
});
