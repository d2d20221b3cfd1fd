/** Who the double knows: everyone, unless a test says otherwise. */

import {
	accountOf,
	accountsListed,
	chatsListed,
	chatIdOfPhone,
	chatIdOfUsername,
	groupAccountOf,
	type OtherMessenger,
} from './accounts';
import { avatarOf, contactOf, groupOf, phoneNumberOf, privacyIdOf } from './contacts';
import { alreadyExists, type AnswerFault, notOnWhatsapp } from './faults';
import { type LinkTo } from './media';
import seedContact from './seedContact.json';

export { businessWithProducts } from './contacts';

const PREFIXES = ['7900', '97250', '1415', '49151', '48601', '5511', '3538'] as const;

/** Chats of the account, as getContacts lists them: people, privacy ids, groups of both forms. */
const LISTED_CHATS: readonly string[] = [
	seedContact.chatId,
	...Array.from(
		{ length: 42 },
		(_, index) => `${PREFIXES[index % PREFIXES.length]}${1_234_567 + index * 7_919}@c.us`,
	),
	...Array.from({ length: 8 }, (_, index) => `${84_567_890_123_456 + index * 7_919}@lid`),
	...Array.from({ length: 6 }, (_, index) => `1203630439680665${61 + index}@g.us`),
	...Array.from({ length: 3 }, (_, index) => `79001234567-${1_581_234_048 + index}@g.us`),
];

function isGroup(chatId: string): boolean {
	return chatId.endsWith('@g.us');
}

function listEntry(id: string) {
	if (isGroup(id)) return { id, name: groupOf(id).subject, contactName: '', type: 'group' };
	const { name, contactName } = id === seedContact.chatId ? seedContact : contactOf(id, () => '');
	return { id, name, contactName, type: 'user' };
}

const CONTACT_LIST = LISTED_CHATS.map(listEntry);

/** GREEN-API documentation, "GetContacts": `true` for groups alone, `false` for people alone. */
function isInList(type: string, group: unknown): boolean {
	return group === undefined || (type === 'group') === (group === 'true');
}

/** Numbers that end in 000 are not on WhatsApp; all others are. */
function isOnWhatsapp(chatId: string): boolean {
	return !/000@/.test(chatId);
}

/**
 * Answers as JSON text. What it tells about a chat follows from the chat id alone, so that every
 * double in every run tells the same. `71234567890@c.us` is the example of GREEN-API's
 * documentation.
 */
export class AddressBook {
	private readonly answers = new Map<string, string>();
	private list: ReadonlyArray<{ type?: string }> | undefined;
	private chats: ReadonlyArray<{ type?: string }> | undefined;
	private emptyLists = 0;
	private readonly checks = new Map<string, object>();
	/** What addContact and editContact have put there, by chat id. */
	private readonly saved = new Map<string, string>();

	constructor() {
		this.set(seedContact.chatId, seedContact);
	}

	/**
	 * Replaces what getContactInfo answers for a person or privacy id, or getGroupData for a group.
	 * The other methods are not affected.
	 *
	 * @param chatId the chat, in the spelling in which it is asked for
	 * @param body any JSON value; a string is the answer's raw text, sent byte for byte
	 */
	set(chatId: string, body: unknown): void {
		this.answers.set(chatId, typeof body === 'string' ? body : JSON.stringify(body));
	}

	/**
	 * GREEN-API documentation, "GetContactInfo": for a group chat, status 200 with a `null` body.
	 *
	 * @param chatId a valid chat id
	 * @param linkTo makes the addresses of pictures
	 * @returns getContactInfo's answer
	 */
	contactInfo(chatId: string, linkTo: LinkTo): string {
		if (isGroup(chatId)) return 'null';
		return this.answers.get(chatId) ?? JSON.stringify(contactOf(chatId, linkTo));
	}

	/** Replaces what getContacts answers with. */
	setList(entries: ReadonlyArray<{ type?: string }>): void {
		this.list = entries;
	}

	/** Replaces what getChats of another messenger answers with. */
	setChats(entries: ReadonlyArray<{ type?: string }>): void {
		this.chats = entries;
	}

	/** The next so many lists are empty, as they are at first when a phone was just linked. */
	setEmptyLists(count: number): void {
		this.emptyLists = count;
	}

	/** Replaces what checkWhatsapp answers for a chat, or checkAccount for a number or username. */
	setCheck(chatId: string, answer: object): void {
		this.checks.set(chatId, answer);
	}

	/** @returns the name under which the phone's address book has the chat */
	savedName(chatId: string): string | undefined {
		return this.saved.get(chatId);
	}

	/**
	 * @param group `true` for groups alone, `false` for people alone, as in a URL
	 * @returns getContacts' answer: about 60 chats, some of them groups, some without names
	 */
	contacts(group?: unknown): string {
		return this.listed(CONTACT_LIST, group);
	}

	private listed(usual: ReadonlyArray<{ type?: string }>, group?: unknown): string {
		if (this.emptyLists > 0) {
			this.emptyLists -= 1;
			return '[]';
		}
		const list = this.list ?? usual;
		return JSON.stringify(list.filter(({ type = 'user' }) => isInList(type, group)));
	}

	/** @returns getContacts' answer of another messenger, which knows no `group` */
	accounts(messenger: OtherMessenger): string {
		return this.listed(accountsListed(messenger));
	}

	/** @returns getChats' answer of another messenger */
	accountChats(messenger: OtherMessenger): string {
		return JSON.stringify(this.chats ?? chatsListed(messenger));
	}

	/** @returns getContactInfo's answer of another messenger, about a person */
	account(chatId: string, messenger: OtherMessenger, linkTo: LinkTo): string {
		return this.answers.get(chatId) ?? JSON.stringify(accountOf(chatId, messenger, linkTo));
	}

	/** @returns getGroupData's answer of another messenger */
	accountGroup(groupId: string, messenger: OtherMessenger): string {
		return this.answers.get(groupId) ?? JSON.stringify(groupAccountOf(groupId, messenger));
	}

	/** Numbers that end in 000 and usernames that begin with `@nobody` have no account. */
	checkAccount({ phoneNumber, username }: { phoneNumber?: unknown; username?: unknown }): string {
		const key = String(phoneNumber ?? username);
		const exist = !/000$|^@nobody/.test(key);
		const chatId =
			phoneNumber === undefined ? chatIdOfUsername(key) : chatIdOfPhone(Number(phoneNumber));
		const found = { exist, chatId: exist ? chatId : '', fromCache: false };
		return JSON.stringify(this.checks.get(key) ?? found);
	}

	/** @returns addContact's answer */
	add(chatId: string, name: string): string | AnswerFault {
		if (!isOnWhatsapp(chatId)) return notOnWhatsapp(chatId);
		if (this.saved.has(chatId)) return alreadyExists(chatId);
		this.saved.set(chatId, name);
		return JSON.stringify({ addContact: true });
	}

	/** @returns editContact's answer */
	edit(chatId: string, name: string): string | AnswerFault {
		if (!isOnWhatsapp(chatId)) return notOnWhatsapp(chatId);
		this.saved.set(chatId, name);
		return JSON.stringify({ editContact: true });
	}

	/** @returns deleteContact's answer */
	delete(chatId: string): string | AnswerFault {
		if (!isOnWhatsapp(chatId)) return notOnWhatsapp(chatId);
		this.saved.delete(chatId);
		return JSON.stringify({ deleteContact: true });
	}

	/**
	 * @param groupId a valid group id
	 * @returns getGroupData's answer
	 */
	groupData(groupId: string): string {
		return this.answers.get(groupId) ?? JSON.stringify(groupOf(groupId));
	}

	/**
	 * @param chatId a valid chat id
	 * @param linkTo makes the picture's address
	 * @returns getAvatar's answer
	 */
	avatar(chatId: string, linkTo: LinkTo): string {
		const isSeed = chatId === seedContact.chatId;
		return JSON.stringify(
			isSeed ? { urlAvatar: seedContact.avatar, available: true } : avatarOf(chatId, linkTo),
		);
	}

	/**
	 * Numbers that end in 000 are not on WhatsApp; all others are.
	 *
	 * @param phoneNumber as in the older form of the request
	 * @returns checkWhatsapp's answer to that form
	 */
	checkPhoneNumber(phoneNumber: number): string {
		return JSON.stringify({ existsWhatsapp: !String(phoneNumber).endsWith('000') });
	}

	/**
	 * As `checkPhoneNumber`; the newer form adds the privacy id, or the number for a privacy id: those
	 * of an even last digit hide it.
	 *
	 * @param chatId a valid chat id
	 * @returns checkWhatsapp's answer to the newer form of the request
	 */
	checkChatId(chatId: string): string {
		const existsWhatsapp = isOnWhatsapp(chatId);
		const found = {
			existsWhatsapp,
			chatId: privacyIdOf(chatId),
			phoneNumber: phoneNumberOf(chatId),
			fromCache: false,
		};
		return JSON.stringify(
			this.checks.get(chatId) ??
				(existsWhatsapp ? found : { existsWhatsapp, chatId: '', phoneNumber: '' }),
		);
	}
}
