/** Checks what `npm pack` would ship: dist, README, LICENSE and package.json, under 60 kB packed. */

import { execFileSync } from 'node:child_process';

const MAX_PACKED_BYTES = 60_000;
const SHIPPED = /^(package\.json|README\.md|LICENSE\.md|dist\/.+\.(js|json|svg))$/;

const [pack] = JSON.parse(
	execFileSync('npm', ['pack', '--dry-run', '--json'], { encoding: 'utf8' }),
);
const surplus = pack.files.map(({ path }) => path).filter((path) => !SHIPPED.test(path));
console.log(`${pack.files.length} files, ${pack.size} bytes packed of ${MAX_PACKED_BYTES} allowed`);

if (surplus.length > 0) throw new Error(`The package would also ship ${surplus.join(', ')}`);
if (pack.size >= MAX_PACKED_BYTES) throw new Error('The package is too large');
