import type { z } from 'zod'
import type { DrillFact, Fact, RunDescription, RunFact } from '../record/facts.ts'
import { isRunFact } from '../record/events-file.ts'
import { type Events, findOwner } from '../record/read.ts'
import { judgeDrill } from './judge.ts'
import { rankTools, selectRanked } from './ranking/ranking.ts'
import { gatherSimplicity } from './ranking/simplicity.ts'
import type { DrillResult } from './result.ts'
import { SUMMARY_SCHEMA, type summary } from './schema/summary.ts'

/** `summary.json`. Times in milliseconds (`startedAt` since the epoch), sizes in bytes. */
export type Summary = z.infer<typeof summary>

/** Judges every drill of a run from its facts. Throws unless the facts are those of exactly one run. */
export function summarise({ facts, torn }: Events): Summary {
  const runFacts = facts.filter(isRunFact)
  findBeginning(runFacts)
  const drills = [...groupByDrill(facts)].map(([id, drillFacts]) => {
    const ownLines = torn.filter((line) => {
      const owner = findOwner(line)
      return owner === null || (owner !== 'run' && owner.drill === id)
    })
    return judgeDrill(
      drillFacts,
      ownLines.map(({ line }) => line),
    )
  })
  return summariseRun(runFacts, drills)
}

/** The summary of a run from its judged drills. Throws unless the facts are those of exactly one run. */
export function summariseRun(runFacts: RunFact[], drills: DrillResult[]): Summary {
  const first = findBeginning(runFacts)
  const ended = runFacts.findLast((fact) => fact.kind === 'run.ended')
  const components = runFacts
    .filter((fact) => fact.kind === 'run.component')
    .map(({ name, version, source, differs }) => {
      const component = { version, source, ...(differs === undefined ? {} : { differs }) }
      return [name, component] as const
    })
  return {
    schema: SUMMARY_SCHEMA,
    run: {
      ...publish(first.run),
      startedAt: first.at,
      durationMs: ended && ended.at >= first.at ? ended.at - first.at : null,
      components: Object.fromEntries(components),
    },
    drills,
    ranking: rankTools(selectRanked(drills, first.run), gatherSimplicity(runFacts)),
  }
}

type Beginning = Extract<RunFact, { kind: 'run.started' }>

/** Throws unless the facts are those of exactly one run. */
export function findBeginning(runFacts: RunFact[]): Beginning {
  const [first, ...others] = findBeginnings(runFacts)
  if (!first) throw new Error('the facts do not start with "run.started", so the run is not known')
  if (others.length > 0) throw new Error('the facts belong to more than one run')
  return first
}

/** The first "run.started" of each run in the facts. */
export function findBeginnings(runFacts: RunFact[]): Beginning[] {
  const started = runFacts.filter((fact) => fact.kind === 'run.started')
  const isSame = (one: Beginning, other: Beginning) => one.run.id === other.run.id && one.run.uid === other.run.uid
  return started.filter((fact, index) => started.findIndex((other) => isSame(fact, other)) === index)
}

/**
 * The fields of the summary's schema, in the order of the facts. Fields that only merging needs, and fields from newer
 * versions, are left out.
 */
function publish({ machine, merged, ...run }: RunDescription): Omit<RunDescription, 'uid'> {
  const runs = merged?.runs.map(({ machine: each, ...part }) => ({
    ...keepFields(part, ['id', 'seed', 'provider', 'kubernetes', 'nodes', 'startedAt', 'durationMs', 'drills']),
    machine: publishMachine(each),
  }))
  return {
    ...keepFields(run, ['id', 'seed', 'provider', 'kubernetes', 'nodes']),
    machine: publishMachine(machine),
    ...(merged === undefined || runs === undefined ? {} : { merged: { runs, told: merged.told } }),
  }
}

const publishMachine = (machine: RunDescription['machine']): RunDescription['machine'] =>
  machine && keepFields(machine, ['cpus', 'memoryBytes'])

function keepFields<T extends object, K extends keyof T & string>(value: T, names: K[]): Pick<T, K> {
  const kept = Object.entries(value).filter(([name]) => names.some((one) => one === name))
  return Object.fromEntries(kept) as Pick<T, K>
}

/** The facts of each drill, by its id, in the order they were recorded. */
export function groupByDrill(facts: Fact[]): Map<string, DrillFact[]> {
  const drills = new Map<string, DrillFact[]>()
  for (const fact of facts) {
    if (isRunFact(fact)) continue
    const known = drills.get(fact.drill)
    if (known) known.push(fact)
    else drills.set(fact.drill, [fact])
  }
  return drills
}
