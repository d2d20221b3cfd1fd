/** What tests of the trigger need: active triggers in n8n's own context, and their notifications. */

import type { ICredentialDataDecryptedObject, IDataObject, INode, IRun } from 'n8n-workflow';
import type { WorkflowFile } from '../engine/engine';
import type { ActiveTrigger } from '../engine/triggers';
import type { GreenApiDoubleOptions } from '../green-api-double/greenApiDouble';
import { useNode } from './setup';

let workflows = 0;

/** @returns a workflow of its own that consists of the trigger */
export function workflow(
	parameters: INode['parameters'] = {},
	node: Partial<INode> = {},
): WorkflowFile {
	workflows += 1;
	return {
		name: `workflow-${workflows}`,
		nodes: [
			{
				id: 'trigger',
				name: 'GREEN-API Trigger',
				type: 'n8n-nodes-green-api-contacts.greenApiTrigger',
				typeVersion: 1,
				position: [0, 0],
				parameters: { events: ['incomingMessageReceived'], ...parameters },
				credentials: { greenApi: { id: '1', name: 'GREEN-API' } },
				...node,
			},
		],
		connections: {},
	};
}

/** @returns the notification of an incoming message whose text is its id */
export const message = (idMessage: string, chatId = '79001234567@c.us') => ({
	typeWebhook: 'incomingMessageReceived',
	idMessage,
	senderData: { chatId, sender: chatId },
	messageData: { typeMessage: 'textMessage', textMessageData: { textMessage: idMessage } },
});

/** @returns the ids of the messages that the trigger started executions with */
export const idsOf = ({ emissions }: ActiveTrigger) =>
	emissions.map(({ json }) => json[0]?.messageId);

/** Ends the last execution of the trigger. */
export function finish({ emissions }: ActiveTrigger, status: IRun['status'] = 'success'): void {
	emissions.at(-1)?.done?.resolve({ status } as IRun);
}

/** Like `waitFor`, in short steps: in the trigger's time a step of its is half a minute. */
export async function until(
	what: string,
	check: () => boolean,
	patienceMs = 20_000,
): Promise<void> {
	const end = performance.now() + patienceMs;
	while (!check()) {
		if (performance.now() > end) throw new Error(`Waited for ${what}, in vain`);
		await new Promise((resolve) => setTimeout(resolve, 2));
	}
}

/** How many times as fast time passes for the trigger, requests aside. */
export const TIME_FACTOR = 200;

/**
 * @param options of each test's double
 * @returns what activates triggers, which are deactivated after each test
 */
export function useTriggers(options: GreenApiDoubleOptions = {}) {
	const { parts: node, credentials } = useNode(options, TIME_FACTOR);
	const parts = Object.assign(node, { credential: () => ({ ...credentials().greenApi }) });
	let active: ActiveTrigger[] = [];

	afterEach(async () => {
		await Promise.all(active.map(async ({ close }) => await close()));
		active = [];
	});

	/** `credential`: an object that may be changed later, as credentials are edited. */
	async function activate(
		parameters: INode['parameters'] = {},
		{
			mode = 'trigger',
			credential = parts.credential(),
			file = workflow(parameters),
			staticData = {},
		}: {
			mode?: 'trigger' | 'manual';
			credential?: ICredentialDataDecryptedObject;
			file?: WorkflowFile;
			staticData?: IDataObject;
		} = {},
	): Promise<ActiveTrigger> {
		const trigger = await parts.engine.activate(file, {
			credentials: { greenApi: credential },
			mode,
			staticData,
		});
		active.push(trigger);
		return trigger;
	}

	return {
		parts,
		activate,
		asks: (
			method: 'receiveNotification' | 'deleteNotification' | 'setSettings' | 'checkWhatsapp',
		) => parts.double.requestsOf(method),
		emitted: async (trigger: ActiveTrigger, count: number) =>
			await until(`${count} notifications`, () => trigger.emissions.length >= count),
		queueLength: async (length: number) =>
			await until(`${length} in the queue`, () => parts.double.queue.length === length),
	};
}
