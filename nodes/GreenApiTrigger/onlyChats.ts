/** The other ids of the people in "Only Chats", which GREEN-API names them by in notifications. */

import type { IDataObject } from 'n8n-workflow';
import { lidTold, numberTold } from '../shared/green-api/contact';
import { idsOf } from '../shared/green-api/numberingPlan';
import { Lane, type SendQueue } from '../shared/queue/sendQueue';
import type { Timetable } from '../shared/time';
import type { Send } from './queueRequests';

/** For all chats together: at 10 a second, 300 of them. */
const RESOLVING_MS = 30_000;

/** By chat id in normal form. */
type OtherIds = Readonly<Record<string, readonly string[]>>;

/** The node's part of the workflow's static data. */
type StaticData = IDataObject;

/**
 * @param answer checkWhatsapp's
 * @param chatId that was asked about: `@c.us` or `@lid`
 * @returns the person's other ids; undefined where the answer has no privacy id for a number
 */
function otherIdsIn(answer: IDataObject, chatId: string): readonly string[] | undefined {
	if (answer.existsWhatsapp !== true) return undefined;
	const lid = lidTold(answer, chatId);
	const number = numberTold(answer, chatId);
	return lid === null ? undefined : [lid, ...(number === null ? [] : idsOf(`${number}@c.us`))];
}

/** @returns what an earlier activation found on the same instance */
function keptIn({ onlyChats }: StaticData, idInstance: string): OtherIds {
	const { idInstance: of, ids } = (onlyChats ?? {}) as { idInstance?: unknown; ids?: OtherIds };
	return of === idInstance ? (ids ?? {}) : {};
}

interface Asking {
	/** checkWhatsapp's of the account. */
	queue: SendQueue;
	send: Send;
	timetable: Timetable;
	/** Ends the asking. */
	signal: AbortSignal | undefined;
}

/** A failure that is not about one chat ends it: the next answer would be the same. */
async function ask(
	chatIds: readonly string[],
	{ queue, send, timetable, signal }: Asking,
): Promise<OtherIds> {
	const lane = new Lane();
	const requests: AbortController[] = [];
	const end = () => {
		lane.close();
		for (const request of requests) request.abort();
	};
	const askOne = async (chatId: string, ahead: boolean): Promise<OtherIds> => {
		const turn = await queue.takeTurn(lane, { ahead });
		if (!turn) return {};
		const request = { method: 'checkWhatsapp', body: { chatId }, timeout: RESOLVING_MS } as const;
		const ending = new AbortController();
		requests.push(ending);
		const reply = await send(request, ending.signal);
		if (!reply.ok && /^(instance|method)$/.test(reply.failure.kind)) lane.close();
		turn(reply);
		if (!reply.ok) return reply.failure.id === 'rateLimited' ? await askOne(chatId, true) : {};
		const ids = otherIdsIn(reply.value.read<IDataObject | null>() ?? {}, chatId);
		return ids ? { [chatId]: ids } : {};
	};
	const takeOff = timetable.after(RESOLVING_MS, end);
	signal?.addEventListener('abort', end);
	const found = await Promise.all(chatIds.map(async (chatId) => await askOne(chatId, false)));
	signal?.removeEventListener('abort', end);
	takeOff();
	return Object.assign({}, ...found) as OtherIds;
}

/**
 * Finds the other ids of people: from the static data where they are there, else by checkWhatsapp,
 * which has a monthly quota. n8n saves the static data once the workflow is active, and with each
 * execution that the trigger starts (n8n 2.41, `ActiveWorkflowManager.add`,
 * `TriggerExecutionContextFactory`). A test's is not saved.
 *
 * @param chatIds `@c.us` and `@lid`, in normal form
 * @param idInstance of the credential
 * @param staticData of the node; what was found is kept there, for these chats alone
 * @param asking how the rest is asked about
 * @returns the other ids, by chat id; a chat that nothing could be found of is missing
 */
export async function resolveChats(
	chatIds: readonly string[],
	idInstance: string,
	staticData: StaticData,
	asking: Asking,
): Promise<OtherIds> {
	const kept = keptIn(staticData, idInstance);
	const asked = await ask(
		chatIds.filter((chatId) => !kept[chatId]),
		asking,
	);
	const known = { ...kept, ...asked };
	const ids = Object.fromEntries(
		chatIds.flatMap((chatId) => (known[chatId] ? [[chatId, known[chatId]]] : [])),
	);
	const isSame = Object.keys(asked).length === 0;
	if (!isSame) staticData.onlyChats = { idInstance, ids } as IDataObject;
	return ids;
}
