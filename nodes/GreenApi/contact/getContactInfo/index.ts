/** Contact → Get Contact Info: chat ids in, contacts out. */

import type { Answer } from '../../../shared/green-api/answer';
import type { Rejection } from '../../../shared/green-api/chatId';
import { type Contact, numberTold } from '../../../shared/green-api/contact';
import type { Messenger } from '../../../shared/green-api/messengers';
import type { LookUp, LookUpOutcome, LookUpRequest } from '../../../shared/queue/batch';
import { CHAT } from '../../chatField';
import type { ValuesOf } from '../../../shared/n8n/field';
import { ask, type Decision, type Found, operation } from '../../operation';
import { askAbout, throughAccount } from '../account';
import { fields, options } from './fields';
import { shapeContact } from './output';

type Values = ValuesOf<typeof fields> & ValuesOf<typeof options>;

const GROUP_REFUSED: Rejection = {
	message: 'The chat is a group, and "Group Chats" is set to refuse groups',
	description:
		'Take groups out before this node, or choose another value for "Group Chats" in the options.',
};

function refuseProducts({ label }: Messenger): Decision {
	return {
		kind: 'reject',
		rejection: {
			message: `${label} contacts have no products`,
			description: 'Switch "Split Products Into Items" off for this credential.',
		},
	};
}

/** What becomes of a group: getContactInfo answers `null` or refuses, so that is never asked. */
const GROUP_DECISIONS: Record<
	Values['groupChats'],
	(groupId: string, messenger: Messenger) => Decision
> = {
	chatIdOnly: (chatId) => ({ kind: 'emit', fields: { chatId, isGroup: true } }),
	groupData: (groupId, { groupBody }) => ask('getGroupData', groupBody(groupId)),
	skip: () => ({ kind: 'skip' }),
	error: () => ({ kind: 'reject', rejection: GROUP_REFUSED }),
};

const throughCheckAccount = throughAccount('getContactInfo');

/** The phone number, where it is asked for first, becomes a field of the contact. */
async function askContact(request: LookUpRequest, lookUp: LookUp): Promise<LookUpOutcome> {
	if (request.method !== 'checkWhatsapp') return await throughCheckAccount(request, lookUp);
	const check = await lookUp({ ...request, firstStepOf: 'getContactInfo' });
	if (!check.ok) return check;
	const contact = await lookUp({ ...request, method: 'getContactInfo' });
	if (!contact.ok) return contact;
	const asked = String(request.body?.chatId);
	const own = contact.value.read<Contact | null>() ?? { chatId: asked };
	const phoneNumber = numberTold(check.value.read(), asked) ?? own.phoneNumber ?? null;
	return { ...contact, value: contact.value.with({ ...own, phoneNumber }) };
}

function shapePerson(answer: Answer, values: Values, chatId: string, messenger: Messenger): Found {
	const contact = answer.read<Contact | null>();
	// Read before shaping, which takes the contact over and may leave the link out.
	const url = contact?.avatar;
	return {
		items: shapeContact(contact, chatId, values, messenger),
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
	decide({ groupChats, splitProducts, resolvePhoneNumber }, chat, messenger): Decision {
		if (splitProducts && !messenger.hasProducts) return refuseProducts(messenger);
		if (chat.kind === 'group') return GROUP_DECISIONS[groupChats](chat.id, messenger);
		return chat.kind === 'lid' && resolvePhoneNumber
			? ask('checkWhatsapp', { chatId: chat.id })
			: askAbout('getContactInfo', chat);
	},
	ask: askContact,
	shape: (answer, values, { kind, id }, messenger) =>
		kind === 'group'
			? { items: [{ chatId: id, isGroup: true, group: answer.read() }] }
			: shapePerson(answer, values, id, messenger),
});
