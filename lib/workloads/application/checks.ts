import type { Finding, IntegrityCheck } from '../../record/facts.ts'
import { shortenMiddle } from '../../output/shorten.ts'
import type { Application } from './definition.ts'

/** The output of each check, in the order of the definition. */
export type Outputs = readonly string[]

/** Maximum length of an output in a finding, in characters. Most checks print a hash or a count. */
const SHOWN = 200

export const nameOf = ({ name, command }: Application['checks'][number]): string => name ?? command.join(' ')

/** Throws if a check printed two different outputs from the same data. Such a check cannot show whether data came back. */
export function requireStable(checks: Application['checks'], first: Outputs, second: Outputs): void {
  const [difference] = compareOutputs(checks, first, second)
  if (difference !== undefined)
    throw new Error(
      `check "${difference.file}" prints a different output each time, so it cannot show whether the data came back: ${difference.detail}. Next: use a command with an output that depends on the data alone`,
    )
}

/** Compares the outputs after the restore (`found`) with those before the backup (`expected`). */
export function judgeOutputs(checks: Application['checks'], expected: Outputs, found: Outputs): IntegrityCheck {
  return {
    objects: found.length,
    bytes: found.reduce((sum, output) => sum + Buffer.byteLength(output), 0),
    findings: compareOutputs(checks, expected, found),
    slots: [],
    error: null,
  }
}

function compareOutputs(checks: Application['checks'], expected: Outputs, found: Outputs): Finding[] {
  return checks.flatMap((check, index): Finding[] => {
    const [before, now] = [expected[index] ?? '', found[index] ?? '']
    if (before === now) return []
    const detail = `printed ${quote(before)} before, and ${quote(now)} now`
    return [{ kind: 'changed output', file: nameOf(check), offset: 0, detail }]
  })
}

const quote = (output: string): string => JSON.stringify(shortenMiddle(output.trim(), SHOWN))
