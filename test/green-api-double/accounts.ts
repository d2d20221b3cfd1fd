/** Accounts and groups of Telegram and MAX as GREEN-API describes them, each made from its chat id. */

import { avatarOf, contactOf, groupOf } from './contacts';
import { type LinkTo } from './media';
import { randomDigits, seededRandom } from './seededRandom';

export type OtherMessenger = 'telegram' | 'max';

/** Each digit becomes what it lacks to nine, so that there is a way back. */
const complement = (digits: string) => digits.replace(/\d/g, (digit) => String(9 - Number(digit)));

/** @returns the chat id of who has the phone number */
export function chatIdOfPhone(phoneNumber: number): string {
	return `1${complement(String(phoneNumber))}`;
}

/** @returns the chat id of who has the username */
export function chatIdOfUsername(username: string): string {
	return `5${randomDigits(seededRandom(`chat of ${username.toLowerCase()}`), 8)}`;
}

/** @returns the phone number as an integer; 0 for those who hide it */
function phoneNumberOf(chatId: string): number {
	return /^1\d{10,}$/.test(chatId) ? Number(complement(chatId.slice(1))) : 0;
}

/** Telegram has seconds, 0 for who hides it; MAX text or null. */
const LAST_SEEN = {
	telegram: (random: () => number) =>
		random() < 0.5 ? 0 : 1_769_681_957 + Math.floor(random() * 1e6),
	max: (random: () => number) => (random() < 0.5 ? null : '1754632014'),
};

function telegramFields(chatId: string) {
	const random = seededRandom(`telegram ${chatId}`);
	return {
		chatType: 'user',
		username: random() < 0.5 ? '' : `@user_${chatId.slice(-5)}`,
		isPremium: random() < 0.2,
		isVerified: false,
		isScam: false,
		description: '',
	};
}

/** @returns what getContactInfo answers about a person */
export function accountOf(chatId: string, messenger: OtherMessenger, linkTo: LinkTo) {
	const { name, contactName } = contactOf(chatId, linkTo);
	return {
		avatar: avatarOf(chatId, linkTo).urlAvatar,
		name,
		contactName,
		chatId,
		lastSeen: LAST_SEEN[messenger](seededRandom(`last seen ${chatId}`)),
		phoneNumber: phoneNumberOf(chatId),
		...(messenger === 'telegram' && telegramFields(chatId)),
	};
}

/** @returns what getGroupData answers; MAX calls the id as WhatsApp does */
export function groupAccountOf(groupId: string, messenger: OtherMessenger) {
	const { subject, creation, groupInviteLink, participants } = groupOf(groupId);
	const members = participants.map(({ id, isAdmin, isSuperAdmin }) => ({
		id: id.replace(/@.*/, ''),
		isAdmin,
		isSuperAdmin,
	}));
	return {
		...(messenger === 'telegram' ? { chatId: groupId } : { groupId }),
		owner: members[0]?.id,
		subject,
		creation,
		participants: members,
		groupInviteLink,
	};
}

const LISTED = [
	...Array.from({ length: 20 }, (_, index) => chatIdOfPhone(79_001_234_567 + index * 7_919)),
	...Array.from({ length: 10 }, (_, index) => String(10_000_000 + index * 7_919)),
];

const GROUPS = ['-1001234567890', '-5098765432'];

/** @returns getContacts' entries: people, some of whom hide their number */
export function accountsListed(messenger: OtherMessenger) {
	return LISTED.map((chatId) => {
		const { name, contactName, phoneNumber } = accountOf(chatId, messenger, () => '');
		const { username } = telegramFields(chatId);
		return {
			chatId,
			name,
			contactName,
			type: 'user',
			phoneNumber,
			...(messenger === 'telegram' && { username }),
		};
	});
}

/** @returns getChats' entries: two groups, a channel on Telegram, and some of the people */
export function chatsListed(messenger: OtherMessenger) {
	const isTelegram = messenger === 'telegram';
	const groups = GROUPS.map((chatId, index) => ({
		chatId,
		name: groupOf(chatId).subject,
		type: isTelegram && index === 0 ? 'supergroup' : 'group',
		phoneNumber: 0,
		...(isTelegram && { username: '' }),
	}));
	const channel = { chatId: '-1009999999999', name: 'News', type: 'channel' };
	const people = accountsListed(messenger).map((chat) => ({ ...chat, contactName: undefined }));
	return [...groups, ...(isTelegram ? [channel] : []), ...people.slice(0, 5)];
}
