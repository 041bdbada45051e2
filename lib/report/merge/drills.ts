import { basename } from 'node:path'
import type { DrillFact, Fact } from '../../record/facts.ts'
import { findOwner, type TornLine } from '../../record/read.ts'
import type { Begun } from './begun.ts'

export const isOfDrill = (fact: Fact): fact is DrillFact => 'drill' in fact

/** The new names of drills, run by run, where an earlier run has one of the same name. */
export function renameDrills(begun: Begun[]): { renamed: Map<string, Renamed>[]; told: string[] } {
  const taken = new Set<string>()
  const told: string[] = []
  const renamed = begun.map(({ drills, folder }) => {
    const names = new Map<string, Renamed>()
    for (const drill of drills) {
      const base = drill.replace(/\.\d+$/, '')
      let repetition = Number(/\.(\d+)$/.exec(drill)?.[1] ?? 0)
      let id = drill
      while (taken.has(id) || (id !== drill && drills.includes(id))) id = `${base}.${++repetition}`
      taken.add(id)
      if (id === drill) continue
      names.set(drill, { id, repetition })
      told.push(`drill ${drill} of ${basename(folder)} is ${id} here, as an earlier run has one of that name`)
    }
    return names
  })
  return { renamed, told }
}

interface Renamed {
  id: string
  repetition: number
}

export function rename(fact: Fact, names: Map<string, Renamed> | undefined): Fact {
  const renamed = isOfDrill(fact) ? names?.get(fact.drill) : undefined
  if (renamed === undefined) return fact
  const { id, repetition } = renamed
  if (fact.kind === 'drill.planned') return { ...fact, drill: id, axes: { ...fact.axes, repetition } }
  return { ...fact, drill: id } as Fact
}

/** A torn line that does not say whose it was may be any drill's of its run, and no other's. */
export function ownedLines(line: TornLine, { drills }: Begun, names: Map<string, Renamed> | undefined): string[] {
  const owner = findOwner(line)
  if (owner === 'run') return [line.text]
  const owners = owner === null ? drills : [owner.drill]
  return owners.map((drill) => `{"kind":"torn","at":0,"drill":${JSON.stringify(names?.get(drill)?.id ?? drill)},`)
}
