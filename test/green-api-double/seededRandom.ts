/** Numbers that look random and are the same on every machine and in every run. */

/**
 * @param seed any text; the same text gives the same numbers
 * @returns a function whose calls give numbers from 0 up to, but not including, 1
 */
export function seededRandom(seed: string): () => number {
	// FNV-1a makes the text a number, mulberry32 makes that number a sequence.
	let state = 0x811c9dc5;
	for (let index = 0; index < seed.length; index++) {
		state = Math.imul(state ^ seed.charCodeAt(index), 0x01000193);
	}
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/**
 * @param random as `seededRandom` gives it
 * @param choices at least one
 * @returns one of `choices`
 */
export function pick<const Choices extends readonly [unknown, ...unknown[]]>(
	random: () => number,
	choices: Choices,
): Choices[number] {
	return choices[Math.floor(random() * choices.length)];
}

/**
 * @param random as `seededRandom` gives it
 * @param length how many digits, at least one
 * @returns a number's digits as text, exact at any length; the first is never 0
 */
export function randomDigits(random: () => number, length: number): string {
	let digits = String(1 + Math.floor(random() * 9));
	while (digits.length < length) digits += String(Math.floor(random() * 10));
	return digits;
}
