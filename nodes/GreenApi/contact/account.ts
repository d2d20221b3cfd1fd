/** From a phone number or username to a chat id, where the messenger tells them apart. */

import type { ChatId } from '../../shared/green-api/chatId';
import { idIn } from '../../shared/green-api/contact';
import type { Failure } from '../../shared/green-api/failures';
import type { GreenApiMethod } from '../../shared/green-api/methods';
import type { LookUp, LookUpOutcome, LookUpRequest } from '../../shared/queue/batch';
import { ask, type Decision } from '../operation';

/** What checkAccount answers with. */
export interface Account {
	exist?: boolean;
	/** The person's chat id; empty or absent where there is none. */
	chatId?: unknown;
}

const NOT_THERE: Failure = {
	id: 'nobodyThere',
	kind: 'item',
	message: 'The messenger has nobody with this phone number or username',
	description: 'Check that it is right. Some people let nobody find them by their phone number.',
	code: '200',
};

/** @returns the chat id that checkAccount found, or null */
export function foundChatId({ exist, chatId }: Account): string | null {
	const id = idIn(chatId) ?? '';
	return exist === true && /^[1-9]\d*$/.test(id) ? id : null;
}

/** @returns the decision to ask who has the phone number or username; undefined for chat ids */
export function askAccount(
	{ kind, id }: ChatId,
	more: { force?: true } = {},
): Decision | undefined {
	if (kind === 'phone') return ask('checkAccount', { phoneNumber: Number(id.slice(1)), ...more });
	return kind === 'username' ? ask('checkAccount', { username: id, ...more }) : undefined;
}

/** @returns the decision to ask the method about a chat, for which an id has to be found at times */
export function askAbout(method: GreenApiMethod, chat: ChatId): Decision {
	return askAccount(chat) ?? ask(method, { chatId: chat.id });
}

/**
 * @param method what is asked about the chat id
 * @returns what asks it, after checkAccount where that is the first question; the answer says whose
 *   it is then
 */
export function throughAccount(method: GreenApiMethod) {
	return async (request: LookUpRequest, lookUp: LookUp): Promise<LookUpOutcome> => {
		const lookUpChat = async (question: LookUpRequest) =>
			await lookUp({ ...question, method, firstStep: 'checkAccount' });
		if (request.method === method) return await lookUpChat(request);
		const outcome = await lookUp(request);
		if (request.method !== 'checkAccount' || !outcome.ok) return outcome;
		const chatId = foundChatId(outcome.value.read<Account | null>() ?? {});
		if (chatId === null) return { ok: false, failure: NOT_THERE, inherited: false };
		const found = await lookUpChat({ ...request, body: { chatId } });
		// Where the answer itself does not say whom it is about.
		const isNamed = found.ok && idIn(found.value.read<{ chatId?: unknown } | null>()?.chatId);
		return found.ok && !isNamed ? { ...found, value: found.value.with({ chatId }) } : found;
	};
}
