import { endingOfRejection, endingOfRun } from '@package/nodes/GreenApiTrigger/delivery';
import {
	type IRun,
	ManualExecutionCancelledError,
	SystemShutdownExecutionCancelledError,
	TimeoutExecutionCancelledError,
} from 'n8n-workflow';

describe('how an execution ended', () => {
	it.each([
		['success', 'succeeded'],
		['waiting', 'succeeded'],
		['error', 'failed'],
		['crashed', 'failed'],
		['canceled', 'failed'],
	])('%s counts as %s', (status, ending) => {
		expect(endingOfRun({ status } as IRun)).toBe(ending);
	});

	it('without a run it failed', () => expect(endingOfRun(undefined)).toBe('failed'));

	it.each([
		['stopped by a user', new ManualExecutionCancelledError('1'), 'failed'],
		['stopped by its time limit', new TimeoutExecutionCancelledError('1'), 'failed'],
		['stopped as n8n ends', new SystemShutdownExecutionCancelledError('1'), 'notStarted'],
		['never started', new Error('No database'), 'notStarted'],
		['never started, in words', 'No database', 'notStarted'],
		['n8n 1 stopped it', { name: 'ExecutionCancelledError' }, 'failed'],
	])('%s', (_what, error, ending) => expect(endingOfRejection(error)).toBe(ending));
});
