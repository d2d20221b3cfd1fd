/** Contact → Delete: takes a person out of the phone's address book. */

import { PERSON } from '../chatField';
import { ask, operation } from '../operation';

export const deleteContact = operation({
	name: 'Delete',
	action: 'Delete contact',
	description: "Delete a contact from WhatsApp and from the phone's address book",
	told: { verb: 'Deleted', noun: 'contact' },
	chat: PERSON,
	fields: {},
	options: {},
	isWrite: true,
	decide: (_values, { id }) => ask('deleteContact', { chatId: id }),
	shape: (_answer, _values, { id }) => ({ items: [{ chatId: id, deleted: true }] }),
});
