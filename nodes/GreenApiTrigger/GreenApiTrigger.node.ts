import {
	type IDataObject,
	type INodeType,
	type INodeTypeDescription,
	type IRun,
	type ITriggerFunctions,
	type ITriggerResponse,
	type NodeConnectionType,
} from 'n8n-workflow';
import { CREDENTIAL_TYPE, readAccount, sendRequest } from '../shared/n8n/transport';
import { isStarting } from '../shared/green-api/failures';
import { properties } from './fields';
import { instances } from './instances';
import { endingOfRejection, endingOfRun } from './afterExecution';
import type { Send, Subscriber } from './subscriber';
import { flagsFor } from './events';
import type { Notification } from './notification';
import { simplify } from './simplify';
import { readSubscription, type Subscription, wants } from './subscription';
import { triggerError } from './triggerError';

/** `NodeConnectionTypes.Main`, which n8n 1.82 and older don't have. */
const MAIN: NodeConnectionType = 'main';

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

function toSubscriber(
	trigger: ITriggerFunctions,
	subscription: Subscription,
	credential: string,
	send: Send,
): Subscriber {
	const { deletion, maxDeliveries, isRaw } = subscription;
	const isTest = trigger.getMode() === 'manual';
	const itemsOf = (notification: Notification) => {
		const json: IDataObject = isRaw ? structuredClone(notification) : simplify(notification);
		return [trigger.helpers.returnJsonArray(json)];
	};
	return {
		key: keyOf(trigger, isTest),
		credential,
		isTest,
		deletion,
		maxDeliveries,
		logger: trigger.logger,
		send,
		wants: (notification) => wants(subscription, notification),
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
		subtitle: '={{ [$parameter["events"]].flat().join(", ") }}',
		description:
			'Starts the workflow when a WhatsApp, Telegram or MAX message comes in through GREEN-API',
		defaults: { name: 'GREEN-API Trigger' },
		eventTriggerDescription: 'Waiting for a notification in the queue of the instance',
		activationMessage: 'Notifications of the GREEN-API instance now start this workflow.',
		inputs: [],
		outputs: [MAIN],
		credentials: [{ name: CREDENTIAL_TYPE, required: true }],
		properties,
	};

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		const { key: account, messenger } = await readAccount.call(this);
		const subscription = readSubscription.call(this, messenger);
		const send: Send = async (request, signal) =>
			instances.of(account).activation.sinceCleared(await sendRequest.call(this, request, signal));
		const { events, turnOnNotifications, clearWebhookUrl } = subscription;
		const need = { flags: flagsFor(events), turnOnNotifications, clearWebhookUrl, messenger };
		const prepare = async (signal?: AbortSignal) =>
			await instances.of(account).activation.prepare(need, account, send, signal);

		const failure = await prepare();
		const subscriber = toSubscriber(this, subscription, account, send);
		if (failure && !isStarting(failure)) {
			throw triggerError(this.getNode(), failure, subscriber.isTest);
		}
		if (failure) subscriber.prepare = prepare;

		const listen = () => instances.of(account).listener.join(subscriber);
		// n8n takes a test's items only after this function has returned.
		let leave = subscriber.isTest ? undefined : listen();
		return {
			closeFunction: async () => leave?.(),
			manualTriggerFunction: async () => {
				leave = listen();
			},
		};
	}
}
