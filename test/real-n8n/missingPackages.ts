/** Prints the Debian packages that the end-to-end tests miss, in one line; nothing: none. */

import { missingPackages } from './debianPrograms';

console.log(missingPackages().join(' '));
