/** What getContactInfo answers with, and how answers name people. */

import type { IDataObject } from 'n8n-workflow';

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
