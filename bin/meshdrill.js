#!/usr/bin/env node
// The programs are TypeScript, which tsx runs as it is.
import '../lib/system/typescript.js'

const { runCommandLine } = await import('../lib/runner/command-line.ts')
const { writeText } = await import('../lib/output/print.ts')
process.exitCode = await runCommandLine(process.argv.slice(2), {
  say: (text) => writeText('stdout', text),
  complain: (text) => writeText('stderr', text),
})
