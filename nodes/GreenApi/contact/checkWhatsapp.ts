/** Contact → Check WhatsApp or Account: is this number there, and which chat id belongs to it. */

import type { IDataObject } from 'n8n-workflow';
import { type ChatId, phoneNumberOf, type Rejection } from '../../shared/green-api/chatId';
import type { Messenger } from '../../shared/green-api/messengers';
import { PERSON } from '../chatField';
import { choice, toggle } from '../../shared/n8n/field';
import { ask, type Decision, operation } from '../operation';
import { askAccount, foundChatId } from './account';

/** GREEN-API documentation, "CheckWhatsapp": phone numbers of 11 to 16 digits. */
const DIGITS = { min: 11, max: 16 };

const fields = {
	output: choice<'simplified' | 'raw'>({
		displayName: 'Output',
		name: 'output',
		type: 'options',
		options: [
			{
				name: 'All Fields',
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

function refuseLength(digits: string): Rejection | undefined {
	if (digits.length >= DIGITS.min && digits.length <= DIGITS.max) return undefined;
	return {
		message: `The phone number ${digits} has ${digits.length} digits, and Check WhatsApp takes ${DIGITS.min} to ${DIGITS.max}`,
		description:
			'Check that the number is whole and has its country code. Get Contact Info takes shorter numbers.',
	};
}

/**
 * Older answers hold `existsWhatsapp` alone. Newer ones have a privacy id in `chatId`, which is
 * empty or `@c.us` where there is none, and the number in `phoneNumber`, empty for who hides it;
 * which comes in which field is not certain, so both are looked at for both.
 */
function simplifyWhatsapp(answer: IDataObject, { id: chatId }: ChatId): IDataObject {
	const ids = [answer.phoneNumber, answer.chatId, chatId].map((id) =>
		/^\d+$/.test(String(id)) ? `${String(id)}@c.us` : String(id),
	);
	const phoneNumbers = ids.map(phoneNumberOf).filter((digits) => digits !== null);
	return {
		chatId,
		existsWhatsapp: answer.existsWhatsapp === true,
		phoneNumber: phoneNumbers[0] ?? null,
		lid: ids.find((id) => /^\d+@lid$/.test(id)) ?? null,
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
		decide({ id }, more) {
			const digits = phoneNumberOf(id);
			const rejection = digits === null ? undefined : refuseLength(digits);
			if (rejection) return { kind: 'reject', rejection };
			return ask('checkWhatsapp', { chatId: id, ...more });
		},
		simplify: simplifyWhatsapp,
	},
	checkAccount: {
		decide: (chat, more) => askAccount(chat, more) ?? IS_AN_ID,
		simplify: simplifyAccount,
	},
};

export const checkWhatsapp = operation({
	name: 'Check WhatsApp or Account',
	action: 'Check whether a phone number is on WhatsApp, Telegram or MAX',
	description:
		'Check whether somebody is on the messenger, and map phone numbers to chat IDs or privacy IDs',
	told: { verb: 'Checked', noun: 'contact' },
	chat: PERSON,
	fields,
	options,
	decide: ({ force }, chat, { check }) => CHECKS[check].decide(chat, force ? { force } : {}),
	shape(answer, { output }, chat, { check }) {
		const sent = answer.read<IDataObject | null>() ?? {};
		return { items: [output === 'raw' ? sent : CHECKS[check].simplify(sent, chat)] };
	},
});
