import fc from 'fast-check';
import { type INode, NodeApiError, NodeOperationError } from 'n8n-workflow';
import { readChatId } from '@package/nodes/shared/green-api/chatId';
import {
	failureOf,
	failureOfNetwork,
	failureOfStatus,
} from '@package/nodes/shared/green-api/failures';
import { apiError, inputError } from '@package/nodes/shared/n8n/nodeErrors';
import { deepFreeze } from '../assertions/objectGraph';
import { FAKE_TOKEN } from '../assertions/words';

const NODE: INode = deepFreeze({
	id: '1',
	name: 'GREEN-API',
	type: 'n8n-nodes-green-api-contacts.greenApi',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
});

/** Words in messages at which n8n puts one of its own messages in their place. */
const N8N_CODES = [
	'ECONNREFUSED',
	'ECONNRESET',
	'ENOTFOUND',
	'ETIMEDOUT',
	'ERRADDRINUSE',
	'EADDRNOTAVAIL',
	'ECONNABORTED',
	'EHOSTUNREACH',
	'EAI_AGAIN',
	'ENOENT',
	'EISDIR',
	'ENOTDIR',
	'EACCES',
	'EEXIST',
	'EPERM',
	'GETADDRINFO',
];

function rejectionOf(value: string) {
	const reading = readChatId(value);
	if (reading.ok) throw new Error(`Taken as ${reading.chatId.id}`);
	return reading.rejection;
}

describe('what the user entered wrong', () => {
	it('is an operation error with the message, the advice and the item', () => {
		const error = inputError(
			NODE,
			{ message: 'The contact is empty', description: 'Enter it.' },
			3,
		);
		expect(error).toBeInstanceOf(NodeOperationError);
		expect(error).toMatchObject({
			name: 'NodeOperationError',
			message: 'The contact is empty [Item 3]',
			description: 'Enter it.',
			node: NODE,
			context: { itemIndex: 3 },
		});
	});

	it('names the first item, which n8n counts as 0', () => {
		const error = inputError(NODE, { message: 'Empty', description: 'Enter it.' }, 0);
		expect(error.message).toBe('Empty [Item 0]');
		expect(error.context.itemIndex).toBe(0);
	});

	it.each([...N8N_CODES, 'supermarket (epermanent)', 'eperm@c.us', 'ENOENT@example.com'])(
		'is quoted as it is even when n8n has words of its own for it: %s',
		(value) => {
			const rejection = rejectionOf(value);
			const error = inputError(NODE, rejection, 0);
			expect(error.message).toBe(`${rejection.message} [Item 0]`);
			expect(error.description).toBe(rejection.description);
			expect(error.messages).toEqual([]);
		},
	);

	it('keeps advice that is the same as the message', () => {
		const error = inputError(
			NODE,
			{ message: 'x [Item 0]', description: 'x [Item 0] [Item 0]' },
			0,
		);
		expect(error.description).toBe('x [Item 0] [Item 0]');
	});

	it('keeps any words', () => {
		fc.assert(
			fc.property(fc.string(), fc.string(), fc.nat(), (message, description, itemIndex) => {
				const error = inputError(NODE, { message, description }, itemIndex);
				expect(error.message).toBe(`${message} [Item ${itemIndex}]`);
				expect(error.description).toBe(description);
			}),
		);
	});
});

describe('what GREEN-API or the network answered', () => {
	it('is an API error with the message, the advice, the status and the item', () => {
		const failure = failureOfStatus(401, '');
		const error = apiError(NODE, failure, 2);
		expect(error).toBeInstanceOf(NodeApiError);
		expect(error).toMatchObject({
			name: 'NodeApiError',
			message: `${failure.message} [Item 2]`,
			description: failure.description,
			httpCode: '401',
			node: NODE,
			context: { itemIndex: 2 },
		});
	});

	it('names no item outside of items', () => {
		const failure = failureOfStatus(401, '');
		const error = apiError(NODE, failure);
		expect(error.message).toBe(failure.message);
		expect(error.context).not.toHaveProperty('itemIndex');
	});

	it('names the first item, too', () => {
		const error = apiError(NODE, failureOfStatus(401, ''), 0);
		expect(error.message).toMatch(/ \[Item 0\]$/);
		expect(error.context.itemIndex).toBe(0);
	});

	it.each([300, 400, 401, 402, 403, 404, 405, 429, 466, 499, 500, 502, 503, 504])(
		'keeps our words at %i, for which n8n may have others',
		(status) => {
			const failure = failureOfStatus(status, '');
			const error = apiError(NODE, failure, 1);
			expect(error.message).toBe(`${failure.message} [Item 1]`);
			expect(error.description).toBe(failure.description);
			expect(error.httpCode).toBe(String(status));
			expect(error.messages).toEqual([]);
		},
	);

	it.each([...N8N_CODES, 'CERT_HAS_EXPIRED', undefined])(
		'keeps our words for the network’s %s, for which n8n may have others',
		(code) => {
			const failure = failureOfNetwork(code);
			const error = apiError(NODE, failure, 1);
			expect(error.message).toBe(`${failure.message} [Item 1]`);
			expect(error.description).toBe(failure.description);
			expect(error.httpCode).toBe(failure.code);
			expect(error.messages).toEqual([]);
		},
	);

	it('tells an answer that is none', () => {
		expect(apiError(NODE, failureOf('notJson', '200'), 0)).toMatchObject({ httpCode: '200' });
	});
});

describe('what is stored of an error', () => {
	it('is its words and its item, and nothing of the answer', () => {
		const path = `/waInstance1101000001/getContactInfo/${FAKE_TOKEN}`;
		const failure = failureOfStatus(400, JSON.stringify({ path, message: `Cannot GET ${path}` }));
		const error = apiError(NODE, failure, 4);

		const stored = JSON.parse(JSON.stringify(error)) as Record<string, unknown>;
		expect(stored).toMatchObject({
			name: 'NodeApiError',
			message: `${failure.message} [Item 4]`,
			description: failure.description,
		});
		expect(stored).not.toHaveProperty('cause');

		const everything = Object.getOwnPropertyNames(error).map((name) =>
			String(JSON.stringify(Reflect.get(error, name))),
		);
		expect([JSON.stringify(error), ...everything].join('\n')).not.toContain(FAKE_TOKEN);
		expect([JSON.stringify(error), ...everything].join('\n')).not.toContain('Cannot GET');
	});

	it('is the user’s own words where these are at fault', () => {
		const error = inputError(NODE, rejectionOf('Ivan ECONNRESET'), 1);
		const stored = JSON.stringify(error);
		expect(stored).toContain('has letters in it');
		expect(stored).toContain('[Item 1]');
		expect(stored).not.toContain('closed unexpectedly');
	});

	it.each([
		['GREEN-API', apiError(NODE, failureOfStatus(401, ''), 2)],
		['the user', inputError(NODE, rejectionOf('Ivan'), 2)],
	])('of %s: not the index, which the editor would name a second time', (_whose, error) => {
		expect(error.context.itemIndex).toBe(2);
		expect(JSON.parse(JSON.stringify(error))).toMatchObject({ context: {} });
		expect(JSON.stringify(error)).not.toContain('itemIndex');
	});

	it('leaves the index to n8n, which may name another item or none', () => {
		const error = inputError(NODE, rejectionOf('Ivan'), 2);
		error.context.itemIndex = 5;
		expect(error.context.itemIndex).toBe(5);
		delete error.context.itemIndex;
		expect(error.context).not.toHaveProperty('itemIndex');
	});
});
