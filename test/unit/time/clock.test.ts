import { systemClock } from '@package/nodes/shared/time';

describe('the clock of the process', () => {
	it('sleeps on when it is to sleep for longer than a timer of Node.js can be set to', async () => {
		const controller = new AbortController();
		let isAwake = false;
		const sleeping = systemClock.sleep(2 ** 40, controller.signal).finally(() => {
			isAwake = true;
		});
		await systemClock.sleep(20);
		expect(isAwake).toBe(false);
		controller.abort();
		await sleeping.catch(() => undefined);
	});
});
