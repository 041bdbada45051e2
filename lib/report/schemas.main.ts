import { writeFileSync } from 'node:fs'
import { publishedSchemas, renderCodes } from './schemas.ts'

/** Writes the JSON Schemas and the table of codes into the docs: `npm run schemas`. */
for (const [file, schema] of Object.entries(publishedSchemas()))
  writeFileSync(new URL(`../../docs/schemas/${file}`, import.meta.url), `${JSON.stringify(schema, null, 2)}\n`)
writeFileSync(new URL('../../docs/verdict-codes.md', import.meta.url), renderCodes())
