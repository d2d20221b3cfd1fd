import fc from 'fast-check';
import { idsOf } from '@package/nodes/shared/green-api/numberingPlan';

describe("WhatsApp's ids of one person", () => {
	it.each([
		['Mexico', ['525512345678', '5215512345678']],
		['Argentina', ['541166773399', '5491166773399']],
		['Argentina, a longer area code', ['543514567890', '5493514567890']],
		['Brazil', ['554789210000', '5547989210000']],
		['Brazil, São Paulo', ['551191234567', '5511991234567']],
		['Brazil, an area code that begins with 9', ['559191234567', '5591991234567']],
	])('are known from any of them: %s', (_country, ids) => {
		for (const id of ids) {
			expect(idsOf(id)).toEqual(ids);
			expect(idsOf(`${id}@c.us`)).toEqual(ids.map((one) => `${one}@c.us`));
		}
	});

	it.each([
		['another country', '79123456789'],
		['a country whose code begins alike', '5212345678'],
		['Mexico, too short', '52551234567'],
		['Mexico, too long', '52155123456789'],
		['Mexico, a second 1', '5211512345678'],
		['a fixed line of Brazil', '554733221100'],
		['a mobile number of Brazil that is a fixed line without its 9', '5547933221100'],
		['Brazil, no area code', '550089210000'],
		['a freephone number of Argentina', '548001234567'],
		['a group', '5215512345678@g.us'],
		['a privacy id', '5215512345678@lid'],
		['nothing', ''],
	])('are one: %s', (_what, id) => {
		expect(idsOf(id)).toEqual([id]);
	});

	it('hold each other, whichever is given, and no two sets share one', () => {
		const country = fc.constantFrom('52', '521', '54', '549', '55', '1', '7');
		const id = fc
			.tuple(country, fc.stringMatching(/^\d{9,11}$/), fc.constantFrom('', '@c.us'))
			.map((parts) => parts.join(''));
		fc.assert(
			fc.property(id, (given) => {
				const ids = idsOf(given);
				expect(ids).toContain(given);
				for (const other of ids) expect(idsOf(other)).toEqual(ids);
			}),
			{ numRuns: 2_000 },
		);
	});
});
