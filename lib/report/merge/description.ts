import { basename } from 'node:path'
import type { MergedRun, RunDescription, RunFact } from '../../record/facts.ts'
import type { Part, Source } from './source.ts'

type Described = Omit<MergedRun, 'drills' | 'drillIds'>
type Component = Extract<RunFact, { kind: 'run.component' }>

const FIGURES: Record<string, (run: Described) => string> = {
  provider: ({ provider }) => provider,
  Kubernetes: ({ kubernetes }) => kubernetes,
  nodes: ({ nodes }) => String(nodes),
  machine: ({ machine }) =>
    machine === null ? 'several' : `${machine.cpus} CPUs, ${machine.memoryBytes} bytes of memory`,
  seed: ({ seed }) => String(seed),
}

export function differences(parts: Part[]): string[] {
  return Object.entries(FIGURES).flatMap(([name, figure]) =>
    tellDifference(
      name,
      parts.map((part) => ({ run: part.name, value: figure(part.run) })),
    ),
  )
}

/** Empty if all values are equal. */
function tellDifference(name: string, values: { run: string; value: string }[]): string[] {
  const distinct = new Set(values.map(({ value }) => value))
  if (distinct.size < 2) return []
  return [`${name} differs: ${values.map(({ run, value }) => `${value} (${run})`).join(', ')}`]
}

export const unended = (parts: Part[]): string[] =>
  parts.filter(({ run }) => run.durationMs === null).map(({ name }) => `${name} did not come to its end`)

/** Each component once, with all its versions. */
export function mergeComponents(sources: Source[]): { facts: Component[]; told: string[] } {
  const found = sources.map(({ folder, events }) => ({
    run: basename(folder),
    components: events.runFacts.filter((fact) => fact.kind === 'run.component'),
  }))
  const names = [...new Set(found.flatMap(({ components }) => components.map(({ name }) => name)))]
  const versions = names.map((name) =>
    found.flatMap(({ run, components }) => {
      const fact = components.findLast((one) => one.name === name)
      return fact === undefined ? [] : [{ run, fact }]
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
    told: versions.flatMap((each, index) =>
      tellDifference(
        names[index] ?? '',
        each.map(({ run, fact }) => ({ run, value: fact.version })),
      ),
    ),
  }
}

/** Values that were joined before are taken apart, so that each stands there once. */
const joined = (values: string[]): string => [...new Set(values.flatMap((value) => value.split(', ')))].join(', ')

export function describeAll(runs: Described[], id: string): RunDescription {
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
