/** The shipped example that asks for names first: how many requests that saves. */

import { readWorkflow, withParameters } from '../../engine/workflowFiles';
import { runOnce, Something, startedByWebhook } from '../syncRuns';
import { useSharedN8n } from '../useN8n';
import { webhookListens } from '../webhooks';

/** GREEN-API's limit, 100 times as fast. */
const PER_SECOND = 100;
const CONTACTS = Number(process.env.CONTACTS ?? 500);
const CHANGED = 50;
const PATH = 'names-first';

const everyone = Array.from(
	{ length: CONTACTS },
	(_, index) => `7900${1_234_567 + index * 7}@c.us`,
);
const changing = everyone.filter((_, index) => index % (CONTACTS / CHANGED) === 3);

let something: Something;

const n8n = useSharedN8n({ rateFactor: PER_SECOND });

/** Both the list's names and what getContactInfo says. */
function name(chatIds: readonly string[], called: string): void {
	for (const chatId of chatIds) n8n.double.addressBook.set(chatId, { chatId, name: called });
}

/** What getContacts answers with: the names as getContactInfo has them. */
function list(): void {
	const { addressBook } = n8n.double;
	const entries = everyone.map((id) => {
		const contact = JSON.parse(addressBook.contactInfo(id, () => '')) as {
			name: string;
			contactName?: string;
		};
		return { id, name: contact.name, contactName: contact.contactName ?? '', type: 'user' };
	});
	addressBook.setList(entries);
}

interface Run {
	told: string[];
	requests: { getContacts: number; getContactInfo: number };
}

async function runExample(): Promise<Run> {
	n8n.double.clearRequests();
	await runOnce(n8n.url, PATH);
	const answered = (method: 'getContacts' | 'getContactInfo') =>
		n8n.double.requestsOf(method).filter(({ status }) => status === 200).length;
	return {
		told: something.take().sort(),
		requests: {
			getContacts: answered('getContacts'),
			getContactInfo: answered('getContactInfo'),
		},
	};
}

beforeAll(async () => {
	something = await Something.start();
	const example = readWorkflow('examples/get-many-first.json');
	const allAtOnce = withParameters(example, { maxItems: CONTACTS }, 'At Most 1,000');
	const asFast = withParameters(allAtOnce, { options: { requestsPerSecond: PER_SECOND } });
	await n8n.api.activate(await n8n.addWorkflow(startedByWebhook(asFast, PATH, something)));
	await webhookListens(n8n.url, PATH);
	name(changing, 'Before');
	list();
});

afterAll(async () => await something?.stop());

describe(`names first, on ${CONTACTS} contacts`, () => {
	it('asks for everyone, and tells everyone, in the first run', async () => {
		const first = await runExample();
		expect(first.requests).toEqual({ getContacts: 1, getContactInfo: CONTACTS });
		expect(first.told).toEqual([...everyone].sort());
	});

	it('asks for the 50 whose names have changed, and tells these', async () => {
		name(changing, 'After');
		list();
		const second = await runExample();
		expect(second.requests).toEqual({ getContacts: 1, getContactInfo: CHANGED });
		expect(second.told).toEqual([...changing].sort());
	});

	it('asks for the names alone when nothing has changed', async () => {
		const { requests, told } = await runExample();
		expect(requests).toEqual({ getContacts: 1, getContactInfo: 0 });
		expect(told).toEqual([]);
	});
});
