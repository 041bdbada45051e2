import { existsSync } from 'node:fs'
import { KubeConfig, type Cluster, type Context, type User } from '@kubernetes/client-node'
import { messageOf } from '../../../message-of.ts'

/** A context of a kubeconfig, alone. */
export interface NamedContext {
  name: string
  /** URL of the API server, and the name of the user, as the kubeconfig has them. */
  server: string
  user: string
  config: KubeConfig
}

/** Finds a context by name; the first file that has it wins, as with kubectl. Errors: what is missing, and what there is. */
export function readContext(files: string[], name: string): NamedContext {
  const there = files.filter((file) => existsSync(file))
  if (there.length === 0)
    throw new Error(`There is no kubeconfig at ${files.join(', ')}. Next: export KUBECONFIG=<file>`)
  const configs = there.map(load)
  const context = first(configs, (config) => config.getContextObject(name))
  if (context === null) {
    const names = configs.flatMap((config) => config.getContexts().map((one) => one.name))
    throw new Error(
      `There is no context "${name}" in ${there.join(', ')}; there are: ${names.join(', ') || 'none'}. Next: kubectl config get-contexts`,
    )
  }
  const cluster = first(configs, (config) => config.getCluster(context.cluster))
  const user = first(configs, (config) => config.getUser(context.user))
  if (cluster === null) throw lacks(context, `cluster "${context.cluster}"`)
  if (user === null) throw lacks(context, `user "${context.user}"`)
  return { name, server: cluster.server, user: user.name, config: alone(context, cluster, user) }
}

function load(file: string): KubeConfig {
  const config = new KubeConfig()
  try {
    config.loadFromFile(file)
  } catch (error) {
    throw new Error(`"${file}" is not a kubeconfig: ${messageOf(error)}`, {
      cause: error,
    })
  }
  return config
}

function alone(context: Context, cluster: Cluster, user: User): KubeConfig {
  const config = new KubeConfig()
  config.loadFromOptions({ contexts: [context], clusters: [cluster], users: [user], currentContext: context.name })
  return config
}

const lacks = ({ name }: Context, what: string): Error =>
  new Error(
    `Context "${name}" names ${what}, which its kubeconfig does not have. Next: kubectl config view --context ${name}`,
  )

function first<T>(configs: KubeConfig[], find: (config: KubeConfig) => T | null): T | null {
  for (const config of configs) {
    const found = find(config)
    if (found !== null) return found
  }
  return null
}
