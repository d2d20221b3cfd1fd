import { missingPrograms } from '../real-n8n/debianPrograms';
import { installN8n } from '../real-n8n/install';

/**
 * Before all end-to-end tests: installs n8n where it is missing.
 *
 * @throws a line, without a stack, that says what else is missing and how to get it
 */
export default async function prepare(): Promise<void> {
	const missing = missingPrograms();
	if (missing !== undefined) {
		console.error(`\n${missing}`);
		process.exit(1);
	}
	await installN8n((line) => console.log(line));
}
