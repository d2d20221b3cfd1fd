/**
 * Prints, for `docs/phone-numbers.md`, how many national mobile numbers are taken for another
 * country's, each alone and without a code: `npm run numbering:abroad`.
 */

import { readChatId } from '../../nodes/shared/green-api/chatId';
import { callingCodeOf, randomMobiles, REGIONS } from './mobiles';

/** More make the numbers steady in the last digit. */
const SAMPLES = 2_000;
/** Shorter ones are not believed without a code, and few countries have longer ones. */
const LENGTHS = [10, 11, 12];
const LEAST_SHARE = 0.01;

/** @returns a row for each region with numbers of the length that are taken for another country's */
export function sharesAbroad(length: number): Array<{ country: string; share: number }> {
	const names = new Intl.DisplayNames('en', { type: 'region' });
	return REGIONS.map((region) => {
		const mobiles = randomMobiles(region, length, SAMPLES);
		const own = callingCodeOf(region);
		const abroad = mobiles.filter((number) => {
			const reading = readChatId(number);
			return reading.ok && reading.chatId.id !== `${own}${number}@c.us`;
		});
		return { country: names.of(region) ?? region, share: abroad.length / mobiles.length || 0 };
	})
		.filter(({ share }) => share >= LEAST_SHARE)
		.sort((a, b) => b.share - a.share);
}

/** @returns the table that the document has */
export function tableOfShares(): string {
	const rows = LENGTHS.flatMap((length) =>
		sharesAbroad(length).map(
			({ country, share }) => `${country} | ${length} | ${Math.round(share * 100)} %`,
		),
	);
	return ['Country | Digits | Looked up abroad', ...rows].join('\n');
}

if (require.main === module) console.log(tableOfShares());
