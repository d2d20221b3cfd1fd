/** The declaration of an operation; the rest is the same for all, in the files beside this one. */

import type { IDataObject } from 'n8n-workflow';
import type { Answer } from '../shared/green-api/answer';
import type { ChatId, Rejection } from '../shared/green-api/chatId';
import type { Messenger } from '../shared/green-api/messengers';
import type { GreenApiRequest } from '../shared/green-api/methods';
import type { LookUp, LookUpOutcome, LookUpRequest } from '../shared/queue/batch';
import type { ChatField } from './chatField';
import type { Fields, ValuesOf } from '../shared/n8n/field';

/** The question; the node's options say how patiently and how often it is asked. */
export type Question = Pick<GreenApiRequest, 'method' | 'query' | 'body' | 'also'>;

/** How an item goes on, before anything is sent. */
export type Decision =
	| { kind: 'ask'; question: Question }
	/** The item is known without asking. */
	| { kind: 'emit'; fields: IDataObject }
	/** No item is output; a hint counts these as groups. */
	| { kind: 'skip' }
	| { kind: 'reject'; rejection: Rejection };

/** A picture to download for the items of an answer. */
export interface PictureLink {
	/** As GREEN-API sent it; a link only where it is text and not empty. */
	url: unknown;
	/** The binary field that the picture goes into. */
	binaryField: string;
}

/** The output of an answer. */
export interface Found {
	/**
	 * The fields of each item that comes out; no two share an object. Undefined where a part of the
	 * answer makes no item: with a long answer, n8n gets its turn between the parts.
	 */
	items: Iterable<IDataObject | undefined>;
	picture?: PictureLink | undefined;
	/** A hint beside the items; equal hints are shown once. */
	hint?: string;
}

export interface Operation<Own extends Fields = Fields, Options extends Fields = Fields> {
	/** As the editor lists it, under its resource. */
	name: string;
	/** As the list of nodes has it, and as an AI model reads the purpose of the tool. */
	action: string;
	description: string;
	/** Its words in hints, e.g. "Found 2 of 3 contacts". */
	told: { verb: string; noun: string };
	/** Absent where the operation is about no single chat. */
	chat?: ChatField;
	/** Its own fields, in the order in which the editor shows them. */
	fields: Own;
	/** Its own entries of the options. */
	options: Options;
	/** Set when it changes something: its answers are never kept. */
	isWrite?: true;

	/**
	 * @param values of its fields and options
	 * @param chatId the item's chat; of no meaning where the operation has no `chat`
	 * @param messenger of the credential; methods that it lacks need no check here
	 */
	decide(values: ValuesOf<Own> & ValuesOf<Options>, chatId: ChatId, messenger: Messenger): Decision;
	/**
	 * Asks in several steps; without it, the question is asked once.
	 *
	 * @param request the item's question, with all that the options say
	 * @param lookUp asks one question
	 * @returns the outcome that counts
	 */
	ask?(request: LookUpRequest, lookUp: LookUp): Promise<LookUpOutcome>;
	/** @param answer may be `null`; `read` gives an object that belongs to the caller */
	shape(
		answer: Answer,
		values: ValuesOf<Own> & ValuesOf<Options>,
		chatId: ChatId,
		messenger: Messenger,
	): Found;
}

/** @returns the operation, as the runner takes it: the types of its parts are checked here */
export function operation<Own extends Fields, Options extends Fields>(
	definition: Operation<Own, Options>,
): Operation {
	return definition as unknown as Operation;
}

/** @returns the decision to ask a method about this */
export function ask(method: Question['method'], body: NonNullable<Question['body']>): Decision {
	return { kind: 'ask', question: { method, body } };
}
