/**
 * Stops a publication that would carry a placeholder: something that only the owner knows, marked
 * REPLACE-BEFORE-PUBLISHING, an address that can't exist, or a figure nobody has measured yet.
 * The publish workflow runs it. With a folder as its argument it looks there.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const MARK = /REPLACE-BEFORE-PUBLISHING|TODO-MEASURED/;

/** Names that can't exist on the internet (RFC 2606). */
const UNREAL_NAME = /\.(example|invalid|test)\b/;

const folder = process.argv[2] ?? '.';
const found = [];

/** Collects the texts inside `value` that hold a placeholder. */
function inspect(value, path) {
	if (typeof value === 'string') {
		if (MARK.test(value) || UNREAL_NAME.test(value)) found.push(`package.json, ${path}: ${value}`);
	} else if (value !== null && typeof value === 'object') {
		for (const [key, inner] of Object.entries(value)) inspect(inner, path ? `${path}.${key}` : key);
	}
}

const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
for (const field of ['author', 'repository', 'homepage']) {
	if (manifest[field] === undefined) found.push(`package.json, ${field}: missing`);
	inspect(manifest[field], field);
}

/** What a reader sees. CONTRIBUTING.md explains the placeholders and may name them. */
const pages = ['.', 'docs'].flatMap((part) =>
	readdirSync(join(folder, part))
		.filter((name) => name.endsWith('.md') && name !== 'CONTRIBUTING.md')
		.map((name) => join(part, name)),
);
for (const page of pages) {
	for (const [index, line] of readFileSync(join(folder, page), 'utf8').split('\n').entries()) {
		if (MARK.test(line)) found.push(`${page}, line ${index + 1}: ${line.trim().slice(0, 100)}`);
	}
}

if (found.length > 0) {
	console.error(`Not ready to publish:\n${found.join('\n')}`);
	process.exitCode = 1;
}
