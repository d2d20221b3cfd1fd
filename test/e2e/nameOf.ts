import type { GreenApiDouble } from '../green-api-double/greenApiDouble';

/** @returns what the double's answer gives as the contact's name: only an answer tells it */
export function nameOf({ addressBook }: GreenApiDouble, chatId: string): string {
	const contact = JSON.parse(addressBook.contactInfo(chatId, () => '')) as { name: string };
	return contact.name;
}
