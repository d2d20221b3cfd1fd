/** What Telegram and MAX take as a chat id, and how people write it. */

import { type ChatIdReading, type ChatKind, chatReader, type ReadChat } from './chatId';
import { clean, undress } from './cleanNumber';
import { readPhoneNumber } from './phoneNumber';
import { quote, refuse } from './rejection';

/** How the chats of one messenger look. */
export interface DigitChats {
	/** As people call the messenger. */
	label: string;
	/** What the user may enter. */
	forms: string;
	/** The calling codes that GREEN-API looks phone numbers up of; absent: all. */
	callingCodes?: readonly string[];
	/** Absent where the messenger has none that GREEN-API takes. */
	username?: RegExp;
}

/** GREEN-API documentation for MAX: 16 digits at most; Telegram's have 52 bits. */
const PERSON = /^[1-9]\d{0,15}$/;
const GROUP = /^-[1-9]\d{0,15}$/;

const WHATSAPP_ID = /@(?:c\.us|s\.whatsapp\.net|lid|g\.us|broadcast|newsletter)$/i;

const BETWEEN_DIGITS = /(?<=\d)[_'’](?=\d)/g;
/** What can be an id or a phone number, without what surrounds it. */
const IN_DOUBT = [
	// What is left of "tel:79001234567", "№ 79001234567", "(79001234567)".
	/^[^\d+\p{L}]*[1-9]\d{0,15}[^\d\p{L}]*$/u,
	// "10000000.0", "7.9E+10": the spreadsheet took the difference.
	/^\d+[.,](?:0+|\d+e\+?\d+)$/i,
	// "79 001 234 567", as thousands are written: an id for people to read.
	/^[1-9]\d{0,2}(?:[ .,]\d{3})+$/,
];

function accept(kind: ChatKind, id: string): ChatIdReading {
	return { ok: true, chatId: { kind, id } };
}

/** The texts about phone numbers name WhatsApp's forms where they say what to enter. */
function speakOf(forms: string, description: string): string {
	return /WhatsApp|@/.test(description) ? forms : description;
}

/**
 * Digits alone are always an id, whatever "Default Country Code" says: the trigger and the list of
 * contacts give such ids, and a phone number of the same digits is somebody else's.
 *
 * @param chats how the messenger's chats look
 * @returns a reader of `10000000`, `-1001234567890` and, where the messenger has them, `@ivan`, also
 *   in quotes and with separators around; of phone numbers that can't be ids: `+7 900 123-45-67`, `007900…`, `050-123-4567`, `tel:…`
 */
export function digitChatReader({ label, forms, callingCodes, username }: DigitChats): ReadChat {
	return chatReader(forms, (given, written, defaultCountryCode) => {
		const text = undress(written);
		if (PERSON.test(text)) return accept('person', text);
		if (GROUP.test(text)) return accept('group', text);
		if (username?.test(text)) return accept('username', text);
		if (WHATSAPP_ID.test(text)) {
			return refuse(
				`${quote(given)} is a WhatsApp chat ID, and the "Messenger" of the credential is ${label}`,
				`${forms} For WhatsApp, select a credential of a WhatsApp instance.`,
			);
		}
		if (text.startsWith('@')) {
			return refuse(`${quote(given)} is no username that ${label} can be asked about`, forms);
		}
		const digits = clean(text.replace(BETWEEN_DIGITS, ''), '') ?? '';
		if (IN_DOUBT.some((form) => form.test(digits))) {
			return refuse(
				`${quote(given)} can be a chat ID or a phone number`,
				'Write a chat ID as digits alone, and a phone number with a plus and its country code.',
			);
		}
		const phone = readPhoneNumber(given, written, defaultCountryCode);
		if (!phone.ok) {
			const { message, description, kind } = phone.rejection;
			return { ...refuse(message, speakOf(forms, description), kind), bare: phone.bare };
		}
		if (callingCodes && !callingCodes.some((code) => phone.digits.startsWith(code))) {
			return refuse(
				`${quote(given)} is no phone number that ${label} can be asked about`,
				`GREEN-API looks up numbers of +${callingCodes.join(' and +')} alone there. Enter the chat ID.`,
			);
		}
		const chatId = { kind: 'phone', id: `+${phone.digits}` } as const;
		return { ok: true, chatId, bare: phone.bare };
	});
}
