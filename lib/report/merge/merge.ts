import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EVENTS_SCHEMA, type Fact } from '../../record/facts.ts'
import { readFacts, type Events } from '../../record/read.ts'
import { openRecorder } from '../../record/recorder.ts'
import type { Begun } from './begun.ts'
import { asMerged, describeAll, differences, mergeComponents, unended } from './description.ts'
import { isOfDrill, ownedLines, rename, renameDrills } from './drills.ts'

/** The facts of a run that is to be merged. */
export interface Source {
  /** Its folder. */
  folder: string
  events: Events
}

/** The facts of several runs as those of one. */
export interface Merged {
  facts: Fact[]
  /** What takes the place of torn lines: each says whose it was, as far as that is known. */
  torn: string[]
  /** In what the runs differ, a sentence each. */
  told: string[]
}

/** Reads a run's facts. Errors: there is no such run, or its facts are of another schema. */
export function readSource(folder: string): Source {
  const file = join(folder, 'events.jsonl')
  if (!existsSync(file)) throw new Error(`there is no run in "${folder}": no file "${file}"`)
  const schema = /^\{"kind":"run\.started".*?"schema":"([^"]*)"/.exec(readFileSync(file, 'utf8'))?.[1]
  if (schema !== undefined && schema !== EVENTS_SCHEMA)
    throw new Error(
      `the facts of "${folder}" are of schema "${schema}", and those that can be merged of "${EVENTS_SCHEMA}"`,
    )
  return { folder, events: readFacts(file) }
}

/** Writes merged facts as those of a run of its own, into a folder that has none. */
export function writeMerged({ facts, torn }: Omit<Merged, 'told'>, folder: string): void {
  const file = join(folder, 'events.jsonl')
  writeFileSync(file, torn.map((line) => `${line}\n`).join(''), { flag: 'wx' })
  const recorder = openRecorder(file)
  for (const fact of facts) recorder.record(fact)
  recorder.close()
}

/**
 * Merges runs into one named `id`. Drills keep their ids; where two runs drilled the same row, that of the later one is its
 * next repetition. In what the runs differ (cluster, machine, versions, seed), and whether one did not come to its end, is
 * told in the merged run's description; a figure that is not the same in all is null. Errors: a run given twice, one without
 * a beginning, and what was simulated among what was measured.
 */
export function mergeRuns(sources: readonly Source[], id: string): Merged {
  const begun = sources.map(begin).toSorted((one, other) => one.at - other.at)
  const [first] = begun
  if (first === undefined || begun.length < 2) throw new Error('at least two runs are merged')
  refuseTwice(begun)
  const simulated = begun.filter(({ run }) => run.provider === 'simulated')
  if (simulated.length > 0 && simulated.length < begun.length)
    throw new Error(`"${simulated[0]?.folder ?? ''}" was simulated: it must not stand among what was measured`)
  const { renamed, told: repeated } = renameDrills(begun)
  const components = mergeComponents(begun)
  const told = [...differences(begun), ...components.told, ...unended(begun), ...repeated]
  const run = {
    ...describeAll(
      begun.map((one) => one.run),
      id,
    ),
    merged: { runs: begun.flatMap(asMerged), told },
  }
  const ends = begun.map(({ endedAt }) => endedAt)
  const endedAt = ends.every((at) => at !== null) ? Math.max(...ends.map(Number)) : null
  return {
    facts: [
      { kind: 'run.started', at: first.at, schema: EVENTS_SCHEMA, run },
      ...components.facts,
      ...begun.flatMap((one, index) => one.facts.map((fact) => rename(fact, renamed[index]))),
      ...(endedAt === null ? [] : [{ kind: 'run.ended' as const, at: endedAt }]),
    ],
    told,
    torn: begun.flatMap((one, index) => one.torn.flatMap((line) => ownedLines(line, one, renamed[index]))),
  }
}

function begin({ folder, events: { facts, torn } }: Source): Begun {
  const started = facts.find((fact) => fact.kind === 'run.started')
  if (started === undefined) throw new Error(`the facts of "${folder}" do not say what was run: no "run.started"`)
  const ended = facts.findLast((fact) => fact.kind === 'run.ended')
  const apart = ['run.started', 'run.ended', 'run.component']
  return {
    folder,
    run: started.run,
    at: started.at,
    endedAt: ended === undefined || ended.at < started.at ? null : ended.at,
    components: facts.filter((fact) => fact.kind === 'run.component'),
    facts: facts.filter(({ kind }) => !apart.includes(kind)),
    drills: [...new Set(facts.filter(isOfDrill).map(({ drill }) => drill))],
    torn,
  }
}

/** Cells of a nightly run may begin in the same second, and are then of the same id. */
function refuseTwice(begun: Begun[]): void {
  const seen = new Map<string, string>()
  for (const { folder, run, at, facts } of begun) {
    const key = `${run.id} ${at} ${facts.length} ${JSON.stringify(facts[0])}`
    const other = seen.get(key)
    if (other !== undefined) throw new Error(`"${other}" and "${folder}" are the same run, "${run.id}"`)
    seen.set(key, folder)
  }
}
