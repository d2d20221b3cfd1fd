/** What the texts that users read are checked against, and a token that is obviously none. */

/** Words that n8n's guidelines keep out of messages. */
export const FORBIDDEN_WORDS = /\b(error|problem|failure|mistake)s?\b/i;

export const FAKE_TOKEN = 'fakeToken0'.repeat(5);

/** What a user reads when something does not work out. */
export interface Told {
	message: string;
	description: string;
}

/** Fails unless the user learns what happened and what to do, in n8n's and our manner. */
export function expectPlainWords({ message, description }: Told): void {
	for (const text of [message, description]) {
		expect(text.trim()).not.toBe('');
		expect(text).not.toMatch(FORBIDDEN_WORDS);
		expect(text).not.toMatch(/undefined|\[object |\bnull\b/);
		expect(text.length).toBeLessThan(300);
	}
	expect(description).not.toBe(message);
	expect(description).toMatch(/[.]$/);
}
