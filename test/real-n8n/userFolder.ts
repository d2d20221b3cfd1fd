/** The folder that n8n keeps its data and its community nodes in. */

import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { npm } from './install';

const repository = join(__dirname, '../..');

/**
 * Packs the built package and installs the tarball, as n8n installs a community node: into
 * `.n8n/nodes` of the user folder, without what only its developers need (n8n's
 * community-packages.service). A package that is there already is replaced.
 *
 * @param userFolder what N8N_USER_FOLDER is
 * @throws Error with npm's words where it fails
 */
export async function installPackedNode(userFolder: string): Promise<void> {
	const nodes = join(userFolder, '.n8n/nodes');
	await mkdir(nodes, { recursive: true });
	const { stdout } = await promisify(execFile)(
		'npm',
		['pack', '--json', '--pack-destination', nodes],
		{ cwd: repository, shell: process.platform === 'win32' },
	);
	const [packed] = JSON.parse(stdout) as Array<{ name: string; filename: string }>;
	if (!packed) throw new Error(`npm pack made no tarball: ${stdout}`);
	await rm(join(nodes, 'node_modules', packed.name), { recursive: true, force: true });
	await writeFile(join(nodes, 'package.json'), '{"name":"installed-nodes","private":true}');
	const nothingElse = ['--omit=dev', '--omit=peer', '--install-strategy=shallow'];
	const quietly = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
	await npm(['install', join(nodes, packed.filename), ...nothingElse, ...quietly], nodes);
}
