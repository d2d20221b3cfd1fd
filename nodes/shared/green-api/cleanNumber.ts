/** Takes off what surrounds a phone number: links, labels, quotes, what exports add. */

/** Of WhatsApp's links; its help asks for the international form without a plus there. */
const LINK_NUMBER = String.raw`((?:\d|[ +]|%20|%2b)+)`;
const LINKS = [
	`^(?:https?://)?(?:www\\.)?wa\\.me/${LINK_NUMBER}/?(?:[?#].*)?$`,
	`^(?:(?:https?://)?(?:(?:api|web|www)\\.)?whatsapp\\.com/send/?|whatsapp://send/?)\\?(?:[^#]*?&)?phone=${LINK_NUMBER}(?:[&#].*)?$`,
].map((pattern) => new RegExp(pattern, 'i'));

const WORDS = [
	'tel(?:e(?:ph|f)on[eo]?)?|t[eé]l[eé](?:ph|f)ono?e?|telp|tlf|phone(?: ?number)?|cell(?: ?phone)?|cel(?:ular)?',
	'mob(?:ile?)?(?: ?(?:phone|number))?|m[oó]vil|handy|gsm|hp|f?one|whats(?: ?app)?|zap|wh?pp|wa|work|home|number|n[o°º]|№',
	'тел(?:ефон)?|моб(?:ильный)?|сот(?:овый)?|номер|в[ао](?:тс|ц|тц)ап',
].join('|');
/** "Tel 1 (21) …" is none, as the digit can be part of the label or of the number; "Tel: 1 (21) …" is. */
const LABEL = `(?:${WORDS})(?![\\p{L}\\d]|[ .]*[1-9][.)/-]?[ (])[ .:=]*`;
/** Quotes, and what separates the values of a list that holds one. */
const EDGE = '["\'`´‘’‚‛“”„‟«»‹›\\s,;|]';
/** At the end, a run within the text is looked at once. */
const EDGES = new RegExp(`^(?:${EDGE}|=(?=["'+]))+|(?<!${EDGE})${EDGE}+$`, 'gu');
/** Not those that hide digits. */
const SYMBOL =
	'(?![▪▫◻◼◽◾⚪⚫⬛⬜])[\\p{Extended_Pictographic}\\p{Regional_Indicator}\\p{Emoji_Modifier}✆☏🕿🕾]';

/** What is replaced, in this order, until nothing changes: labels are put before labels. */
const STEPS: ReadonlyArray<readonly [pattern: RegExp, replacement: string]> = [
	// A line of a vCard: "item1.TEL;TYPE=CELL:+44 …".
	[/^(?:item\d+\.tel|tel(?=;))[^:]*: ?(?=tel:|[+(\d])/i, ''],
	// RFC 3966: "tel:7946-0958;phone-context=+44-20" is a number in two parts.
	[/^tel: ?([^+;?][^;?]*);phone-context=(\+[\d-]+)$/i, '$2 $1'],
	[/^(?:tel|whatsapp|sms|callto): ?(?!\/)([^?]*)(?:\?[a-z]+=.*)?$/i, '$1'],
	[EDGES, ''],
	// An emoji before a number.
	[new RegExp(`^(?:${SYMBOL}|[•·*](?= ?\\+))+`, 'u'), ''],
	// "Tel.: +44 …"; of one letter: "M: +44 …", and Meta's lead exports have "p:+1…". The lookahead keeps
	// "phone number" whole: halves that are words, too, take time that doubles with each of them.
	[new RegExp(`^(?:(?=(${LABEL}))\\1)+(?=[^\\p{L}]{0,9}\\d)`, 'iu'), ''],
	[/^[mtpchwмт][.:] ?(?=[+(\d])/iu, ''],
	[new RegExp(`(?<=[\\d)]) ?(?:[-,] ?)?(?:\\((?:${WORDS})\\.?\\)| (?:${WORDS})\\.?)$`, 'iu'), ''],
	[/(?<=\d)[·•](?=\d)/g, '.'],
	[/(?<=[\d)])_(?=[\d(])/g, '-'],
	[/\[/g, '('],
	[/\]/g, ')'],
	[/^\+(?:\+| ?00 ?(?=[1-9]))/, '+'],
	// Where Brazilians dial a carrier: "(0xx11) 91234-5678".
	[/^(\+55 ?)\(?0 ?xx ?(\d\d)\)?/i, '$1($2)'],
	// A spreadsheet's 71234567890.0.
	[/^(\+?\d{7,})[.,]0+$/, '$1'],
];
const MOST_TURNS = 4;

/** More than any number with what surrounds it, other than in a link. */
const LONGEST_TEXT = 200;

/** How a country's people write what others would take for something else, by its calling code. */
const AT_HOME: Readonly<Record<string, readonly [pattern: RegExp, replacement: string]>> = {
	'1': [/^\(?011\)?[ .-]?(?=[1-9])/, '+'],
	'55': [/^\(?0 ?xx ?(\d\d)\)?/i, '($1)'],
};

/** Spreadsheets write 71234567890 as 7.123456789E+10, with or without all its digits. */
function undoExponent(text: string): string {
	const [, first = '', decimals = '', exponent = ''] =
		/^(\d)[.,](\d{6,14})e\+?(\d{1,2})$/i.exec(text) ?? [];
	return first !== '' && decimals.length === Number(exponent) ? first + decimals : text;
}

/** @returns the text without the quotes and separators around it, as spreadsheets and lists have them */
export function undress(text: string): string {
	return text.replace(EDGES, '');
}

/**
 * @param text on one line, with ASCII digits and punctuation
 * @returns the number in a link of WhatsApp's, with a plus; undefined where the text is none
 */
export function numberOfLink(text: string): string | undefined {
	const part = LINKS.map((link) => link.exec(text)?.[1]).find((found) => found !== undefined);
	const digits = part?.replaceAll(/%20|%2b|\D/gi, '') ?? '';
	return digits === '' ? undefined : `+${digits}`;
}

/**
 * @param text on one line, with ASCII digits and punctuation
 * @param callingCode of numbers written without one; empty: there is none
 * @returns the number without what surrounds it; undefined where the text is too long to hold one
 */
export function clean(text: string, callingCode: string): string | undefined {
	if (text.length > LONGEST_TEXT) return undefined;
	let number = text;
	for (let turn = 0, before = ''; turn < MOST_TURNS && number !== before; turn += 1) {
		before = number;
		for (const [pattern, replacement] of STEPS) number = number.replace(pattern, replacement);
	}
	const [pattern, replacement] = AT_HOME[callingCode] ?? [/$/, ''];
	number = undoExponent(number.trim()).replace(pattern, replacement);
	return number === '' ? text : number;
}
