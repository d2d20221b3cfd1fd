import { readFileSync } from 'node:fs';
import { readChatId } from '@package/nodes/shared/green-api/chatId';
import { readCountryCode } from '@package/nodes/shared/green-api/phoneNumber';
import type { Rejection } from '@package/nodes/shared/green-api/rejection';
import { expectPlainWords } from '../assertions/words';

/** @returns the digits of the number, or what is said against it */
function read(value: unknown, defaultCountryCode = ''): string {
	const reading = readChatId(value, { defaultCountryCode });
	return reading.ok ? reading.chatId.id.replace('@c.us', '') : reading.rejection.message;
}

function rejectionOf(value: unknown, defaultCountryCode = ''): Rejection {
	const reading = readChatId(value, { defaultCountryCode });
	if (reading.ok) throw new Error(`Taken as ${reading.chatId.id}`);
	return reading.rejection;
}

describe('a phone number with plus or 00', () => {
	it.each([
		['+44 (0)20 7946 0958', '442079460958'],
		['+44 020 7946 0958', '442079460958'],
		['0044 (0) 2079460958', '442079460958'],
		['+44 (020) 7946 0958', '442079460958'],
		['+49 0171 1234567', '491711234567'],
		['+49 (0) 171/1234567', '491711234567'],
		['+39 06 1234567', '39061234567'],
		['+39 (0)6 1234567', '39061234567'],
		['+378 (0549) 886377', '3780549886377'],
		['+36 06 20 123 4567', '36201234567'],
		['+7 8 912 345-67-89', '79123456789'],
		['+375 8 029 123-45-67', '375291234567'],
		['+370 8 612 34567', '37061234567'],
		['+1 1 415 555 2671', '14155552671'],
		['+54 9 11 2345-6789', '5491123456789'],
		['+54 11 15 2345-6789', '5491123456789'],
		['+38 (067) 123-45-67', '380671234567'],
		['+972 (0)50-123-4567', '972501234567'],
		['+55 (11) 91234-5678', '5511912345678'],
		['+91 98765 43210', '919876543210'],
		['+62 812-3456-7890', '6281234567890'],
		['+971 (0)50 123 4567', '971501234567'],
		['+234 803 123 4567', '2348031234567'],
		['+852 9123 4567', '85291234567'],
		['+225 07 08 12 34 56', '2250708123456'],
		['+7 123 456-78-90', '71234567890'],
		['+33 6 12 34 56 78.', '33612345678'],
		['+33.6.12.34.56.78.', '33612345678'],
		['+7 (495-123) 45-67', '74951234567'],
		['+44 (20 7946) 0958', '442079460958'],
		['+46 46 944 50 69', '46469445069'],
		['+49 4916 86', '49491686'],
		['+290 6560', '2906560'],
		['+49/171/1234567', '491711234567'],
		['+44/20/7946/0958', '442079460958'],
		['+44_20_7946_0958', '442079460958'],
		['+00972501234567', '972501234567'],
		['+0044 7911 123456', '447911123456'],
		['+ 00 44 7911 123456', '447911123456'],
		['++7 123 456 78 90', '71234567890'],
		['+55 (0xx11) 91234-5678', '5511912345678'],
	])('%s is read', (written, digits) => {
		expect(read(written)).toBe(digits);
	});

	it.each([
		['+999 123 456 789', /begins with no country's calling code/],
		['+379 06 1234567', /begins with no country's calling code/],
		['+0501234567', /without its country code/],
		['+8 (495) 123-45-67', /begins with \+8, which is no country's calling code/],
		['008 (495) 123-45-67', /begins with \+8, which is no country's calling code/],
		['00 8 (495) 123-45-67', /begins with \+8, which is no country's calling code/],
		['00 375 8108465770', /two different numbers of \+375/],
		['+7 9123456789.0', /does not fit the phone numbers of \+7/],
		['+44 7911 1234', /does not fit the phone numbers of \+44/],
		['+34 (0)612 34 56 78', /does not fit/],
		['0011 45 12 34 56 78', /does not fit/],
		['+972 972 50 123 4567', /calling code \+972 twice/],
		['+49 49 171 1234567', /calling code \+49 twice/],
		['+43 43 1110', /calling code \+43 twice/],
		['+49 03944', /does not fit the phone numbers of \+49/],
		['+375 820 795010995', /does not fit the phone numbers of \+375/],
		['+43 800 0566 8206915', /too long for a phone number/],
		['+39 0333 1234567', /two different numbers of \+39/],
		['0039 0333 1234567', /two different numbers of \+39/],
		['39 0333 1234567', /two different numbers of \+39/],
		['3903331234567', /two different numbers of \+39/],
		['+39 (0)333 1234567', /two different numbers of \+39/],
		['+7 495 123-45-', /ends in the middle/],
		['+7 (123 456 78 90', /not written as phone numbers are/],
		['+-7 123 456 78 90', /not written as phone numbers are/],
		['.7 123 456 78 90', /not written as phone numbers are/],
		['+82 (0)010-1234-5678', /does not fit the phone numbers of \+82/],
		['+229 97 12 34 56', /an old number of \+229, where numbers have ten digits now/],
		['+225 07 12 34 56', /an old number of \+225, where numbers have ten digits now/],
		['22997123456', /an old number of \+229/],
	])('%s is refused', (written, words) => {
		expect(rejectionOf(written).message).toMatch(words);
		expectPlainWords(rejectionOf(written));
	});
});

describe('a phone number without plus or 00', () => {
	it.each([
		['050-123-4567', '972', '972501234567'],
		['501234567', '972', '972501234567'],
		['8 (912) 345-67-89', '7', '79123456789'],
		['912 345-67-89', '7', '79123456789'],
		['8 701 123 45 67', '7', '77011234567'],
		['(415) 555-2671', '1', '14155552671'],
		['1-415-555-2671', '1', '14155552671'],
		['0171/1234567', '49', '491711234567'],
		['01711234567.000', '49', '491711234567'],
		['491711234567', '49', '491711234567'],
		['06-30/123-4567', '36', '36301234567'],
		['06 1234567', '39', '39061234567'],
		['0331 123456', '39', '390331123456'],
		['347 123 4567', '39', '393471234567'],
		['481956914', '48', '48481956914'],
		['(48) 195 69 14', '48', '48481956914'],
		['55 99123-4567', '55', '5555991234567'],
		['011 15-2345-6789', '54', '5491123456789'],
		['0 15 11 91234-5678', '55', '5511912345678'],
		['(021) 91234-5678', '55', '5521912345678'],
		['(55) 99123-4567', '55', '5555991234567'],
		['55 1234 5678', '52', '525512345678'],
		['06 12 34 56 78', '33', '33612345678'],
		['098765 43210', '91', '919876543210'],
		['9198765432', '91', '919198765432'],
		['0812-3456-7890', '62', '6281234567890'],
		['0803 123 4567', '234', '2348031234567'],
		['9123 4567', '65', '6591234567'],
		['9123 4567', '852', '85291234567'],
		['050 123 4567', '971', '971501234567'],
		['80 29 123-45-67', '375', '375291234567'],
		['8 612 34567', '370', '37061234567'],
		['011 98 52 48', '241', '24111985248'],
		['06 80 285 248', '36', '3680285248'],
		['02901 343805', '54', '542901343805'],
		['06.12.12.34.56', '33', '33612123456'],
		['13124538233', '86', '8613124538233'],
		['11 91234 5678', '55', '5511912345678'],
		['79 91234 5678', '55', '5579912345678'],
		['98765 43210', '91', '919876543210'],
		['9613517566', '7', '79613517566'],
		['24 10 90', '687', '687241090'],
		['0 7912 3456789', '49', '4979123456789'],
		['(79) 1234-5678', '55', '557912345678'],
		['972501234567', '972', '972501234567'],
		['9720501234567', '972', '972501234567'],
		['+7 912 345-67-89', '972', '79123456789'],
		['00 7 912 345-67-89', '972', '79123456789'],
		['0014155552671', '852', '14155552671'],
		['0049 15 91 123 4567', '65', '4915911234567'],
		['00 49 15911234567', '65', '4915911234567'],
		['0044 20 7946 0958', '852', '442079460958'],
		['(0xx11) 91234-5678', '55', '5511912345678'],
		['0xx11 91234-5678', '55', '5511912345678'],
		['(0XX85)98765-0007', '55', '5585987650007'],
		['011 49 171 1234567', '1', '491711234567'],
		['(011) 44 7911 123456', '1', '447911123456'],
		['011 1 415 555 2671', '1', '14155552671'],
		['39061234567', '39', '39061234567'],
	])('%s with default country %s is read', (written, code, digits) => {
		expect(read(written, code)).toBe(digits);
	});

	it.each([
		['3906123456', '39', /two different numbers of \+39/],
		['97123456', '229', /an old number of \+229/],
		['(0xx11) 9123-4567', '54', /has letters in it/],
		['555-2671', '1', /does not fit the phone numbers of \+1/],
		['972501234567', '1', /does not fit the phone numbers of \+1/],
		['8 202 555 0123', '7', /does not fit the phone numbers of \+7/],
		['1234567', '49', /does not fit/],
		['49171123456', '49', /two different numbers of \+49/],
		['800657', '375', /does not fit/],
		['+', '972', /begins with no country's calling code/],
		['00', '972', /begins with no country's calling code/],
		['376376690846577', '376', /does not fit/],
		['9719718001950109', '971', /too long for a phone number/],
		['01110', '43', /too short for a phone number/],
		['808 009 852 4804', '234', /too long for a phone number/],
		['011 15 33-6526', '54', /does not fit/],
		['001 800 730 6109', '66', /two different numbers of \+66/],
		['91234-5678', '55', /does not fit/],
		['001 65 9123 4567', '852', /begins with 001, which is dialled before/],
		['001 65 9123 4567', '66', /begins with 001, which is dialled before/],
		['001 47 9123 4567', '65', /begins with 001, which is dialled before/],
		['002 45 2012 3456', '82', /begins with 002, which is dialled before/],
		['8 10 84 780 549 976', '7', /begins with 810, which is dialled before/],
		['8 10 1 415 555 2671', '7', /begins with 810, which is dialled before/],
		['8 10 7 701 234 56 78', '7', /begins with 810, which is dialled before/],
		['810 49 30 1234567', '7', /begins with 810, which is dialled before/],
		['018 49 30 123456', '972', /begins with 018, which is dialled before/],
		['0333 1234567', '39', /two different numbers of \+39/],
		['39 085 9595', '39', /two different numbers of \+39/],
		['39 06 69817', '39', /two different numbers of \+39/],
		['48 195 69 14', '48', /two different numbers of \+48/],
		['48 89 19 000', '48', /two different numbers of \+48/],
		['84 7990759', '84', /two different numbers of \+84/],
		['55 3002-1971', '55', /two different numbers of \+55/],
		['79123456789', '49', /can be read as a number of \+49 and as one of \+7$/],
		['972501234567', '49', /a number of \+49 and as one of \+972$/],
		['447911123456', '49', /a number of \+49 and as one of \+44$/],
		['79123456789', '43', /a number of \+43 and as one of \+7$/],
		['79123456789', '55', /a number of \+55 and as one of \+7$/],
		['79123456789', '62', /a number of \+62 and as one of \+7$/],
		['15552234567', '977', /a number of \+977 and as one of \+1$/],
		['12684644406', '86', /a number of \+86 and as one of \+1$/],
		['3725640455', '1', /a number of \+1 and as one of \+372$/],
	])('%s with default country %s is refused', (written, code, words) => {
		expect(rejectionOf(written, code).message).toMatch(words);
		expectPlainWords(rejectionOf(written, code));
	});

	it.each([
		['972501234567', '972501234567'],
		['71234567890', '71234567890'],
		['7 (123) 456-78-90', '71234567890'],
		['44 (0)20 7946 0958', '442079460958'],
		['5511912345678', '5511912345678'],
		['14155552671', '14155552671'],
		['13124538233', '13124538233'],
		['493012345678901', '493012345678901'],
		['00 1 415 555 2671', '14155552671'],
		['1-415-555-2671', '14155552671'],
		['6591234567', '6591234567'],
		['65 9123 4567', '6591234567'],
		['91 98765 43210', '919876543210'],
		['38 067 123 45 67', '380671234567'],
		['972-050-123-4567', '972501234567'],
		['9720501234567', '972501234567'],
		['49 0171 1234567', '491711234567'],
	])('%s without a default country is read', (written, digits) => {
		expect(read(written)).toBe(digits);
	});

	it.each([
		['(415) 555-2671', 'United States'],
		['050-1234567', 'Israel'],
		['8 912 345-67-89', 'Russia'],
		['8 (912) 345-67-89', 'Russia'],
		['98765 43210', 'India'],
		['926 123-45-67', 'Russia'],
		['9261234567', 'Russia'],
		['8 (495) 123-45-67', 'Russia, not Vietnam'],
		['88005553535', 'Russia, not Bangladesh'],
		['88312345678', 'Russia, not +883'],
		['495 123-45-67', 'Russia, not Germany'],
		['507-555-1234', 'United States, not Panama'],
		['323-555-1234', 'United States, not Belgium'],
		['514-555-1234', 'Canada, not Peru'],
		['5145551234', 'Canada, not Peru'],
		['7215324804', 'none, and too short for Russia'],
		['932788055655', 'none, and not of Afghanistan'],
		['297 569 5248', 'United States, not Aruba'],
		['80026985248', 'Russia, not the freephone numbers of no country'],
		['3281234567', 'Italy, not Belgium'],
		['2031234567', 'United Kingdom, not Egypt'],
		['687 512 345', 'Spain, not New Caledonia'],
		['49 12 34 56', 'Denmark, not Germany'],
		['138 1234 5678', 'China, not North America'],
		['13801234567', 'China, with no exchange of North America'],
		['13811234567', 'China, with no exchange of North America'],
		['138 12345678', 'China, not North America'],
		['170 46041121', 'China, not North America'],
		['(855) 37 70-09-44', 'United States, not Cambodia'],
		['8 (809) 421-57-78-45', 'Russia, not Bangladesh'],
		['318 (0) 285002', 'Netherlands, with a digit too many before the bracket'],
		['1 (0800) 88465', 'none of North America'],
		['4420 (0) 7946 0958', 'none, though there is a zero in brackets'],
		['97250-1234567', 'Israel, with the code in its first group'],
		['4323888 43391129', 'two numbers'],
		['601164-579062', 'two numbers'],
		['3806 7123 4567', 'none, and not of Ukraine'],
		['51 99123-4567', 'Brazil, not Peru'],
		['(51) 99123-4567', 'Brazil, not Peru'],
		['1234567890', 'none'],
	])('%s (%s) is refused without a default country, which is named', (written) => {
		const { message, description } = rejectionOf(written);
		expect(message).toMatch(/^".*" is written without its country code$/);
		expect(description).toMatch(/^Add it, .* or set "Default Country Code" in the options\.$/);
	});
});

describe('a phone number in another form', () => {
	it.each([
		'tel:+79123456789',
		'TEL: +7-912-345-67-89',
		'tel:345-67-89;phone-context=+7912',
		'whatsapp:+79123456789',
		'https://wa.me/79123456789',
		'wa.me/79123456789',
		'https://wa.me/+79123456789/?text=ivan@example.com',
		'http://wa.me/79123456789?text=ivan@example.com',
		'https://api.whatsapp.com/send?phone=79123456789&text=Hi',
		'https://api.whatsapp.com/send/?text=Hi&phone=%2B7%20912%203456789',
		'https://web.whatsapp.com/send?phone=79123456789',
		'http://whatsapp.com/send?phone=79123456789',
		'api.whatsapp.com/send?phone=79123456789',
		'whatsapp://send?phone=79123456789',
		'sms:+79123456789',
		'sms:+79123456789?body=Hi',
		'callto:+79123456789',
		"'+79123456789",
		"'79123456789",
		'"+7 912 345-67-89"',
		"'+79123456789'",
		'=+79123456789',
		'="+79123456789"',
		'Tel.: +7 912 345-67-89',
		'tel +79123456789',
		'Phone: +7 (912) 345-67-89',
		'mobile +79123456789',
		'тел. +7 912 345-67-89',
		'Телефон: +7 912 345-67-89',
		'+7·912·345·67·89',
		'[+7] 912 345-67-89',
		'79123456789.0',
		'79123456789,00',
		'79123456789.000',
		'+79123456789.000000',
		'7.9123456789E+10',
		'7.9123456789E10',
		'+7\u00a0912\u2009345\u201167\u201189',
		'\u202a+7 912 345-67-89\u202c',
		'+७९१२३४५६७८९',
		'\uff0b\uff17 912 345-67-89',
		79123456789,
		79123456789n,
	])('%s is read', (value) => {
		expect(read(value)).toBe('79123456789');
	});

	it.each([...Intl.supportedValuesOf('numberingSystem')].map((system) => [system]))(
		'decimal digits are read: %s',
		(system) => {
			const digits = new Intl.NumberFormat(`en-u-nu-${system}`, { useGrouping: false });
			const written = digits.format(79123456789);
			if (/^\p{Nd}{11}$/u.test(written)) expect(read(`+${written}`)).toBe('79123456789');
			else expect(rejectionOf(`+${written}`).message).not.toBe('');
		},
	);
});

describe('what surrounds a phone number', () => {
	it.each([
		// Exports: Meta's leads, spreadsheets, Google, HubSpot, vCards.
		'p:+447911123456',
		'P: +447911123456',
		'“+44 7911 123456”',
		'‘+44 7911 123456’',
		'«+44 7911 123456»',
		'`+44 7911 123456`',
		'""+44 7911 123456""',
		'"+44 7911 123456',
		'’+44 7911 123456',
		"''+44 7911 123456",
		'="+44 7911 123456"',
		'+44 7911 123456;',
		'+44 7911 123456,',
		',+44 7911 123456',
		'; +44 7911 123456 ;',
		'| +44 7911 123456 |',
		'TEL:+447911123456',
		'TEL;TYPE=CELL:+44 7911 123456',
		'TEL;TYPE=CELL,VOICE;PREF=1:+44 7911 123456',
		'TEL;VALUE=uri;TYPE=cell:tel:+44-7911-123456',
		'item1.TEL;waid=447911123456:+44 7911 123456',
		'item2.TEL:+44 7911 123456',
		// Labels.
		'Cell: +44 7911 123456',
		'M: +44 7911 123456',
		'M. +44 7911 123456',
		'моб. +44 7911 123456',
		'моб: +44 7911 123456',
		'Т. +44 7911 123456',
		'WhatsApp +44 7911 123456',
		'Whats App: +44 7911 123456',
		'WhatsApp mobile: +44 7911 123456',
		'Phone number: +44 7911 123456',
		'Celular: +44 7911 123456',
		'Móvil: +44 7911 123456',
		'Handy +44 7911 123456',
		'Téléphone : +44 7911 123456',
		'No. +44 7911 123456',
		'№ +44 7911 123456',
		'HP: +44 7911 123456',
		'+44 7911 123456 (mobile)',
		'+44 7911 123456 (WhatsApp)',
		'+44 7911 123456 WhatsApp',
		'+44 7911 123456 - mobile',
		'+44 7911 123456 моб.',
		'+44 7911 123456, work',
		// Symbols.
		'☎ +44 7911 123456',
		'☎️+44 7911 123456',
		'📞 +44 7911 123456',
		'👩🏽‍💻 +44 7911 123456',
		'🇬🇧 +44 7911 123456',
		'• +44 7911 123456',
		'✆ +44 7911 123456',
		'* +44 7911 123456',
		'📱 Mob.: “+44 7911 123456”;',
		// Characters that nobody sees.
		'+44\ufe0f 7911 123456',
		'+44\u034f7911123456',
		'+44\u3164 7911 123456',
		'+44\u115f7911\u1160123456',
		'+44\uffa0 7911 123456',
		'+44\u00ad7911\u200b123456\u2060',
		'\u180e+44 7911 123456\u{e0020}',
	])('%s is taken off', (written) => {
		expect(read(written)).toBe('447911123456');
	});

	it('is taken off where it is any character that is shown as nothing', () => {
		const isIgnorable = /^\p{Default_Ignorable_Code_Point}$/u;
		const marks = Array.from({ length: 0x10_ffff }, (_, code) => String.fromCodePoint(code));
		const refused = marks.filter(
			(mark) => isIgnorable.test(mark) && read(`+44${mark} 7911 ${mark}123456`) !== '447911123456',
		);
		expect(refused).toEqual([]);
	});

	it.each([
		['Fax: +44 7911 123456', /has letters/],
		['mail +44 7911 123456', /has letters/],
		['Kevin +44 7911 123456', /has letters/],
		['tel -1001234567890', /minus sign/],
		['WhatsApp', /has letters/],
		['""', /characters/],
		['☎', /characters/],
		[';', /characters/],
	])('is no part of a number in %s', (written, words) => {
		expect(rejectionOf(written).message).toMatch(words);
		expectPlainWords(rejectionOf(written));
	});
});

describe("WhatsApp's own ID, which is no phone number of the country", () => {
	it.each([
		['+52 1 55 1234 5678', '5215512345678'],
		['+5215512345678', '5215512345678'],
		['0052 1 55 1234 5678', '5215512345678'],
		['5215512345678', '5215512345678'],
		['+5491166773399', '5491166773399'],
		['5491166773399', '5491166773399'],
		['554789210000', '554789210000'],
		['+55 47 8921-0000', '554789210000'],
		['wa.me/5215512345678', '5215512345678'],
		['https://api.whatsapp.com/send?phone=5215512345678', '5215512345678'],
	])('%s is read', (written, digits) => {
		expect(read(written)).toBe(digits);
		expect(read(written, digits.slice(0, 2))).toBe(digits);
	});

	it.each(['wa.me/0501234567', 'wa.me/89123456789', 'wa.me/521551', 'wa.me/5215512345678901'])(
		'%s is refused',
		(written) => {
			expectPlainWords(rejectionOf(written, '52'));
		},
	);
});

describe('what is no phone number', () => {
	it.each([
		['+7 912 345-67-89 ext. 5', /has an extension/],
		['+7 912 345-67-89x5', /has an extension/],
		['+7 912 345-67-89 доб. 5', /has an extension/],
		['+7 912 345-67-89 вн 512', /has an extension/],
		['+34 612 34 56 78 extensión 5', /has an extension/],
		['+34 612 34 56 78 extension 512', /has an extension/],
		['+7 912 345-67-89#512', /has an extension/],
		['+7 912 345-67-89 #5', /has an extension/],
		['tel:+79123456789;ext=5', /has an extension/],
		['05X1234567', /has a letter in it/],
		['+7 9I2 345-67-89', /has a letter in it/],
		['+1 415 555 2671 ::: +1 650 555 0000', /more than one number/],
		[':::', /more than one number/],
		['-', /is how an empty cell is written/],
		['—', /is how an empty cell is written/],
		['--', /is how an empty cell is written/],
		['.', /is how an empty cell is written/],
		['N/A', /is how an empty cell is written/],
		['#N/A', /is how an empty cell is written/],
		['NULL', /is how an empty cell is written/],
		['None', /is how an empty cell is written/],
		['+49 171 1234567 und +49 171 1234568', /more than one number/],
		['+7 495 123-45-67 / 68', /more than one number/],
		['+7 495 123-45-67, +7 495 123-45-68', /more than one number/],
		['+7 495 123-45-67; 68', /more than one number/],
		['+7 495 123-45-67 or 68', /more than one number/],
		['+7 495 123-45-67or68', /more than one number/],
		['+7 495 123-45-67 or (495) 123-45-68', /more than one number/],
		['+7 495 123-45-67 +7 495 123-45-68', /more than one number/],
		['+7 495 123-45-67 (12)', /more than one number, or an extension/],
		['+49 30 12345/12346', /more than one number/],
		['+49 30 123/4567', /more than one number/],
		['2024-01-15', /is a date/],
		['15.01.2024', /is a date/],
		['1/15/24', /is a date/],
		['2024-01-15T10:00:00Z', /is a date/],
		['2024-01-15t10:00', /is a date/],
		['15.01.2024.', /is a date/],
		['2024. 1. 15.', /is a date/],
		['1985. 01. 15.', /is a date/],
		['20. 01. 2024', /is a date/],
		['2024 01 15', /is a date/],
		['20 01 2024', /is a date/],
		['15.1.85.', /is a date/],
		['2019-01-15 12 30', /is a date/],
		['2019-01-15 12.30.45', /is a date/],
		['2019-01-15-1230', /is a date/],
		['192.168.100.200', /IP address/],
		['192.168.100.200:8080', /IP address/],
		['55.7558 37.6173', /coordinates/],
		['52.5200 13.4050', /coordinates/],
		['48.8566, 2.3522', /coordinates/],
		['55.751244/37.618423', /coordinates/],
		['52.52 13.40', /coordinates/],
		['-10000000000000', /minus sign/],
		['\u2212100 1234567890', /minus sign/],
		['7.91235E+10', /scientific notation/],
		['+7.91235E10', /scientific notation/],
		['79123456E3', /scientific notation/],
		['7.9123456789E+9', /scientific notation/],
		['57.9123456789E+10', /scientific notation/],
		['7.9123456789E+10 (Ivan)', /has letters/],
		['79123456789.05', /decimal fraction/],
		['79123456789.5', /decimal fraction/],
		['79123456789.55', /decimal fraction/],
		['4917112345.678', /decimal fraction/],
		['+49171123456.0001', /decimal fraction/],
		['1700000000.123456', /decimal fraction/],
		['http://wa.me/message/ABC123', /link without a phone number/],
		['https://wa.me/message/ABC123', /link without a phone number/],
		['https://wa.me/c79123456789', /link without a phone number/],
		['https://wa.me/79123456789c', /link without a phone number/],
		['https://wa.me/79123456789/79123456780', /link without a phone number/],
		['https://api.whatsapp.com/send?text=Hi', /link without a phone number/],
		['mine: wa.me/79123456789', /has letters/],
		['mine: api.whatsapp.com/send?phone=79123456789', /has letters/],
		['+tel:79123456789', /has letters/],
		['345-67-89;phone-context=+7912', /more than one number/],
		['tel:1;345-67-89;phone-context=+7912', /more than one number/],
		['tel:345-67-89;phone-context=+7912;ext=5', /has an extension/],
		['https://chat.whatsapp.com/AbC123', /link without a phone number/],
		['hotel +49 171 1234567', /has letters/],
		['telex +49 171 1234567', /has letters/],
		['tel. +49 171 1234567 tel. +49 171 1234568', /has letters/],
		['=491711234567', /characters/],
		['+49 171 1234567 • +49 171 1234568', /characters/],
		['1-800-FLOWERS', /has letters/],
		['@ivan', /no WhatsApp chat ID/],
		['79123456789@telegram.org', /no WhatsApp chat ID/],
		['+7 912 345 ** 89', /characters/],
		['+49 171 12345**', /characters/],
		['+49 171 12345●●', /characters/],
		['+49 171 12345••', /characters/],
		['**491711234567', /characters/],
		['●●491711234567', /characters/],
		['⚫⚫491711234567', /characters/],
	])('%s is refused', (written, words) => {
		for (const code of ['', '7', '49']) {
			expect(rejectionOf(written, code).message).toMatch(words);
			expectPlainWords(rejectionOf(written, code));
		}
	});

	it.each([
		['digits', '7'],
		['groups', '7 '],
		['dashes', '7-'],
		['brackets', '(0)'],
		['pluses', '+7'],
		['words', '7x'],
		['spaces', ' '],
		['commas', '7,'],
		['fractions', '7.'],
		['signs', '-'],
		['links', 'https://wa.me/7'],
		['addresses', '7@'],
		['schemes', 'tel:7'],
		['Arabic digits', '٧'],
		['mathematical digits', '𝟗'],
		['marks', '\u200e'],
		['labels', 'tel '],
		['labels with signs', 'M: '],
		['quotes', '“'],
		['emoji', '☎'],
		['separators', '; '],
		['underscores', '7_'],
		['vCards', 'TEL;7:'],
		['brackets that open', '('],
		['links with queries', 'wa.me/send?phone=7&'],
		['dates', '2024-01-15 '],
	])('a hundred thousand characters of %s cost no more for each than a thousand', (_what, unit) => {
		// What is not linear takes a hundred times as long for each character.
		const costOf = (length: number) => {
			const text = unit.repeat(length / unit.length);
			const variants = [text, `+${text}`, `tel:${text}!`, `7${text}@c.us`, `7${text}7`];
			const start = process.cpuUsage();
			for (let turn = 0; turn < 100_000 / length; turn += 1) {
				for (const variant of variants) readChatId(variant, { defaultCountryCode: '7' });
			}
			return process.cpuUsage(start).user + 20_000;
		};
		costOf(1_000);
		expect(costOf(100_000) / costOf(1_000)).toBeLessThan(10);
	});
});

/** The kinds of reasons in `spellings.tsv`, by what is said. */
const REASONS: Readonly<Record<string, RegExp>> = {
	abroad: /is dialled before numbers of other countries$/,
	ambiguous: /can be read as two different numbers of \+\d+$/,
	appendix: /holds more than one number, or an extension$/,
	characters: /has characters that no chat ID or phone number has$/,
	coordinates: /looks like coordinates of a place$/,
	date: /is a date$/,
	doubled: /has the calling code \+\d+ twice$/,
	empty: /is how an empty cell is written$/,
	ends: /ends in the middle$/,
	extension: /has an extension, and messengers have none$/,
	foreign: /can be read as a number of \+\d+ and as one of \+\d+$/,
	fraction: /has a decimal fraction$/,
	ip: /looks like an IP address$/,
	label: /begins with a label and a digit, which can be part of either$/,
	letter: /has a letter in it$/,
	letters: /has letters in it and is no chat ID or phone number$/,
	link: /is a link without a phone number$/,
	long: /is too long for a phone number$/,
	minus: /begins with a minus sign/,
	noCode: /is written without its country code$/,
	notWhatsapp: /is no WhatsApp chat ID$/,
	partOfCode: /begins with \+\d, which is no country's calling code$/,
	renumbered: /is an old number of \+\d+, where numbers have ten digits now$/,
	scientific: /scientific notation, which has lost digits$/,
	several: /holds more than one number$/,
	short: /is too short for a phone number$/,
	unfit: /does not fit the phone numbers of \+\d+$/,
	unfitAtHome: /does not fit the phone numbers of \+\d+, the "Default Country Code"$/,
	unknownCode: /begins with no country's calling code$/,
};

const spellings = readFileSync('test/numbering/spellings.tsv', 'utf8')
	.split('\n')
	.filter((line) => line !== '' && !line.startsWith('#'))
	.map((line) => line.split('\t') as [from: string, code: string, text: string, becomes: string])
	.map(([from, code, text, becomes]) => ({
		from,
		code: code.replace('-', ''),
		text: JSON.parse(`"${text.replaceAll('"', String.raw`\"`)}"`) as string,
		becomes,
	}));

describe(`of ${spellings.length} spellings that public reports and exports have`, () => {
	it('there are 250 at least, each once', () => {
		const kinds = new Set(spellings.map(({ code, text }) => `${code} ${text}`));
		expect(kinds.size).toBe(spellings.length);
		expect(spellings.length).toBeGreaterThanOrEqual(250);
	});

	it.each(spellings)('$from ($code): $text becomes $becomes', ({ code, text, becomes }) => {
		const reason = REASONS[becomes];
		if (reason) expect(rejectionOf(text, code).message).toMatch(reason);
		else expect(read(text, code)).toBe(becomes);
	});
});

describe('the default country code', () => {
	it.each([
		['972', '972'],
		['+972', '972'],
		['+ 972', '972'],
		['00972', '972'],
		[' 972 ', '972'],
		[972, '972'],
		['1', '1'],
		['', ''],
		[' ', ''],
		[undefined, ''],
		[null, ''],
	])('%j is read', (value, code) => {
		expect(readCountryCode(value)).toEqual({ ok: true, code });
	});

	it.each(['IL', 'Israel', '0', '999', '379', '800', '1868', '+972 50', 97.2, -7, NaN, true, {}])(
		'%j is refused in plain words',
		(value) => {
			const reading = readCountryCode(value);
			if (reading.ok) throw new Error(`Taken as ${reading.code}`);
			expect(reading.rejection.message).toContain('"Default Country Code"');
			expectPlainWords(reading.rejection);
		},
	);
});
