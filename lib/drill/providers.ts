import type { Config } from '../config/config.ts'
import type { ClusterProvider } from '../lab/cluster.ts'
import { embedded } from '../clusters/embedded/embedded.ts'
import { existing } from '../clusters/existing/existing.ts'
import { kind } from '../clusters/kind/kind.ts'
import type { ComponentName } from '../components/index.ts'
import { componentsFor, usableTools } from '../components/needed.ts'
import { findBuildObstacle } from '../components/sources.ts'

/** What decides which components a run needs, and where they come from. */
type RunChoice = Pick<Config, 'cluster' | 'existing' | 'kind' | 'tool' | 'mesh' | 'loadParallelism' | 'terms'>

/**
 * The components that a run of this configuration needs, without those that cannot be had where it runs. The drills that need
 * these are skipped with that reason.
 */
export function componentsOfRun(config: RunChoice): ComponentName[] {
  const { tool, mesh, loadParallelism, terms } = config
  const needed = componentsFor({
    tools: tool === null ? usableTools(terms) : [tool],
    meshes: [mesh],
    loadPods: loadParallelism > 0,
  })
  return needed.filter((name) => findSourceObstacle(config, name) === null)
}

/** Why a component cannot be had where a run of this configuration gets its components; null if it can. */
export const findSourceObstacle = (
  { existing, kind }: Pick<RunChoice, 'existing' | 'kind'>,
  name: ComponentName,
): string | null => ((existing ?? kind)?.artifacts === 'public' ? null : findBuildObstacle(name))

/** Selects the provider of a run. No other place does. */
export function providerOf(config: RunChoice & Pick<Config, 'workloads'>): ClusterProvider {
  const components = componentsOfRun(config)
  const { workloads } = config
  if (config.existing !== null) return existing({ ...config.existing, components, workloads })
  if (config.kind !== null) return kind({ ...config.kind, components, workloads })
  return embedded(components, workloads)
}
