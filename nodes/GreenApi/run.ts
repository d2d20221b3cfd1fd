/** Runs an operation for all input items: plans them, looks up, and makes items of the answers. */

import {
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	sleep,
} from 'n8n-workflow';
import type { Answer } from '../shared/green-api/answer';
import type { Failure } from '../shared/green-api/failures';
import type { Messenger } from '../shared/green-api/messengers';
import { apiError, inputError, type ItemError } from '../shared/n8n/nodeErrors';
import { withHints } from '../shared/n8n/olderN8n';
import { readAccount, readOtherMessenger, sendRequest } from '../shared/n8n/transport';
import { type LookUpOutcome, startBatch } from '../shared/queue/batch';
import { type RunCounts, summariseRun } from './hints';
import { addBinary, copyOf, foundItem } from './items';
import type { Found, Operation } from './operation';
import { Pictures } from './pictures';
import { type AskPlan, type Plan, planItems } from './plan';

/** After so many parts of one answer, n8n gets its turn: a few milliseconds' work. */
const PARTS_IN_A_ROW = 1000;

function refuseFirst(this: IExecuteFunctions, plans: readonly Plan[]): void {
	for (const plan of plans) {
		if (plan.kind === 'reject') throw inputError(this.getNode(), plan.rejection, plan.itemIndex);
	}
}

/**
 * n8n's "Retry On Fail" calls execute() again: after what it threw, and, where the node goes on
 * after errors, when the first item of the output has an `error`. Before the first try n8n makes
 * new objects of the input items, and gives the same ones to each of the tries; another run of the
 * node, as in a loop, gets others (`n8n-core`, `WorkflowExecute.addPairedItemLineage`, `runNode`).
 *
 * @returns an object that all tries of this run have in common, and nothing else; undefined where
 *   n8n makes one try only
 */
function retriedRunOf(context: IExecuteFunctions): object | undefined {
	return context.getNode().retryOnFail ? context.getInputData()[0] : undefined;
}

/** There is an outcome for each plan that asks. */
async function nextOf(outcomes: AsyncGenerator<LookUpOutcome, void>): Promise<LookUpOutcome> {
	const { value } = await outcomes.next();
	if (!value) throw new Error('A lookup has no outcome');
	return value;
}

/** The items of one execution, as they come together. */
class Output {
	readonly items: INodeExecutionData[] = [];
	readonly counts: RunCounts = {
		asked: 0,
		found: 0,
		groupsSkipped: 0,
		picturesMissing: 0,
		isRateSet: false,
		told: new Set(),
	};
	private readonly pictures: Pictures;
	private readonly downloads: Array<Promise<void>> = [];

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly operation: Operation,
		private readonly messenger: Messenger,
	) {
		this.pictures = new Pictures(context);
	}

	/** Adds the items that one answer makes; its picture follows. */
	async addFound(plan: AskPlan, answer: Answer): Promise<void> {
		const { itemIndex, input, settings, chatId } = plan;
		this.counts.asked += 1;
		if (!answer.isNull) this.counts.found += 1;
		if (settings.requestsPerSecond !== undefined) this.counts.isRateSet = true;

		const { items, picture, hint } = this.operation.shape(
			answer,
			settings.own,
			chatId,
			this.messenger,
		);
		if (hint !== undefined) this.counts.told.add(hint);
		const added: INodeExecutionData[] = [];
		let parts = 0;
		for (const found of items) {
			parts += 1;
			if (parts % PARTS_IN_A_ROW === 0) await sleep(0);
			if (!found) continue;
			const item = foundItem(found, itemIndex, input, settings);
			this.items.push(item);
			if (picture) added.push(item);
		}
		if (picture && added.length > 0) this.addPicture(plan, picture, added);
	}

	/** Adds an item that is known without asking. */
	addKnown(fields: IDataObject, { itemIndex, input, settings }: Plan & { kind: 'emit' }): void {
		this.items.push(foundItem(fields, itemIndex, input, settings));
	}

	/**
	 * An item with `error` alone is one that n8n sends to the error output, adding its input's fields;
	 * an item whose own `error` property is set would arrive there without them (`n8n-core`,
	 * `WorkflowExecute.handleNodeErrorOutput` and `normalizeNodeErrors`).
	 *
	 * @param given the chat, as the output shows it
	 */
	addFailed(plan: Plan, error: ItemError, given: unknown): void {
		const { itemIndex, input } = plan;
		if (this.context.getNode().onError === 'continueErrorOutput') {
			this.items.push({ json: { error: error.message }, pairedItem: { item: itemIndex } });
			return;
		}
		const fields: IDataObject = {
			...(this.operation.chat && { chatId: copyOf(given as IDataObject) ?? null }),
			error: error.message,
		};
		const settings = 'settings' in plan ? plan.settings : undefined;
		const includeInputFields = settings?.includeInputFields ?? false;
		const placement = { includeInputFields, outputFieldName: '' };
		this.items.push(foundItem(fields, itemIndex, input, placement));
	}

	/** Waits for the downloads that are still running. */
	async complete(): Promise<void> {
		await Promise.all(this.downloads);
	}

	/** Ends the downloads that are still running. */
	cancel(): void {
		this.pictures.cancel();
	}

	private addPicture(
		{ settings, chatId }: AskPlan,
		{ url, binaryField }: NonNullable<Found['picture']>,
		items: readonly INodeExecutionData[],
	): void {
		if (typeof url !== 'string' || url === '') return;
		const download = this.pictures.of(chatId.id, url, settings.timeout).then((picture) => {
			if (!picture) this.counts.picturesMissing += 1;
			else for (const item of items) addBinary(item, { [binaryField]: picture });
		});
		this.downloads.push(download);
	}
}

/**
 * Runs the operation for all input items.
 *
 * @param operation its declaration
 * @returns the items to emit, on the one output, in the order of the input
 * @throws NodeOperationError for the first item with something wrong in it, before anything is
 *   sent, and NodeApiError for the first lookup that brings nothing; neither when the node goes on
 *   on errors, where such an item becomes `{ chatId, error }`
 */
export async function runPerItem(
	this: IExecuteFunctions,
	operation: Operation,
): Promise<INodeExecutionData[][]> {
	const account = await readAccount.call(this);
	const { messenger } = account;
	const { plans, hints } = planItems.call(this, operation, messenger);
	const stopOnFailure = !this.continueOnFail();
	if (stopOnFailure) refuseFirst.call(this, plans);

	const batch = startBatch(sendRequest.bind(this), {
		account,
		stopOnFailure,
		cancelSignal: this.getExecutionCancelSignal(),
		retriedRun: retriedRunOf(this),
	});
	const requests = plans.flatMap((plan) => (plan.kind === 'ask' ? [plan.request] : []));
	const outcomes = batch.lookUpAll(requests, operation.ask);
	const output = new Output(this, operation, messenger);
	const { counts } = output;
	for (const hint of hints) counts.told.add(hint);
	let otherMessenger: Promise<Failure | undefined> | undefined;
	const explain = async (failure: Failure, { settings }: AskPlan): Promise<Failure> => {
		if (!failure.isUnfit) return failure;
		otherMessenger ??= readOtherMessenger.call(this, messenger, settings.timeout);
		return (await otherMessenger) ?? failure;
	};
	let stopped: Failure | undefined;
	let isThrough = false;
	try {
		for (const plan of plans) {
			if (plan.kind === 'skip') {
				counts.groupsSkipped += 1;
			} else if (plan.kind === 'reject') {
				const error = inputError(this.getNode(), plan.rejection, plan.itemIndex);
				output.addFailed(plan, error, plan.given);
			} else if (plan.kind === 'emit') {
				output.addKnown(plan.fields, plan);
			} else {
				const outcome = await nextOf(outcomes);
				if (outcome.ok) {
					await output.addFound(plan, outcome.value);
					continue;
				}
				counts.asked += 1;
				if (stopOnFailure && outcome.inherited) {
					// It belongs to a later item, unless the user stopped the run.
					stopped = outcome.failure;
					continue;
				}
				const failure = await explain(outcome.failure, plan);
				const error = apiError(this.getNode(), failure, plan.itemIndex);
				if (stopOnFailure) throw error;
				output.addFailed(plan, error, plan.chatId.id);
			}
		}
		if (stopped) throw apiError(this.getNode(), stopped);
		await output.complete();
		isThrough = true;
	} finally {
		if (!isThrough) output.cancel();
		await outcomes.return();
	}
	return withHints(this, [output.items], summariseRun(operation.told, counts, batch.counts));
}
