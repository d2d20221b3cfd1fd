/**
 * Runs the example workflows on n8n's own engine and shows what went in and what came out: against
 * the GREEN-API double, or, with GREEN_API_URL, GREEN_API_ID_INSTANCE and GREEN_API_TOKEN set, the
 * given contacts against the real GREEN-API.
 */

import { parseArgs } from 'node:util';
import type { ICredentialDataDecryptedObject, IDataObject, INodeExecutionData } from 'n8n-workflow';
import { Engine, type FinishedRun } from '../engine/engine';
import {
	NODE_NAME,
	readWorkflow,
	testWorkflow,
	triggerOf,
	withInput,
} from '../engine/workflowFiles';
import { startGreenApiDouble } from '../green-api-double/greenApiDouble';
import { toTable } from './tables';

interface Example {
	file: string;
	/** The node whose items go into the lookup. */
	source: string;
	about: string;
	/** The part of an input item that the table shows. */
	showInput?: (json: IDataObject) => IDataObject;
	showOutput?: (json: IDataObject) => IDataObject;
}

/** Of all the fields of a contact, those that fit a line. */
function summarise({ chatId, name, contactName, isBusiness, category, products }: IDataObject) {
	const productCount = Array.isArray(products) ? products.length : 0;
	return { chatId, name, contactName, isBusiness, category, productCount };
}

const EXAMPLES: readonly Example[] = [
	{
		file: 'examples/hand-made-list.json',
		source: 'One Item per Contact',
		about: 'A hand-made list: three contacts, simplified output',
		showOutput: ({ chatId, phoneNumber, name, isBusiness, category, productCount }) => ({
			chatId,
			phoneNumber,
			name,
			isBusiness,
			category,
			productCount,
		}),
	},
	{
		file: 'examples/crm-sync.json',
		source: 'One Item per Row',
		about:
			'A CRM list: numbers in many spellings, duplicates, a group (skipped), a row that is no number',
		showOutput: ({ id, phone, whatsapp }) => {
			const fields = Object.entries(whatsapp as IDataObject);
			return {
				id,
				phone,
				...Object.fromEntries(fields.map(([name, value]) => [`whatsapp.${name}`, value])),
			};
		},
	},
	{
		file: 'examples/webhook-lookup.json',
		source: 'GREEN-API Webhook',
		about: 'A GREEN-API webhook: who wrote to us, one item for each product',
		showInput: ({ body }) => {
			const { senderData, typeWebhook } = body as IDataObject;
			return { typeWebhook, sender: (senderData as IDataObject).sender };
		},
		showOutput: ({ chatId, name, isBusiness, product }) => ({
			chatId,
			name,
			isBusiness,
			product: (product as IDataObject).name,
			description: (product as IDataObject).description,
		}),
	},
	{
		file: 'examples/group-participants.json',
		source: 'Participants',
		about: 'Who is in this group: each participant looked up',
		showInput: ({ groupName, chatId, isAdmin }) => ({ groupName, chatId, isAdmin }),
		showOutput: ({ groupName, chatId, phoneNumber, name, contactName, isAdmin }) => ({
			groupName,
			chatId,
			phoneNumber,
			name,
			contactName,
			isAdmin,
		}),
	},
];

function print(title: string, rows: readonly IDataObject[]): void {
	console.log(`${title} (${rows.length})\n${rows.length > 0 ? toTable(rows) : 'nothing'}\n`);
}

function isGroup({ json }: INodeExecutionData): boolean {
	return Object.values(json).some((value) => String(value).trim().endsWith('@g.us'));
}

/** Input items that neither output tells anything about. */
function untold(run: FinishedRun, input: readonly INodeExecutionData[]): INodeExecutionData[] {
	const told = new Set(
		[...run.items(NODE_NAME), ...run.items(NODE_NAME, 1)].map(({ pairedItem }) =>
			typeof pairedItem === 'object' && 'item' in pairedItem ? pairedItem.item : undefined,
		),
	);
	return input.filter((_item, index) => !told.has(index));
}

/** @returns how many items were lost; all of them when the workflow failed */
function report(run: FinishedRun, { source, showInput, showOutput }: Example): number {
	const asIs = (json: IDataObject) => json;
	const input = run.items(source);
	const found = run.json(NODE_NAME);
	const failed = run.json(NODE_NAME, 1);
	print(
		'In',
		input.map(({ json }) => (showInput ?? asIs)(json)),
	);
	print('Out', found.map(showOutput ?? asIs));
	if (failed.length > 0) print('Error output', failed);
	for (const hint of run.hints(NODE_NAME)) console.log(`Hint: ${hint}\n`);
	if (run.error) console.error(`${run.error.message}\n${run.error.description ?? ''}\n`);

	const silent = untold(run, input);
	// A group that is missing was skipped, as the workflow has it; anything else is lost.
	const skipped = silent.filter(isGroup).length;
	const lost = run.status === 'success' ? silent.length - skipped : Math.max(input.length, 1);
	console.log(
		`${input.length} in, ${found.length} out, ${failed.length} to the error output, ${skipped} groups skipped, ${lost} lost\n`,
	);
	return lost;
}

async function runExamples(engine: Engine): Promise<number> {
	const double = await startGreenApiDouble();
	console.log('GREEN-API allows one lookup a second: this takes a few seconds.\n');
	const { apiUrl, idInstance, apiTokenInstance } = double;
	let lost = 0;
	for (const [index, example] of EXAMPLES.entries()) {
		console.log(`── ${index + 1}. ${example.about}\n   ${example.file}\n`);
		const credentials = { greenApi: { apiUrl, idInstance, apiTokenInstance } };
		lost += report(await engine.run(readWorkflow(example.file), { credentials }), example);
	}
	const requests = double.requestsOf('getContactInfo');
	const refused = requests.filter(({ status }) => status === 429);
	await double.close();
	console.log(
		`${EXAMPLES.length} workflows, ${requests.length} requests, ${refused.length} of them refused with 429, ${lost} items lost`,
	);
	return lost;
}

/** @returns how many contacts brought nothing */
async function lookUpLive(
	engine: Engine,
	greenApi: ICredentialDataDecryptedObject,
	contacts: readonly string[],
): Promise<number> {
	const file = testWorkflow('contacts');
	const source = triggerOf(file);
	const input = contacts.map((chatId) => ({ chatId }));
	const run = await engine.run(withInput(file, input), { credentials: { greenApi } });
	return report(run, { file: '', source, about: '', showOutput: summarise });
}

async function main(): Promise<number> {
	const { positionals: contacts } = parseArgs({ allowPositionals: true });
	const { GREEN_API_URL, GREEN_API_ID_INSTANCE, GREEN_API_TOKEN } = process.env;
	const engine = await Engine.start();
	if (GREEN_API_URL && GREEN_API_ID_INSTANCE && GREEN_API_TOKEN && contacts.length > 0) {
		const credential = {
			apiUrl: GREEN_API_URL,
			idInstance: GREEN_API_ID_INSTANCE,
			apiTokenInstance: GREEN_API_TOKEN,
		};
		return await lookUpLive(engine, credential, contacts);
	}
	if (contacts.length > 0) {
		console.error(
			'To look contacts up at GREEN-API, set GREEN_API_URL, GREEN_API_ID_INSTANCE and GREEN_API_TOKEN.',
		);
		return contacts.length;
	}
	return await runExamples(engine);
}

void main().then((lost) => {
	process.exitCode = lost === 0 ? 0 : 1;
});
