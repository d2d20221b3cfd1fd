/** What getContactInfo answers with. */

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
