import { runCommandLine } from '../../lib/runner/command-line.ts'

/** Cost of a command of the command line, printed as JSON. */
export interface TurnCost {
  durationMs: number
  /** Peak memory of the process, in bytes. */
  peakBytes: number
}

const [command = '', results = '', ...folders] = process.argv.slice(2)
const began = performance.now()
const code = await runCommandLine(
  [command, ...folders],
  { say: () => undefined, complain: (text) => process.stderr.write(text) },
  results,
)
const cost: TurnCost = { durationMs: performance.now() - began, peakBytes: process.resourceUsage().maxRSS * 1024 }
process.stdout.write(JSON.stringify(cost))
process.exitCode = code
