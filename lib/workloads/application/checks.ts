import type { Finding, IntegrityCheck } from '../../record/facts.ts'
import { shortenMiddle } from '../../output/shorten.ts'
import type { Application } from './definition.ts'

/** The output of each check, in the order of the definition. */
export type Outputs = readonly string[]

/** Characters of an output that a finding shows: most checks print a hash or a count. */
const SHOWN = 200

export const nameOf = ({ name, command }: Application['checks'][number]): string => name ?? command.join(' ')

/** Checks that print another thing each time cannot show whether data came back. Errors: names the first such check. */
export function requireStable(checks: Application['checks'], first: Outputs, second: Outputs): void {
  const [difference] = compareOutputs(checks, first, second)
  if (difference !== undefined)
    throw new Error(
      `check "${difference.file}" prints another output each time, so it cannot show whether the data came back: ${difference.detail}. Next: a command whose output depends on the data alone`,
    )
}

/** What the checks found. `expected` was printed before the backup. */
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
