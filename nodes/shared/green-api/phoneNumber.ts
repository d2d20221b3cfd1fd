/** Reads phone numbers as people write them: for certain, or not at all. */

import { clean, numberOfLink } from './cleanNumber';
import { isWithoutCode, NUMBER_REASONS, otherThing } from './numberReasons';
import { nationalNumbers, planOf } from './numberingPlan';
import {
	checkLength,
	type Outcome,
	PHONE_DIGITS,
	prefixForAbroad,
	readBare,
	readInternational,
	readWithDefault,
	type Unread,
} from './readNumber';
import { quote, refuse, type Refusal } from './rejection';
import { hasAppendix, takeApart } from './writtenNumber';

export { ACCEPTED_FORMS } from './numberReasons';
export { checkLength, isPhoneNumber } from './readNumber';

/**
 * `bare`: what the user wrote, where neither plus nor default country told which country's number it
 * is. Where it is read, its digits were taken for international.
 */
export interface Bare {
	bare?: string | undefined;
}
export type PhoneReading = ({ ok: true; digits: string } | Refusal) & Bare;
export type CountryCodeReading = { ok: true; code: string } | Refusal;

/** Two numbers in one field, and what is dialled before them. */
const MOST_WRITTEN_DIGITS = 40;

/**
 * @param given what the user wrote
 * @returns the refusal in words
 */
export function refuseNumber(given: string, { why, code = '', other }: Unread): Refusal {
	const [what, todo] = NUMBER_REASONS[why];
	const name = why === 'abroad' ? code : `+${code}`;
	const also = other === undefined ? '' : ` and as one of +${other}`;
	const message = `${quote(given)} ${what.replaceAll('{code}', name)}${also}`;
	return refuse(message, todo.replaceAll('{code}', name), what.replaceAll('{code}', '+…'));
}

/** Whether a number has a plus, `00` or a default country decides how it is read. */
function readDigits(number: string, isLink: boolean, code: string): Outcome {
	const plan = planOf(code);
	const { length } = number.replaceAll(/\D/g, '');
	if (length > MOST_WRITTEN_DIGITS) return { why: 'long' };
	if (length < PHONE_DIGITS.min && !plan) return { why: 'short' };
	const written = takeApart(number);
	if (!written) return { why: 'unwritten' };
	if (hasAppendix(written)) return { why: 'appendix' };

	const { digits, groups, hasPlus } = written;
	if (hasPlus) {
		const outcome = readInternational(written);
		// WhatsApp's links hold its own ids, and some of them differ from the numbering plan.
		const isUnfit = typeof outcome !== 'string' && /^(?:unfit|renumbered)$/.test(outcome.why);
		return isLink && isUnfit ? checkLength(digits) : outcome;
	}
	const abroad = plan ? prefixForAbroad(written, plan) : '';
	if (abroad !== '') return { why: 'abroad', code: abroad };
	if (groups[0]?.digits.startsWith('00')) {
		// Some countries have numbers that begin with 00 at home, e.g. 001 800 … in Thailand.
		if (plan && nationalNumbers(plan, digits).plain) return { why: 'ambiguous', code };
		// "0011" is how Australians dial abroad, not a number of North America.
		if (digits.startsWith('0011')) return { why: 'unfit', code: '1' };
		const behind = takeApart(number.replace(/^(?:\(00\)|(\(?)00)[-./ ]*/, '+$1'));
		return behind ? readInternational(behind) : { why: 'unwritten' };
	}
	return plan ? readWithDefault(written, plan) : readBare(written);
}

/**
 * Reads a phone number. Whatever can be read in two ways, or only by supposing something, is
 * refused: a wrong guess would look somebody else up.
 *
 * @param given what the user wrote, for messages
 * @param text the same with ASCII digits and punctuation, spaces single and none at its ends
 * @param defaultCountryCode digits of the calling code of numbers written without one, as
 *   `readCountryCode` gives it; empty: there is none
 * @returns 7 to 15 digits, calling code first, or why there are none; never throws
 */
export function readPhoneNumber(
	given: string,
	text: string,
	defaultCountryCode: string,
): PhoneReading {
	const linked = numberOfLink(text);
	const number = linked ?? clean(text, defaultCountryCode);
	if (number === undefined) return refuseNumber(given, { why: 'text' });
	const hasNoCode = defaultCountryCode === '' && linked === undefined;
	const bare = hasNoCode && isWithoutCode(number) ? given : undefined;
	const other = otherThing(number);
	if (other) {
		const { what, todo, hasNumber } = other;
		return { ...refuse(`${quote(given)} ${what}`, todo, what), ...(hasNumber && { bare }) };
	}
	const outcome = readDigits(number, linked !== undefined, defaultCountryCode);
	return typeof outcome === 'string'
		? { ok: true, digits: outcome, bare }
		: { ...refuseNumber(given, outcome), bare };
}

const COUNTRY_CODE_FORMS =
	'Enter the digits of the calling code, e.g. 972 for Israel or 1 for the United States, or remove the option.';

/**
 * Reads the option "Default Country Code".
 *
 * @param value what the option holds: `972`, `+972`, `00972` as text, 972 as a number, with spaces
 *   around; nothing or an empty text where it is not set
 * @returns the code's digits, empty when it is not set, or why it is no country's calling code
 */
export function readCountryCode(value: unknown): CountryCodeReading {
	if (value === undefined || value === null) return { ok: true, code: '' };
	if (typeof value !== 'string' && typeof value !== 'number') {
		return refuse('"Default Country Code" is no text', COUNTRY_CODE_FORMS);
	}
	const written = String(value).trim();
	if (written === '') return { ok: true, code: '' };
	const code = /^(?:\+ ?|00)?([1-9]\d{0,2})$/.exec(written)?.[1] ?? '';
	return planOf(code)?.region
		? { ok: true, code }
		: refuse(
				`"Default Country Code" is ${quote(written)}, which is no country's calling code`,
				COUNTRY_CODE_FORMS,
			);
}
