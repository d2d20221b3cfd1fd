/** What a user does in n8n's editor, by the names that n8n's own tests find its parts by. */

import type { Locator, Page } from 'playwright-core';
import { NODE_NAME } from '../../engine/workflowFiles';

/** How long a list of nodes may take to be drawn anew, on a machine that has little else to do. */
const REDRAW_MS = 5_000;

/** Opens a workflow and waits until its nodes are drawn. */
export async function openWorkflow(page: Page, id: string): Promise<void> {
	await page.goto(`/workflow/${id}`);
	await page.getByTestId('canvas-node').first().waitFor();
}

/** Runs the open workflow by its button, and waits until a node has ended, well or not. */
export async function executeWorkflow(page: Page, name = NODE_NAME): Promise<void> {
	await page.getByTestId('execute-workflow-button').click();
	await canvasNode(page, name)
		.getByTestId(/^canvas-node-status-mark-(success|error)$/)
		.waitFor();
}

function canvasNode(page: Page, name: string): Locator {
	return page.locator(`[data-test-id=canvas-node][data-node-name="${name}"]`);
}

/** Opens a node's panel. */
export async function openNode(page: Page, name = NODE_NAME): Promise<void> {
	await canvasNode(page, name).dblclick();
	await page.getByTestId('ndv').waitFor();
}

/** @returns the table of the open node's output: for each item the texts of its cells by column */
export async function outputTable(page: Page): Promise<Array<Record<string, string>>> {
	const panel = page.getByTestId('output-panel');
	await panel.getByTestId('radio-button-table').click();
	await panel.locator('tbody tr').first().waitFor();
	const columns = await panel.locator('thead th').allInnerTexts();
	const rows = await panel.locator('tbody tr').all();
	return await Promise.all(
		rows.map(async (row) => {
			const cells = await row.locator('td').allInnerTexts();
			return Object.fromEntries(cells.map((cell, index) => [columns[index]?.trim(), cell.trim()]));
		}),
	);
}

/** @returns where the open node's field is entered, e.g. `resource` or `output` */
export function field(page: Page, name: string): Locator {
	return page.getByTestId(`parameter-input-${name}`);
}

/** Clicks an entry of a list until what it leads to is there: a click while a list is drawn anew is lost. */
async function choose(entry: Locator, result: Locator): Promise<void> {
	await entry.waitFor();
	for (;;) {
		if (await entry.isVisible()) await entry.click({ timeout: REDRAW_MS }).catch(() => undefined);
		const isThere = await result.waitFor({ timeout: REDRAW_MS }).then(
			() => true,
			() => false,
		);
		if (isThere) return;
	}
}

/**
 * Finds a node in the open list of nodes, and adds it to the workflow: the node itself, or one of its
 * actions. A workflow without a trigger is offered the triggers first, with the actions folded up.
 */
export async function addNode(page: Page, search: string, node: string, action?: string) {
	await page.getByTestId('node-creator-search-bar').fill(search);
	const entries = page.getByTestId('node-creator-item-name');
	const panel = page.getByTestId('ndv');
	const named = entries.filter({ hasText: node }).first();
	if (!action) return await choose(named, panel);
	const actions = page.getByTestId('node-creator-category-item').filter({ hasText: /^Actions/ });
	await choose(named, actions);
	const wanted = entries.filter({ hasText: action }).first();
	await choose(actions, wanted);
	await choose(wanted, panel);
}

/** Opens the list of contacts that GREEN-API gives for the open node. */
export async function openContactList(page: Page): Promise<void> {
	const contact = page.getByTestId('resource-locator-chatId');
	await contact.hover();
	await page
		.getByTestId('chatId-parameter-input-options-container')
		.getByTestId('radio-button-fixed')
		.click();
	await contact.getByTestId('rlc-mode-selector').click();
	await page.locator('li').filter({ hasText: 'From list' }).last().click();
	await page.getByTestId('rlc-input').click();
}

/** Narrows the open list of contacts. */
export async function searchContactList(page: Page, text: string): Promise<void> {
	await page.getByTestId('rlc-search').fill(text);
}
