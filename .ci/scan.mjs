/**
 * Checks what n8n checks before it verifies a community node: its scanner's rules on the sources and
 * on the tarball. Comments that switch rules off don't count there.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
	analyzePackage,
	SOURCE_FILE_PATTERNS,
} from '@n8n/scan-community-package/scanner/scanner.mjs';

/** As in the scanner's `analyzePackageByName`, which takes published packages alone. */
const PACKED_FILES = ['**/*.js', 'package.json'];

async function scan(what, folder, files) {
	const { passed, message, details } = await analyzePackage(folder, files);
	if (!passed) throw new Error(`n8n's scanner refuses the ${what}: ${details ?? message}`);
	console.log(`n8n's scanner passes the ${what}`);
}

const packed = mkdtempSync(join(tmpdir(), 'green-api-scan-'));
try {
	await scan('sources', resolve('.'), SOURCE_FILE_PATTERNS);
	const [{ filename }] = JSON.parse(
		execFileSync('npm', ['pack', '--json', '--pack-destination', packed], { encoding: 'utf8' }),
	);
	execFileSync('tar', ['-xzf', join(packed, filename), '-C', packed]);
	await scan('package', join(packed, 'package'), PACKED_FILES);
} finally {
	rmSync(packed, { recursive: true });
}
