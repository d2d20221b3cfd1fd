/** The pictures that avatars and product cards link to. */

/** @param name file name without its extension; @returns the picture's address */
export type LinkTo = (name: string) => string;

/**
 * GREEN-API's picture links are WhatsApp's: signed, and different in every answer.
 *
 * @param baseUrl gives the address below which `/media/…` is served
 * @returns a function that makes links, no two with the same signature
 */
export function signedLinks(baseUrl: () => string): LinkTo {
	let issued = 0;
	return (name) => {
		const signature = String(++issued).padStart(38, '0');
		return `${baseUrl()}/media/${name}.jpg?ccb=11-4&oh=01_${signature}&oe=66041D5F`;
	};
}

/** A grey pixel, baseline JPEG. */
export const PICTURE = Buffer.from(
	'/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAFA3PEY8MlBGQUZaVVBfeMiCeG5uePWvuZHI////////////////////////' +
		'////////////////////////////wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/EABQQAQAAAAAA' +
		'AAAAAAAAAAAAAAD/2gAIAQEAAD8AP//Z',
	'base64',
);
