import type { Component, Part } from '../../../components/component.ts'
import { componentOf, components, type ComponentName } from '../../../components/index.ts'

const partsIn = ({ presence }: Component): readonly Part[] => ('none' in presence ? [] : presence)

const owners = new Map<string, { component: Component; part: Part }>()
for (const component of components as readonly Component[]) {
  for (const part of partsIn(component)) {
    if (owners.has(part.name))
      throw new Error(`two parts have the name "${part.name}". Next: rename one in presence.ts`)
    owners.set(part.name, { component, part })
  }
}

/** Finds a part by its name in the notes; null for a name that no component has any more. */
export const partNamed = (name: string): Part | null => owners.get(name)?.part ?? null

/** The parts of a component, in installation order. Empty for an unknown name. */
export const partsOf = (component: string): readonly Part[] => {
  const found = (components as readonly Component[]).find(({ name }) => name === component)
  return found === undefined ? [] : partsIn(found)
}

/** The component that a part belongs to. Errors: no component has a part of that name. */
export function ownerOf(part: string): Component {
  const owner = owners.get(part)
  if (owner === undefined)
    throw new Error(`no component has a part "${part}"; known parts: ${[...owners.keys()].join(', ')}`)
  return owner.component
}

/** The parts of these components, in installation order. */
export const neededParts = (needed: readonly ComponentName[]): readonly Part[] =>
  needed.map(componentOf).flatMap(partsIn)
