#!/usr/bin/env node
// The programs are TypeScript, which tsx runs as it is.
import { register } from 'tsx/esm/api'

register()
const { runCommandLine } = await import('../lib/command-line.ts')
process.exitCode = await runCommandLine(process.argv.slice(2), {
  say: (text) => process.stdout.write(`${text}\n`),
  complain: (text) => process.stderr.write(`${text}\n`),
})
