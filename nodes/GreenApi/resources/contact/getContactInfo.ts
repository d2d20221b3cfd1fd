/** Contact → Get Contact Info: input items' chat ids in, contacts out. */

import {
	deepCopy,
	type IBinaryData,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';
import type { Answer } from '../../green-api/answer';
import type { Contact } from '../../green-api/contact';
import type { Failure } from '../../green-api/failures';
import { type Batch, type LookUpOutcome, startBatch } from '../../lookups/startBatch';
import { apiError, inputError, type ItemError } from '../../nodeErrors';
import { readAccount, sendRequest } from '../../transport';
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

type LookUpStep = LookUpPlan & { outcome: Promise<LookUpOutcome> };

function startStep(plan: Plan, batch: Batch): Exclude<Plan, LookUpPlan> | LookUpStep {
	return plan.kind === 'lookUp' ? { ...plan, outcome: batch.lookUp(plan.request) } : plan;
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
 * @returns the items to emit, in the order of the input
 * @throws NodeOperationError for the first item with something wrong in it, before anything is
 *   sent, and NodeApiError for the first lookup that brings nothing; neither when the node goes on
 *   on errors, where such an item becomes `{ chatId, error }`
 */
export async function getContactInfo(this: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const plans = planItems.call(this);
	const stopOnFailure = !this.continueOnFail();
	if (stopOnFailure) refuseFirst.call(this, plans);

	const batch = startBatch(async (request) => await sendRequest.call(this, request), {
		account: await readAccount.call(this),
		stopOnFailure,
		cancelSignal: this.getExecutionCancelSignal(),
	});
	// Taken from the end, so that no answer is kept for longer than until it is used.
	const steps = plans.map((plan) => startStep(plan, batch)).reverse();

	const items: INodeExecutionData[] = [];
	const counts: RunCounts = { asked: 0, found: 0, groupsSkipped: 0, avatarsMissing: 0 };
	let stopped: Failure | undefined;
	for (let step = steps.pop(); step; step = steps.pop()) {
		if (step.kind === 'skip') {
			counts.groupsSkipped += 1;
		} else if (step.kind === 'reject') {
			const error = inputError(this.getNode(), step.rejection, step.itemIndex);
			items.push(failedItem.call(this, step, error, step.given));
		} else if (step.kind === 'groupIdOnly') {
			const { id: chatId } = step.chatId;
			items.push(foundItem(step, { chatId, isGroup: true }, undefined));
		} else {
			counts.asked += 1;
			const outcome = await step.outcome;
			if (outcome.ok) {
				for (const item of await foundItems.call(this, step, outcome.value, counts))
					items.push(item);
				continue;
			}
			if (stopOnFailure && outcome.inherited) {
				// It belongs to an item that comes later, unless it was the user who stopped.
				stopped = outcome.failure;
				continue;
			}
			const error = apiError(this.getNode(), outcome.failure, step.itemIndex);
			if (stopOnFailure) throw error;
			items.push(failedItem.call(this, step, error, step.chatId.id));
		}
	}
	if (stopped) throw apiError(this.getNode(), stopped);
	this.addExecutionHints(...summariseRun(counts, batch.counts));
	return items;
}
