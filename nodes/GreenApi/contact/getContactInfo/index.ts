/** Contact → Get Contact Info: chat ids in, contacts out. */

import type { Answer } from '../../../shared/green-api/answer';
import type { ChatId, Rejection } from '../../../shared/green-api/chatId';
import type { Contact } from '../../../shared/green-api/contact';
import { CHAT } from '../../perItem/chatField';
import type { ValuesOf } from '../../perItem/field';
import { ask, type Decision, type Found, operation } from '../../perItem/operation';
import { fields, options } from './fields';
import { shapeContact } from './output';

type Values = ValuesOf<typeof fields> & ValuesOf<typeof options>;

const GROUP_REFUSED: Rejection = {
	message: 'The chat is a group, and "Group Chats" is set to refuse groups',
	description:
		'Take groups out before this node, or choose another value for "Group Chats" in the options.',
};

/** What becomes of a group: getContactInfo answers `null` for it, so that is never asked. */
const GROUP_DECISIONS: Record<Values['groupChats'], (groupId: string) => Decision> = {
	chatIdOnly: (chatId) => ({ kind: 'emit', fields: { chatId, isGroup: true } }),
	groupData: (groupId) => ask('getGroupData', { groupId }),
	skip: () => ({ kind: 'skip' }),
	error: () => ({ kind: 'reject', rejection: GROUP_REFUSED }),
};

function shapePerson(answer: Answer, values: Values, chatId: string): Found {
	const contact = answer.read<Contact | null>();
	// Read before shaping, which takes the contact over and may leave the link out.
	const url = contact?.avatar;
	return {
		items: shapeContact(contact, chatId, values),
		picture: values.downloadAvatar ? { url, binaryField: values.avatarBinaryField } : undefined,
	};
}

export const getContactInfo = operation({
	name: 'Get Contact Info',
	action: 'Get contact info',
	description: "Look up a contact's name, avatar, business profile and products",
	told: { verb: 'Found', noun: 'contact' },
	chat: CHAT,
	fields,
	options,
	decide: ({ groupChats }, { kind, id }: ChatId): Decision =>
		kind === 'group' ? GROUP_DECISIONS[groupChats](id) : ask('getContactInfo', { chatId: id }),
	shape: (answer, values, { kind, id }) =>
		kind === 'group'
			? { items: [{ chatId: id, isGroup: true, group: answer.read() }] }
			: shapePerson(answer, values, id),
});
