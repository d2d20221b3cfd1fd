/** A contact's fingerprint: the same text for as long as the contact says the same of itself. */

import { type Contact, productsOf } from '../../../shared/green-api/contact';
import { md5 } from './md5';

/** Their order is part of the fingerprint, which databases keep: it can't change any more. */
const CONTACT_FIELDS = ['name', 'contactName', 'email', 'category', 'description', 'isBusiness'];
const PRODUCT_FIELDS = [
	'id',
	'name',
	'description',
	'price',
	'availability',
	'isHidden',
	'reviewStatus',
];

type Canonical = string | Canonical[];

/** One spelling for what means the same: keys in order, and '' for all that says nothing. */
function canonical(value: unknown): Canonical {
	if (value === null || value === undefined || value === false) return '';
	if (Array.isArray(value)) return value.length === 0 ? '' : value.map(canonical);
	if (typeof value !== 'object') return String(value);
	const entries = Object.entries(value)
		.map(([key, inner]): [string, Canonical] => [key, canonical(inner)])
		.filter(([, inner]) => inner !== '')
		.sort(([a], [b]) => (a < b ? -1 : 1));
	return entries.length === 0 ? '' : entries;
}

function spell(fields: Contact | null, names: readonly string[]): Canonical[] {
	return names.map((name) => canonical(fields?.[name]));
}

/**
 * Tells whether a contact has changed since it was looked up last: its name, contactName, email,
 * category, description, isBusiness, whether there is an avatar, and each product's id, name,
 * description, price, availability, isHidden and reviewStatus. Nothing else counts: links are signed
 * anew with each answer, and lastSeen, mute, archive and expiration are about the chat.
 *
 * Null, absent, empty and false are the same, as GREEN-API leaves fields out; so are a number and
 * its digits. The order of keys doesn't count, nor that of products, which is no promise of
 * GREEN-API's.
 *
 * @param contact as GREEN-API sent it; null, of whom it knows nothing, is as one who says nothing
 * @returns 32 hexadecimal digits, the same in every version of this package: MD5 (small, with test
 *   vectors of its own, and the like of it in every database) of the fields above as JSON. Of a
 *   million contacts, two are alike by chance once in 10^26.
 */
export function fingerprintOf(contact: Contact | null): string {
	const hasAvatar = canonical(contact?.avatar) !== '';
	// By id, which comes first; by the rest where two have the same one.
	const products = productsOf(contact ?? {})
		.map((product) => JSON.stringify(spell(product, PRODUCT_FIELDS)))
		.sort();
	return md5(JSON.stringify([...spell(contact, CONTACT_FIELDS), hasAvatar, products]));
}
