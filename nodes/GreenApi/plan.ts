/** Decides what each input item needs, before anything is sent. */

import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { ChatId, Rejection } from '../shared/green-api/chatId';
import type { Messenger } from '../shared/green-api/messengers';
import type { LookUpRequest } from '../shared/queue/batch';
import { type ChatReading, givenChatReader, readChat } from './chatField';
import type { Operation } from './operation';
import { requestFor, type Settings, settingsReader } from './settings';

export interface InputItem {
	/** Counted from 0. */
	itemIndex: number;
	/** Never changed. */
	input: INodeExecutionData;
}

/** The item can't be asked about. `settings` is missing where an expression of theirs is at fault. */
interface RejectPlan extends InputItem {
	kind: 'reject';
	rejection: Rejection;
	/** The chat in normal form, or what the field held where it can't be read. */
	given: unknown;
	settings?: Settings;
}

export interface AskPlan extends InputItem {
	kind: 'ask';
	settings: Settings;
	chatId: ChatId;
	request: LookUpRequest;
}

/** What comes out is known already. */
interface EmitPlan extends InputItem {
	kind: 'emit';
	settings: Settings;
	fields: IDataObject;
}

interface SkipPlan extends InputItem {
	kind: 'skip';
}

export type Plan = RejectPlan | AskPlan | EmitPlan | SkipPlan;

/** Stands for the chat of operations that are about none. */
const NO_CHAT: ChatReading = { ok: true, chatId: { kind: 'person', id: '' } };

/** n8n's own words for an expression that can't be resolved. */
function readExpressionError(error: unknown): Rejection {
	const { message, description } = error as { message: string; description?: string | null };
	return {
		message,
		description: description ?? 'Check the expressions in the fields of the node.',
	};
}

/** What every instance of the messenger would refuse. */
function lackOf({ name }: Operation, { label }: Messenger): Rejection {
	return {
		message: `${label} has no "${name}"`,
		description: 'GREEN-API offers it for WhatsApp. Choose another operation for this credential.',
	};
}

/** @returns what stands for the chat of an item that comes to nothing */
function shown({ chatId }: ChatReading, written: unknown): unknown {
	return chatId?.id ?? written;
}

function planItem(
	operation: Operation,
	messenger: Messenger,
	item: InputItem,
	settings: Settings,
	written: unknown,
): Plan {
	const chat = operation.chat
		? readChat(written, operation.chat, settings.defaultCountryCode, messenger)
		: NO_CHAT;
	const reject = (rejection: Rejection): Plan => {
		return { ...item, kind: 'reject', settings, rejection, given: shown(chat, written) };
	};
	if (settings.rejection) return reject(settings.rejection);
	if (!chat.ok) return reject(chat.rejection);

	const { chatId } = chat;
	const decision = operation.decide(settings.own, chatId, messenger);
	switch (decision.kind) {
		case 'ask':
			if (messenger.lacks.includes(decision.question.method)) {
				return reject(lackOf(operation, messenger));
			}
			return {
				...item,
				kind: 'ask',
				settings,
				chatId,
				request: requestFor(decision.question, settings),
			};
		case 'emit':
			return { ...item, kind: 'emit', settings, fields: decision.fields };
		case 'skip':
			return { ...item, kind: 'skip' };
		case 'reject':
			return reject(decision.rejection);
	}
}

/**
 * @param operation what is done
 * @param messenger of the node's credential
 * @returns a plan for each input item, in the order of the input; what the user entered wrong is in
 *   the plans, not thrown
 */
export function planItems(
	this: IExecuteFunctions,
	operation: Operation,
	messenger: Messenger,
): Plan[] {
	const settingsOf = settingsReader.call(this, operation);
	const givenOf = operation.chat ? givenChatReader.call(this) : () => null;

	return this.getInputData().map((input, itemIndex): Plan => {
		const item: InputItem = { itemIndex, input };
		let given: unknown = null;
		try {
			given = givenOf(itemIndex, input.json);
			return planItem(operation, messenger, item, settingsOf(itemIndex), given);
		} catch (error) {
			const chat = operation.chat ? readChat(given, operation.chat, '', messenger) : NO_CHAT;
			const rejection = readExpressionError(error);
			return { ...item, kind: 'reject', rejection, given: shown(chat, given) };
		}
	});
}
