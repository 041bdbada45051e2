import type { Config } from '../config/config.ts'
import type { ClusterProvider } from '../lab/cluster.ts'
import { embedded } from '../clusters/embedded/embedded.ts'
import { existing } from '../clusters/existing/existing.ts'
import { componentsOfRun } from './run-components.ts'
import { kind } from '../clusters/kind/kind.ts'

/** The one place that knows which provider a run asks for. */
export function providerOf(
  config: Pick<Config, 'cluster' | 'existing' | 'kind' | 'tool' | 'mesh' | 'loadParallelism'>,
): ClusterProvider {
  const components = componentsOfRun(config)
  if (config.existing !== null) return existing({ ...config.existing, components })
  if (config.kind !== null) return kind({ ...config.kind, components })
  return embedded(components)
}
