/** Each row of docs/phone-numbers.md is true of the node. */

import {
	NODE_NAME,
	onError,
	testWorkflow,
	withInput,
	withParameters,
} from '../engine/workflowFiles';
import { useNode } from '../node/setup';
import { codeIn, readPage, section, tableRows } from './tables';

const page = readPage('docs/phone-numbers.md');
const rowsOf = (heading: string) => tableRows(section(page, heading)).slice(1);

const accepted = rowsOf('What you can write').flatMap(([written = '', read = '']) =>
	codeIn(written).map((given) => [given, codeIn(read)[0] ?? given] as const),
);
/** The rows that have a country, a spelling and an ID; another table there is about shares. */
const withCountry = rowsOf('Numbers without a country code')
	.map((cells) => cells.flatMap(codeIn))
	.filter((codes): codes is [string, string, string] => codes.length === 3);
const refused = rowsOf('What is refused').flatMap(([written = '']) => codeIn(written));

describe('phone numbers as the page has them', () => {
	const { run } = useNode();
	const file = onError(testWorkflow('contacts'), 'continueRegularOutput');

	async function lookUp(given: string, options = {}) {
		const finished = await run(withParameters(withInput(file, [{ chatId: given }]), { options }));
		return finished.json(NODE_NAME)[0];
	}

	it.each(accepted)('%s becomes %s', async (given, chatId) => {
		const contact = await lookUp(given);
		expect(contact).toMatchObject({ chatId });
		expect(contact).not.toHaveProperty('error');
	});

	it.each(withCountry)('with %s, %s becomes %s', async (defaultCountryCode, given, chatId) => {
		expect(await lookUp(given, { defaultCountryCode })).toMatchObject({ chatId });
		expect(await lookUp(given)).toHaveProperty('error');
	});

	it.each(refused)('%s is refused', async (given) => {
		expect(await lookUp(given)).toHaveProperty('error');
	});
});
