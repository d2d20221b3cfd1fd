/** Lists of contacts to look up, and whether all of them came back. */

import type { INodeExecutionData } from 'n8n-workflow';

/** Contacts with consecutive numbers. */
export interface ContactList {
	/** Of the first contact, counted from 0. */
	first: number;
	count: number;
	/** Each contact a second time at the end of the list, in another spelling. */
	isTwice?: boolean;
}

const FIRST_NUMBER = 79_000_000_000;

const SPELLINGS: ReadonlyArray<(number: string) => string> = [
	(number) => `+${number}`,
	(number) => `00${number}`,
	(number) => number,
	(number) => `${number}@s.whatsapp.net`,
	(number) => number.replace(/^(\d)(\d{3})(\d{3})(\d\d)(\d\d)$/, '+$1 ($2) $3-$4-$5'),
];

function numbersOf({ first, count }: ContactList): string[] {
	return Array.from({ length: count }, (_, index) => String(FIRST_NUMBER + first + index));
}

/** @returns the chat ids that come back for the items of the list, in their order */
export function chatIdsOf(list: ContactList): string[] {
	const chatIds = numbersOf(list).map((number) => `${number}@c.us`);
	return list.isTwice ? [...chatIds, ...chatIds] : chatIds;
}

/** @returns the input items' `json` */
export function itemsOf(list: ContactList): Array<{ chatId: string }> {
	const numbers = numbersOf(list);
	const once = numbers.map((number) => `${number}@c.us`);
	const again = numbers.map((number, index) => SPELLINGS[index % SPELLINGS.length]?.(number) ?? '');
	return [...once, ...(list.isTwice ? again : [])].map((chatId) => ({ chatId }));
}

/** @returns whether the logged request was for a contact of the list */
export function isIn({ first, count }: ContactList, chatId: string | undefined): boolean {
	const index = Number.parseInt(chatId ?? '', 10) - FIRST_NUMBER - first;
	return index >= 0 && index < count;
}

/** @returns how many of the list's contacts are among the items, in whatever place */
export function countFound(list: ContactList, output: readonly INodeExecutionData[]): number {
	const found = output.filter(({ json }) => 'isBusiness' in json).map(({ json }) => json.chatId);
	return new Set(chatIdsOf(list).filter((chatId) => found.includes(chatId))).size;
}

/**
 * @param list what was looked up
 * @param output what came out
 * @returns how many input items did not become, at their place and linked to it, the contact that
 *   they name
 */
export function countLost(list: ContactList, output: readonly INodeExecutionData[]): number {
	return chatIdsOf(list).filter((chatId, index) => {
		const item = output[index];
		const link = item?.pairedItem;
		const isLinked = typeof link === 'object' && 'item' in link && link.item === index;
		// A failed item has the chat id too, but nothing that only an answer tells.
		return !(isLinked && item?.json.chatId === chatId && 'isBusiness' in item.json);
	}).length;
}
