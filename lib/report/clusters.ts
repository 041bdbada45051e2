import { type DrillResult, isControl, nameStrategy } from '../verdict/result.ts'
import type { Summary } from '../verdict/summarise.ts'
import { escapeHtml, renderTable } from './html.ts'
import { type Column, columnsOf } from './column.ts'
import { columns } from './columns.ts'
import { capitalise } from './words.ts'

/** A drill of a merged run, and the provider of the cluster that it ran on. */
interface Placed {
  provider: string
  drill: DrillResult
}

/**
 * The rows that were drilled on clusters of several providers, a list of drills each, the first cluster's first. Empty for a
 * run that was not merged, and where it does not tell which drill is whose.
 */
export function findShared({ run, drills }: Pick<Summary, 'run' | 'drills'>): Placed[][] {
  const providers = (run.merged?.runs ?? []).flatMap(({ provider, drills: count }) =>
    Array<string>(count).fill(provider),
  )
  // A merged run has its drills in the order of its runs.
  if (providers.length !== drills.length) return []
  const rows = new Map<string, Placed[]>()
  for (const [index, drill] of drills.entries()) {
    if (isControl(drill) || drill.verdict === 'skipped') continue
    const row = [drill.fault, nameStrategy(drill), drill.mesh, drill.workload].join(' ')
    rows.set(row, [...(rows.get(row) ?? []), { provider: providers[index] ?? '', drill }])
  }
  return [...rows.values()].filter((row) => new Set(row.map(({ provider }) => provider)).size > 1)
}

/** Whether the clusters agree, in a sentence; null where no drill ran on clusters of several providers. */
export const tellShared = (summary: Pick<Summary, 'run' | 'drills'>): string | null => tell(findShared(summary))

function tell(shared: Placed[][]): string | null {
  if (shared.length === 0) return null
  const apart = shared.filter((row) => new Set(row.map(({ drill }) => nameEnd(drill))).size > 1)
  const names = apart.map(([first]) =>
    first ? `${nameStrategy(first.drill)} × ${first.drill.fault ?? 'unknown'}` : '',
  )
  const what = `${shared.length} ${shared.length === 1 ? 'drill' : 'drills'} ran on ${listProviders(shared)}`
  return apart.length === 0 ? `${what}: each came out alike` : `${what}, and came out differently: ${names.join(', ')}`
}

/** The drills of several clusters side by side, or nothing. `link` makes the name of a drill that leads to it. */
export function renderShared(
  summary: Pick<Summary, 'run' | 'drills'>,
  link: (drill: DrillResult) => string,
  from = columns,
): string {
  const shared = findShared(summary)
  const told = tell(shared)
  if (told === null) return ''
  const shown = columnsOf(from, 'comparison')
  const rows = shared.flatMap((row) =>
    row.map(({ provider, drill }) => [
      link(drill),
      escapeHtml(provider),
      escapeHtml(nameEnd(drill)),
      ...shown.map((column) => escapeHtml(compare(column, drill, row[0]?.drill ?? drill))),
    ]),
  )
  return `<h2>The same drills on several clusters</h2>
<p>${escapeHtml(told)}. × is how much longer than on the first.</p>
${renderTable(['Drill', 'Cluster', 'Came out', ...shown.map(({ title }) => capitalise(title))], rows)}`
}

const words = new Intl.ListFormat('en')

const listProviders = (shared: Placed[][]): string =>
  words.format(new Set(shared.flat().map(({ provider }) => provider)))

const nameEnd = ({ verdict, evidence }: DrillResult): string =>
  evidence.outcome === null ? verdict : `${verdict}, ${evidence.outcome}`

/** What a column shows of a drill, and for a duration its ratio to that of the first drill. */
function compare({ text, comparison }: Column, drill: DrillResult, first: DrillResult): string {
  if (comparison === undefined) return text(drill)
  const { text: shortText, durationMs } = comparison
  return shortText(drill) + (first === drill ? '' : describeRatio(durationMs(drill), durationMs(first)))
}

/** Nothing where one of them was not measured, or took no time. */
const describeRatio = (ms: number | null, first: number | null): string =>
  ms === null || !first ? '' : ` (× ${(ms / first).toFixed(2)})`
