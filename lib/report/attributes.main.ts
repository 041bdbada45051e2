import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { writeLine } from '../output/print.ts'
import { summary as summarySchema } from '../verdict/schema/summary.ts'
import { addAttributes, ATTRIBUTES_FILE, parseAttributesRecord } from './attributes-record.ts'

/** Records what came back of the files' attributes in a run, for the docs: `npm run attributes -- results/<run>`. */
const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('no run is named. Next: npm run attributes -- results/<run>')
const file = fileURLToPath(new URL(`../../${ATTRIBUTES_FILE}`, import.meta.url))
const summary = summarySchema.parse(JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')))
const recorded = addAttributes(parseAttributesRecord(readFileSync(file, 'utf8')), summary)
writeFileSync(file, await format(JSON.stringify(recorded), { ...(await resolveConfig(file)), filepath: file }))
writeLine('stdout', `${ATTRIBUTES_FILE} has ${recorded.map(({ strategy }) => strategy).join(', ')}. Next: npm run docs`)
