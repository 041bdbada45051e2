import type { DrillResult, Verdict } from '../verdict/result.ts'
import { escapeHtml, renderTable } from './html.ts'

/** What became of the service in each row, as faults × strategies; empty where there is but one strategy. */
export function renderMatrix(drills: DrillResult[], mark: (verdict: Verdict) => string): string {
  const strategies = distinct(drills.map(nameStrategy))
  if (strategies.length < 2) return ''
  const faults = distinct(drills.map(({ fault }) => fault ?? 'unknown'))
  const rows = faults.map((fault) => [
    escapeHtml(fault),
    ...strategies.map((strategy) =>
      drills
        .map((drill, index) => ({ drill, index }))
        .filter(({ drill }) => drill.fault === fault && nameStrategy(drill) === strategy)
        .map(
          ({ drill, index }) =>
            `<a href="#drill-${index}">${mark(drill.verdict)} ${escapeHtml(nameOutcome(drill))}</a>`,
        )
        .join('<br>'),
    ),
  ])
  return `<h2>What became of the service</h2>
<p>✓ as its objectives say, ✗ not, ? not seen well enough, – skipped; an empty field was not drilled in this run.</p>
${renderTable(['Fault', ...strategies.map(escapeHtml)], rows)}`
}

const nameOutcome = ({ evidence, verdict }: DrillResult): string => evidence.outcome ?? verdict

const nameStrategy = ({ tool, strategy }: DrillResult): string => `${tool ?? 'unknown'}/${strategy ?? 'unknown'}`

const distinct = (names: string[]): string[] => [...new Set(names)]
