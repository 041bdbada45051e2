import { type Config, TOOLS } from '../config/config.ts'
import type { ClusterProvider } from '../lab/cluster.ts'
import { embedded } from '../clusters/embedded/embedded.ts'
import { existing } from '../clusters/existing/existing.ts'
import { kind } from '../clusters/kind/kind.ts'
import type { ComponentName } from '../components/index.ts'
import { componentsFor } from '../components/needed.ts'

/** The components that a run of this configuration needs. */
export const componentsOfRun = ({
  tool,
  mesh,
  loadParallelism,
}: Pick<Config, 'tool' | 'mesh' | 'loadParallelism'>): ComponentName[] =>
  componentsFor({ tools: tool === null ? TOOLS : [tool], meshes: [mesh], loadPods: loadParallelism > 0 })

/** The one place that knows which provider a run asks for. */
export function providerOf(
  config: Pick<Config, 'cluster' | 'existing' | 'kind' | 'tool' | 'mesh' | 'workloads' | 'loadParallelism'>,
): ClusterProvider {
  const components = componentsOfRun(config)
  const { workloads } = config
  if (config.existing !== null) return existing({ ...config.existing, components, workloads })
  if (config.kind !== null) return kind({ ...config.kind, components, workloads })
  return embedded(components)
}
