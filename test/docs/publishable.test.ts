/** What the publish workflow asks before it publishes. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCRIPT = join(__dirname, '../../.ci/check-publishable.mjs');

const READY = {
	author: { name: 'Ada Lovelace', email: 'ada@lovelace.name' },
	repository: { type: 'git', url: 'git+https://github.com/ada/n8n-nodes-green-api-contacts.git' },
	homepage: 'https://www.npmjs.com/package/n8n-nodes-green-api-contacts',
};

let folder: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'publishable-'));
	mkdirSync(join(folder, 'docs'));
	writeFileSync(join(folder, 'README.md'), '# Ready');
});

afterEach(() => rmSync(folder, { recursive: true }));

function check(manifest: object) {
	writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
	const { status, stderr } = spawnSync(process.execPath, [SCRIPT, folder], { encoding: 'utf8' });
	return { status, stderr };
}

it('lets a package through that says who its owner is', () => {
	expect(check(READY)).toEqual({ status: 0, stderr: '' });
});

it.each([
	['author.name', { author: { name: 'REPLACE-BEFORE-PUBLISHING' } }],
	['author.email', { author: { name: 'Ada', email: 'ada@users.noreply.example' } }],
	['author', { author: 'Ada <ada@lovelace.invalid>' }],
	['author', { author: undefined }],
	['repository.url', { repository: { url: 'https://github.com/REPLACE-BEFORE-PUBLISHING/x' } }],
	['repository', { repository: undefined }],
])('stops at a placeholder in %s', (field, change) => {
	const { status, stderr } = check({ ...READY, ...change });
	expect(status).toBe(1);
	expect(stderr).toContain(`package.json, ${field}:`);
});

it('stops at a figure that nobody has measured', () => {
	writeFileSync(join(folder, 'docs', 'benchmark.md'), '# Benchmark\n\nTODO-MEASURED(time)');
	expect(check(READY)).toMatchObject({
		status: 1,
		stderr: expect.stringContaining(`${join('docs', 'benchmark.md')}, line 3`),
	});
});

it('leaves CONTRIBUTING.md alone, which tells what the placeholders are', () => {
	writeFileSync(join(folder, 'CONTRIBUTING.md'), 'REPLACE-BEFORE-PUBLISHING');
	expect(check(READY).status).toBe(0);
});
