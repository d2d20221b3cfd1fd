/** Reads the digits of a phone number: for certain, or not at all. */

import type { NUMBER_REASONS } from './numberReasons';
import {
	hasDoubtfulZero,
	idsOf,
	isMobile,
	nationalNumbers,
	type NumberingPlan,
	planOf,
	planOfNumber,
} from './numberingPlan';
import { digitsBefore, takeApart, type WrittenNumber } from './writtenNumber';

/** Why there is no reading; `code` is the calling code, or what else the reason is about. */
export interface Unread {
	why: keyof typeof NUMBER_REASONS;
	code?: string;
	/** What the number can be besides. */
	other?: string;
}
/** Digits in international form, or why there are none. */
export type Outcome = string | Unread;

/** E.164 allows 15 digits; the shortest international numbers have 7. */
export const PHONE_DIGITS = { min: 7, max: 15 };

/**
 * Without plus or default country, a number this long or shorter could be a national one of many
 * countries; only mobile numbers are believed to be international then.
 */
export const BARE_DIGITS = { min: 10, national: 11 };

/** How the national numbers of North America and Brazil stand in groups: 507-555-1234. */
const NATIONAL_SHAPES = ['3-3-4', '2-5-4'];
/** In North America, neither the area code nor what follows it begins with 0 or 1. */
const NORTH_AMERICAN = /^[2-9]\d\d[2-9]\d{6}$/;
/** Of Côte d'Ivoire and Benin, from before they had ten digits. */
const OLD_NUMBER = /^(?:225|229)\d{8}$/;

/** @returns the digits, when E.164 has room for so many */
export function checkLength(digits: string): Outcome {
	if (digits.length < PHONE_DIGITS.min) return { why: 'short' };
	return digits.length > PHONE_DIGITS.max ? { why: 'long' } : digits;
}

/** GREEN-API's documentation writes 71234567890, which no number of the country looks like. */
function isSevenAndTen({ callingCode }: NumberingPlan, rest: string): boolean {
	return callingCode === '7' && rest.length === 10;
}

/**
 * @param rest what stands after the calling code
 * @returns the national number that it is, or why that is not clear
 */
function readRest(plan: NumberingPlan, rest: string): Outcome {
	const { callingCode: code, lengths, mobile } = plan;
	const { plain, dialled } = nationalNumbers(plan, rest);
	const numbers = [...new Set(plain ? [rest, ...dialled] : dialled)];
	const inner = rest.startsWith(code) ? rest.slice(code.length) : '';
	const isDoubled =
		plan.national.test(inner) &&
		!numbers.includes(inner) &&
		(numbers.length === 0 || rest.length > mobile.max);
	if (isDoubled) return { why: 'doubled', code };
	const [number, ...others] = numbers;
	if (number !== undefined) {
		const isClear = others.length === 0 && !hasDoubtfulZero(plan, number);
		return isClear ? number : { why: 'ambiguous', code };
	}
	const isLikely = lengths.has(rest.length) && (isSevenAndTen(plan, rest) || rest[0] !== '0');
	if (isLikely || idsOf(code + rest).length > 1) return rest;
	return { why: OLD_NUMBER.test(code + rest) ? 'renumbered' : 'unfit', code };
}

/**
 * @param digits of an id of WhatsApp's
 * @returns whether a country has numbers like these, or WhatsApp has ids like these for its numbers
 */
export function isPhoneNumber(digits: string): boolean {
	const plan = planOfNumber(digits);
	const rest = digits.slice(plan?.callingCode.length);
	return plan !== undefined && (plan.national.test(rest) || readRest(plan, rest) === rest);
}

/** Where a zero is in brackets, it is left out or kept; the other way there must be no number. */
function checkZero(plan: NumberingPlan, { groups }: WrittenNumber, rest: string): Outcome {
	const at = groups.findIndex(({ digits, inBrackets }) => inBrackets && digits === '0');
	const code = plan.callingCode;
	if (at === -1) return rest;
	const isBehindCode = digitsBefore(groups, at) === code.length;
	if (isBehindCode && groups[at + 1]?.digits.startsWith('0')) return { why: 'unfit', code };
	const fits = (number: string) => nationalNumbers(plan, number).plain;
	return fits(rest) && fits(rest.slice(1)) ? { why: 'ambiguous', code } : rest;
}

/** @param written what stands after a plus or `00`, or in a link */
export function readInternational(written: WrittenNumber): Outcome {
	const { digits, groups } = written;
	const [first = ''] = groups.map((group) => group.digits);
	if (digits.startsWith('0')) return { why: 'zero' };
	// "+8 (495) …" is a Russian number with its trunk prefix, not one of Vietnam (+84).
	if (first.length === 1 && !planOf(first)) return { why: 'partOfCode', code: first };
	const plan = planOfNumber(digits);
	if (!plan) return { why: 'unknownCode' };
	const code = plan.callingCode;
	const rest = digits.slice(code.length);
	const national = readRest(plan, rest);
	const zero = checkZero(plan, written, rest);
	if (typeof national !== 'string') {
		const isLong = national.why === 'unfit' && digits.length > PHONE_DIGITS.max;
		return isLong ? { why: 'long' } : national;
	}
	return typeof zero === 'string' ? checkLength(code + national) : zero;
}

/** @returns the national numbers that the digits are in international form */
function internationalOf(plan: NumberingPlan, digits: string): string[] {
	if (!digits.startsWith(plan.callingCode)) return [];
	const rest = digits.slice(plan.callingCode.length);
	const { plain, dialled } = nationalNumbers(plan, rest);
	return [...(plain ? [rest] : []), ...dialled];
}

/** @returns the national numbers that the digits can be, without plus or `00` before them */
function numbersIn(plan: NumberingPlan, { digits, groups }: WrittenNumber): string[] {
	const { callingCode, lengths, mobile, trunk } = plan;
	const { plain, dialled } = nationalNumbers(plan, digits);
	const hasTrunk = trunk !== null;
	const written = internationalOf(plan, digits);
	// "39 085 9595": the code stands alone before an Italian number, or is part of a mobile one.
	const [first] = groups;
	if (plain && groups.length > 1 && first?.digits === callingCode && !first.inBrackets) {
		const isOwn = plan.mobilePattern?.test(digits) === true;
		const others = written.filter(({ length }) => lengths.has(length) || !isOwn);
		if (others.length > 0) return [...dialled, ...others, digits];
	}
	// A plain number is the usual form where there is no trunk prefix: Poland's 481956914. A zero
	// after the code is one of Italy's fixed lines.
	const fewest = plain && !hasTrunk ? mobile.min : 0;
	const international = written.filter(
		(number) => (number.length >= fewest || number.startsWith('0')) && lengths.has(number.length),
	);
	if (international.length > 0) {
		const isTooLong = digits.length > mobile.max;
		return [...dialled, ...international, ...(plain && !isTooLong ? [digits] : [])];
	}
	// Where people write a trunk prefix, a shorter number without it may lack its area code, too.
	const isWhole = plain && (!hasTrunk || digits.length >= mobile.min);
	return isWhole ? [...dialled, digits] : dialled;
}

/**
 * @returns the prefix for calls abroad that the number begins with, if a whole number of another
 *   country is behind it: "8 10 49 …" in Russia; "00" is read everywhere, and is none
 */
export function prefixForAbroad(written: WrittenNumber, { abroad }: NumberingPlan): string {
	const { digits, groups } = written;
	const prefix = abroad?.exec(digits)?.[0] ?? '';
	if (prefix === '' || prefix === '00') return '';
	// Where "0049 171 …" is written, the prefix is 00, also in a country that dials 004.
	const endsGroup = groups.some((_, index) => digitsBefore(groups, index + 1) === prefix.length);
	if (prefix.startsWith('00') && groups.length > 1 && !endsGroup) return '';
	const number = takeApart(`+${digits.slice(prefix.length)}`);
	if (!number || !planOfNumber(number.digits)?.region) return '';
	return typeof readInternational(number) === 'string' ? prefix : '';
}

/** Whether the groups of a bare number are those of a national one. */
function looksNational({ groups, digits }: WrittenNumber, { callingCode }: NumberingPlan): boolean {
	const [first] = groups;
	if (groups.length < 2 || !first) return false;
	if (first.inBrackets) return true;
	if (NATIONAL_SHAPES.includes(groups.map((group) => group.digits.length).join('-'))) return true;
	// "8 (495) …" is no number of Vietnam (+84), nor "138 1234 5678" one of North America (+1).
	if (first.digits === callingCode) return false;
	// Ukrainians write their code as part of it and their trunk prefix: 38 067 123 45 67.
	return digits.length <= BARE_DIGITS.national || `${first.digits}0` !== callingCode;
}

/** Reads a number without plus or `00`, of a workflow that names no country. */
export function readBare(written: WrittenNumber): Outcome {
	const { digits, groups } = written;
	const withoutCode = { why: 'noCode' } as const;
	if (digits.length > PHONE_DIGITS.max) return { why: 'long' };
	const plan = planOfNumber(digits);
	if (!plan?.region || digits.length < BARE_DIGITS.min) return withoutCode;

	const { callingCode: code } = plan;
	const rest = digits.slice(code.length);
	const isZero = groups[0]?.digits === code && groups[1]?.inBrackets && groups[1].digits === '0';
	if (isZero) return readInternational(written);
	if (looksNational(written, plan)) return withoutCode;
	if (code === '1' && !NORTH_AMERICAN.test(rest)) return withoutCode;
	if (hasDoubtfulZero(plan, rest)) return { why: 'ambiguous', code };
	if (OLD_NUMBER.test(digits)) return { why: 'renumbered', code };
	// Too long for a national number, "972 050 …" has but one reading.
	const isLong = digits.length > BARE_DIGITS.national;
	const read = isLong && rest.startsWith('0') ? readInternational(written) : undefined;
	if (typeof read === 'string') return read;
	const isNumber =
		digits.length === BARE_DIGITS.min
			? plan.mobilePattern?.test(rest) === true
			: plan.national.test(rest) && plan.lengths.has(rest.length);
	const isId = isSevenAndTen(plan, rest) || (isLong && idsOf(digits).length > 1);
	return isNumber || isId ? checkLength(digits) : withoutCode;
}

/** Reads a number without plus or `00`, of a workflow that names the country of such numbers. */
export function readWithDefault(written: WrittenNumber, plan: NumberingPlan): Outcome {
	const { callingCode: code } = plan;
	const { digits } = written;
	const [number, ...others] = new Set(numbersIn(plan, written));
	if (number === undefined) {
		if (digits.startsWith(code) && idsOf(digits).length > 1) return digits;
		if (OLD_NUMBER.test(code + digits)) return { why: 'renumbered', code };
		return digits.length > PHONE_DIGITS.max ? { why: 'long' } : { why: 'unfitAtHome', code };
	}
	if (others.length > 0 || hasDoubtfulZero(plan, number)) return { why: 'ambiguous', code };
	// Chat lists and webhooks give numbers of all countries as digits alone.
	const foreign = planOfNumber(digits);
	const isForeign = foreign && foreign !== plan && number === digits && !isMobile(plan, number);
	return isForeign && typeof readBare(written) === 'string'
		? { why: 'foreign', code, other: foreign.callingCode }
		: checkLength(code + number);
}
