/** Contact → Check WhatsApp: is this number there, and which privacy id belongs to it. */

import type { IDataObject } from 'n8n-workflow';
import { phoneNumberOf, type Rejection } from '../../shared/green-api/chatId';
import { PERSON } from '../perItem/chatField';
import { choice, toggle } from '../perItem/field';
import { ask, operation } from '../perItem/operation';

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
				description: 'Chat ID, whether it is on WhatsApp, phone number and privacy ID',
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
			'Whether GREEN-API is to ask WhatsApp even if it remembers an answer for the contact from before',
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
function simplify(answer: IDataObject, chatId: string): IDataObject {
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

export const checkWhatsapp = operation({
	name: 'Check WhatsApp',
	action: 'Check whether a phone number is on WhatsApp',
	description: 'Check whether a contact is on WhatsApp, and map phone numbers to privacy IDs',
	told: { verb: 'Checked', noun: 'contact' },
	chat: PERSON,
	fields,
	options,
	decide({ force }, { id }) {
		const digits = phoneNumberOf(id);
		const rejection = digits === null ? undefined : refuseLength(digits);
		if (rejection) return { kind: 'reject', rejection };
		return ask('checkWhatsapp', { chatId: id, ...(force && { force }) });
	},
	shape(answer, { output }, { id }) {
		const sent = answer.read<IDataObject | null>() ?? {};
		return { items: [output === 'raw' ? sent : simplify(sent, id)] };
	},
});
