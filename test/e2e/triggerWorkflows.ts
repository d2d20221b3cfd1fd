/** Notifications, and workflows that a GREEN-API Trigger starts. */

import type { INode } from 'n8n-workflow';
import type { WorkflowFile } from '../engine/engine';

export const TRIGGER_NAME = 'GREEN-API Trigger';

/** What stands behind the trigger and tells what came. */
const REPORT_NAME = 'Report';

/**
 * @param id of the message
 * @param chatId where it was written
 * @param timestamp in s
 * @returns the notification of an incoming text message
 */
export function messageReceived(id: string, chatId = '79001234567@c.us', timestamp = 1588091580) {
	return {
		typeWebhook: 'incomingMessageReceived',
		instanceData: { idInstance: 1101000001, wid: '71231234567@c.us', typeInstance: 'whatsapp' },
		timestamp,
		idMessage: id,
		senderData: { chatId, sender: '79001234567@c.us', chatName: '', senderName: 'Ivan' },
		messageData: { typeMessage: 'textMessage', textMessageData: { textMessage: `Text ${id}` } },
	};
}

/** @returns the notification of a sent message's new status */
export function statusChanged(id: string) {
	return {
		typeWebhook: 'outgoingMessageStatus',
		instanceData: { idInstance: 1101000001, wid: '71231234567@c.us', typeInstance: 'whatsapp' },
		timestamp: 1588091580,
		idMessage: id,
		chatId: '79001234567@c.us',
		status: 'read',
		sendByApi: true,
	};
}

/** @returns a node that posts each item to the recorder, under the workflow's name */
function reportNode(name: string, recorderUrl: string): INode {
	return {
		id: `report-${name}`,
		name: REPORT_NAME,
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.2,
		position: [880, 0],
		parameters: {
			method: 'POST',
			url: `${recorderUrl}/${name}`,
			sendBody: true,
			specifyBody: 'json',
			jsonBody: '={{ JSON.stringify($json) }}',
			options: {},
		},
	};
}

/** @returns the workflow, whose last node is followed by a report to the recorder */
export function reporting(file: WorkflowFile, name: string, recorderUrl: string): WorkflowFile {
	const last = file.nodes.at(-1)?.name ?? '';
	return {
		...file,
		nodes: [...file.nodes, reportNode(name, recorderUrl)],
		connections: {
			...file.connections,
			[last]: { main: [[{ node: REPORT_NAME, type: 'main', index: 0 }]] },
		},
	};
}

/**
 * @param name of the workflow; a report's path
 * @param recorderUrl where it reports
 * @param parameters of the trigger, besides its defaults
 * @returns a workflow that reports each notification
 */
export function reportingWorkflow(
	name: string,
	recorderUrl: string,
	parameters: INode['parameters'] = {},
): WorkflowFile {
	const trigger: INode = {
		id: `trigger-${name}`,
		name: TRIGGER_NAME,
		type: 'n8n-nodes-green-api-contacts.greenApiTrigger',
		typeVersion: 1,
		position: [0, 0],
		parameters: { events: ['incomingMessageReceived'], options: {}, ...parameters },
		credentials: { greenApi: { id: '', name: 'GREEN-API' } },
	};
	const settings = { executionOrder: 'v1' } as const;
	return reporting({ name, nodes: [trigger], connections: {}, settings }, name, recorderUrl);
}
