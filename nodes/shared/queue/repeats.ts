/** What is asked for more than once in a batch, and the answers that are still to be used again. */

export class Repeats<T> {
	/** How often a question is still to be asked, of those that come more than once. */
	private readonly left = new Map<string, number>();
	private readonly answers = new Map<string, T>();

	/** @param questions all of the batch, as often as they come */
	constructor(questions: Iterable<string>) {
		const seen = new Set<string>();
		for (const question of questions) {
			if (seen.has(question)) this.left.set(question, (this.left.get(question) ?? 1) + 1);
			seen.add(question);
		}
	}

	/**
	 * @param question one of the batch; each time that it comes is to be asked for once
	 * @param ask finds the answer
	 * @returns what `ask` gave the first time, and whether this was not that time; an answer is let
	 *   go of when the question does not come any more
	 */
	answer(question: string, ask: () => T): { answer: T; isRepeated: boolean } {
		const left = this.left.get(question);
		if (left === undefined) return { answer: ask(), isRepeated: false };

		const isRepeated = this.answers.has(question);
		const answer = this.answers.get(question) ?? ask();
		if (left > 1) {
			this.left.set(question, left - 1);
			this.answers.set(question, answer);
		} else {
			this.left.delete(question);
			this.answers.delete(question);
		}
		return { answer, isRepeated };
	}
}
