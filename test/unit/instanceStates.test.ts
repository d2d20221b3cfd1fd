import {
	READY_STATE,
	UNKNOWN_STATE,
	UNREADY_STATES,
} from '@package/nodes/shared/green-api/instanceStates';
import { FORBIDDEN_WORDS } from '../assertions/words';

describe('the states of an instance', () => {
	it('the one that answers lookups is "authorized", and it alone', () => {
		expect(READY_STATE).toBe('authorized');
		expect(UNREADY_STATES).not.toHaveProperty(READY_STATE);
	});

	it.each([
		['notAuthorized', /scan the QR code/],
		['blocked', /blocked.*review/],
		['sleepMode', /phone on.*5 minutes/],
		['starting', /up to 5 minutes/],
		['yellowCard', /contact GREEN-API support/],
		['suspended', /suspended.*Wait/],
		['pendingPassword', /password.*Enter it/],
		['expired', /Renew/],
	])('%s: the user is told what to do', (state, advice) => {
		expect(UNREADY_STATES[state]).toMatch(advice);
	});

	it('each has words of its own, in plain language', () => {
		const texts = [...Object.values(UNREADY_STATES), UNKNOWN_STATE];
		expect(new Set(texts).size).toBe(texts.length);
		for (const text of texts) {
			expect(text).not.toMatch(FORBIDDEN_WORDS);
			expect(text).toMatch(/^The instance |^WhatsApp |^The account /);
			expect(text).toMatch(/\.$/);
		}
	});
});
