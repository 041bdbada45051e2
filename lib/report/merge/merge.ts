import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import {
  EVENTS_SCHEMA,
  type Fact,
  type MergedRun,
  type RunDescription,
  type RunFact,
  type DrillFact,
} from '../../record/facts.ts'
import { lostLine, toLine } from '../../record/recorder.ts'
import { writeAll } from '../replace-together.ts'
import { describeAll, differences, mergeComponents, unended } from './description.ts'
import { takeOnce, type MergedPart } from './once.ts'
import type { Source, SourceDrill } from './source.ts'

/** A drill under the id that it has in the merged run. */
interface NamedDrill {
  drill: SourceDrill
  id: string
}

/** The drills of each part with their ids. Where an earlier run has one of the same id, the later run's is its next repetition. */
function nameDrills(parts: MergedPart[]): { named: NamedDrill[][]; told: string[] } {
  const taken = new Set<string>()
  const told: string[] = []
  const named = parts.map(({ drills, name }) => {
    const own = new Set(drills.map(firstId))
    return drills.map((drill) => {
      const wanted = firstId(drill)
      const base = wanted.replace(/\.\d+$/, '')
      let repetition = repetitionOf(wanted)
      let id = wanted
      while (taken.has(id) || (id !== wanted && own.has(id))) id = `${base}.${++repetition}`
      taken.add(id)
      if (id !== wanted) told.push(`drill ${wanted} of ${name} is ${id} here, as an earlier run has one of that name`)
      return { drill, id }
    })
  })
  return { named, told }
}

const firstId = ({ id, originalId }: SourceDrill): string => originalId ?? id

const repetitionOf = (id: string): number => Number(/\.(\d+)$/.exec(id)?.[1] ?? 0)

function rename(fact: DrillFact, id: string): DrillFact {
  if (fact.drill === id) return fact
  const renamed = { ...fact, drill: id }
  if (renamed.kind !== 'drill.planned') return renamed
  return { ...renamed, axes: { ...renamed.axes, repetition: repetitionOf(id) } }
}

/** Several runs as one. The facts of the drills are still in the files of their runs. */
export interface Merged {
  describe: (id: string) => RunDescription
  startedAt: number
  /** Null if one of the runs was interrupted. */
  endedAt: number | null
  /** Facts of the run, without its beginning and its end. */
  facts: RunFact[]
  /** In the order of the runs. */
  drills: NamedDrill[]
  /** A sentence for each difference between the runs, and for everything that is left out. */
  told: string[]
}

/**
 * Merges runs into one. Each drill of each run is taken once. Drills keep their ids; if two runs drilled the same row, the drill
 * of the later run becomes its next repetition. The description of the merged run names each difference between the runs
 * (cluster, machine, versions, seed) and each interrupted run. A figure that differs is null.
 * Errors: nothing but copies of one run, and what was simulated among what was measured.
 * @param left sentences about runs of which there is nothing to merge
 */
export function mergeRuns(sources: readonly Source[], left: string[] = []): Merged {
  const { parts, used, told: copies } = takeOnce(sources)
  const [first] = parts
  if (first === undefined) throw new Error(`there is nothing to merge: ${left.join('; ')}`)
  refuseOnlyCopies(sources, used)
  refuseMixed(used)
  const { named, told: renamed } = nameDrills(parts)
  const components = mergeComponents(used)
  const told = [
    ...left,
    ...copies,
    ...differences(parts),
    ...components.told,
    ...unended(parts),
    ...renamed,
    ...tellUnread(used),
  ]
  const runs = parts.map(({ run }, index): MergedRun => {
    const drills = named[index] ?? []
    const drillIds = Object.fromEntries(drills.map(({ drill, id }) => [id, drill.originalId ?? drill.id]))
    return { ...run, drills: drills.length, drillIds }
  })
  const ends = used.map(({ endedAt }) => endedAt)
  return {
    describe: (id) => ({ ...describeAll(runs, id), merged: { runs, told } }),
    startedAt: first.run.startedAt,
    endedAt: ends.every((at) => at !== null) ? Math.max(...ends.map(Number)) : null,
    facts: [...components.facts, ...takeToolFacts(used)],
    drills: named.flat(),
    told,
  }
}

/** Writes the merged facts as a new run, into a folder without facts. */
export function writeMerged(merged: Merged, id: string, folder: string): void {
  const descriptor = openSync(join(folder, 'events.jsonl'), 'wx')
  const put = (line: string) => {
    writeAll(descriptor, Buffer.from(`${line}\n`))
  }
  const record = (fact: Fact) => {
    put(toLine(fact))
  }
  try {
    record({ kind: 'run.started', at: merged.startedAt, schema: EVENTS_SCHEMA, run: merged.describe(id) })
    merged.facts.forEach(record)
    for (const { drill, id: name } of merged.drills) {
      const { facts, unreadable } = drill.source.events.readDrill(drill.id)
      for (const fact of facts) record(rename(fact, name))
      if (unreadable.length > 0) put(lostLine(name))
    }
    if (merged.endedAt !== null) record({ kind: 'run.ended', at: merged.endedAt })
  } finally {
    closeSync(descriptor)
  }
}

/** A merged run repeats those of the runs that it was made of, and they may be given too. */
function takeToolFacts(sources: Source[]): RunFact[] {
  const seen = new Set<string>()
  const merged = (source: Source) => source.started.run.merged !== undefined
  return sources
    .toSorted((one, other) => Number(merged(one)) - Number(merged(other)))
    .flatMap((source) =>
      source.events.runFacts.filter((fact) => {
        if (fact.kind !== 'run.tool') return false
        const text = JSON.stringify(fact)
        if (merged(source) && seen.has(text)) return false
        seen.add(text)
        return true
      }),
    )
}

const tellUnread = (sources: Source[]): string[] =>
  sources.flatMap(({ folder, events }) => {
    const count = events.unreadable().length
    return count === 0 ? [] : [`${count} lines of the facts of "${folder}" could not be read`]
  })

function refuseOnlyCopies(sources: readonly Source[], used: Source[]): void {
  const [one] = used
  const other = sources.find((source) => source !== one)
  if (used.length === 1 && one !== undefined && other !== undefined)
    throw new Error(`"${one.folder}" and "${other.folder}" are the same run, "${one.started.run.id}"`)
}

function refuseMixed(sources: Source[]): void {
  const simulated = sources.filter(({ started }) => started.run.provider === 'simulated')
  if (simulated.length > 0 && simulated.length < sources.length)
    throw new Error(`"${simulated[0]?.folder ?? ''}" was simulated: it must not stand among what was measured`)
}
