/** Contact → Get Contact Info: input items' chat ids in, contacts out. */

import {
	deepCopy,
	type IBinaryData,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';
import { expectObject, type Outcome } from '../../green-api/answer';
import type { Contact } from '../../green-api/contact';
import { startBatch } from '../../lookups/startBatch';
import { apiError, inputError, type ItemError } from '../../nodeErrors';
import { sendRequest } from '../../transport';
import { downloadAvatar } from './avatar';
import { placeFields, shapeContact } from './output';
import { type GroupIdPlan, type LookUpPlan, type Plan, planItems } from './plan';
import type { ContactSettings } from './settings';

/** What a step that costs no request is taken to have brought. */
const NO_ANSWER: Outcome<null> = { ok: true, value: null };

function refuseFirst(this: IExecuteFunctions, plans: readonly Plan[]): void {
	for (const plan of plans) {
		if (plan.kind === 'reject') throw inputError(this.getNode(), plan.rejection, plan.itemIndex);
	}
}

function shape(plan: LookUpPlan | GroupIdPlan, answer: Contact | null): IDataObject[] {
	const { id, kind } = plan.chatId;
	if (plan.kind === 'groupIdOnly') return [{ chatId: id, isGroup: true }];
	return kind === 'group'
		? [{ chatId: id, isGroup: true, group: answer }]
		: shapeContact(answer, id, plan.settings.shape);
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

function tellMissingAvatars(this: IExecuteFunctions, count: number): void {
	const what = count === 1 ? '1 avatar' : `${count} avatars`;
	this.addExecutionHints({
		message: `${what} could not be downloaded. The contacts are complete apart from the picture.`,
		type: 'warning',
		location: 'outputPane',
	});
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

	const lookUp = startBatch(async (request) => await sendRequest.call(this, request), {
		stopOnFailure,
	});
	const steps = plans.map((plan) =>
		plan.kind === 'lookUp' ? { ...plan, outcome: lookUp(plan.request) } : plan,
	);

	const items: INodeExecutionData[] = [];
	let missingAvatars = 0;
	for (const step of steps) {
		if (step.kind === 'skip') continue;
		if (step.kind === 'reject') {
			const error = inputError(this.getNode(), step.rejection, step.itemIndex);
			items.push(failedItem.call(this, step, error, step.given));
			continue;
		}

		const { settings, chatId, itemIndex } = step;
		const answer = step.kind === 'lookUp' ? expectObject<Contact>(await step.outcome) : NO_ANSWER;
		if (!answer.ok) {
			const error = apiError(this.getNode(), answer.failure, itemIndex);
			if (stopOnFailure) throw error;
			items.push(failedItem.call(this, step, error, chatId.id));
			continue;
		}

		// Read before shaping, which takes the contact over and may leave the link out.
		const url = answer.value?.avatar;
		const shaped = shape(step, answer.value);
		const wantsAvatar = settings.downloadAvatar && shaped.length > 0;
		let avatar: IBinaryData | undefined;
		if (wantsAvatar && typeof url === 'string' && url !== '') {
			avatar = await downloadAvatar.call(this, url, chatId.id, settings.timeout);
			if (!avatar) missingAvatars += 1;
		}
		for (const found of shaped) items.push(foundItem(step, found, avatar));
	}
	if (missingAvatars > 0) tellMissingAvatars.call(this, missingAvatars);
	return items;
}
