/** The limits that the documents name are those of the methods' table, the aims those of the bench. */

import {
	type Messenger,
	messengerNamed,
	requestsPerSecond,
} from '@package/nodes/shared/green-api/messengers';
import { type GreenApiMethod, METHODS } from '@package/nodes/shared/green-api/methods';
import { judge } from '../bench/targets';
import { readPage, section, tableRows } from './tables';

const MESSENGERS = ['WhatsApp', 'Telegram', 'MAX'].map((label) => ({
	label,
	messenger: messengerNamed(label.toLowerCase()),
}));

/** The methods that an operation paces itself by, all with one limit. */
const METHODS_OF: Record<string, (messenger: Messenger) => GreenApiMethod[]> = {
	'Get Contact Info': () => ['getContactInfo'],
	'Check WhatsApp or Account': ({ check }) => [check],
	'Get Many': ({ chatLists }) => {
		const { method, also } = chatLists.all;
		return [method, ...(also ? [also] : [])];
	},
	'Get Avatar': () => ['getAvatar'],
	'Create or Update': () => ['addContact', 'editContact'],
	Delete: () => ['deleteContact'],
	'Group: Get': () => ['getGroupData'],
};

/** As a cell of the tables has it; a dash where the messenger has no such operation. */
function limitOf(operation: string, messenger: Messenger): string {
	const methods = METHODS_OF[operation]?.(messenger) ?? [];
	if (methods.some((method) => messenger.lacks.includes(method))) return '–';
	const limits = new Set(methods.map((method) => requestsPerSecond(method, messenger)));
	return [...limits].join(' or ');
}

const operations = Object.keys(METHODS_OF);

it("docs/limits.md has each operation's limit for each messenger", () => {
	const [, ...rows] = tableRows(readPage('docs/limits.md').split(/^## /m)[0] ?? '');
	const told = rows.map(([operation = '', ...limits]) => [
		operation,
		...limits.map((limit) => limit.replace('\\*', '')),
	]);
	const expected = operations.map((operation) => [
		operation,
		...MESSENGERS.map(({ messenger }) => limitOf(operation, messenger)),
	]);
	expect(told).toEqual(expected);
});

it("the README has each operation's limit for WhatsApp", () => {
	const [, ...rows] = tableRows(section(readPage('README.md'), 'Operations'));
	const told = rows.map(([resource = '', operation = '', , limit = '']) => {
		const [, name = ''] = /^\[([^\]]+)\]/.exec(operation) ?? [];
		return [resource === 'Group' ? `Group: ${name}` : name, limit.replace(' a second', '')];
	});
	const [whatsapp] = MESSENGERS;
	if (!whatsapp) throw new RangeError('There is no messenger');
	const expected = operations.map((name) => [name, limitOf(name, whatsapp.messenger)]);
	expect(told).toEqual(expected);
});

/** As in "(checkAccount, 1 a second, with MAX 10)". */
const IN_TEXT = /\((\w+), (\d+) a second(?:, with MAX (\d+))?\)/g;

it.each([
	['docs/messengers.md', 'telegram'],
	['docs/operations.md', 'whatsapp'],
])('%s has the limits of the methods it names', (page, messenger) => {
	const told = [...readPage(page).matchAll(IN_TEXT)];
	expect(told).not.toEqual([]);
	for (const [text, name = '', limit, withMax] of told) {
		expect(Object.keys(METHODS)).toContain(name);
		const method = name as GreenApiMethod;
		const limits = [
			requestsPerSecond(method, messengerNamed(messenger)),
			...(withMax ? [requestsPerSecond(method, messengerNamed('max'))] : []),
		];
		expect([text, limit, ...(withMax ? [withMax] : [])]).toEqual([text, ...limits.map(String)]);
	}
});

it('docs/benchmark.md has the aims of the bench', () => {
	const told = tableRows(section(readPage('docs/benchmark.md'), 'The aims')).slice(1);
	expect(told).toEqual(judge([]).map(({ what, bound }) => [what, bound]));
});
