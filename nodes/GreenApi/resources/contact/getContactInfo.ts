/** Contact → Get Contact Info: input items' chat ids in, contacts out. */

import {
	deepCopy,
	type IBinaryData,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';
import type { Answer } from '../../../shared/green-api/answer';
import type { Contact } from '../../../shared/green-api/contact';
import type { Failure } from '../../../shared/green-api/failures';
import { type LookUpOutcome, startBatch } from '../../../shared/queue/batch';
import { apiError, inputError, type ItemError } from '../../../shared/client/nodeErrors';
import { retriedRunOf } from '../../../shared/client/nodeRun';
import { withHints } from '../../../shared/client/olderN8n';
import { readAccount, sendRequest } from '../../../shared/client/transport';
import { downloadAvatar } from './avatar';
import { type RunCounts, summariseRun } from './hints';
import { placeFields, shapeContact } from './output';
import { type GroupIdPlan, type LookUpPlan, type Plan, planItems } from './plan';
import type { ContactSettings } from './settings';

function refuseFirst(this: IExecuteFunctions, plans: readonly Plan[]): void {
	for (const plan of plans) {
		if (plan.kind === 'reject') throw inputError(this.getNode(), plan.rejection, plan.itemIndex);
	}
}

function shape({ chatId: { id, kind }, settings }: LookUpPlan, answer: Contact | null) {
	return kind === 'group'
		? [{ chatId: id, isGroup: true, group: answer }]
		: shapeContact(answer, id, settings.shape);
}

/**
 * An item with `error` alone is one that n8n sends to the error output, adding its input's fields;
 * an item whose own `error` property is set would arrive there without them (`n8n-core`,
 * `WorkflowExecute.handleNodeErrorOutput` and `normalizeNodeErrors`).
 */
function failedItem(
	this: IExecuteFunctions,
	{ itemIndex, input, settings }: Plan & { settings?: ContactSettings },
	error: ItemError,
	given: unknown,
): INodeExecutionData {
	const pairedItem = { item: itemIndex };
	if (this.getNode().onError === 'continueErrorOutput') {
		return { json: { error: error.message }, pairedItem };
	}
	const fields = { chatId: deepCopy(given as IDataObject) ?? null, error: error.message };
	const includeInputFields = settings?.placement.includeInputFields ?? false;
	const json = placeFields(fields, input, { includeInputFields, outputFieldName: '' });
	return { json, pairedItem };
}

function foundItem(
	{ itemIndex, input, settings }: LookUpPlan | GroupIdPlan,
	found: IDataObject,
	avatar: IBinaryData | undefined,
): INodeExecutionData {
	return {
		json: placeFields(found, input, settings.placement),
		pairedItem: { item: itemIndex },
		...(avatar && { binary: { [settings.avatarBinaryField]: { ...avatar } } }),
	};
}

/** There is an outcome for each plan that asks. */
async function nextOf(outcomes: AsyncGenerator<LookUpOutcome, void>): Promise<LookUpOutcome> {
	const { value } = await outcomes.next();
	if (!value) throw new Error('A lookup has no outcome');
	return value;
}

/** @returns the items that one answer makes; what happened on the way is added to `counts` */
async function foundItems(
	this: IExecuteFunctions,
	step: LookUpPlan,
	answer: Answer,
	counts: RunCounts,
): Promise<INodeExecutionData[]> {
	const { settings, chatId } = step;
	const contact = answer.read<Contact | null>();
	if (contact) counts.found += 1;
	// Read before shaping, which takes the contact over and may leave the link out.
	const url = contact?.avatar;
	const shaped = shape(step, contact);
	let avatar: IBinaryData | undefined;
	if (settings.downloadAvatar && shaped.length > 0 && typeof url === 'string' && url !== '') {
		avatar = await downloadAvatar.call(this, url, chatId.id, settings.timeout);
		if (!avatar) counts.avatarsMissing += 1;
	}
	return shaped.map((found) => foundItem(step, found, avatar));
}

/**
 * Runs the operation for all input items.
 *
 * @returns the items to emit, on the one output, in the order of the input
 * @throws NodeOperationError for the first item with something wrong in it, before anything is
 *   sent, and NodeApiError for the first lookup that brings nothing; neither when the node goes on
 *   on errors, where such an item becomes `{ chatId, error }`
 */
export async function getContactInfo(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const plans = planItems.call(this);
	const stopOnFailure = !this.continueOnFail();
	if (stopOnFailure) refuseFirst.call(this, plans);

	const batch = startBatch(async (request) => await sendRequest.call(this, request), {
		account: await readAccount.call(this),
		stopOnFailure,
		cancelSignal: this.getExecutionCancelSignal(),
		retriedRun: retriedRunOf(this),
	});
	const requests = plans.flatMap((plan) => (plan.kind === 'lookUp' ? [plan.request] : []));
	const outcomes = batch.lookUpAll(requests);

	const items: INodeExecutionData[] = [];
	const counts: RunCounts = { asked: 0, found: 0, groupsSkipped: 0, avatarsMissing: 0 };
	let stopped: Failure | undefined;
	try {
		for (const plan of plans) {
			if (plan.kind === 'skip') {
				counts.groupsSkipped += 1;
			} else if (plan.kind === 'reject') {
				const error = inputError(this.getNode(), plan.rejection, plan.itemIndex);
				items.push(failedItem.call(this, plan, error, plan.given));
			} else if (plan.kind === 'groupIdOnly') {
				const { id: chatId } = plan.chatId;
				items.push(foundItem(plan, { chatId, isGroup: true }, undefined));
			} else {
				counts.asked += 1;
				const outcome = await nextOf(outcomes);
				if (outcome.ok) {
					const found = await foundItems.call(this, plan, outcome.value, counts);
					for (const item of found) items.push(item);
					continue;
				}
				if (stopOnFailure && outcome.inherited) {
					// It belongs to an item that comes later, unless it was the user who stopped.
					stopped = outcome.failure;
					continue;
				}
				const error = apiError(this.getNode(), outcome.failure, plan.itemIndex);
				if (stopOnFailure) throw error;
				items.push(failedItem.call(this, plan, error, plan.chatId.id));
			}
		}
	} finally {
		await outcomes.return();
	}
	if (stopped) throw apiError(this.getNode(), stopped);
	return withHints(this, [items], summariseRun(counts, batch.counts));
}
