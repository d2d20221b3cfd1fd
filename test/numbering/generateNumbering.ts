/** Writes the numbering data: `npm run generate:numbering`. */

import { writeFileSync } from 'node:fs';
import { NUMBERING_FILE, numberingFile } from './numberingData';

writeFileSync(NUMBERING_FILE, numberingFile());
console.log(`${NUMBERING_FILE} is written`);
