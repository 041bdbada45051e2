import { KubeConfig, type RequestContext } from '@kubernetes/client-node'
import { agentFor } from './agent.ts'
import { credentialsOf } from './credentials.ts'
import type { RequestGuard } from './guard.ts'
import type { KubeAccess } from './kubeconfig.ts'

const READS = ['GET', 'HEAD']

/**
 * Configuration for the Kubernetes client library, which asks it before each request who asks. What the library itself reads of
 * a kubeconfig lacks token files, groups to act for, several proxies' rules and more, and drops them in silence.
 */
export function clientConfig(access: KubeAccess, guard: RequestGuard | null = null): KubeConfig {
  const { context, server, user } = access
  const config = new KubeConfig()
  config.loadFromOptions({
    contexts: [{ name: context, cluster: server.name, user: user.name }],
    clusters: [{ name: server.name, server: server.url, skipTLSVerify: server.insecure }],
    users: [{ name: user.name }],
    currentContext: context,
  })
  const credentialsNow = credentialsOf(access)
  const applySecurityAuthentication = async (context: RequestContext): Promise<void> => {
    const credentials = await credentialsNow()
    await guard?.check(credentials, !READS.includes(context.getHttpMethod()))
    for (const [name, value] of Object.entries(credentials.headers)) setHeader(context, name, value)
    if (server.isUncompressed) context.setHeaderParam('Accept-Encoding', 'identity')
    context.setAgent(agentFor(server, credentials))
  }
  // Streams: logs and watches, and commands in containers, which may change anything.
  const applyToHTTPSOptions = async (options: {
    method?: string | undefined
    headers?: Record<string, unknown>
    agent?: unknown
  }): Promise<void> => {
    const credentials = await credentialsNow()
    await guard?.check(credentials, options.method === undefined || !READS.includes(options.method))
    options.headers = { ...options.headers, ...credentials.headers }
    options.agent = agentFor(server, credentials)
  }
  return Object.assign(config, { applySecurityAuthentication, applyToHTTPSOptions })
}

/** The library's requests have one value a name, and tell names apart by case, which servers do not. */
function setHeader(context: RequestContext, name: string, value: string | string[]): void {
  const values = typeof value === 'string' ? [value] : value
  values.forEach((one, index) => {
    context.setHeaderParam(caseVariant(name, index), one)
  })
}

/** The same header's name in another case for each number below 2 to the power of its letters. */
const caseVariant = (name: string, number: number): string => {
  let bit = 0
  return name.replace(/[a-z]/gi, (letter) => {
    const isChanged = ((number >> bit++) & 1) === 1
    return isChanged ? (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()) : letter
  })
}
