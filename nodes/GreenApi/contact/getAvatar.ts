/** Contact → Get Avatar: the picture of a person or group. */

import { CHAT } from '../chatField';
import { idIn } from '../../shared/green-api/contact';
import { toggle } from '../../shared/n8n/field';
import { operation } from '../operation';
import { AVATAR_BINARY_FIELD } from '../options';
import { askAbout, throughAccount } from './account';

const fields = {
	download: toggle({
		displayName: 'Download',
		name: 'download',
		type: 'boolean',
		default: false,
		description:
			"Whether to download the picture, up to 10 MB, as binary data. A picture that can't be had leaves the item without it.",
	}),
	avatarBinaryField: {
		...AVATAR_BINARY_FIELD,
		property: {
			...AVATAR_BINARY_FIELD.property,
			displayOptions: { show: { download: [true] } },
		},
	},
};

export const getAvatar = operation({
	name: 'Get Avatar',
	action: 'Get avatar of contact or group',
	description: 'Get the link to the picture of a person or group, and the picture itself',
	told: { verb: 'Asked for the avatars of', noun: 'contact' },
	chat: CHAT,
	fields,
	options: {},
	decide: (_values, chat) => askAbout('getAvatar', chat),
	ask: throughAccount('getAvatar'),
	shape(answer, { download, avatarBinaryField: binaryField }, { id }) {
		// GREEN-API documentation, "GetAvatar": empty where there is none, or it is hidden.
		const sent = answer.read<{ urlAvatar?: string; chatId?: unknown } | null>();
		const url = sent?.urlAvatar || null;
		return {
			items: [{ chatId: idIn(sent?.chatId) ?? id, avatar: url }],
			picture: download ? { url, binaryField } : undefined,
		};
	},
});
