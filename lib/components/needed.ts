import { components, type ComponentName, type ToolComponentName } from './index.ts'
import type { MeshName } from './meshes.ts'
import type { ToolName } from './tools.ts'

/** What a run drills, as far as it decides which components the run needs. */
export interface RunNeeds {
  readonly tools: readonly ToolName[]
  readonly meshes: readonly MeshName[]
  /** Whether the load comes from pods of the cluster. */
  readonly loadPods: boolean
}

/** The component of each tool. A tool without one does not compile. */
const componentOfTool: Record<ToolName, ToolComponentName> = {
  velero: 'velero',
  restic: 'restic',
  kubernetes: 'snapshots',
  k8up: 'k8up',
}

/** The component that installs a tool. */
export const toolComponent = (tool: ToolName): ToolComponentName => componentOfTool[tool]

/** The components that a run needs, in the order of the index. What a provider installs by itself is always among them. */
export function componentsFor({ tools, meshes, loadPods }: RunNeeds): ComponentName[] {
  const chosen: readonly ComponentName[] = [...tools.map(toolComponent), ...meshes]
  const isNeeded = ({ name, neededBy }: (typeof components)[number]): boolean =>
    neededBy === 'choice' ? chosen.includes(name) : neededBy !== 'load pods' || loadPods
  return components.filter(isNeeded).map(({ name }) => name)
}
