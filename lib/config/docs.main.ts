import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { replaceMatrix } from '../matrix/table.ts'
import { configJsonSchema, replaceOptions } from './schema.ts'

/** Writes what the documentation derives from the code: `npm run docs`. */
const docs = (file: string): string => fileURLToPath(new URL(`../../docs/${file}`, import.meta.url))
const pages = { 'matrix.md': replaceMatrix, 'configuration.md': replaceOptions }
for (const [file, replace] of Object.entries(pages))
  writeFileSync(docs(file), await replace(readFileSync(docs(file), 'utf8')))

const schema = docs('configuration.schema.json')
const style = await resolveConfig(schema)
writeFileSync(schema, await format(JSON.stringify(configJsonSchema()), { ...style, filepath: schema }))
