/** A contact's fingerprint: the same text for as long as the contact says the same of itself. */

import { type Contact, productsOf } from '../../../shared/green-api/contact';

/** Of MD5 (RFC 1321), which n8n Cloud has no module for. It compares texts and protects nothing. */
interface Step {
	mix: (b: number, c: number, d: number) => number;
	/** Which of the block's 16 words it takes. */
	word: number;
	shift: number;
	sine: number;
}

/** RFC 1321, section 3.4: four rounds of 16 steps; `word` says which word the nth of them takes. */
const ROUNDS: ReadonlyArray<{
	mix: Step['mix'];
	word: (n: number) => number;
	shifts: readonly number[];
}> = [
	{ mix: (b, c, d) => (b & c) | (~b & d), word: (n) => n, shifts: [7, 12, 17, 22] },
	{ mix: (b, c, d) => (b & d) | (c & ~d), word: (n) => 5 * n + 1, shifts: [5, 9, 14, 20] },
	{ mix: (b, c, d) => b ^ c ^ d, word: (n) => 3 * n + 5, shifts: [4, 11, 16, 23] },
	{ mix: (b, c, d) => c ^ (b | ~d), word: (n) => 7 * n, shifts: [6, 10, 15, 21] },
];

const STEPS: readonly Step[] = ROUNDS.flatMap(({ mix, word, shifts }, round) =>
	[0, 4, 8, 12].flatMap((first) =>
		shifts.map((shift, index) => {
			const n = first + index;
			const sine = Math.floor(Math.abs(Math.sin(round * 16 + n + 1)) * 2 ** 32);
			return { mix, word: word(n) % 16, shift, sine };
		}),
	),
);

/** The text in UTF-8, a bit that is set, zeros up to a whole block of 64 bytes, its length in bits. */
function padded(text: string): DataView {
	const bytes = new TextEncoder().encode(text);
	const blocks = Math.ceil((bytes.length + 9) / 64);
	const message = new DataView(new ArrayBuffer(blocks * 64));
	bytes.forEach((byte, index) => message.setUint8(index, byte));
	message.setUint8(bytes.length, 0x80);
	message.setBigUint64(message.byteLength - 8, BigInt(bytes.length) * 8n, true);
	return message;
}

/**
 * @param text hashed in UTF-8; half of a surrogate pair counts as U+FFFD
 * @returns 32 hexadecimal digits in lower case
 */
export function md5(text: string): string {
	const message = padded(text);
	let [a0, b0, c0, d0] = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];

	for (let block = 0; block < message.byteLength; block += 64) {
		let [a, b, c, d] = [a0, b0, c0, d0];
		for (const { mix, word, shift, sine } of STEPS) {
			const sum = (a + mix(b, c, d) + sine + message.getUint32(block + word * 4, true)) | 0;
			[a, b, c, d] = [d, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0, b, c];
		}
		[a0, b0, c0, d0] = [(a0 + a) | 0, (b0 + b) | 0, (c0 + c) | 0, (d0 + d) | 0];
	}

	const digest = new DataView(new ArrayBuffer(16));
	[a0, b0, c0, d0].forEach((word, index) => digest.setInt32(index * 4, word, true));
	return [0, 8].map((at) => digest.getBigUint64(at).toString(16).padStart(16, '0')).join('');
}

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
