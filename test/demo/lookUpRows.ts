/** Looks up the rows of a file in one run of the node, which an interruption ends early. */

import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeParameters,
	IPairedItemData,
	NodeOutput,
} from 'n8n-workflow';
import { type Engine, FinishedRun } from '../engine/engine';
import {
	NODE_NAME,
	onError,
	testWorkflow,
	withInput,
	withParameters,
} from '../engine/workflowFiles';
import type { ContactFile, RowResult } from './contactFile';
import { RequestWatch } from './requestWatch';
import { toTable } from './tables';

const NODE_TYPE = 'n8n-nodes-green-api-contacts.greenApi';

/** More would not fit a terminal; the file has them all. */
const MOST_SHOWN = 20;

export interface LookedUp {
	/** One for each row, in order. */
	results: RowResult[];
	/** See `RequestWatch.summary`. */
	requests: string;
	isInterrupted: boolean;
	hints: readonly string[];
}

/**
 * n8n drops what a node emits when its execution was stopped before; here it is kept.
 *
 * @returns gives what the node emitted, nothing where it never ran
 */
function keepOutput(engine: Engine): () => Promise<INodeExecutionData[]> {
	const type = engine.types.getByNameAndVersion(NODE_TYPE);
	const { execute } = type;
	if (!execute) throw new Error(`${NODE_TYPE} can't be executed`);
	let output: Promise<NodeOutput> = Promise.resolve([[]]);
	type.execute = async function (this: IExecuteFunctions) {
		output = execute.call(this);
		return await output;
	};
	return async () => ((await output) as INodeExecutionData[][])[0] ?? [];
}

/** n8n's users count items from 0; a row is named by its own number. */
function withoutItem(message: string): string {
	return message.replace(/ \[Item \d+\]$/, '');
}

function toResults({ rows }: ContactFile, items: readonly INodeExecutionData[]): RowResult[] {
	const byRow = new Map(
		items.map(({ json, pairedItem }) => [(pairedItem as IPairedItemData).item, json]),
	);
	return rows.map((row, index) => {
		const { error, ...found } = byRow.get(index) ?? { error: 'Not looked up' };
		return error === undefined
			? { row, found }
			: { row, found: {}, error: withoutItem(String(error)) };
	});
}

/**
 * Looks up all rows in one execution. Ctrl-C ends it, and keeps what was found.
 *
 * @param account values of the credential
 * @param options of the node
 */
export async function lookUpRows(
	engine: Engine,
	account: ICredentialDataDecryptedObject,
	file: ContactFile,
	options: INodeParameters,
): Promise<LookedUp> {
	console.log(`${file.rows.length} rows. Ctrl-C ends it, and keeps what was found.\n`);
	const input = file.rows.map((row) => ({ chatId: row[file.column] }));
	const asked = withParameters(withInput(testWorkflow('contacts'), input), {
		output: 'simplified',
		options,
	});
	const output = keepOutput(engine);
	const watch = new RequestWatch('getContactInfo');
	const running = engine.begin(onError(asked, 'continueRegularOutput'), {
		credentials: { greenApi: account },
	});
	let isInterrupted = false;
	// On, not once: npm passes on the terminal's Ctrl-C, and a second signal would end this process.
	process.on('SIGINT', () => {
		isInterrupted = true;
		running.cancel();
	});
	const run = await running.then(
		(finished) => new FinishedRun(finished),
		() => undefined,
	);
	const results = toResults(file, await output());
	watch.stop();
	if (run?.error && !isInterrupted) throw run.error;
	const hints = run?.hints(NODE_NAME) ?? [];
	return { results, requests: watch.summary, isInterrupted, hints };
}

/** One line for each row that brought nothing, or for those in a row with the same reason. */
function missing(results: readonly RowResult[], column: string): string[] {
	const lines: string[] = [];
	for (let first = 0, next; first < results.length; first = next) {
		const { row, error } = results[first] as RowResult;
		next = first + 1;
		while (error !== undefined && results[next]?.error === error) next += 1;
		if (error === undefined) continue;
		const name = `Row ${first + 1}, ${JSON.stringify(row[column] ?? '')}`;
		lines.push(`${next === first + 1 ? name : `Rows ${first + 1} to ${next}`}: ${error}`);
	}
	return lines;
}

/** Prints what was found, names each row that brought nothing, and sums up. */
export function printResults(
	{ results, requests, hints }: LookedUp,
	{ column }: ContactFile,
): void {
	const found = results.filter(({ error }) => error === undefined);
	const shown = found.slice(0, MOST_SHOWN).map(({ row, found: contact }) => ({
		[column]: row[column],
		...summarise(contact),
	}));
	if (shown.length > 0) console.log(`${toTable(shown)}\n`);
	if (found.length > MOST_SHOWN) console.log(`… and ${found.length - MOST_SHOWN} more.\n`);
	for (const line of missing(results, column)) console.log(line);
	for (const hint of hints) console.log(`Hint: ${hint}`);
	console.log(`\n${results.length} rows, ${found.length} found. ${requests}`);
}

/** Of a simplified contact, what fits a line. */
function summarise({ chatId, name, isBusiness, category, productCount }: IDataObject) {
	return { chatId, name, isBusiness, category, productCount };
}
