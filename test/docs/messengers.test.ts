/** What docs/messengers.md says of chats is true of the node. */

import { messengerNamed } from '@package/nodes/shared/green-api/messengers';
import { codeIn, readPage, section, tableRows } from './tables';

const heading = 'Chat IDs and phone numbers of Telegram and MAX';
const rows = tableRows(section(readPage('docs/messengers.md'), heading)).slice(1);

const KINDS: ReadonlyArray<[RegExp, string]> = [
	[/^a chat ID$/, 'person'],
	[/^a group/, 'group'],
	[/^a phone number$/, 'phone'],
	[/^a username$/, 'username'],
	[/^refused/, 'refused'],
];

const written = rows.flatMap(([given = '', read = '']) => {
	const kind = KINDS.find(([pattern]) => pattern.test(read))?.[1] ?? 'not in the table above';
	const [country] = /Default Country Code/.test(given) ? codeIn(given).slice(1) : [];
	const texts = country === undefined ? codeIn(given) : codeIn(given).slice(0, 1);
	return texts.map((text) => [text, country ?? '', kind] as const);
});

it.each(written)('%s (default country "%s") is: %s', (text, defaultCountryCode, kind) => {
	const reading = messengerNamed('telegram').readChat(text, { defaultCountryCode });
	expect(reading.ok ? reading.chatId.kind : 'refused').toBe(kind);
});
