import { missingPrograms } from '../real-n8n/debianPrograms';
import { installN8n } from '../real-n8n/install';

/**
 * Before all end-to-end tests: installs n8n where it is missing. Where something else is, it says
 * in one line what and how to get it, and ends the run.
 *
 * @throws Error with npm's words where n8n can't be installed
 */
export default async function prepare(): Promise<void> {
	const missing = missingPrograms('The end-to-end test');
	if (missing !== undefined) {
		console.error(`\n${missing}`);
		process.exit(1);
	}
	await installN8n((line) => console.log(line));
}
