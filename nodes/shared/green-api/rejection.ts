/** Why something that the user entered can't be used, and how such texts quote it. */

/** In the user's words: what is the matter, and what to do about it. */
export interface Rejection {
	message: string;
	description: string;
	/** The message without the value it quotes: refusals of one kind are counted together. */
	kind?: string;
}

export type Refusal = { ok: false; rejection: Rejection };

const LONGEST_QUOTE = 40;

/** @returns a reading that came to nothing */
export function refuse(message: string, description: string, kind?: string): Refusal {
	return { ok: false, rejection: { message, description, ...(kind !== undefined && { kind }) } };
}

/** @returns the user's own value, short enough for a message, and no character of it cut in two */
export function shorten(text: string): string {
	if (text.length <= LONGEST_QUOTE) return text;
	const characters = [...text.slice(0, 2 * LONGEST_QUOTE)].slice(0, LONGEST_QUOTE);
	return `${characters.join('')}…`;
}

/** @returns the same in quotation marks */
export function quote(text: string): string {
	return `"${shorten(text)}"`;
}
