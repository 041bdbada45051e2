import { type DrillResult, isControl, nameStrategy, type Verdict } from '../verdict/result.ts'
import { escapeHtml, renderTable } from './html.ts'

/** What became of the service in each row, as faults × strategies; empty where there is but one strategy. */
export function renderMatrix(drills: DrillResult[], mark: (verdict: Verdict) => string): string {
  // The index of a drill is its place in the page.
  const real = drills.filter((drill) => !isControl(drill))
  const strategies = distinct(real.map(nameStrategy))
  if (strategies.length < 2) return ''
  const faults = distinct(real.map(({ fault }) => fault ?? 'unknown'))
  const rows = faults.map((fault) => [
    escapeHtml(fault),
    ...strategies.map((strategy) => {
      const own = drills
        .map((drill, index) => ({ drill, index }))
        .filter(({ drill }) => drill.fault === fault && nameStrategy(drill) === strategy)
      const saying = ({ drill }: (typeof own)[number]) => `${mark(drill.verdict)} ${nameOutcome(drill)}`
      // Repetitions that came out alike are told once, with the first of them to look at.
      return distinct(own.map(saying))
        .map((text) => {
          const alike = own.filter((each) => saying(each) === text)
          const times = alike.length === 1 ? '' : ` × ${alike.length}`
          return `<a href="#drill-${alike[0]?.index ?? ''}">${escapeHtml(text + times)}</a>`
        })
        .join('<br>')
    }),
  ])
  return `<h2>What became of the service</h2>
<p>✓ as its objectives say, ✗ not, ? not seen well enough, – skipped; an empty field was not drilled in this run.</p>
${renderTable(['Fault', ...strategies.map(escapeHtml)], rows)}`
}

const nameOutcome = ({ evidence, verdict }: DrillResult): string => evidence.outcome ?? verdict

const distinct = (names: string[]): string[] => [...new Set(names)]
