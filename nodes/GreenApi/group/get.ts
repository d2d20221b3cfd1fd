/** Group → Get: a group's name, owner, invite link and participants. */

import type { IDataObject } from 'n8n-workflow';
import { GROUP } from '../chatField';
import { choice, toggle } from '../../shared/n8n/field';
import { idIn, lidIn } from '../../shared/green-api/contact';
import { readListedId } from '../../shared/green-api/chatList';
import type { Messenger } from '../../shared/green-api/messengers';
import { ask, operation } from '../operation';

interface Group extends IDataObject {
	participants?: IDataObject[];
}

const fields = {
	splitParticipants: toggle({
		displayName: 'Split Participants Into Items',
		name: 'splitParticipants',
		type: 'boolean',
		default: false,
		description:
			'Whether to emit one item for each participant, with their chat ID, so that Get Contact Info can follow',
	}),
	output: choice<'raw' | 'simplified'>({
		displayName: 'Output',
		name: 'output',
		type: 'options',
		displayOptions: { show: { splitParticipants: [false] } },
		options: [
			{
				name: 'Raw',
				value: 'raw',
				description: 'The group exactly as GREEN-API sends it',
			},
			{
				name: 'Simplified',
				value: 'simplified',
				description: 'Name, owner, time of creation, number of participants and invite link',
			},
		],
		default: 'raw',
		description: 'Which fields of the group to emit',
	}),
};

const NO_PARTICIPANTS =
	'GREEN-API sent no participants of one group or more, so there is no item for it. Check that the account is a member of each group.';

function isObject(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null;
}

function participantsOf({ participants }: Group): IDataObject[] {
	const list: unknown[] = Array.isArray(participants) ? participants : [];
	return list.filter(isObject);
}

/** @param seconds since 1970, as GREEN-API has it; @returns ISO text, or null for any other value */
function toIsoTime(seconds: unknown): string | null {
	const date = new Date(typeof seconds === 'number' ? seconds * 1000 : NaN);
	return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

function simplify(group: Group, chatId: string): IDataObject {
	return {
		chatId,
		name: group.subject ?? null,
		owner: idIn(group.owner) ?? null,
		createdAt: toIsoTime(group.creation),
		participantCount: typeof group.size === 'number' ? group.size : participantsOf(group).length,
		// Empty unless the account is an admin of the group.
		inviteLink: group.groupInviteLink || null,
	};
}

function* split(group: Group, groupId: string, messenger: Messenger): Generator<IDataObject> {
	const groupName = group.subject ?? null;
	for (const participant of participantsOf(group)) {
		const { id } = participant;
		const chatId = readListedId(id, messenger)?.id ?? idIn(id) ?? null;
		yield {
			groupId,
			groupName,
			chatId,
			phoneNumber: messenger.phoneNumberOf(participant, chatId ?? ''),
			lid: lidIn(participant.lid) ?? (chatId?.endsWith('@lid') ? chatId : null),
			isAdmin: participant.isAdmin ?? null,
			isSuperAdmin: participant.isSuperAdmin ?? null,
		};
	}
}

export const get = operation({
	name: 'Get',
	action: 'Get group',
	description: "Get a group's name, owner, invite link and participants",
	told: { verb: 'Found', noun: 'group' },
	chat: GROUP,
	fields,
	options: {},
	decide: (_values, { id }, { groupBody }) => ask('getGroupData', groupBody(id)),
	shape(answer, { output, splitParticipants }, { id }, messenger) {
		const group = answer.read<Group | null>() ?? { chatId: id };
		if (splitParticipants) {
			const hasNone = participantsOf(group).length === 0;
			return { items: split(group, id, messenger), ...(hasNone && { hint: NO_PARTICIPANTS }) };
		}
		return { items: [output === 'raw' ? group : simplify(group, id)] };
	},
});
