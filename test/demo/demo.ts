/**
 * `npm run demo`: the node on n8n's own engine. Without arguments it runs the example workflows
 * against a GREEN-API double. `-- --contacts file.csv`, or contacts themselves, are looked up there,
 * or at the real GREEN-API where GREEN_API_URL, GREEN_API_ID_INSTANCE and GREEN_API_TOKEN are set.
 */

import { parseArgs } from 'node:util';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { Engine } from '../engine/engine';
import { startGreenApiDouble } from '../green-api-double/greenApiDouble';
import { type ContactFile, FileError, readContactFile, writeResults } from './contactFile';
import { runExamples } from './examples';
import { lookUpRows, printResults } from './lookUpRows';

const USAGE = `npm run demo                              the example workflows
npm run demo -- "+44 20 7946 0958" …      these contacts
npm run demo -- --contacts contacts.csv   those of a .csv, .xlsx or .json file
   --column NAME         the file's column with the phone numbers
   --country-code 972    of numbers that are written without one
   --messenger max       or telegram; whatsapp otherwise`;

const OPTIONS = {
	contacts: { type: 'string' },
	column: { type: 'string' },
	'country-code': { type: 'string', default: '' },
	messenger: { type: 'string', default: 'whatsapp' },
	help: { type: 'boolean', default: false },
} as const;

/** Those of the real GREEN-API; undefined where they are not set. */
function realAccount(messenger: string): ICredentialDataDecryptedObject | undefined {
	const { GREEN_API_URL, GREEN_API_ID_INSTANCE, GREEN_API_TOKEN } = process.env;
	if (!GREEN_API_URL || !GREEN_API_ID_INSTANCE || !GREEN_API_TOKEN) return undefined;
	return {
		apiUrl: GREEN_API_URL,
		idInstance: GREEN_API_ID_INSTANCE,
		apiTokenInstance: GREEN_API_TOKEN,
		messenger,
	};
}

/** Looks up at the real GREEN-API, or at a double that ends afterwards. */
async function withAccount<T>(
	messenger: string,
	act: (account: ICredentialDataDecryptedObject) => Promise<T>,
): Promise<T> {
	const real = realAccount(messenger);
	if (real) {
		console.log(`Asking GREEN-API's instance ${String(real.idInstance)}.`);
		return await act(real);
	}
	console.log('A stand-in answers for GREEN-API, with made-up contacts.');
	const double = await startGreenApiDouble({
		messenger: messenger === 'telegram' || messenger === 'max' ? messenger : 'whatsapp',
	});
	const { apiUrl, idInstance, apiTokenInstance } = double;
	try {
		return await act({ apiUrl, idInstance, apiTokenInstance, messenger });
	} finally {
		await double.close();
	}
}

/** @returns the exit code: 0 where each row was looked up or is named with its reason */
async function main(): Promise<number> {
	const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
	if (values.help) {
		console.log(USAGE);
		return 0;
	}
	const path = values.contacts;
	if (path === undefined && positionals.length === 0) {
		return (await runExamples(await Engine.start())) === 0 ? 0 : 1;
	}
	const file: ContactFile =
		path === undefined
			? { rows: positionals.map((contact) => ({ contact })), column: 'contact' }
			: await readContactFile(path, values.column);
	const options = { defaultCountryCode: values['country-code'] };
	return await withAccount(values.messenger, async (account) => {
		const looked = await lookUpRows(await Engine.start(), account, file, options);
		printResults(looked, file);
		if (path !== undefined) {
			console.log(`All ${file.rows.length} rows: ${await writeResults(path, looked.results)}`);
		}
		return looked.isInterrupted ? 130 : 0;
	});
}

main().then(
	(code) => process.exit(code),
	(thrown: Error & { code?: string }) => {
		const isUsers = thrown instanceof FileError || thrown.code?.startsWith('ERR_PARSE_ARGS');
		console.error(isUsers ? `${thrown.message}\n\n${USAGE}` : thrown);
		process.exit(1);
	},
);
