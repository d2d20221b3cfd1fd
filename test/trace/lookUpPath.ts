/**
 * Counts the files that one lookup goes through: each function of the package logs its file when it
 * begins. Prints the files in the order in which they are first entered, out (until the credential
 * signs the request) and back, and how often the next function is one of another file. Run it after
 * `npm run build`: `npx tsx test/trace/lookUpPath.ts`.
 */

import Module, { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import ts from 'typescript';
import type * as engineModule from '../engine/engine';
import type * as workflowFiles from '../engine/workflowFiles';
import type * as doubleModule from '../green-api-double/greenApiDouble';

const ROOT = join(__dirname, '../..');
const log: string[] = [];
const LOG = '__lookUpPath';
Reflect.set(globalThis, LOG, (file: string) => void log.push(file));

/** @returns the code, each function of which logs the file as it begins */
function logging(code: string, file: string): string {
	const source = ts.createSourceFile(file, code, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
	const call = `${LOG}(${JSON.stringify(file)})`;
	const inserted: Array<{ at: number; text: string }> = [];
	const visit = (node: ts.Node) => {
		if (ts.isFunctionLike(node) && 'body' in node && node.body) {
			const body = node.body as ts.Node;
			if (ts.isBlock(body)) {
				const directives = body.statements.filter((one) => ts.isStringLiteral(one));
				// A derived class's constructor may call `super` first.
				if (!ts.isConstructorDeclaration(node)) {
					inserted.push({ at: directives.at(-1)?.end ?? body.getStart() + 1, text: `;${call};` });
				}
			} else {
				inserted.push({ at: body.getStart(), text: `(${call},(` }, { at: body.end, text: '))' });
			}
		}
		node.forEachChild(visit);
	};
	visit(source);
	return inserted
		.sort((one, other) => other.at - one.at)
		.reduce((text, { at, text: more }) => text.slice(0, at) + more + text.slice(at), code);
}

type Compile = (this: unknown, code: string, filename: string, ...rest: unknown[]) => unknown;
const prototype = Module.prototype as unknown as { _compile: Compile };
const compile = prototype._compile;
prototype._compile = function (code, filename, ...rest) {
	const file = relative(join(ROOT, 'dist'), filename);
	const isOurs = /^(nodes|credentials)\//.test(file);
	return compile.call(this, isOurs ? logging(code, file) : code, filename, ...rest);
};

async function trace(): Promise<void> {
	// Not before the functions log.
	const { Engine } = createRequire(__filename)('../engine/engine') as typeof engineModule;
	const { NODE_NAME, testWorkflow, withInput } = createRequire(__filename)(
		'../engine/workflowFiles',
	) as typeof workflowFiles;
	const { startGreenApiDouble } = createRequire(__filename)(
		'../green-api-double/greenApiDouble',
	) as typeof doubleModule;
	const double = await startGreenApiDouble({ rateFactor: Infinity });
	const engine = await Engine.start();
	const { apiUrl, idInstance, apiTokenInstance } = double;
	const file = withInput(testWorkflow('contacts'), [{ chatId: '71234567890@c.us' }]);
	log.length = 0;
	const credentials = { greenApi: { apiUrl, idInstance, apiTokenInstance } };
	const run = await engine.run(file, { credentials });
	await double.close();
	if (run.error || run.json(NODE_NAME).length !== 1) throw run.error ?? new Error('Not found');

	const begun = log.indexOf('nodes/GreenApi/GreenApi.node.js');
	const sent = log.lastIndexOf('credentials/GreenApi.credentials.js');
	for (const [name, part] of [
		['out', log.slice(begun, sent)],
		['back', log.slice(sent + 1)],
	] as const) {
		const moves = part.filter((one, index) => index > 0 && one !== part[index - 1]);
		const files = [...new Set(part)];
		console.log(`${name}: ${moves.length} moves, ${files.length} files`);
		for (const one of files) console.log(`  ${one}`);
	}
}

void trace().then(() => process.exit(0));
