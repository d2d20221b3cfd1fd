/** The example workflows, run one after the other, and what went in and what came out. */

import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { Engine, FinishedRun } from '../engine/engine';
import { NODE_NAME, readWorkflow } from '../engine/workflowFiles';
import { startGreenApiDouble } from '../green-api-double/greenApiDouble';
import { RequestWatch } from './requestWatch';
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

/**
 * Runs all of them against a GREEN-API double, and prints what they did.
 *
 * @returns how many items were lost
 */
export async function runExamples(engine: Engine): Promise<number> {
	const double = await startGreenApiDouble();
	console.log(
		'A stand-in answers for GREEN-API. It allows one lookup a second, as GREEN-API does.\n',
	);
	const { apiUrl, idInstance, apiTokenInstance } = double;
	const credentials = { greenApi: { apiUrl, idInstance, apiTokenInstance } };
	let lost = 0;
	for (const [index, example] of EXAMPLES.entries()) {
		console.log(`── ${index + 1}. ${example.about}\n   ${example.file}\n`);
		const watch = new RequestWatch('getContactInfo');
		const run = await engine.run(readWorkflow(example.file), { credentials });
		watch.stop();
		lost += report(run, example);
		console.log(`${watch.summary}\n`);
	}
	const requests = double.requestsOf('getContactInfo');
	const refused = requests.filter(({ status }) => status === 429);
	await double.close();
	console.log(
		`${EXAMPLES.length} workflows, ${requests.length} requests, ${refused.length} of them refused with 429, ${lost} items lost`,
	);
	return lost;
}
