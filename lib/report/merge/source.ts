import { basename, join } from 'node:path'
import { type EventsFile, openEvents } from '../../record/events-file.ts'
import type { MergedRun, RunFact } from '../../record/facts.ts'
import { findBeginnings } from '../../verdict/summarise.ts'

/** A run that is to be merged. Its facts stay on the disk. */
export interface Source {
  folder: string
  events: EventsFile
  started: Extract<RunFact, { kind: 'run.started' }>
  /** Null if the run was interrupted. */
  endedAt: number | null
  /** The run itself; for a merged run, the runs that it was made of. */
  parts: Part[]
}

/** A run as it was measured, and its drills in one source. */
export interface Part {
  run: Omit<MergedRun, 'drills' | 'drillIds'>
  /** For people. */
  name: string
  /** Made of id and beginning; the run has one of these. Two runs may share a key. Then their drills decide. */
  keys: string[]
  drills: SourceDrill[]
}

export interface SourceDrill {
  source: Source
  /** In the source. */
  id: string
  /** The id in the run that measured the drill; null if an earlier version merged that run and did not record it. */
  originalId: string | null
}

/** Opens a run. If its folder holds nothing to merge, returns the reason as a sentence. */
export function openSource(folder: string): Source | string {
  const events = openEvents(join(folder, 'events.jsonl'))
  const beginnings = findBeginnings(events.runFacts)
  const [started] = beginnings
  if (started === undefined || beginnings.length > 1) {
    events.close()
    if (started !== undefined) return `"${folder}" is left out: its facts belong to more than one run`
    return events.runFacts.length === 0 && events.drills.length === 0
      ? emptyRun(folder)
      : `"${folder}" is left out: its facts do not say what was run, as "run.started" is missing`
  }
  const ended = events.runFacts.findLast((fact) => fact.kind === 'run.ended')
  const endedAt = ended === undefined || ended.at < started.at ? null : ended.at
  const source: Source = { folder, events, started, endedAt, parts: [] }
  source.parts = readParts(source)
  return source
}

export const emptyRun = (folder: string): string => `"${folder}" is left out: the run ended before it recorded anything`

function readParts(source: Source): Part[] {
  const { folder, events, started, endedAt } = source
  const { merged, ...run } = started.run
  if (merged === undefined) {
    const described = { ...run, startedAt: started.at, durationMs: endedAt === null ? null : endedAt - started.at }
    const drills = events.drills.map((id) => ({ source, id, originalId: id }))
    return [{ run: described, name: basename(folder), keys: [keyOf(described)], drills }]
  }
  const counted = merged.runs.reduce((sum, { drills }) => sum + drills, 0)
  // If drills are missing, the runs of the others are unknown.
  const isCertain = counted === events.drills.length || merged.runs.every(({ drillIds }) => drillIds !== undefined)
  let next = 0
  return merged.runs.map(({ drills: count, drillIds, ...each }, index) => {
    const last = index === merged.runs.length - 1
    const ids =
      drillIds === undefined
        ? events.drills.slice(next, last ? undefined : next + count)
        : events.drills.filter((id) => Object.hasOwn(drillIds, id))
    next += count
    const drills = ids.map((id) => ({ source, id, originalId: drillIds?.[id] ?? null }))
    return { run: each, name: each.id, keys: isCertain ? [keyOf(each)] : merged.runs.map(keyOf), drills }
  })
}

const keyOf = ({ id, startedAt }: Pick<MergedRun, 'id' | 'startedAt'>): string => JSON.stringify([id, startedAt])
