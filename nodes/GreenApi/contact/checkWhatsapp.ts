/** Contact → Check WhatsApp or Account: is this number there, and which chat id belongs to it. */

import type { IDataObject } from 'n8n-workflow';
import { type ChatId, phoneNumberOf } from '../../shared/green-api/chatId';
import { lidTold, numberTold } from '../../shared/green-api/contact';
import type { Messenger } from '../../shared/green-api/messengers';
import { PERSON } from '../chatField';
import { choice, toggle } from '../../shared/n8n/field';
import { ask, type Decision, operation } from '../operation';
import { askAccount, foundChatId, lookUpAccount } from './account';

const fields = {
	output: choice<'simplified' | 'raw'>({
		displayName: 'Output',
		name: 'output',
		type: 'options',
		options: [
			{
				name: 'Raw',
				value: 'raw',
				description: "GREEN-API's answer exactly as it sends it",
			},
			{
				name: 'Simplified',
				value: 'simplified',
				description:
					'Chat ID, whether somebody is there, phone number, and the privacy ID (WhatsApp) or username (others)',
			},
		],
		default: 'simplified',
		description: 'Which fields of the answer to emit',
	}),
};

const options = {
	force: toggle({
		displayName: 'Ask WhatsApp Again',
		name: 'force',
		type: 'boolean',
		default: false,
		description:
			'Whether GREEN-API is to ask WhatsApp, or the messenger of the credential, even if it remembers an answer for the contact from before',
	}),
};

/** WhatsApp's own form of a number can differ from the one asked for: other methods know that one. */
function simplifyWhatsapp(answer: IDataObject, { id: asked, kind }: ChatId): IDataObject {
	const number = numberTold(answer, asked);
	return {
		chatId: kind === 'person' && number !== null ? `${number}@c.us` : asked,
		existsWhatsapp: answer.existsWhatsapp === true,
		phoneNumber: number ?? phoneNumberOf(asked),
		lid: lidTold(answer, asked),
		asked,
	};
}

/** So that Get Contact Info can follow as it stands, `chatId` is the one that was found. */
function simplifyAccount(answer: IDataObject, { kind, id }: ChatId): IDataObject {
	return {
		chatId: foundChatId(answer),
		exists: answer.exist === true,
		phoneNumber: kind === 'phone' ? id.slice(1) : null,
		username: kind === 'username' ? id : null,
	};
}

const IS_AN_ID: Decision = {
	kind: 'reject',
	rejection: {
		message: 'The contact is a chat ID already, and checkAccount takes phone numbers and usernames',
		description:
			'Write phone numbers with a plus and their country code. To see who has the chat ID, choose Get Contact Info.',
	},
};

interface Check {
	decide: (chat: ChatId, more: { force?: true }) => Decision;
	simplify: (answer: IDataObject, chat: ChatId) => IDataObject;
}

const CHECKS: Record<Messenger['check'], Check> = {
	checkWhatsapp: {
		decide: ({ id }, more) => ask('checkWhatsapp', { chatId: id, ...more }),
		simplify: simplifyWhatsapp,
	},
	checkAccount: {
		decide: (chat, more) => askAccount(chat, more) ?? IS_AN_ID,
		simplify: simplifyAccount,
	},
};

export const checkWhatsapp = operation({
	name: 'Check WhatsApp or Account',
	action: 'Check phone number on WhatsApp, Telegram or MAX',
	description:
		'Check whether somebody is on the messenger, and map phone numbers to chat IDs or privacy IDs',
	told: { verb: 'Checked', noun: 'contact' },
	chat: PERSON,
	fields,
	options,
	decide: ({ force }, chat, { check }) => CHECKS[check].decide(chat, force ? { force } : {}),
	ask: lookUpAccount,
	shape(answer, { output }, chat, { check }) {
		const sent = answer.read<IDataObject | null>() ?? {};
		return { items: [output === 'raw' ? sent : CHECKS[check].simplify(sent, chat)] };
	},
});
