/** What getContacts answers with. */

import type { IDataObject } from 'n8n-workflow';
import { type ChatId, isChatId } from './chatId';
import type { Messenger } from './messengers';

export interface ListedChat {
	chatId: ChatId;
	/** Names that the user knows the chat by; what the address book says comes first. */
	names: string[];
	/** Whether the phone's address book has a name for it. */
	isSaved: boolean;
	/** Digits, or null where it has none, or hides it. */
	phoneNumber: string | null;
	/** The id for people to read: a phone number with its plus where there is one. */
	number: string;
}

/** The first comes first; where it can't be read, the next still names the chat. */
function firstChatId(
	written: readonly unknown[],
	{ listedId, readChat }: Messenger,
): ChatId | undefined {
	for (const value of written) {
		const reading = listedId.test(String(value)) ? readChat(value) : undefined;
		if (reading?.ok && isChatId(reading.chatId)) return reading.chatId;
	}
	return undefined;
}

function isName(value: unknown): value is string {
	return typeof value === 'string' && value.trim() !== '';
}

/**
 * @param entry of getContacts' answer: `{ id, name, contactName, type }`, and `newChatId` where a
 *   privacy id has changed; Telegram and MAX have `chatId` in place of `id`, and `phoneNumber`
 *   (GREEN-API documentation, "GetContacts")
 * @param messenger whose list it is
 * @returns the chat by the id that holds now, or undefined where the entry is no contact or group,
 *   e.g. the status feed
 */
export function readListedChat(entry: unknown, messenger: Messenger): ListedChat | undefined {
	if (typeof entry !== 'object' || entry === null) return undefined;
	const fields = entry as IDataObject;
	const { name, contactName, username } = fields;
	const chatId = firstChatId([fields.newChatId, fields.id, fields.chatId], messenger);
	if (!chatId) return undefined;
	const phoneNumber = messenger.phoneNumberOf(fields, chatId.id);
	return {
		chatId,
		names: [contactName, name, username].filter(isName),
		isSaved: isName(contactName),
		phoneNumber,
		number: phoneNumber === null ? chatId.id : `+${phoneNumber}`,
	};
}
