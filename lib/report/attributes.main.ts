import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { writeLine } from '../output/print.ts'
import { addAttributes, ATTRIBUTES_FILE, parseAttributesRecord } from './attributes-record.ts'
import { readSummary, writeRecord } from './docs-record.ts'

/** Records what came back of the files' attributes in a run, for the docs: `npm run attributes -- results/<run>`. */
const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('no run is named. Next: npm run attributes -- results/<run>')
const file = fileURLToPath(new URL(`../../${ATTRIBUTES_FILE}`, import.meta.url))
const recorded = addAttributes(parseAttributesRecord(readFileSync(file, 'utf8')), readSummary(folder))
await writeRecord(file, recorded)
writeLine('stdout', `${ATTRIBUTES_FILE} has ${recorded.map(({ strategy }) => strategy).join(', ')}. Next: npm run docs`)
