import { TOOLS, type Config } from '../config.ts'
import type { ClusterProvider } from './cluster.ts'
import { embedded } from './embedded/embedded.ts'
import { existing } from './existing/existing.ts'

/** The one place that knows which provider a run asks for. */
export function providerOf({ existing: options, tool }: Pick<Config, 'existing' | 'tool'>): ClusterProvider {
  if (options === null) return embedded()
  return existing({ ...options, tools: tool === null ? TOOLS : [tool] })
}
