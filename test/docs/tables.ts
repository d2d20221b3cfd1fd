/** Markdown tables, as the documents have them. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');

/** @returns the page's text; `path` is from the repository's root */
export const readPage = (path: string) => readFileSync(join(root, path), 'utf8');

/** @returns the cells of each row of the tables in `markdown`, headings included, rules left out */
export function tableRows(markdown: string): string[][] {
	return markdown
		.split('\n')
		.filter((line) => line.startsWith('|') && !/^\|[\s|:-]+$/.test(line))
		.map((line) =>
			line
				.slice(1, -1)
				.split('|')
				.map((cell) => cell.trim()),
		);
}

/** @returns what stands between backticks, what is abbreviated with "…" left out */
export function codeIn(cell: string): string[] {
	return [...cell.matchAll(/`([^`]+)`/g)]
		.map(([, code]) => code ?? '')
		.filter((code) => !code.includes('…'));
}

/** @returns the part of the page under a heading of the second level */
export function section(markdown: string, heading: string): string {
	const found = markdown.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
	if (found === undefined) throw new Error(`There is no heading "${heading}"`);
	return found;
}
