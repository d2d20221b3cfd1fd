/** What the documents promise about themselves, and about the package. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { INodeProperties, INodeTypeDescription } from 'n8n-workflow';
import { readPage, tableRows } from './tables';

const root = join(__dirname, '../..');

describe('the README', () => {
	const lines = readPage('README.md').trimEnd().split('\n');

	it('has at most 150 lines', () => {
		expect(lines.length).toBeLessThanOrEqual(150);
	});

	it('names every example once in its table, and no other', () => {
		const rows = lines.filter((line) => line.startsWith('|')).join('\n');
		const named = [...rows.matchAll(/\(examples\/([^)]+)\)/g)].map(([, file]) => file);
		expect(named.sort()).toEqual(readdirSync(join(root, 'examples')).sort());
	});
});

/** The labels of a node's fields, and of its options. */
function labels(properties: readonly INodeProperties[]): string[] {
	return properties.flatMap(({ displayName, type, options }) =>
		type === 'collection' ? labels(options as INodeProperties[]) : [displayName],
	);
}

const PAGES: Record<string, string> = {
	GreenApi: 'docs/operations.md',
	GreenApiTrigger: 'docs/trigger.md',
};

/** Every n8n node has them; the page's headings stand for their choices. */
const OF_ANY_NODE = ['Resource', 'Operation'];

type NodeModule = Record<string, new () => { description: INodeTypeDescription }>;

const { n8n } = JSON.parse(readPage('package.json')) as { n8n: { nodes: string[] } };

describe.each(n8n.nodes)('%s', (path) => {
	it('has each of its fields and options in a table of its page', async () => {
		const name = /(\w+)\.node\.js$/.exec(path)?.[1] ?? '';
		const Node = ((await import(join(root, path))) as NodeModule)[name];
		if (!Node) throw new Error(`${path} has no class ${name}`);
		const fields = labels(new Node().description.properties);
		const rows = tableRows(readPage(PAGES[name] ?? ''));
		const explained = rows.map(([first = '']) => first.replaceAll('*', ''));
		expect(explained).toEqual(
			expect.arrayContaining([...new Set(fields)].filter((label) => !OF_ANY_NODE.includes(label))),
		);
	});
});
