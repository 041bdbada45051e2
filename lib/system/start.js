// Runs a program of the project: `node lib/system/start.js <file.ts> <arguments>`. The program sees the arguments that it would
// see without this file. It runs compiled where its sources are still those that were compiled, and else through tsx.
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { findCompiled } from './compiled.js'

const [node, , main, ...args] = process.argv
process.argv = [node, resolve(main), ...args]
const compiled = findCompiled(process.argv[1])
if (compiled === null) await import('./typescript.js')
await import(pathToFileURL(compiled ?? process.argv[1]).href)
