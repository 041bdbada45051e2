import { html, type SafeHtml } from '@remix-run/html-template'
import { shellCommand } from '../../../output/shorten.ts'
import type { DrillFact } from '../../../record/facts.ts'
import { formatDuration } from '../../../system/quantity.ts'
import { type DrillResult, isControl, nameStrategy } from '../../../verdict/result.ts'
import { renderTable } from '../table.ts'

/** More lines than these are counted. An interrupted or repeated drill can have very many. */
const LISTED = 60

/** What was done in a drill, in order, with the evidence of each; and the command that does it again. Null without facts. */
export function renderCourse(facts: DrillFact[], drill: DrillResult): SafeHtml | null {
  const origin = drill.evidence.fault?.between[0] ?? facts[0]?.at ?? 0
  const lines = facts.flatMap((fact) => {
    const words = describeFact(fact, facts)
    return words === null ? [] : [[formatOffset(fact.at - origin), ...words]]
  })
  if (lines.length === 0) return null
  const rest = lines.length - LISTED
  return html`<details>
    <summary>What was done</summary>
    <p class="note">
      Seconds from ${drill.evidence.fault === null ? 'the first fact' : 'the fault'}.
      ${rest > 0 ? `${rest} more lines are in events.jsonl.` : null}
    </p>
    ${renderTable(['Second', 'Act', 'What was seen'], lines.slice(0, LISTED), 'what was done')}
    <p>To do it again: <code>${describeCommand(drill)}</code></p>
  </details>`
}

/** The act and its evidence; null for a fact that is a measurement. */
function describeFact(fact: DrillFact, facts: DrillFact[]): [act: string, evidence: string] | null {
  switch (fact.kind) {
    case 'step.started': {
      const end = facts.find((other) => other.kind === 'step.ended' && other.step === fact.step && other.at >= fact.at)
      const took = end === undefined ? 'did not end' : `took ${formatDuration(end.at - fact.at)}`
      return [`Step: ${fact.step}`, `${fact.what}; ${took}`]
    }
    case 'step.ended':
      return fact.error === null ? null : [`Step failed: ${fact.step}`, fact.error]
    case 'fault.requested':
      return [`Inject ${fact.fault}`, `into ${fact.target}`]
    case 'fault.observed':
      return [`Fault seen: ${fact.fault}`, fact.evidence]
    case 'fault.healed':
      return [`Heal ${fact.fault}`, fact.evidence]
    case 'backup.requested':
      return ['Request a backup', fact.name]
    case 'restore.requested':
      return ['Request a restore', fact.name]
    case 'backup.ended':
    case 'restore.ended':
      return [fact.kind === 'backup.ended' ? 'Backup ended' : 'Restore ended', `${fact.name}: ${fact.operation.state}`]
    default:
      return null
  }
}

const formatOffset = (ms: number): string => (ms / 1000).toFixed(1)

/** The same row of the matrix, as a command to paste. */
function describeCommand(drill: DrillResult): string {
  if (isControl(drill)) return 'npx playwright test --project=controls'
  const row = `${nameStrategy(drill)} × ${drill.fault ?? 'unknown'}`
  const settings = [
    ...(drill.mesh === null ? [] : [shellCommand`MESHDRILL_MESH=${drill.mesh}`]),
    ...(drill.workload === null ? [] : [shellCommand`MESHDRILL_WORKLOAD=${drill.workload}`]),
    'MESHDRILL_MATRIX=full',
  ]
  return `${settings.join(' ')} ${shellCommand`npx playwright test -g ${row}`}`
}
