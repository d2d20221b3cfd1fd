/** A real browser, signed in to n8n, that remembers all that n8n sent it. */

import { type Browser, chromium, type Page, selectors } from 'playwright-core';
import { programPath } from '../../real-n8n/debianPrograms';
import { OWNER } from '../../real-n8n/n8nApi';

/** Root has no sandbox, and containers mostly none either; the rest keeps it from calling its maker. */
const ARGUMENTS = [
	'--no-sandbox',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

/** The whole of a node's panel is visible at this size, in pixels. */
const VIEWPORT = { width: 1400, height: 900 };

/** For whatever the editor takes its time for on a busy machine. */
const PATIENCE_MS = 300_000;

export interface SignedInBrowser {
	page: Page;
	/** All bodies of n8n's answers and all messages of its push connection so far. */
	received: () => Promise<string>;
	/** All that it has sent n8n so far: addresses and bodies. */
	sent: Array<{ url: string; body: string }>;
	close: () => Promise<void>;
}

function listen(page: Page): () => Promise<string> {
	const bodies: Array<Promise<string>> = [];
	page.on('response', (response) => {
		const isData = !/\.(js|css|woff2?|svg|png)(\?|$)/.test(response.url());
		// A page that is left takes the bodies with it that it has not shown.
		if (isData) bodies.push(response.text().catch(() => ''));
	});
	page.on('websocket', (socket) => {
		socket.on('framereceived', ({ payload }) => bodies.push(Promise.resolve(payload.toString())));
	});
	return async () => (await Promise.all(bodies)).join('\n');
}

/**
 * @param url of n8n
 * @returns a browser whose page shows n8n's list of workflows
 * @throws Error where Chromium is missing or n8n lets nobody in
 */
export async function openBrowser(url: string): Promise<SignedInBrowser> {
	selectors.setTestIdAttribute('data-test-id');
	const browser: Browser = await chromium.launch({
		executablePath: programPath('chromium'),
		args: ARGUMENTS,
	});
	const page = await browser.newPage({ viewport: VIEWPORT, baseURL: url });
	page.setDefaultTimeout(PATIENCE_MS);
	const received = listen(page);
	const sent: SignedInBrowser['sent'] = [];
	page.on('request', (request) => {
		sent.push({ url: request.url(), body: request.postData() ?? '' });
	});
	await page.goto('/signin');
	await page.locator('input[name=emailOrLdapLoginId]').fill(OWNER.email);
	await page.locator('input[name=password]').fill(OWNER.password);
	await page.keyboard.press('Enter');
	await page.waitForURL(/home/);
	return { page, received, sent, close: async () => await browser.close() };
}
