/** The comparison as a picture: a line for each client, a mark for each request. */

import type { Compared, Mark } from './comparison';

const WIDTH = 800;
const MARGIN = 24;
const LANE_HEIGHT = 72;
const TOP = 56;
const AXIS_HEIGHT = 40;
const MARK_HEIGHT = 18;
const TICK_SECONDS = 10;

/** Readable on white, and told apart without colours by their shape as well. */
const COLOURS = { accepted: '#1a7f4b', refused: '#c4314b', text: '#24292f', faint: '#8c959f' };

function escape(text: string): string {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function label(x: number, y: number, text: string, attributes = ''): string {
	return `<text x="${x}" y="${y}" ${attributes}>${escape(text)}</text>`;
}

/** A line where the request was accepted, a cross where it was refused. */
function drawMark({ isRefused }: Mark, x: number, y: number): string {
	const at = x.toFixed(1);
	if (!isRefused) return `<path d="M${at} ${y}v${MARK_HEIGHT}" stroke="${COLOURS.accepted}"/>`;
	const top = y + MARK_HEIGHT / 2 - 3;
	const left = (x - 3).toFixed(1);
	return `<path d="M${left} ${top}l6 6m0 -6l-6 6" stroke="${COLOURS.refused}"/>`;
}

function drawLane(
	{ name, contacts, found, seconds, marks }: Compared,
	y: number,
	xOf: (seconds: number) => number,
): string[] {
	const refused = marks.filter(({ isRefused }) => isRefused).length;
	const told = `${found} of ${contacts} contacts in ${seconds.toFixed(0)} s, ${refused} requests refused`;
	const line = y + 14 + MARK_HEIGHT / 2;
	return [
		label(MARGIN, y, name, 'font-weight="600"'),
		label(WIDTH - MARGIN, y, told, 'text-anchor="end"'),
		`<path d="M${MARGIN} ${line}H${WIDTH - MARGIN}" stroke="${COLOURS.faint}" stroke-width="0.5"/>`,
		...marks.map((mark) => drawMark(mark, xOf(mark.seconds), y + 14)),
	];
}

function drawLegend(y: number): string[] {
	const x = WIDTH - MARGIN;
	return [
		drawMark({ seconds: 0, isRefused: false }, x - 192, y - 14),
		label(x - 180, y, 'answered'),
		drawMark({ seconds: 0, isRefused: true }, x - 100, y - 14),
		label(x, y, 'refused (429)', 'text-anchor="end"'),
	];
}

/**
 * @param compared what each client did
 * @returns an SVG
 */
export function drawComparison(compared: readonly Compared[]): string {
	const last = Math.max(...compared.flatMap(({ marks }) => marks.map(({ seconds }) => seconds)));
	const span = Math.ceil(last / TICK_SECONDS) * TICK_SECONDS;
	const xOf = (seconds: number) => MARGIN + (seconds / span) * (WIDTH - 2 * MARGIN);
	const bottom = TOP + compared.length * LANE_HEIGHT;
	const ticks = Array.from({ length: span / TICK_SECONDS + 1 }, (_, index) => index * TICK_SECONDS);
	const contacts = compared[0]?.contacts ?? 0;
	const title = `${contacts} contacts at GREEN-API’s limit of one request a second`;
	const height = bottom + AXIS_HEIGHT;
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escape(title)}" font-family="system-ui, sans-serif" font-size="13" fill="${COLOURS.text}" stroke-width="2">`,
		`<rect width="${WIDTH}" height="${height}" rx="8" fill="#ffffff"/>`,
		label(MARGIN, 28, title, 'font-size="15" font-weight="600"'),
		...drawLegend(28),
		...compared.flatMap((one, index) => drawLane(one, TOP + index * LANE_HEIGHT + 16, xOf)),
		...ticks.map((seconds) =>
			label(xOf(seconds), bottom + 16, `${seconds} s`, `text-anchor="middle" fill="#57606a"`),
		),
		'</svg>',
		'',
	].join('\n');
}
