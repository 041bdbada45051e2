import { basename } from 'node:path'
import type { Fact, MergedRun, RunDescription } from '../../record/facts.ts'
import type { Begun } from './begun.ts'

const FIGURES: Record<string, (run: RunDescription) => string> = {
  provider: ({ provider }) => provider,
  Kubernetes: ({ kubernetes }) => kubernetes,
  nodes: ({ nodes }) => String(nodes),
  machine: ({ machine }) =>
    machine === null ? 'several' : `${machine.cpus} CPUs, ${machine.memoryBytes} bytes of memory`,
  seed: ({ seed }) => String(seed),
}

export function differences(begun: Begun[]): string[] {
  return Object.entries(FIGURES).flatMap(([name, figure]) =>
    tellDifference(
      name,
      begun.map((one) => ({ run: basename(one.folder), value: figure(one.run) })),
    ),
  )
}

/** Nothing where all are the same. */
function tellDifference(name: string, values: { run: string; value: string }[]): string[] {
  const distinct = new Set(values.map(({ value }) => value))
  if (distinct.size < 2) return []
  return [`${name} differs: ${values.map(({ run, value }) => `${value} (${run})`).join(', ')}`]
}

export const unended = (begun: Begun[]): string[] =>
  begun.filter(({ endedAt }) => endedAt === null).map(({ folder }) => `${basename(folder)} did not come to its end`)

/** Each component once, with all the versions that it had. */
export function mergeComponents(begun: Begun[]): { facts: Fact[]; told: string[] } {
  const names = [...new Set(begun.flatMap(({ components }) => components.map(({ name }) => name)))]
  const versions = names.map((name) =>
    begun.flatMap(({ folder, components }) => {
      const found = components.findLast((one) => one.name === name)
      return found === undefined ? [] : [{ run: basename(folder), fact: found }]
    }),
  )
  return {
    facts: versions.flatMap(([first, ...rest]) => {
      if (first === undefined) return []
      const all = [first, ...rest].map(({ fact }) => fact)
      return [
        { ...first.fact, version: joined(all.map((one) => one.version)), source: joined(all.map((one) => one.source)) },
      ]
    }),
    told: versions.flatMap((found, index) =>
      tellDifference(
        names[index] ?? '',
        found.map(({ run, fact }) => ({ run, value: fact.version })),
      ),
    ),
  }
}

const joined = (values: string[]): string => [...new Set(values)].join(', ')

export function describeAll(runs: RunDescription[], id: string): RunDescription {
  const same = <T>(values: T[]): T | null =>
    new Set(values.map((value) => JSON.stringify(value))).size === 1 ? (values[0] ?? null) : null
  return {
    id,
    seed: same(runs.map(({ seed }) => seed)),
    provider: joined(runs.map(({ provider }) => provider)),
    kubernetes: joined(runs.map(({ kubernetes }) => kubernetes)),
    nodes: same(runs.map(({ nodes }) => nodes)),
    machine: same(runs.map(({ machine }) => machine)),
  }
}

/** One that was merged before stands for its own runs. */
export const asMerged = ({ run, at, endedAt, drills }: Begun): MergedRun[] =>
  run.merged?.runs ?? [
    { ...run, startedAt: at, durationMs: endedAt === null ? null : endedAt - at, drills: drills.length },
  ]
