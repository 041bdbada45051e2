import type { DrillFact } from '../../record/facts.ts'
import type { MergedPart } from './once.ts'
import type { SourceDrill } from './source.ts'

/** A drill under the id that it has in the merged run. */
export interface NamedDrill {
  drill: SourceDrill
  id: string
}

/** The drills of each part with their ids. Where an earlier run has one of the same id, the later run's is its next repetition. */
export function nameDrills(parts: MergedPart[]): { named: NamedDrill[][]; told: string[] } {
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

export function rename(fact: DrillFact, id: string): DrillFact {
  if (fact.drill === id) return fact
  const renamed = { ...fact, drill: id }
  if (renamed.kind !== 'drill.planned') return renamed
  return { ...renamed, axes: { ...renamed.axes, repetition: repetitionOf(id) } }
}
