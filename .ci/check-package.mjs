/**
 * Checks what `npm pack` would ship: all that n8n loads and nothing else, under 90 kB packed, in the
 * version that is on top of the changelog.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const MAX_PACKED_BYTES = 90_000;
const SHIPPED = /^(package\.json|README\.md|LICENSE\.md|dist\/.+\.(js|json|svg))$/;

const { n8n, version } = JSON.parse(readFileSync('package.json', 'utf8'));
const NEEDED = [
	'package.json',
	'README.md',
	'LICENSE.md',
	...n8n.nodes,
	...n8n.credentials,
	'dist/nodes/GreenApi/GreenApi.node.json',
	'dist/nodes/GreenApi/greenApi.svg',
	'dist/nodes/GreenApi/greenApi.dark.svg',
	'dist/nodes/GreenApiTrigger/GreenApiTrigger.node.json',
	'dist/nodes/GreenApiTrigger/greenApiTrigger.svg',
	'dist/nodes/GreenApiTrigger/greenApiTrigger.dark.svg',
];

const [pack] = JSON.parse(
	execFileSync('npm', ['pack', '--dry-run', '--json'], { encoding: 'utf8' }),
);
const paths = pack.files.map(({ path }) => path);
const missing = NEEDED.filter((path) => !paths.includes(path));
const surplus = paths.filter((path) => !SHIPPED.test(path));
console.log(`${paths.length} files, ${pack.size} bytes packed of ${MAX_PACKED_BYTES} allowed`);

if (missing.length > 0) throw new Error(`The package would lack ${missing.join(', ')}`);
if (surplus.length > 0) throw new Error(`The package would also ship ${surplus.join(', ')}`);
if (pack.size >= MAX_PACKED_BYTES) throw new Error('The package is too large');

const [, changed] = /^## (\S+)/m.exec(readFileSync('CHANGELOG.md', 'utf8')) ?? [];
if (changed !== version)
	throw new Error(`CHANGELOG.md begins with ${changed}, not with ${version}`);
