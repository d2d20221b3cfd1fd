import fc from 'fast-check';
import { Repeats } from '@package/nodes/GreenApi/lookups/repeats';

describe('what a batch asks more than once', () => {
	it('is asked the first time and answered alike each time, whatever else comes between', () => {
		fc.assert(
			fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e')), (questions) => {
				const repeats = new Repeats<object>(questions);
				const asked: string[] = [];
				const answers = questions.map((question) =>
					repeats.answer(question, () => ({ nth: asked.push(question) })),
				);
				expect(asked).toEqual([...new Set(questions)]);
				questions.forEach((question, index) => {
					const first = questions.indexOf(question);
					expect(answers[index]?.answer).toBe(answers[first]?.answer);
					expect(answers[index]?.isRepeated).toBe(index > first);
				});
			}),
		);
	});

	it('is let go of after the last time', () => {
		const repeats = new Repeats<object>(['a', 'a']);
		const ask = () => ({});
		const { answer } = repeats.answer('a', ask);
		expect(repeats.answer('a', ask).answer).toBe(answer);
		expect(repeats.answer('a', ask).answer).not.toBe(answer);
	});
});
