import { onError, readWorkflow, withInput } from '../engine/workflowFiles';
import { faults } from '../green-api-double/faults';
import { SEED_CHAT_ID, useNode } from './setup';

const contacts = readWorkflow('test/workflows/contacts.json');
const SETTINGS = ['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'] as const;

/** Everything of a run that could be stored or shown, hidden properties and causes of errors too. */
function serialise(value: unknown): string {
	const seen = new Set<unknown>();
	return JSON.stringify(value, (_key, part: unknown) => {
		if (typeof part !== 'object' || part === null) return part;
		if (seen.has(part)) return undefined;
		seen.add(part);
		if (!(part instanceof Error) && !('stack' in part)) return part;
		return Object.fromEntries(
			Object.getOwnPropertyNames(part).map((name) => [name, Reflect.get(part, name) as unknown]),
		);
	});
}

/** The table of faults, with those that need a parameter filled in. */
const allFaults = Object.entries(faults).map(
	([name, fault]) =>
		[name, typeof fault === 'function' ? fault('http://127.0.0.1:1') : fault] as const,
);

describe.each(allFaults)('GREEN-API’s fault "%s"', (_name, fault) => {
	const { parts, run } = useNode();

	it.each(SETTINGS)('leaves the token nowhere in the run (On Error: %s)', async (setting) => {
		parts.double.script(fault, { times: Infinity });
		const file = onError(withInput(contacts, [{ chatId: SEED_CHAT_ID }]), setting);
		const finished = await run(file);

		const stored = serialise(finished.run);
		expect(stored).toContain('GREEN-API');
		expect(stored).not.toContain(parts.double.apiTokenInstance);
		expect(parts.double.requests.length).toBeGreaterThan(0);
	});
});

describe('the token', () => {
	const { parts, run } = useNode();

	it('is nowhere in a run that brought contacts', async () => {
		const finished = await run(contacts);
		expect(finished.status).toBe('success');
		expect(serialise(finished.run)).not.toContain(parts.double.apiTokenInstance);
	});

	it.each(SETTINGS)(
		'is nowhere in a run with a malformed chat id (On Error: %s)',
		async (setting) => {
			const finished = await run(onError(withInput(contacts, [{ chatId: 'abc' }]), setting));
			expect(serialise(finished.run)).not.toContain(parts.double.apiTokenInstance);
		},
	);

	it('is nowhere in a run whose credential is refused', async () => {
		const withSlashes = 'fake/token/with/slashes';
		const finished = await run(contacts, { apiTokenInstance: withSlashes });
		expect(finished.status).toBe('error');
		expect(serialise(finished.run)).not.toContain(withSlashes);
	});
});
