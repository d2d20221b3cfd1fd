import fc from 'fast-check';
import { Repeats } from '@package/nodes/shared/queue/repeats';

describe('questions that come more than once', () => {
	it('are asked once each, and each gets the answer to its own, whatever comes again', () => {
		const questions = fc.array(fc.constantFrom(...'abcdefgh'), { maxLength: 60 });
		fc.assert(
			fc.property(questions, (all) => {
				const repeats = new Repeats<{ to: string }>(all);
				const asked: string[] = [];
				const given = all.map((question) =>
					repeats.answer(question, () => {
						asked.push(question);
						return { to: question };
					}),
				);
				expect(asked).toEqual([...new Set(all)]);
				expect(given).toEqual(
					all.map((question, index) => ({
						answer: { to: question },
						isRepeated: all.indexOf(question) < index,
					})),
				);
			}),
		);
	});

	it('leave nothing in memory once they do not come any more', () => {
		const repeats = new Repeats<object>(['a', 'b', 'a', 'b', 'a']);
		const ask = jest.fn(() => ({}));
		for (const question of ['a', 'b', 'a', 'b', 'a']) repeats.answer(question, ask);
		expect(ask).toHaveBeenCalledTimes(2);
		// Whoever asked more often than was said is asked for anew.
		expect(repeats.answer('a', ask).isRepeated).toBe(false);
		expect(ask).toHaveBeenCalledTimes(3);
	});
});
