/** Decides what each input item needs, before anything is sent. */

import type { IExecuteFunctions } from 'n8n-workflow';
import { type ChatId, readChatId, type Rejection } from '../../green-api/chatId';
import type { GreenApiRequest } from '../../green-api/request';
import { type ContactSettings, readContactParameter, settingsReader } from './settings';

/** The item can't be looked up. `settings` is missing where an expression of theirs is at fault. */
export interface RejectPlan {
	kind: 'reject';
	rejection: Rejection;
	/** What the "Contact" field held. */
	given: unknown;
	settings?: ContactSettings;
}

export interface LookUpPlan {
	kind: 'lookUp';
	settings: ContactSettings;
	chatId: ChatId;
	request: GreenApiRequest;
}

/** A group of which only the chat id is wanted: that costs no request. */
export interface GroupIdPlan {
	kind: 'groupIdOnly';
	settings: ContactSettings;
	chatId: ChatId;
}

export type Plan = RejectPlan | LookUpPlan | GroupIdPlan | { kind: 'skip' };

const GROUP_REFUSED: Rejection = {
	message: 'The chat is a group, and "Group Chats" is set to refuse groups',
	description:
		'Take groups out before this node, or choose another value for "Group Chats" in the options.',
};

function planChat(settings: ContactSettings, chatId: ChatId): Plan {
	const { id } = chatId;
	const { groupChats, timeout } = settings;
	if (chatId.kind !== 'group') {
		const request: GreenApiRequest = { method: 'getContactInfo', body: { chatId: id }, timeout };
		return { kind: 'lookUp', settings, chatId, request };
	}
	switch (groupChats) {
		case 'skip':
			return { kind: 'skip' };
		case 'error':
			return { kind: 'reject', settings, rejection: GROUP_REFUSED, given: id };
		case 'groupData': {
			const request: GreenApiRequest = { method: 'getGroupData', body: { groupId: id }, timeout };
			return { kind: 'lookUp', settings, chatId, request };
		}
		case 'chatIdOnly':
			return { kind: 'groupIdOnly', settings, chatId };
	}
}

function planItem(
	this: IExecuteFunctions,
	itemIndex: number,
	settingsOf: (itemIndex: number) => ContactSettings,
): Plan {
	try {
		const given = readContactParameter.call(this, itemIndex);
		const settings = settingsOf(itemIndex);
		const { rejection } = settings;
		if (rejection) return { kind: 'reject', settings, rejection, given };

		const contact = readChatId(given);
		return contact.ok
			? planChat(settings, contact.chatId)
			: { kind: 'reject', settings, rejection: contact.rejection, given };
	} catch (error) {
		// n8n's own words for an expression that can't be resolved.
		const { message, description } = error as { message: string; description?: string };
		const advice = description ?? 'Check the expressions in the fields of the node.';
		return { kind: 'reject', rejection: { message, description: advice }, given: null };
	}
}

/**
 * @returns a plan for each input item, in the order of the input; what the user entered wrong is in
 *   the plans, not thrown
 */
export function planItems(this: IExecuteFunctions): Plan[] {
	const settingsOf = settingsReader.call(this);
	return this.getInputData().map((_item, itemIndex) => planItem.call(this, itemIndex, settingsOf));
}
