import { type DrillResult, isControl, nameStrategy } from '../verdict/result.ts'
import type { Summary } from '../verdict/summarise.ts'
import { nameRow } from './axes.ts'

/** A drill of a merged run, and the provider of the cluster that it ran on. */
interface Placed {
  provider: string
  drill: DrillResult
}

/**
 * The rows of the matrix that were drilled on clusters of several providers: a list of drills for each row, those of the first
 * cluster first. Empty for a run that was not merged, and if the run does not record which drill ran where.
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
    const row = nameRow(drill)
    rows.set(row, [...(rows.get(row) ?? []), { provider: providers[index] ?? '', drill }])
  }
  return [...rows.values()].filter((row) => new Set(row.map(({ provider }) => provider)).size > 1)
}

/** Whether the clusters agree, in a sentence; null if no drill ran on clusters of several providers. */
export function describeShared(summary: Pick<Summary, 'run' | 'drills'>): string | null {
  const shared = findShared(summary)
  if (shared.length === 0) return null
  const different = shared.filter((row) => new Set(row.map(({ drill }) => nameEnd(drill))).size > 1)
  const names = different.map(([first]) =>
    first ? `${nameStrategy(first.drill)} × ${first.drill.fault ?? 'unknown'}` : '',
  )
  const what = `${shared.length} ${shared.length === 1 ? 'drill' : 'drills'} ran on ${listProviders(shared)}`
  return different.length === 0
    ? `${what}: each came out alike`
    : `${what}, and came out differently: ${names.join(', ')}`
}

/** How a drill ended: its verdict, and what became of the service. */
export const nameEnd = ({ verdict, evidence }: DrillResult): string =>
  evidence.outcome === null ? verdict : `${verdict}, ${evidence.outcome}`

const list = new Intl.ListFormat('en')

const listProviders = (shared: Placed[][]): string =>
  list.format(new Set(shared.flat().map(({ provider }) => provider)))
