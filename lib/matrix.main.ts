import { readFileSync, writeFileSync } from 'node:fs'
import { replaceMatrix } from './matrix-table.ts'

/** Writes the matrix, and why a row is not drilled, into the README: `npm run matrix`. */
const readme = new URL('../README.md', import.meta.url)
writeFileSync(readme, await replaceMatrix(readFileSync(readme, 'utf8')))
