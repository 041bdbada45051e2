import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { renderRan } from '../matrix/ran-table.ts'
import { replaceBetween, replaceMatrix } from '../matrix/table.ts'
import { ATTRIBUTES_FILE, parseAttributesRecord, renderAttributesRecord } from '../report/attributes-record.ts'
import { parseRan, RAN_FILE } from '../report/ran.ts'
import { CI_FILES, replaceCells } from './ci.ts'
import { CLUSTERS } from './option.ts'
import { configJsonSchema, replaceOptions } from './schema.ts'

/** Writes the generated parts of the documentation and of the CI jobs: `npm run docs`. */
const pathOf = (file: string): string => fileURLToPath(new URL(`../../${file}`, import.meta.url))
const replaceRan = (page: string): Promise<string> =>
  replaceBetween(page, 'ran', renderRan(parseRan(readFileSync(pathOf(RAN_FILE), 'utf8')), CLUSTERS))
const replaceAttributes = (page: string): Promise<string> => {
  const recorded = parseAttributesRecord(readFileSync(pathOf(ATTRIBUTES_FILE), 'utf8'))
  return replaceBetween(page, 'attributes', renderAttributesRecord(recorded))
}
const pages = [
  ['docs/matrix.md', replaceMatrix],
  ['docs/matrix.md', replaceRan],
  ['docs/configuration.md', replaceOptions],
  ['docs/files.md', replaceAttributes],
  ...CI_FILES.map((file) => [file, replaceCells] as const),
] as const
for (const [file, replace] of pages) writeFileSync(pathOf(file), await replace(readFileSync(pathOf(file), 'utf8')))

const schema = pathOf('docs/configuration.schema.json')
const style = await resolveConfig(schema)
writeFileSync(schema, await format(JSON.stringify(configJsonSchema()), { ...style, filepath: schema }))
