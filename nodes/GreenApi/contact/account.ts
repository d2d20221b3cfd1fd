/** From a phone number or username to a chat id, where the messenger tells them apart. */

import type { ChatId } from '../../shared/green-api/chatId';
import { hasLostDigits, idIn } from '../../shared/green-api/contact';
import { type Failure, failureOf } from '../../shared/green-api/failures';
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

/** @returns the outcome of a check; an id that has lost digits is somebody else's, and a failure */
export async function lookUpAccount(
	request: LookUpRequest,
	lookUp: LookUp,
): Promise<LookUpOutcome> {
	const outcome = await lookUp(request);
	if (!outcome.ok || !hasLostDigits(outcome.value.read<Account>().chatId)) return outcome;
	return { ok: false, failure: failureOf('idLost', '200'), inherited: false };
}

/**
 * @param method what is asked about the chat id
 * @returns what asks it, after checkAccount where that is the first question; the answer says whose
 *   it is then
 */
export function throughAccount(method: GreenApiMethod) {
	return async (request: LookUpRequest, lookUp: LookUp): Promise<LookUpOutcome> => {
		if (request.method !== 'checkAccount') return await lookUp(request);
		const outcome = await lookUpAccount({ ...request, firstStepOf: method }, lookUp);
		if (!outcome.ok) return outcome;
		const chatId = foundChatId(outcome.value.read());
		if (chatId === null) return { ok: false, failure: NOT_THERE, inherited: false };
		const found = await lookUp({ ...request, method, body: { chatId } });
		// Where the answer itself does not say whom it is about.
		const isNamed = found.ok && idIn(found.value.read<{ chatId?: unknown } | null>()?.chatId);
		return found.ok && !isNamed ? { ...found, value: found.value.with({ chatId }) } : found;
	};
}
