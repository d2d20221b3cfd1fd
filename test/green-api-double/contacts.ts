/** Contacts, product cards and groups as GREEN-API describes them, each made from its chat id. */

import { type LinkTo, signedLinks } from './media';
import { pick, randomDigits, seededRandom } from './seededRandom';

type Random = () => number;

const PEOPLE = [
	'Ivan Petrov',
	'Мария Соколова',
	'נועה לוי',
	'José Núñez',
	'Zoë Müller',
	'Łukasz Żak',
	'יוסף כהן',
	'Игорь Ёлкин',
	'Björk Þórsdóttir',
	'Nguyễn Thị Hạnh',
	'أمل حداد',
	'王小明',
	'Anna 🌷',
	"O'Neill, Sean",
	'Li',
] as const;

/**
 * GREEN-API documentation, "GetContactInfo": `name` is empty for who never wrote to the account,
 * `contactName` for who is not in its phone book.
 */
const NAMINGS = [
	(name: string) => ({ name, contactName: name }),
	(name: string) => ({ name, contactName: '' }),
	(name: string) => ({ name, contactName: `${name} (work)` }),
	(name: string) => ({ name: '', contactName: name }),
	() => ({ name: '', contactName: '' }),
] as const;

const BUSINESSES = [
	{ name: 'Autohaus Müller', category: 'Automotive Dealership', goods: 'Service' },
	{ name: 'Пекарня «Колос»', category: 'Food & Beverage', goods: 'Хлеб' },
	{ name: 'פרחי השרון', category: 'Shopping & Retail', goods: 'זר' },
	{ name: 'Café Piñata', category: 'Restaurant', goods: 'Menú' },
	{ name: 'Warsztat Żuraw', category: 'Automotive Service', goods: 'Przegląd' },
	{ name: 'Bright & Sons', category: 'Professional Service', goods: 'Consultation' },
	{ name: 'مطعم الشام', category: 'Restaurant', goods: 'طبق' },
] as const;

const SUBJECTS = ['Family', 'Соседи', 'צוות מכירות', 'Équipe Été', 'Weekend 🚲'] as const;

/** 2^53 has 16 digits: ids of 17 and 18 are longer than a JSON number can be. */
const PRODUCT_ID_LENGTHS = [11, 16, 17, 18] as const;

/** Off, a day, a week, 90 days: what WhatsApp offers, in seconds. */
const MESSAGE_EXPIRATIONS = [0, 0, 0, 86_400, 604_800, 7_776_000] as const;

const YEAR_2024 = 1_704_067_200;

function unixTime(random: Random): number {
	return YEAR_2024 + Math.floor(random() * 31_536_000);
}

function digitsOf(chatId: string): string {
	return chatId.replace(/\D/g, '');
}

function productCard(random: Random, goods: string, linkTo: LinkTo) {
	const id = randomDigits(random, pick(random, PRODUCT_ID_LENGTHS));
	return {
		id,
		imageUrls: { requested: linkTo(`${id}_p100x100`), original: linkTo(id) },
		reviewStatus: { whatsapp: pick(random, ['APPROVED', 'APPROVED', 'PENDING']) },
		availability: pick(random, ['in stock', 'in stock', 'out of stock']),
		name: `${goods} ${randomDigits(random, 2)}`,
		description: pick(random, [`${goods}: ask for the price`, '', undefined]),
		price: pick(random, [null, randomDigits(random, 4)]),
		isHidden: random() < 0.1,
	};
}

function businessProfile(random: Random, productCount: number, linkTo: LinkTo) {
	const { name, category, goods } = pick(random, BUSINESSES);
	return {
		name,
		contactName: pick(random, ['', name]),
		email: pick(random, ['', 'office@business.example']),
		category,
		description: pick(random, ['', `${name}. Mo–Fr 9–18`]),
		products: Array.from({ length: productCount }, () => productCard(random, goods, linkTo)),
	};
}

function personProfile(random: Random) {
	return {
		...pick(random, NAMINGS)(pick(random, PEOPLE)),
		email: pick(random, ['', '', undefined]),
		category: pick(random, ['', '', undefined]),
		description: pick(random, ['', '', undefined]),
		products: pick(random, [undefined, null, []]),
	};
}

type Profile = ReturnType<typeof businessProfile> | ReturnType<typeof personProfile>;

function describeChat(random: Random, isBusiness: boolean) {
	const isMute = random() < 0.2;
	return {
		lastSeen: pick(random, [null, String(unixTime(random)), undefined]),
		isArchive: random() < 0.1,
		isDisappearing: pick(random, [false, false, true, undefined]),
		isMute,
		messageExpiration: pick(random, MESSAGE_EXPIRATIONS),
		muteExpiration: isMute ? unixTime(random) : null,
		isBusiness,
	};
}

function assembleContact(chatId: string, avatar: string, profile: Profile, chat: object) {
	return { avatar, ...profile, chatId, ...chat };
}

/**
 * GREEN-API documentation, "GetAvatar": `urlAvatar` is empty for who has set no picture
 * (`available` true) and for who hides it (`available` false).
 *
 * @param chatId a person, a privacy id or a group
 * @param linkTo makes the picture's address
 * @returns what getAvatar answers
 */
export function avatarOf(
	chatId: string,
	linkTo: LinkTo,
): { urlAvatar: string; available: boolean } {
	const random = seededRandom(`avatar of ${chatId}`);
	const urlAvatar = random() < 0.7 ? linkTo(digitsOf(chatId)) : '';
	return { urlAvatar, available: urlAvatar !== '' || random() < 0.5 };
}

/**
 * @param chatId a person or a privacy id
 * @param linkTo makes the addresses of pictures
 * @returns what getContactInfo answers: a person or a business with products, the same for the same
 *   id but for the links. Fields that are undefined are missing in the answer.
 */
export function contactOf(chatId: string, linkTo: LinkTo) {
	const random = seededRandom(chatId);
	const isBusiness = random() < 0.3;
	const profile = isBusiness
		? businessProfile(random, 1 + Math.floor(random() * 5), linkTo)
		: personProfile(random);
	const { urlAvatar } = avatarOf(chatId, linkTo);
	return assembleContact(chatId, urlAvatar, profile, describeChat(random, isBusiness));
}

/**
 * @param chatId a person or a privacy id
 * @param count how many products
 * @returns a getContactInfo answer for `AddressBook.set`; its picture links lead nowhere
 */
export function businessWithProducts(chatId: string, count: number) {
	const random = seededRandom(chatId);
	const linkTo = signedLinks(() => 'https://media.whatsapp.invalid');
	const profile = businessProfile(random, count, linkTo);
	return assembleContact(chatId, '', profile, describeChat(random, true));
}

/**
 * @param groupId `<creator>-<time>@g.us` or `<digits>@g.us`
 * @returns what getGroupData answers
 */
export function groupOf(groupId: string) {
	const random = seededRandom(groupId);
	const [, creator = `79${randomDigits(random, 9)}`, created] = /^(\d+)-(\d+)@/.exec(groupId) ?? [];
	const owner = `${creator}@c.us`;
	const creation = created === undefined ? unixTime(random) : Number(created);
	const members = Array.from({ length: 2 + Math.floor(random() * 8) }, () => ({
		id: `79${randomDigits(random, 9)}@c.us`,
		isAdmin: random() < 0.2,
		isSuperAdmin: false,
	}));
	const participants = [{ id: owner, isAdmin: true, isSuperAdmin: true }, ...members].map(
		({ id, ...rest }) => ({ id, lid: privacyIdOf(id), ...rest }),
	);
	return {
		groupId,
		owner,
		subject: pick(random, SUBJECTS),
		creation,
		participants,
		size: participants.length,
		subjectTime: creation,
		subjectOwner: owner,
		groupInviteLink: pick(random, ['', `https://chat.whatsapp.com/${randomDigits(random, 22)}`]),
	};
}

/**
 * WhatsApp's privacy id of a phone number.
 *
 * @param chatId a person; a privacy id stays as it is
 * @returns an `@lid` id that tells nothing of the number
 */
export function privacyIdOf(chatId: string): string {
	return chatId.endsWith('@lid')
		? chatId
		: `${randomDigits(seededRandom(`privacy id of ${chatId}`), 14)}@lid`;
}

/**
 * WhatsApp's own ids: Brazil without the ninth digit outside of São Paulo, Rio de Janeiro and Espírito
 * Santo, 521 in Mexico, 549 in Argentina.
 */
const WHATSAPP_FORMS: ReadonlyArray<readonly [written: RegExp, own: string]> = [
	[/^(55[3-9]\d)9(\d{8}@c\.us)$/, '$1$2'],
	[/^52(\d{10}@c\.us)$/, '521$1'],
	[/^54(\d{10}@c\.us)$/, '549$1'],
];

/**
 * @param chatId a person or a privacy id
 * @returns the phone number as an `@c.us` id, as WhatsApp has it; empty for privacy ids of an even
 *   last digit, who hide it
 */
export function phoneNumberOf(chatId: string): string {
	if (!chatId.endsWith('@lid')) {
		return WHATSAPP_FORMS.reduce((id, [written, own]) => id.replace(written, own), chatId);
	}
	const random = seededRandom(`phone number of ${chatId}`);
	return /[13579]@lid$/.test(chatId) ? `79${randomDigits(random, 9)}@c.us` : '';
}
