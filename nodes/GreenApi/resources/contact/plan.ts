/** Decides what each input item needs, before anything is sent. */

import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { type ChatId, readChatId, type Rejection } from '../../../shared/green-api/chatId';
import type { LookUpRequest } from '../../../shared/queue/batch';
import { type ContactSettings, contactReader, settingsReader } from './settings';

interface ItemPlan {
	/** The input item's index, counted from 0. */
	itemIndex: number;
	/** The input item's fields; never changed. */
	input: IDataObject;
}

/** The item can't be looked up. `settings` is missing where an expression of theirs is at fault. */
interface RejectPlan extends ItemPlan {
	kind: 'reject';
	rejection: Rejection;
	/** What the "Contact" field held. */
	given: unknown;
	settings?: ContactSettings;
}

export interface LookUpPlan extends ItemPlan {
	kind: 'lookUp';
	settings: ContactSettings;
	chatId: ChatId;
	request: LookUpRequest;
}

/** A group of which only the chat id is wanted: that costs no request. */
export interface GroupIdPlan extends ItemPlan {
	kind: 'groupIdOnly';
	settings: ContactSettings;
	chatId: ChatId;
}

interface SkipPlan extends ItemPlan {
	kind: 'skip';
}

export type Plan = RejectPlan | LookUpPlan | GroupIdPlan | SkipPlan;

const GROUP_REFUSED: Rejection = {
	message: 'The chat is a group, and "Group Chats" is set to refuse groups',
	description:
		'Take groups out before this node, or choose another value for "Group Chats" in the options.',
};

function planChat(item: ItemPlan, settings: ContactSettings, chatId: ChatId): Plan {
	const { id } = chatId;
	const { groupChats, timeout, policy } = settings;
	if (chatId.kind !== 'group') {
		const body = { chatId: id };
		const request: LookUpRequest = { method: 'getContactInfo', body, timeout, policy };
		return { ...item, kind: 'lookUp', settings, chatId, request };
	}
	switch (groupChats) {
		case 'skip':
			return { ...item, kind: 'skip' };
		case 'error':
			return { ...item, kind: 'reject', settings, rejection: GROUP_REFUSED, given: id };
		case 'groupData': {
			const body = { groupId: id };
			const request: LookUpRequest = { method: 'getGroupData', body, timeout, policy };
			return { ...item, kind: 'lookUp', settings, chatId, request };
		}
		case 'chatIdOnly':
			return { ...item, kind: 'groupIdOnly', settings, chatId };
	}
}

/** n8n's own words for an expression that can't be resolved. */
function readExpressionError(error: unknown): Rejection {
	const { message, description } = error as { message: string; description?: string | null };
	return {
		message,
		description: description ?? 'Check the expressions in the fields of the node.',
	};
}

/**
 * @returns a plan for each input item, in the order of the input; what the user entered wrong is in
 *   the plans, not thrown
 */
export function planItems(this: IExecuteFunctions): Plan[] {
	const settingsOf = settingsReader.call(this);
	const contactOf = contactReader.call(this);

	return this.getInputData().map(({ json: input }, itemIndex): Plan => {
		const item: ItemPlan = { itemIndex, input };
		let given: unknown = null;
		try {
			given = contactOf(itemIndex, input);
			const settings = settingsOf(itemIndex);
			const { rejection } = settings;
			if (rejection) return { ...item, kind: 'reject', settings, rejection, given };

			const contact = readChatId(given);
			return contact.ok
				? planChat(item, settings, contact.chatId)
				: { ...item, kind: 'reject', settings, rejection: contact.rejection, given };
		} catch (error) {
			return { ...item, kind: 'reject', rejection: readExpressionError(error), given };
		}
	});
}
