import { runCommandLine } from '../../lib/runner/command-line.ts'

/** What a command of the command line cost, printed as JSON. */
export interface TurnCost {
  durationMs: number
  /** The most memory that the process had. */
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
