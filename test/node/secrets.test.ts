import { listenToLog } from '../engine/n8nVersions';
import {
	NODE_NAME,
	onError,
	testWorkflow,
	triggerOf,
	withInput,
	withParameters,
} from '../engine/workflowFiles';
import { faults } from '../green-api-double/faults';
import { SEED_CHAT_ID, useNode } from './setup';

const contacts = testWorkflow('contacts');
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

		const [item] = [...finished.json(NODE_NAME), ...finished.json(NODE_NAME, 1)];
		const message = setting === 'stopWorkflow' ? finished.error?.message : item?.error;
		expect(message).toMatch(/ \[Item 0\]$/);
		expect(serialise(finished.run)).not.toContain(parts.double.apiTokenInstance);
		expect(parts.double.requests.length).toBeGreaterThan(0);
	});
});

const OTHER_OPERATIONS = [
	'check-whatsapp',
	'get-many',
	'get-avatar',
	'upsert',
	'delete',
	'group-get',
] as const;

describe.each(OTHER_OPERATIONS)('%s', (name) => {
	const { parts, run } = useNode();

	it.each(SETTINGS)('leaves the token nowhere, whatever comes (On Error: %s)', async (setting) => {
		const { apiTokenInstance } = parts.double;
		const whole = testWorkflow(name);
		const [first] = whole.pinData?.[triggerOf(whole)] ?? [];
		const file = onError(withInput(whole, first ? [first.json] : []), setting);
		const good = await run(file);
		expect(good.json(NODE_NAME).length).toBeGreaterThan(0);
		expect(serialise(good.run)).not.toContain(apiTokenInstance);

		for (const [, fault] of allFaults) {
			parts.double.clearScript();
			parts.double.script(fault, { times: Infinity });
			const finished = await run(file);
			const [item] = [...finished.json(NODE_NAME), ...finished.json(NODE_NAME, 1)];
			const message = setting === 'stopWorkflow' ? finished.error?.message : item?.error;
			expect(message).toMatch(/ \[Item 0\]$/);
			expect(serialise(finished.run)).not.toContain(apiTokenInstance);
		}
	});
});

describe('the token', () => {
	const { parts, run, credentials } = useNode();

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

	it.each(allFaults)(
		'is nowhere when a group’s data or the list brings "%s"',
		async (_name, fault) => {
			const { apiTokenInstance } = parts.double;
			parts.double.script(fault, { times: Infinity });
			const groups = withInput(contacts, [{ chatId: '120363043968066561@g.us' }]);
			const finished = await run(withParameters(groups, { options: { groupChats: 'groupData' } }));
			expect(finished.status).toBe('error');
			expect(serialise(finished.run)).not.toContain(apiTokenInstance);

			const searching = parts.engine.searchList(
				contacts,
				NODE_NAME,
				'searchContacts',
				undefined,
				credentials(),
			);
			const thrown: unknown = await searching.catch((error: unknown) => error);
			expect(thrown).toBeInstanceOf(Error);
			expect(serialise(thrown)).not.toContain(apiTokenInstance);
		},
	);

	it.each([
		['never answers', {}],
		['is not there', { apiUrl: 'http://127.0.0.1:1' }],
	])('is nowhere when GREEN-API %s', async (_what, replaced) => {
		parts.double.script({ kind: 'hang' }, { times: Infinity });
		const one = withInput(contacts, [{ chatId: SEED_CHAT_ID }]);
		const finished = await run(withParameters(one, { options: { timeout: 100 } }), replaced);
		expect(finished.status).toBe('error');
		expect(serialise(finished.run)).not.toContain(parts.double.apiTokenInstance);
	});

	it.each<[string, (path: string) => unknown]>([
		['get-many', (path) => [{ id: SEED_CHAT_ID, name: 'Ann', path }]],
		['get-many', (path) => [{ id: SEED_CHAT_ID, name: path }]],
		['contacts', (path) => ({ chatId: SEED_CHAT_ID, path })],
		['contacts', (path) => ({ chatId: SEED_CHAT_ID, path: path.replace(/^.waInstance\d+/, '') })],
		['contacts', (path) => ({ chatId: SEED_CHAT_ID, path: path.replaceAll('/', '%252F') })],
		['contacts', (path) => ({ chatId: SEED_CHAT_ID, path: path.replace(/\d+/, '{$&}') })],
		['contacts', (path) => ({ chatId: SEED_CHAT_ID, path: path.replaceAll('f', '%66') })],
		['get-avatar', (path) => ({ urlAvatar: `https://pps.whatsapp.net${path}` })],
		['check-whatsapp', (path) => ({ existsWhatsapp: true, path })],
		['group-get', (path) => ({ subject: path })],
	])('is in no item where GREEN-API’s answer repeats it: %s, %s', async (name, sent) => {
		const path = (context: { path: string }) =>
			JSON.stringify(sent(context.path)).replaceAll('w', '\\u0077');
		const parameters = name === 'contacts' ? { output: 'raw' } : {};
		parts.double.script({ kind: 'answer', status: 200, body: path }, { times: Infinity });
		const finished = await run(withParameters(testWorkflow(name), parameters));
		expect(finished.error?.message).toContain('incomplete');
		expect(serialise(finished.run)).not.toContain(parts.double.apiTokenInstance);
	});

	it('is nowhere in n8n’s log, at its most talkative', async () => {
		const logged: unknown[] = [];
		const endListening = listenToLog((...line) => void logged.push(line));
		parts.double.script(faults.notFound, { times: Infinity });
		const finished = await run(contacts);
		endListening();

		expect(finished.status).toBe('error');
		expect(logged.length).toBeGreaterThan(0);
		expect(serialise(logged)).not.toContain(parts.double.apiTokenInstance);
	});

	it('is nowhere in a run whose credential is refused', async () => {
		const withSlashes = 'fake/token/with/slashes';
		const finished = await run(contacts, { apiTokenInstance: withSlashes });
		expect(finished.status).toBe('error');
		expect(serialise(finished.run)).not.toContain(withSlashes);
	});
});
