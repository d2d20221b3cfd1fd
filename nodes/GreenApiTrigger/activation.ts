/** What has to be right before a trigger listens: the instance's state and its settings. */

import type { IDataObject } from 'n8n-workflow';
import type { Answer, Outcome } from '../shared/green-api/answer';
import { type Failure, failureOf, failureOfState, READY_STATE } from '../shared/green-api/failures';
import { DEFAULT_TIMEOUT_MS, type GreenApiMethod, METHODS } from '../shared/green-api/methods';
import { type Messenger, otherMessenger } from '../shared/green-api/messengers';
import type { Clock } from '../shared/time';
import type { Send } from './queueRequests';

/** What a trigger needs of the instance's settings. */
export interface Need {
	/** Names of settings that have to be "yes". */
	flags: readonly string[];
	turnOnNotifications: boolean;
	clearWebhookUrl: boolean;
	/** What the credential says that the instance is of. */
	messenger: Messenger;
}

/** What GREEN-API tells of an instance, flags as "yes" and "no". */
export type Settings = IDataObject;

export interface SettingsPlan {
	/** What to write; nothing where all is as it has to be. */
	changes?: Record<string, string>;
	/** Why the queue can't be read. */
	failure?: Failure;
}

const MS = 1000;

/** GREEN-API documentation, "SetSettings": settings are applied within 5 minutes. */
const APPLIED_MS = 5 * 60 * MS;

/** GREEN-API took the settings, and answered that they are not saved. */
const NOT_SAVED: Failure = {
	id: 'settingsNotSaved',
	kind: 'instance',
	message: 'GREEN-API did not save the settings of the instance',
	description:
		'Turn on what the trigger needs in the GREEN-API console (console.green-api.com), and clear webhookUrl there. Then publish the workflow again.',
	code: 'NOT_SAVED',
};

/** Requests of others count for the same limit. */
const TRIES_AT_THE_LIMIT = 5;

function hostOf(url: unknown): string {
	try {
		return new URL(String(url)).host;
	} catch {
		return 'another address';
	}
}

/**
 * Writing restarts the instance, so that nothing is written which is there already.
 *
 * @param settings as GREEN-API has them
 * @param needs of the triggers that are activated together
 * @param written settings that this process wrote before: some instances don't have them all, and
 *   would be restarted with each activation
 * @returns what to write, or why that is of no use
 */
export function planSettings(
	settings: Settings,
	needs: readonly Need[],
	written: ReadonlySet<string>,
): SettingsPlan {
	const webhookUrl = settings.webhookUrl ?? '';
	const clear = webhookUrl !== '' && needs.some(({ clearWebhookUrl }) => clearWebhookUrl);
	if (webhookUrl !== '' && !clear) {
		return {
			failure: {
				id: 'webhookUrlElsewhere',
				kind: 'instance',
				message: `The notifications of this GREEN-API instance go to the webhook URL at ${hostOf(webhookUrl)}, so that its queue can’t be read`,
				description:
					'Clear webhookUrl in the GREEN-API console (console.green-api.com), or turn on the option "Clear Webhook URL" of this node. What is behind that URL gets no more notifications then.',
				code: 'WEBHOOK_URL',
			},
		};
	}
	const missing = needs
		.filter(({ turnOnNotifications }) => turnOnNotifications)
		.flatMap(({ flags }) => flags)
		.filter((flag) => settings[flag] !== 'yes')
		.filter((flag) => settings[flag] !== undefined || !written.has(flag));
	if (missing.length === 0 && !clear) return {};
	const flags = Object.fromEntries(missing.map((flag) => [flag, 'yes']));
	return { changes: { ...flags, ...(clear && { webhookUrl: '' }) } };
}

interface Waiting {
	need: Need;
	/** Aborted: it was deactivated meanwhile. */
	signal: AbortSignal | undefined;
}

interface Prepared {
	/** With whose credential it was asked. */
	by: Send;
	/** Why nobody of these can listen. */
	failure?: Failure | undefined;
	/** As getSettings has it. */
	typeInstance?: unknown;
}

/** Prepares one account for the triggers of this process, those that come together in one go. */
export class Activation {
	private waiting: Waiting[] = [];
	/** The round that those who wait are part of. */
	private next: Promise<Prepared> | undefined;
	private last: Promise<unknown> = Promise.resolve();
	private known: { settings: Settings; at: number } | undefined;
	private readonly written = new Set<string>();
	private clearedAt = -Infinity;

	/** @param clock what time it is */
	constructor(private readonly clock: Clock) {}

	/**
	 * @param need what has to be on
	 * @param send sends requests of the trigger
	 * @param signal ends it: nothing is written for a trigger that is not there any more
	 * @returns why the trigger can't listen, if so; `starting` where it can't yet
	 */
	async prepare(need: Need, send: Send, signal?: AbortSignal): Promise<Failure | undefined> {
		this.waiting.push({ need, signal });
		this.next ??= this.last.then(async () => await this.prepareAll(send));
		this.last = this.next.catch(() => undefined);
		const { by, failure, typeInstance } = await this.next;
		if (failure?.id === 'credentialChanged' && by !== send) {
			return await this.prepare(need, send, signal);
		}
		return otherMessenger(typeInstance, need.messenger) ?? failure;
	}

	/**
	 * @param outcome of a request to the instance
	 * @returns the same; `starting` where GREEN-API still goes by a webhook URL that was cleared
	 */
	sinceCleared<T>(outcome: Outcome<T>): Outcome<T> {
		const isApplied = this.clock.now() - this.clearedAt > APPLIED_MS;
		if (outcome.ok || isApplied || outcome.failure.id !== 'webhookUrlSet') return outcome;
		return { ok: false, failure: failureOf('starting', '400') };
	}

	/** The settings are read once for all who wait by then, and written once. */
	private async prepareAll(send: Send): Promise<Prepared> {
		let together: Waiting[] = [];
		const read = await this.read(send).finally(() => {
			together = this.waiting;
			this.waiting = [];
			this.next = undefined;
		});
		if (!read.ok) return { by: send, failure: read.failure };
		const { typeInstance } = read.value;
		const needs = together
			.filter(({ signal }) => !signal?.aborted)
			.map(({ need }) => need)
			.filter(({ messenger }) => !otherMessenger(typeInstance, messenger));
		const { changes, failure } = planSettings(read.value, needs, this.written);
		const refusal = changes && (await this.write(send, changes));
		return { by: send, failure: refusal ?? failure, typeInstance };
	}

	/** GREEN-API would refuse to tell it again any sooner. */
	private async read(send: Send): Promise<Outcome<Settings>> {
		const ageMs = this.clock.now() - (this.known?.at ?? -Infinity);
		if (this.known && ageMs < MS / METHODS.getSettings.requestsPerSecond) {
			return { ok: true, value: this.known.settings };
		}
		const answer = await this.ask(send, 'getStateInstance');
		if (!answer.ok) return answer;
		const { stateInstance } = answer.value.read<IDataObject | null>() ?? {};
		if (stateInstance !== READY_STATE) {
			const state = typeof stateInstance === 'string' ? stateInstance : '';
			return { ok: false, failure: failureOfState(state) };
		}
		const settings = await this.ask(send, 'getSettings');
		if (!settings.ok) return settings;
		this.known = {
			settings: settings.value.read<Settings | null>() ?? {},
			at: this.clock.now(),
		};
		return { ok: true, value: this.known.settings };
	}

	private async write(send: Send, changes: Record<string, string>): Promise<Failure | undefined> {
		const outcome = await this.ask(send, 'setSettings', changes);
		const { saveSettings } = outcome.ok ? (outcome.value.read<IDataObject | null>() ?? {}) : {};
		if (saveSettings !== true) {
			this.known = undefined;
			return outcome.ok ? NOT_SAVED : outcome.failure;
		}
		for (const name of Object.keys(changes)) this.written.add(name);
		if ('webhookUrl' in changes) this.clearedAt = this.clock.now();
		this.known = {
			settings: { ...this.known?.settings, ...changes },
			at: this.clock.now(),
		};
		return undefined;
	}

	private async ask(
		send: Send,
		method: GreenApiMethod,
		body?: Record<string, string>,
	): Promise<Outcome<Answer>> {
		const request = { method, ...(body && { body }), timeout: DEFAULT_TIMEOUT_MS };
		for (let tries = 1; ; tries += 1) {
			const outcome = await send(request);
			if (outcome.ok || outcome.failure.id !== 'rateLimited' || tries === TRIES_AT_THE_LIMIT) {
				return outcome;
			}
			await this.clock.sleep(MS / METHODS[method].requestsPerSecond);
		}
	}
}
