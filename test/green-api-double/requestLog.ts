/** What the double remembers of a request: never the token. */

import { type GreenApiMethod } from './methods';

export interface LoggedRequest {
	/** When the request had arrived whole, in ms, by `performance.now()`. */
	at: number;
	/** In the documented spelling; absent where the path names no method that the double has. */
	method?: GreenApiMethod;
	httpMethod: string;
	/** As the path has it; empty where it has none. */
	idInstance: string;
	/** What stands behind the `?` of the URL. */
	query: Readonly<Record<string, unknown>>;
	/** The body's `chatId` or `groupId`. */
	chatId?: string;
	/** The parsed JSON; the text where it was not sent as JSON; undefined where there was none. */
	body: unknown;
	/** What was answered. 0: nothing yet, or the connection ended before the whole answer was out. */
	status: number;
}
