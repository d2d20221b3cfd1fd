/** WhatsApp's ids of people whom it knows by another number than the numbering plan has. */

/** One country's ids: what they look like, and all forms in which WhatsApp has the same person. */
interface OwnIds {
	pattern: RegExp;
	forms: readonly string[];
}

/**
 * Accounts keep the id that they were made with, also where a country has renumbered since: Mexico
 * dropped the 1 of mobile numbers in 2019, and Brazil put a 9 before them. Argentina writes a 9 when
 * a mobile number is called from abroad. Brazil's fixed lines begin with 2 to 5, and are other
 * people's numbers with a 9 before them (`../shared/green-api.md`, checkWhatsapp; Anatel 553/2010).
 */
const OWN_IDS: readonly OwnIds[] = [
	{ pattern: /^521?([2-9]\d{9})(@c\.us)?$/, forms: ['52$1$2', '521$1$2'] },
	{ pattern: /^549?([1-3]\d{9})(@c\.us)?$/, forms: ['54$1$2', '549$1$2'] },
	{ pattern: /^55([1-9]{2})9?([6-9]\d{7})(@c\.us)?$/, forms: ['55$1$2$3', '55$19$2$3'] },
];

/**
 * @param id digits in international form, with or without `@c.us` behind them
 * @returns every id that can be the same person's, itself among them, in the form of the given one;
 *   of other countries, and of ids of another kind, itself alone
 */
export function idsOf(id: string): readonly string[] {
	const own = OWN_IDS.find(({ pattern }) => pattern.test(id));
	return own ? own.forms.map((form) => id.replace(own.pattern, form)) : [id];
}
