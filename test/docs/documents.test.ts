/** What the documents promise about themselves, and about the package. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INodeProperties, INodePropertyCollection, INodeTypeDescription } from 'n8n-workflow';

const root = join(__dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('the README', () => {
	const lines = read('README.md').trimEnd().split('\n');

	it('has at most 150 lines', () => {
		expect(lines.length).toBeLessThanOrEqual(150);
	});

	it('names every example once in its table, and no other', () => {
		const rows = lines.filter((line) => line.startsWith('|')).join('\n');
		const named = [...rows.matchAll(/\(examples\/([^)]+)\)/g)].map(([, file]) => file);
		expect(named.sort()).toEqual(readdirSync(join(root, 'examples')).sort());
	});
});

/** The labels of a node's fields, and of what its collections offer. */
function labels(properties: readonly INodeProperties[]): string[] {
	return properties.flatMap(({ displayName, type, options }) => {
		if (type === 'notice') return [];
		if (type === 'collection') return labels(options as INodeProperties[]);
		if (type === 'fixedCollection') {
			return (options as INodePropertyCollection[]).flatMap(({ values }) => labels(values));
		}
		return [displayName];
	});
}

const PAGES: Record<string, string> = {
	GreenApi: 'docs/operations.md',
	GreenApiTrigger: 'docs/trigger.md',
};

const { n8n } = JSON.parse(read('package.json')) as { n8n: { nodes: string[] } };

describe.each(n8n.nodes)('%s', (path) => {
	it('has each of its fields and options explained', async () => {
		const name = /(\w+)\.node\.js$/.exec(path)?.[1] ?? '';
		const page = read(PAGES[name] ?? '');
		const module = (await import(join(root, path))) as Record<
			string,
			new () => { description: INodeTypeDescription }
		>;
		const { description } = new (module[name] as new () => { description: INodeTypeDescription })();
		const unexplained = labels(description.properties).filter((label) => !page.includes(label));
		expect([...new Set(unexplained)]).toEqual([]);
	});
});
