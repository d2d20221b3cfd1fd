/** The shape of what comes out, as the node's fields ask for it. */

import type { IDataObject } from 'n8n-workflow';
import { type Contact, idIn, productsOf } from '../../../shared/green-api/contact';
import { type Messenger, ownFieldsOf } from '../../../shared/green-api/messengers';
import { fingerprintOf } from './fingerprint';

export interface ContactShape {
	output: 'raw' | 'simplified' | 'selectedFields';
	/** Field names; used when `output` is `selectedFields`. */
	fields: readonly string[];
	splitProducts: boolean;
	/** What a contact without products becomes when products are split. */
	contactsWithoutProducts: 'keep' | 'drop';
	/** Whether each item says, as `fingerprint`, what the whole contact is. */
	addFingerprint: boolean;
}

/** Own fields alone: an expression may name anything, "constructor" too. */
function pick(contact: Contact, fields: readonly string[]): IDataObject {
	return Object.fromEntries(
		fields.map((field) => [field, Object.hasOwn(contact, field) ? (contact[field] ?? null) : null]),
	);
}

function omit(fields: IDataObject, name: string): IDataObject {
	return Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name));
}

/** How a contact is shaped: the fields selected, whom was asked for, and whose contact it is. */
interface Terms {
	fields: readonly string[];
	asked: string;
	messenger: Messenger;
}

/** An answer under a privacy id has no number: it is the one that was asked for. */
function numberOf(contact: Contact, { asked, messenger }: Terms): string | null {
	const number = messenger.phoneNumberOf(contact, String(contact.chatId));
	return number ?? messenger.phoneNumberOf({}, asked);
}

function select(contact: Contact, terms: Terms): IDataObject {
	const { fields } = terms;
	const phoneNumber = contact.phoneNumber || (numberOf(contact, terms) ?? contact.phoneNumber);
	return pick({ ...contact, phoneNumber }, ['chatId', ...fields]);
}

function simplify(contact: Contact, terms: Terms): IDataObject {
	return {
		chatId: String(contact.chatId),
		phoneNumber: numberOf(contact, terms),
		...pick(contact, ['name', 'contactName', 'isBusiness', 'category', 'description']),
		...pick(contact, ['email', 'avatar']),
		productCount: productsOf(contact).length,
		...ownFieldsOf(contact, terms.messenger),
	};
}

const OUTPUTS: Record<ContactShape['output'], (contact: Contact, terms: Terms) => IDataObject> = {
	raw: (contact) => contact,
	simplified: simplify,
	selectedFields: select,
};

/**
 * Shapes one contact. Takes the contact over: what comes out may be the same object or hold parts
 * of it, but no two of the objects that come out share anything.
 *
 * @param answer the contact as GREEN-API sent it, or null where it knows nothing of the person
 * @param asked the chat id or phone number that was asked for, which stands in for a missing chat id,
 *   and for one that is a number above 2^53
 * @param shape what the user wants
 * @param messenger whose contact it is
 * @returns one object; with `splitProducts` one for each product, or for a contact without products
 *   one with `product: null`, or none at all
 */
export function shapeContact(
	answer: Contact | null,
	asked: string,
	{ output, fields, splitProducts, contactsWithoutProducts, addFingerprint }: ContactShape,
	messenger: Messenger,
): IDataObject[] {
	const contact: Contact =
		output === 'raw' && answer ? answer : { ...answer, chatId: idIn(answer?.chatId) ?? asked };
	const products = productsOf(contact);
	const wanted = OUTPUTS[output](contact, { fields, asked, messenger });
	const shaped = addFingerprint ? { ...wanted, fingerprint: fingerprintOf(answer) } : wanted;
	if (!splitProducts) return [shaped];

	const rest = omit(shaped, 'products');
	if (products.length === 0) {
		return contactsWithoutProducts === 'drop' ? [] : [{ ...rest, product: null }];
	}
	return products.map((product) => ({ ...structuredClone(rest), product }));
}
