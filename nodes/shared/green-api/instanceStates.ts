/** The states an instance can be in, as getStateInstance names them. */

/** The one state in which GREEN-API answers lookups. */
export const READY_STATE = 'authorized';

/**
 * Every other state of GREEN-API's documentation ("GetStateInstance"), with what its user is told:
 * what it means, then what to do.
 */
export const UNREADY_STATES: Readonly<Record<string, string>> = {
	notAuthorized:
		'The instance is not authorized: no phone is linked to it. Open it in the GREEN-API console and scan the QR code with the messenger on the phone.',
	starting: 'The instance is starting. Wait up to 5 minutes, then test again.',
	sleepMode:
		'The instance is asleep: its phone was switched off. Switch the phone on and wait up to 5 minutes, then test again.',
	blocked:
		'The account of this instance was blocked by the messenger. Ask its support in the app for a review, or link another phone in the GREEN-API console.',
	yellowCard:
		'WhatsApp has shown this account a yellow card and limits it for now. Restart the instance in the GREEN-API console; if the state stays, contact GREEN-API support.',
	suspended:
		'The account of this instance is suspended for a time. Wait until it is over; the GREEN-API console shows how long. If it stays, contact GREEN-API support.',
	pendingPassword:
		'The instance waits for the two-step verification password of its account. Enter it in the GREEN-API console.',
	expired:
		'The instance is not paid for any more. Renew it in the GREEN-API console, then test again.',
};

/** For a state that GREEN-API brings after this version was published. */
export const UNKNOWN_STATE =
	'The instance is in a state other than "authorized". Open it in the GREEN-API console, which shows the state and what to do.';
