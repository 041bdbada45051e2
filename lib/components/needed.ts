import type { Component } from './component.ts'
import { components, type ComponentName } from './index.ts'
import type { Terms } from '../lab/terms.ts'
import type { MeshName } from './meshes.ts'
import type { Tool } from './strategy.ts'
import { tools, type ToolName } from './tools.ts'

/** The choices of a run that decide which components it needs. */
export interface RunNeeds {
  readonly tools: readonly ToolName[]
  readonly meshes: readonly MeshName[]
  /** Whether the load comes from pods of the cluster. */
  readonly loadPods: boolean
}

type ListedComponent = (typeof components)[number]

/** The tools of a run that names none: all but those whose terms the user has not given. */
export const usableTools = (terms: Terms): ToolName[] =>
  tools.filter((tool: Tool) => tool.terms === undefined || terms[tool.terms] !== null).map(({ name }) => name)

/** Name of the component that installs a tool. Errors: no component has that tool. */
export function toolComponent(tool: ToolName): ComponentName {
  const found = components.find((component) => component.kind === 'tool' && component.tool.name === tool)
  if (found === undefined) throw new Error(`no component has the tool "${tool}"`)
  return found.name
}

/** Ends of the API groups whose definitions come with faults, tools or the load. Those of a mesh are for its users. */
export const toolGroups: readonly string[] = (components as readonly Component[])
  .filter(({ kind }) => kind !== 'mesh')
  .flatMap(({ presence }) => ('none' in presence ? [] : presence))
  .flatMap(({ groups }) => groups)

/** The components that a run needs, in the order of the index, always including those of providers. */
export function componentsFor({ tools, meshes, loadPods }: RunNeeds): ComponentName[] {
  const chosen: readonly ComponentName[] = [...tools.map(toolComponent), ...meshes]
  const isNeeded = ({ name, neededBy }: ListedComponent): boolean =>
    neededBy === 'choice' ? chosen.includes(name) : neededBy !== 'load pods' || loadPods
  return components.filter(isNeeded).map(({ name }) => name)
}
