import { readFileSync, writeFileSync } from 'node:fs'
import { replaceMatrix } from './table.ts'

/** Writes the matrix, and why a row is not drilled, into its page: `npm run matrix`. */
const page = new URL('../../docs/matrix.md', import.meta.url)
writeFileSync(page, await replaceMatrix(readFileSync(page, 'utf8')))
