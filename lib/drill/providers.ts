import { TOOLS, type Config } from '../config/config.ts'
import type { ClusterProvider } from '../lab/cluster.ts'
import { loadOperator } from './clients.ts'
import { embedded } from '../clusters/embedded/embedded.ts'
import { existing } from '../clusters/existing/existing.ts'
import { componentsOfRun } from './run-components.ts'
import { kind } from '../clusters/kind/kind.ts'

/** The one place that knows which provider a run asks for. */
export function providerOf(
  config: Pick<Config, 'cluster' | 'existing' | 'kind' | 'tool' | 'mesh' | 'loadParallelism' | 'loadNodes'>,
): ClusterProvider {
  const operator = loadOperator(config)
  const tools = [...(config.tool === null ? TOOLS : [config.tool]), ...(operator === null ? [] : [operator.name])]
  if (config.existing !== null) return existing({ ...config.existing, tools })
  if (config.kind !== null) return kind({ ...config.kind, tools })
  return embedded(componentsOfRun(config))
}
