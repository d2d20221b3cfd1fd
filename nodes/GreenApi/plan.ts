/** Decides what each input item needs, before anything is sent. */

import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { ChatId, Rejection } from '../shared/green-api/chatId';
import type { Messenger } from '../shared/green-api/messengers';
import { tellBareNumbers, tellRejections, withOneVoice } from '../shared/green-api/numberList';
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

/** @returns the same, but it says nothing of the list's other numbers: its country code is unknown */
function alone(chat: ChatReading): ChatReading {
	return { ...chat, bare: undefined };
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

/** What is written for an item, as far as it can be told without the other items. */
type ItemReading = InputItem & { written: unknown; chat: ChatReading } & (
		| { settings: Settings; fault?: never }
		/** An expression that can't be resolved. */
		| { settings?: never; fault: Rejection }
	);

function planItem(
	operation: Operation,
	messenger: Messenger,
	reading: ItemReading,
	chat: ChatReading,
): Plan {
	const { itemIndex, input, written, settings, fault } = reading;
	const item = { itemIndex, input };
	if (fault) return { ...item, kind: 'reject', rejection: fault, given: shown(chat, written) };
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
 * @returns a plan for each input item, in the order of the input, and hints about them all; what the
 *   user entered wrong is in the plans, not thrown
 */
export function planItems(
	this: IExecuteFunctions,
	operation: Operation,
	messenger: Messenger,
): { plans: Plan[]; hints: string[] } {
	const settingsOf = settingsReader.call(this, operation);
	const givenOf = operation.chat ? givenChatReader.call(this) : () => null;
	const chatOf = (written: unknown, code: string) =>
		operation.chat ? readChat(written, operation.chat, code, messenger) : NO_CHAT;

	const items = this.getInputData().map((input, itemIndex): ItemReading => {
		let written: unknown = null;
		try {
			written = givenOf(itemIndex, input.json);
			const settings = settingsOf(itemIndex);
			const chat = chatOf(written, settings.defaultCountryCode);
			return { itemIndex, input, written, chat: settings.rejection ? alone(chat) : chat, settings };
		} catch (error) {
			const fault = readExpressionError(error);
			return { itemIndex, input, written, chat: alone(chatOf(written, '')), fault };
		}
	});
	const chats = withOneVoice(items.map(({ chat }) => chat));
	const plans = items.map((item, index) =>
		planItem(operation, messenger, item, chats[index] ?? item.chat),
	);
	const rejections = plans.flatMap((plan) => (plan.kind === 'reject' ? plan.rejection : []));
	return { plans, hints: [...tellRejections(rejections), ...tellBareNumbers(chats)] };
}
