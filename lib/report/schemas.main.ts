import { writeFileSync } from 'node:fs'
import { publishedSchemas } from './schemas.ts'

/** Writes the JSON Schemas into the docs: `npm run schemas`. */
for (const [file, schema] of Object.entries(publishedSchemas()))
  writeFileSync(new URL(`../../docs/schemas/${file}`, import.meta.url), `${JSON.stringify(schema, null, 2)}\n`)
