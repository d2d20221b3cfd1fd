/** Pictures of the real editor for the README. */

import { mkdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** Set by `npm run docs:images`; other runs put their pictures where nobody keeps them. */
const FOLDER = process.env.PICTURES_FOLDER ?? join(tmpdir(), 'green-api-pictures');

/** Longer than any of the editor's transitions. */
const FADING_MS = 1000;

/**
 * @param name of the file, without its ending
 * @returns the size of the picture of the page as it is seen now, in bytes
 */
export async function takePicture(page: Page, name: string): Promise<number> {
	await mkdir(FOLDER, { recursive: true });
	const path = join(FOLDER, `${name}.png`);
	// A message of the editor's own, such as "saved", is in the way of what the picture is about.
	await page.addStyleTag({ content: '.el-notification { display: none !important; }' });
	await page.mouse.move(0, 0);
	await page.waitForTimeout(FADING_MS);
	await page.screenshot({ path, caret: 'hide' });
	return (await stat(path)).size;
}
