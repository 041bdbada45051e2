import type { KubeConfig } from '@kubernetes/client-node'
import type { Environment } from '../../../system/environment.ts'
import { clientConfig } from '../../../kube/access/client-config.ts'
import { KubeconfigError } from '../../../kube/access/fields.ts'
import { accessOf, readKubeconfig, type KubeAccess } from '../../../kube/access/kubeconfig.ts'
import { proxyFor } from '../../../kube/access/proxy.ts'
import { messageOf } from '../../../system/file-error.ts'
import { shellCommand } from '../../../output/shorten.ts'

/** One context of a kubeconfig. */
export interface NamedContext {
  name: string
  /** URL of the API server and name of the user, from the kubeconfig. */
  server: string
  user: string
  access: KubeAccess
  config: KubeConfig
}

/**
 * Finds a context by name in the user's kubeconfigs, in the same way as kubectl. `env` has the proxy's variables. Errors: the
 * context is missing or cannot be used.
 */
export function readContext(files: string[], name: string, env: Environment = process.env): NamedContext {
  const kubeconfig = readKubeconfig(files)
  if (kubeconfig.files.length === 0)
    throw new KubeconfigError(`There is no kubeconfig at ${files.join(', ')}. Next: export KUBECONFIG=<file>`)
  const access = withNextCommand(name, () => accessOf(kubeconfig, name))
  if (access === null) {
    const names = [...kubeconfig.contexts.keys()].join(', ') || 'none'
    throw new KubeconfigError(
      `There is no context "${name}" in ${kubeconfig.files.join(', ')}; known contexts: ${names}. Next: kubectl config get-contexts`,
    )
  }
  const { server } = access
  return contextOf({ ...access, server: { ...server, proxy: server.proxy ?? proxyFor(new URL(server.url), env) } })
}

export function contextOf(access: KubeAccess, config = clientConfig(access)): NamedContext {
  return { name: access.context, server: access.server.url, user: access.user.name, access, config }
}

function withNextCommand<T>(context: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    const message = messageOf(error)
    const next = message.includes('Next: ') ? '' : `. Next: ${shellCommand`kubectl config view --context ${context}`}`
    throw new KubeconfigError(`Context "${context}" cannot be used: ${message}${next}`, { cause: error })
  }
}
