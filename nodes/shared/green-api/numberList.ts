/** What the phone numbers of one list say of each other. */

import type { ChatIdReading } from './chatId';
import {
	countryName,
	countryPlans,
	isMobile,
	type NumberingPlan,
	planOfNumber,
} from './numberingPlan';
import { refuseNumber } from './phoneNumber';
import { BARE_DIGITS } from './readNumber';
import type { Rejection } from './rejection';

/** @returns the digits of a number that was read without plus or default country, else undefined */
function bareDigits(reading: ChatIdReading): string | undefined {
	return reading.ok && reading.bare !== undefined
		? reading.chatId.id.replaceAll(/\D/g, '')
		: undefined;
}

/** Whether one default country would have read every number as a mobile one of its own. */
function couldBeNational(numbers: readonly string[]): boolean {
	return countryPlans().some((plan) =>
		numbers.every(
			(digits) =>
				isMobile(plan, digits) && plan.national.test(digits) && planOfNumber(digits) !== plan,
		),
	);
}

/**
 * Of Brazilian mobile numbers without their code, some look like Peruvian ones, and others like no
 * country's: those that are refused say what the others are, whatever they are refused for.
 *
 * @param readings of one list, in its order
 * @returns the same; where a number without plus or default country is refused, so are those that
 *   are as long as national numbers
 */
export function withOneVoice<Reading extends ChatIdReading>(
	readings: readonly Reading[],
): ReadonlyArray<Reading | ChatIdReading> {
	if (!readings.some(({ ok, bare }) => !ok && bare !== undefined)) return readings;
	return readings.map((reading) => {
		const digits = bareDigits(reading);
		if (!reading.ok || digits === undefined) return reading;
		const isInDoubt = digits.length <= BARE_DIGITS.national || couldBeNational([digits]);
		return isInDoubt ? refuseNumber(reading.bare ?? '', { why: 'inList' }) : reading;
	});
}

/** @returns which countries' numbers were read without a plus; nothing where none is in doubt */
export function tellBareNumbers(readings: readonly ChatIdReading[]): string[] {
	const numbers = readings.map(bareDigits).filter((digits) => digits !== undefined);
	const counts = new Map<NumberingPlan | undefined, number>();
	for (const digits of numbers) {
		const plan = planOfNumber(digits);
		counts.set(plan, (counts.get(plan) ?? 0) + 1);
	}
	if (numbers.length === 0 || (counts.size === 1 && !couldBeNational(numbers))) return [];
	const countries = [...counts].sort(([, a], [, b]) => b - a);
	const named = countries
		.map(([plan, count]) => `${plan && countryName(plan)} (${count})`)
		.join(', ');
	const were = numbers.length === 1 ? 'number without + was' : 'numbers without + were';
	return [
		`${numbers.length} ${were} read as ${named}. If that is wrong, set "Default Country Code" in the options, or write + and the country code.`,
	];
}

/** @returns what to do about what was refused, once for each kind, the most frequent first */
export function tellRejections(rejections: readonly Rejection[]): string[] {
	const kinds = new Map<string, { count: number; kind: string; description: string }>();
	for (const { kind = '', description } of rejections) {
		const same = kinds.get(kind || description);
		if (same) same.count += 1;
		else kinds.set(kind || description, { count: 1, kind, description });
	}
	return [...kinds.values()]
		.sort((a, b) => b.count - a.count)
		.map(({ count, kind, description }) => {
			const [items, each] = count === 1 ? ['item was', 'it'] : ['items were', 'each'];
			return `${count} ${items} refused${kind && `: ${each} ${kind}`}. ${description}`;
		});
}
