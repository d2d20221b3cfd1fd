/** What a trigger can be told of, and what has to be switched on for it. */

import type { INodePropertyOptions } from 'n8n-workflow';
import { messageTypeOf, type Notification, typeOf } from './notification';

interface NotificationEvent {
	/** Saved in workflows; what the output has in `event`. */
	value: string;
	name: string;
	description: string;
	/** The settings of the instance that switch it on; empty: it always comes. */
	flags: readonly string[];
	/** GREEN-API's `typeWebhook`. */
	types: readonly string[];
	/** GREEN-API's `typeMessage`, for messages that are no news of their own. */
	messageTypes?: readonly string[];
}

/** Has to be on for everything that other people do: messages, calls, blocks. */
const RECEIVING = 'incomingWebhook';

const MESSAGES = [
	'incomingMessageReceived',
	'outgoingMessageReceived',
	'outgoingAPIMessageReceived',
] as const;

/**
 * GREEN-API documentation, "Incoming notifications format" and "SetSettings". The first row that
 * fits a notification is its event: edits, deletions and polls come as messages, and each has a
 * switch of its own, so that one workflow which wants them does not bring them to all others.
 *
 * That switch is not enough: the pages "IncomingCall", "EditedMessage", "DeletedMessage" and
 * "PollMessage" want incomingWebhook with it, those of sent messages outgoingMessageWebhook and
 * outgoingAPIMessageWebhook. What people do besides writing is taken to be alike (incomingBlock).
 */
const EVENTS: readonly NotificationEvent[] = [
	{
		value: 'editedMessage',
		name: 'Message Edited',
		description:
			'The text of a message was changed; for your own messages choose "Message Sent …" as well',
		flags: [RECEIVING, 'editedMessageWebhook'],
		types: MESSAGES,
		messageTypes: ['editedMessage'],
	},
	{
		value: 'deletedMessage',
		name: 'Message Deleted',
		description:
			'A message was deleted for everyone; for your own messages choose "Message Sent …" as well',
		flags: [RECEIVING, 'deletedMessageWebhook'],
		types: MESSAGES,
		messageTypes: ['deletedMessage'],
	},
	{
		value: 'pollMessage',
		name: 'Poll Created or Answered',
		description:
			'A poll was sent, or somebody voted in one; for your own polls choose "Message Sent …" as well',
		flags: [RECEIVING, 'pollMessageWebhook'],
		types: MESSAGES,
		messageTypes: ['pollMessage', 'pollUpdateMessage'],
	},
	{
		value: 'incomingMessageReceived',
		name: 'Message Received',
		description: 'Somebody wrote, in a chat or in a group',
		flags: [RECEIVING],
		types: ['incomingMessageReceived'],
	},
	{
		value: 'outgoingMessageReceived',
		name: 'Message Sent From the Phone',
		description: 'A message was sent from the phone of the instance',
		flags: ['outgoingMessageWebhook'],
		types: ['outgoingMessageReceived'],
	},
	{
		value: 'outgoingAPIMessageReceived',
		name: 'Message Sent Through the API',
		description: 'A message was sent through GREEN-API',
		flags: ['outgoingAPIMessageWebhook'],
		types: ['outgoingAPIMessageReceived'],
	},
	{
		value: 'outgoingMessageStatus',
		name: 'Message Status Changed',
		description: 'A sent message was delivered, read or not sent',
		flags: ['outgoingWebhook'],
		types: ['outgoingMessageStatus'],
	},
	{
		value: 'incomingCall',
		name: 'Call Received',
		description: 'Somebody calls, or the call is over',
		flags: [RECEIVING, 'incomingCallWebhook'],
		types: ['incomingCall'],
	},
	{
		value: 'outgoingCall',
		name: 'Call Made',
		description: 'A call was made from the phone of the instance',
		flags: ['outgoingCallWebhook'],
		types: ['outgoingCall'],
	},
	{
		value: 'incomingBlock',
		name: 'Blocked by a Contact',
		description: 'Somebody blocked the account of the instance, or unblocked it',
		flags: [RECEIVING, 'incomingBlockWebhook'],
		types: ['incomingBlock'],
	},
	{
		value: 'stateInstanceChanged',
		name: 'Instance State Changed',
		description: 'The instance was authorized, for example, or lost its phone',
		flags: ['stateWebhook'],
		types: ['stateInstanceChanged'],
	},
	{
		value: 'statusInstanceChanged',
		name: 'Instance Connection Changed',
		description: 'The instance came online or went offline',
		flags: ['stateWebhook'],
		types: ['statusInstanceChanged'],
	},
	{
		value: 'deviceInfo',
		name: 'Device Information',
		description: 'What GREEN-API tells about the phone of the instance',
		flags: [],
		types: ['deviceInfo'],
	},
	{
		value: 'quotaExceeded',
		name: 'Quota Used Up',
		description: 'The tariff allows no more of something this month',
		flags: [],
		types: ['quotaExceeded'],
	},
];

/** Every notification, of types as well that GREEN-API brings after this version was published. */
const ANY_EVENT = 'any';

/** For the field, sorted by name, as n8n has them. */
export const EVENT_OPTIONS: INodePropertyOptions[] = [
	...EVENTS.map(({ value, name, description }) => ({ name, value, description })),
	{
		name: 'Anything',
		value: ANY_EVENT,
		description: 'All of these, and what GREEN-API may bring later',
	},
].sort((a, b) => a.name.localeCompare(b.name, 'en'));

/** @returns the event in the words of a sentence, e.g. "Message sent through the API" */
const inWords = (name: string) =>
	name.replace(/ [A-Z](?=[a-z])/g, (letter) => letter.toLowerCase());

/** An expression of n8n's: what a node's events are, in words, e.g. "Message received, Call received". */
export const SUBTITLE = `={{ [$parameter["events"]].flat().map((event) => (${JSON.stringify(
	Object.fromEntries(EVENT_OPTIONS.map(({ name, value }) => [value, inWords(name)])),
)})[event] ?? event).join(", ") }}`;

/** @returns the event's value; GREEN-API's own name for one that is not in the table */
export function eventOf(notification: Notification): string | null {
	const [type, messageType] = [typeOf(notification), messageTypeOf(notification)];
	const event = EVENTS.find(
		({ types, messageTypes }) =>
			types.includes(type ?? '') && (messageTypes?.includes(messageType ?? '') ?? true),
	);
	return event?.value ?? type;
}

/** @returns whether a trigger for these events gets the notification */
export function isWanted(events: readonly string[], notification: Notification): boolean {
	return events.includes(ANY_EVENT) || events.includes(eventOf(notification) ?? '');
}

/** @returns the settings that have to be on for these events */
export function flagsFor(events: readonly string[]): string[] {
	const rows = EVENTS.filter(({ value }) => events.includes(ANY_EVENT) || events.includes(value));
	return [...new Set(rows.flatMap(({ flags }) => flags))];
}
