import type {
	IDataObject,
	INode,
	INodeType,
	INodeTypeDescription,
	IRun,
	ITriggerFunctions,
	ITriggerResponse,
	NodeApiError,
} from 'n8n-workflow';
import { type Failure, failureOf } from '../shared/green-api/failures';
import { requestsPerSecond } from '../shared/green-api/messengers';
import { replyInTime } from '../shared/n8n/deadline';
import { apiError } from '../shared/n8n/nodeErrors';
import { MAIN } from '../shared/n8n/olderN8n';
import {
	type Account,
	CREDENTIAL_TYPE,
	otherAccount,
	readAccount,
	sendRequest,
} from '../shared/n8n/transport';
import { processState } from '../shared/queue/process';
import { Cancellation, CANCELLED, processTimetable } from '../shared/time';
import { endingOfRejection, endingOfRun } from './delivery';
import { eventOf, flagsFor, SUBTITLE } from './events';
import { type Listener, listeners, type Subscriber } from './listener';
import { type Notification, simplify } from './notification';
import { resolveChats } from './onlyChats';
import type { Send } from './queueRequests';
import {
	isPerhapsMissed,
	properties,
	readSubscription,
	type Subscription,
	wants,
} from './subscription';

/** The other node's advice names an option that the trigger does not have. */
const TIMED_OUT =
	'Try again in a few minutes. If it stays, check that this n8n can reach the API URL in the credential.';

/**
 * Of a workflow that can't be published n8n shows the message alone; a test shows the description,
 * too (n8n 2.41, `workflowFailedToActivate`).
 *
 * @param node the trigger
 * @param failure what GREEN-API or the network answered
 * @param isTest in the editor
 * @returns the error to throw, or to tell n8n of
 */
export function triggerError(node: INode, failure: Failure, isTest: boolean): NodeApiError {
	const description = failure.id === 'timedOut' ? TIMED_OUT : failure.description;
	const isWhole = isTest || description === '';
	const message = isWhole ? failure.message : `${failure.message}. ${description}`;
	return apiError(node, { ...failure, message, description });
}

/** Secrets may be in a store elsewhere, and n8n's database may be busy. */
const CREDENTIAL_TIMEOUT_MS = 10_000;

/** @returns what `read` gives of the credential, or that it took too long */
async function readInTime<T>(read: Promise<T>): Promise<T | Failure> {
	const result = await processTimetable.inTime(read, CREDENTIAL_TIMEOUT_MS);
	return result === CANCELLED ? failureOf('credentialUnread', 'CREDENTIAL_UNREAD') : result;
}

let tests = 0;

/**
 * No two tests are the same; a trigger of a published workflow is, however often it is activated.
 * The nodes of a workflow that was not made in the editor may share an id, and never a name.
 */
function keyOf(trigger: ITriggerFunctions, isTest: boolean): string {
	const { id, name } = trigger.getNode();
	if (!isTest) return JSON.stringify([trigger.getWorkflow().id, id, name]);
	tests += 1;
	return JSON.stringify(['test', tests]);
}

/** @returns what sends the trigger's requests: in time, and with the account's values or not at all */
function senderOf(trigger: ITriggerFunctions, account: string, { activation }: Listener): Send {
	return async (request, signal) => {
		const ended = new Cancellation();
		const end = () => ended.cancel();
		signal?.addEventListener('abort', end);
		const reply = await replyInTime(
			async (ending) => await sendRequest.call(trigger, request, ending, account),
			request.timeout,
			ended,
			processTimetable,
		);
		signal?.removeEventListener('abort', end);
		return reply === CANCELLED
			? { ok: false, failure: failureOf('stopped', 'ERR_CANCELED') }
			: activation.sinceCleared(reply);
	};
}

/**
 * Adds the other ids of people to "Only Chats". What can't be had is logged, and ends nothing.
 *
 * @returns logs the first notification that may be missed for that
 */
async function addOtherIds(
	trigger: ITriggerFunctions,
	subscription: Subscription,
	{ key, idInstance, messenger }: Account,
	send: Send,
	signal: AbortSignal | undefined,
): Promise<(notification: Notification) => void> {
	const { people, onlyChats } = subscription;
	const limit = requestsPerSecond('checkWhatsapp', messenger);
	const ids = await resolveChats(people, idInstance, trigger.getWorkflowStaticData('node'), {
		queue: processState.queueOf(key, 'checkWhatsapp', limit),
		send,
		timetable: processTimetable,
		signal,
	});
	for (const id of Object.values(ids).flat()) onlyChats.add(id);
	const found = new Set(Object.keys(ids));
	const missing = people.length - found.size;
	if (missing > 0) {
		trigger.logger.warn(
			`GREEN-API Trigger: the other IDs of ${missing} of ${people.length} people in "Only Chats" are not known; messages start the workflow only under the IDs that are written there`,
		);
	}
	let isTold = false;
	return (notification) => {
		if (isTold || !isPerhapsMissed(subscription, found, notification)) return;
		isTold = true;
		trigger.logger.warn(
			'GREEN-API Trigger: a notification from a privacy ID started nothing; it may be from somebody in "Only Chats" whose privacy ID is not known. Add it there',
		);
	};
}

function toSubscriber(
	trigger: ITriggerFunctions,
	subscription: Subscription,
	account: string,
	send: Send,
	tellMissed: (notification: Notification) => void,
): Subscriber {
	const { deletion, maxDeliveries, maxExecutionMs, isRaw } = subscription;
	const isTest = trigger.getMode() === 'manual';
	const itemsOf = (notification: Notification) => {
		const json: IDataObject = isRaw ? notification : simplify(notification, eventOf(notification));
		// n8n's `returnJsonArray` gives what a field `json` holds in place of the rest.
		return [[{ json }]];
	};
	return {
		key: keyOf(trigger, isTest),
		isTest,
		deletion,
		maxDeliveries,
		maxExecutionMs,
		logger: trigger.logger,
		send,
		wants(notification) {
			tellMissed(notification);
			return wants(subscription, notification);
		},
		async start(notification) {
			// n8n's engine 2.0 runs no trigger that waits for its executions.
			if (isTest || deletion === 'immediately') {
				trigger.emit(itemsOf(notification));
				return 'succeeded';
			}
			const done = trigger.helpers.createDeferredPromise<IRun>();
			trigger.emit(itemsOf(notification), undefined, done);
			return await done.promise.then(endingOfRun, endingOfRejection);
		},
		checkAccount: async () => await readInTime(otherAccount.call(trigger, account)),
		fail: (failure) => trigger.emitError(triggerError(trigger.getNode(), failure, isTest)),
	};
}

/** Starts workflows with what happens on a GREEN-API instance. */
export class GreenApiTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'GREEN-API Trigger',
		name: 'greenApiTrigger',
		icon: { light: 'file:greenApiTrigger.svg', dark: 'file:greenApiTrigger.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: SUBTITLE,
		description:
			'Starts the workflow when a WhatsApp, Telegram or MAX message comes in through GREEN-API',
		defaults: { name: 'GREEN-API Trigger' },
		eventTriggerDescription: 'Waiting for a notification in the queue of the instance',
		activationMessage: 'Notifications of the GREEN-API instance now start this workflow.',
		triggerPanel: {
			header: 'Wait for something to happen on your GREEN-API instance',
			executionsHelp: {
				inactive:
					'<b>While you build the workflow</b>, click "Execute step" and write a message to the phone of the instance. The message appears here, and stays in the queue of the instance.<br /><br /><b>Once you publish the workflow</b>, every notification of the chosen kinds starts it. These executions are in the list of executions, and not in the editor.',
				active:
					'<b>While you change the workflow</b>, click "Execute step" and write a message to the phone of the instance. The message appears here, and starts the published workflow as well.<br /><br /><b>The published workflow</b> goes on. Its executions are in the list of executions, and not in the editor.',
			},
			activationHint:
				'When the workflow works as you want it, publish it: notifications then start it by themselves.',
		},
		inputs: [],
		outputs: [MAIN],
		credentials: [{ name: CREDENTIAL_TYPE, required: true }],
		properties,
	};

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		const isTest = this.getMode() === 'manual';

		/** @returns what lets the trigger join those that listen, as soon as the instance is up */
		const activate = async (): Promise<() => () => void> => {
			const read = await readInTime(readAccount.call(this));
			if ('kind' in read) throw triggerError(this.getNode(), read, isTest);
			const { key: account, messenger } = read;
			const listener = listeners.of(account);
			const subscription = readSubscription.call(this, messenger);
			const send = senderOf(this, account, listener);
			const { events, turnOnNotifications, clearWebhookUrl } = subscription;
			const need = { flags: flagsFor(events), turnOnNotifications, clearWebhookUrl, messenger };
			let tellMissed: (notification: Notification) => void = () => undefined;
			const prepare = async (signal?: AbortSignal) => {
				const unready = await listener.activation.prepare(need, send, signal);
				if (!unready) tellMissed = await addOtherIds(this, subscription, read, send, signal);
				return unready;
			};

			const failure = await prepare();
			if (failure && failure.id !== 'starting') throw triggerError(this.getNode(), failure, isTest);
			const subscriber = toSubscriber(this, subscription, account, send, (notification) =>
				tellMissed(notification),
			);
			return () => listener.join(failure ? { ...subscriber, prepare } : subscriber);
		};

		if (isTest) {
			const join = await activate();
			let leave: (() => void) | undefined;
			return {
				closeFunction: async () => leave?.(),
				// n8n takes a test's items only after this function has returned.
				manualTriggerFunction: async () => {
					leave = join();
				},
			};
		}
		const leave = await listeners.whileActivating(keyOf(this, isTest), async () =>
			(await activate())(),
		);
		return { closeFunction: async () => leave() };
	}
}
