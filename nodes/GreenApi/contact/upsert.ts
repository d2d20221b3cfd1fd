/** Contact → Create or Update: puts a name into the phone's address book. */

import type { Failure } from '../../shared/green-api/failures';
import { PERSON } from '../chatField';
import { text, toggle } from '../../shared/n8n/field';
import { ask, operation } from '../operation';

const fields = {
	firstName: text(
		{
			displayName: 'First Name',
			name: 'firstName',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. Nathan',
			description: "The first name to save, as the phone's address book is to show it",
		},
		(name) =>
			name === ''
				? {
						message: 'The first name is empty',
						description:
							'Enter one: the phone saves no contact without it. If an expression fills the field, the item has no value there.',
					}
				: undefined,
	),
	lastName: text({
		displayName: 'Last Name',
		name: 'lastName',
		type: 'string',
		default: '',
		placeholder: 'e.g. Smith',
		description: 'The last name to save. Leave empty to save none.',
	}),
};

const options = {
	saveToPhone: toggle({
		displayName: 'Save to Phone',
		name: 'saveToPhone',
		type: 'boolean',
		default: true,
		description:
			"Whether the contact goes into the phone's own address book too, and not only into WhatsApp",
	}),
};

function isThereAlready({ id }: Failure): boolean {
	return id === 'contactExists';
}

export const upsert = operation({
	name: 'Create or Update',
	action: 'Create or update contact',
	description: "Create a contact in the phone's address book, or change the name of one",
	told: { verb: 'Saved', noun: 'contact' },
	chat: PERSON,
	fields,
	options,
	isWrite: true,
	decide: ({ firstName, lastName, saveToPhone }, { id }) =>
		ask('addContact', { chatId: id, firstName, lastName, saveInAddressbook: saveToPhone }),
	async ask(request, lookUp) {
		const added = await lookUp({ ...request, tolerates: isThereAlready });
		return added.ok || added.inherited || !isThereAlready(added.failure)
			? added
			: await lookUp({ ...request, method: 'editContact' });
	},
	shape: (answer, _values, { id }) => {
		const { addContact: created = false } = answer.read<{ addContact?: boolean }>();
		return { items: [{ chatId: id, created }] };
	},
});
