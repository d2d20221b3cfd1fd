/** What getContactInfo answers with, and how answers name people. */

import type { IDataObject } from 'n8n-workflow';
import { isPhoneNumber } from './phoneNumber';

/**
 * GREEN-API documentation, "GetContactInfo", response parameters, in the order of its example for
 * WhatsApp; what Telegram and MAX have besides comes last.
 */
export const CONTACT_FIELDS = [
	'avatar',
	'name',
	'contactName',
	'email',
	'category',
	'description',
	'products',
	'chatId',
	'lastSeen',
	'isArchive',
	'isDisappearing',
	'isMute',
	'messageExpiration',
	'muteExpiration',
	'isBusiness',
	'chatType',
	'phoneNumber',
	'username',
	'isPremium',
	'isVerified',
	'isScam',
] as const;

export type ContactField = (typeof CONTACT_FIELDS)[number];

/** A contact as GREEN-API sent it: documented fields may be missing, and new ones appear. */
export type Contact = IDataObject;

/**
 * @param contact a contact as GREEN-API sent it
 * @returns its product cards; none when `products` is absent, null or empty, as it is for people
 *   who are no business
 */
export function productsOf(contact: Contact): IDataObject[] {
	return Array.isArray(contact.products) ? (contact.products as IDataObject[]) : [];
}

/**
 * @param value of a field that holds a chat id
 * @returns whether it is a number above 2^53, which has lost digits and is somebody else's
 */
export function hasLostDigits(value: unknown): boolean {
	return typeof value === 'number' && !Number.isSafeInteger(value);
}

/**
 * @param value of a field that holds a chat id
 * @returns the id as text; undefined where there is none, or it has lost digits
 */
export function idIn(value: unknown): string | undefined {
	if (Number.isSafeInteger(value)) return String(value);
	return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * @param value of a field that holds a privacy id: `…@lid`, in some answers its digits alone
 * @returns the id in normal form, or null
 */
export function lidIn(value: unknown): string | null {
	const digits = /^(\d{1,20})(?:(?::\d{1,5})?@lid)?$/.exec(idIn(value) ?? '')?.[1];
	return digits === undefined ? null : `${digits}@lid`;
}

/**
 * @param value of a field that holds a phone number: `…@c.us`, `…@s.whatsapp.net`, in some answers its
 *   digits alone
 * @returns the digits, or null where there is none: empty, or 0 on Telegram and MAX, where it is
 *   hidden
 */
export function phoneNumberIn(value: unknown): string | null {
	const text = idIn(value) ?? '';
	return /^([1-9]\d*)(?:(?::\d{1,5})?@(?:c\.us|s\.whatsapp\.net))?$/.exec(text)?.[1] ?? null;
}

/**
 * Older answers hold `existsWhatsapp` alone. Newer ones have a privacy id in `chatId`, which is
 * empty or `@c.us` where there is none, and the number in `phoneNumber`, empty for who hides it;
 * which comes in which field is not certain, so both are looked at for both.
 *
 * @param answer checkWhatsapp's
 * @param asked the chat id that was asked about
 * @returns the digits of the phone number, or null where it is hidden; digits that no country's
 *   numbers look like are none, nor are those of the privacy id that was asked about
 */
export function numberTold({ phoneNumber, chatId }: IDataObject, asked: string): string | null {
	const numbers = [phoneNumber, chatId].map(phoneNumberIn);
	const isNumber = (digits: string | null) =>
		digits !== null && isPhoneNumber(digits) && asked !== `${digits}@lid`;
	return numbers.find(isNumber) ?? null;
}

/**
 * @param answer checkWhatsapp's
 * @param asked the chat id that was asked about
 * @returns the privacy id: it says so, or its digits alone are neither a number nor the one asked;
 *   null where there is none
 */
export function lidTold({ chatId, phoneNumber }: IDataObject, asked: string): string | null {
	const isLid = (value: unknown) => {
		const id = idIn(value) ?? '';
		return id.endsWith('@lid') || !(isPhoneNumber(id) || asked.startsWith(id));
	};
	const told = [chatId, phoneNumber].filter(isLid).map(lidIn);
	return told.find((lid) => lid !== null) ?? (asked.endsWith('@lid') ? asked : null);
}
