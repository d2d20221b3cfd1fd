/** Takes a phone number apart as it is written, without knowing what it means. */

export interface WrittenNumber {
	/** Whether a plus stands in front. */
	hasPlus: boolean;
	/** All digits, without the plus. */
	digits: string;
	groups: readonly DigitGroup[];
}

export interface DigitGroup {
	digits: string;
	inBrackets: boolean;
	/** A slash, dot or dash before the group, if there is one. */
	separator: string;
}

/** Fewer stand after a bracket that holds no country or area code. */
const FEWEST_DIGITS_AFTER_BRACKETS = 4;
const LONGEST_CALLING_CODE = 3;
const LONGEST_GROUP_BETWEEN_SLASHES = 4;

const GROUP = / ?([-./]?) ?(?:\( ?(\d+(?:[ -]\d+)?) ?\)|(\d+))/y;

/**
 * @param text with ASCII digits and punctuation alone, and no two spaces in a row
 * @returns its groups of digits, or null where it is not one number with what people put between
 *   digits: a space, a dash, a dot, a slash, brackets around a code
 */
export function takeApart(text: string): WrittenNumber | null {
	// "(+44) 20 …": the plus belongs in front of the bracket.
	const written = text.replace(/^\( ?\+ ?/, '+(').replace(/\.$/, '');
	const hasPlus = written.startsWith('+');
	const body = hasPlus ? written.slice(1) : written;

	const groups: DigitGroup[] = [];
	GROUP.lastIndex = 0;
	while (GROUP.lastIndex < body.length) {
		const match = GROUP.exec(body);
		if (!match) return null;
		const [, separator = '', bracketed, plain = ''] = match;
		if (groups.length === 0 && separator !== '') return null;
		const own = (bracketed ?? plain).replace(/\D/, '');
		groups.push({ digits: own, inBrackets: bracketed !== undefined, separator });
	}
	return { hasPlus, digits: groups.map(({ digits }) => digits).join(''), groups };
}

/** @returns how many digits stand before the group with the index */
export function digitsBefore(groups: readonly DigitGroup[], index: number): number {
	return groups.slice(0, index).reduce((sum, { digits }) => sum + digits.length, 0);
}

/**
 * @returns whether the last digits stand apart, as an extension or the end of a second number does:
 *   in brackets (`… (12)`), after a slash that no area code is before (`123-45-67 / 68`); a number
 *   of short groups may have slashes throughout
 */
export function hasAppendix({ hasPlus, digits, groups }: WrittenNumber): boolean {
	const [, ...others] = groups;
	const isShort = groups.every((group) => group.digits.length <= LONGEST_GROUP_BETWEEN_SLASHES);
	const hasSlashesThroughout =
		others.length > 1 && isShort && others.every((group) => group.separator === '/');
	return groups.some(({ digits: own, inBrackets, separator }, index) => {
		const before = digitsBefore(groups, index);
		const after = digits.length - before - own.length;
		if (inBrackets && after < FEWEST_DIGITS_AFTER_BRACKETS) return true;
		const areaCode = before - (hasPlus ? LONGEST_CALLING_CODE : 0);
		return separator === '/' && !hasSlashesThroughout && digits.length - before <= areaCode;
	});
}
