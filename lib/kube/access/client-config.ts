import type { KubeConfig, RequestContext } from '@kubernetes/client-node'
import { clientLibrary } from '../library.ts'
import { agentFor } from './agent.ts'
import { credentialsOf } from './credentials.ts'
import type { RequestGuard } from './guard.ts'
import type { KubeAccess } from './kubeconfig.ts'

const READS = ['GET', 'HEAD']

/**
 * Configuration for the Kubernetes client library. It adds the credentials to each request. The library's own kubeconfig reader
 * silently ignores token files, impersonated groups, proxy rules and more.
 */
export function clientConfig(access: KubeAccess, guard: RequestGuard | null = null): KubeConfig {
  const { context, server, user } = access
  const config = new (clientLibrary().KubeConfig)()
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
  // For streams: logs, watches, and commands in containers. Commands may change anything.
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

/**
 * Sets a header with several values. The library allows one value for each name, but its names are case-sensitive, while servers
 * ignore case. So each value gets its own spelling of the name.
 */
function setHeader(context: RequestContext, name: string, value: string | string[]): void {
  const values = typeof value === 'string' ? [value] : value
  values.forEach((one, index) => {
    context.setHeaderParam(caseVariant(name, index), one)
  })
}

/** A spelling of a header name. Each bit of `number` changes the case of one letter. */
const caseVariant = (name: string, number: number): string => {
  let bit = 0
  return name.replace(/[a-z]/gi, (letter) => {
    const isChanged = ((number >> bit++) & 1) === 1
    return isChanged ? (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()) : letter
  })
}
