import type { V1Pod } from '@kubernetes/client-node'
import { execute } from '../../kube/exec.ts'
import type { Lab } from '../../lab/lab.ts'
import type { MeshState } from '../../record/facts.ts'
import { messageOf } from '../../system/file-error.ts'
import { identitiesOf, listAddresses, normalise, parseDump, sumOf, type Section } from './envoy-config.ts'
import { proxyIdOf, runsProxy } from './proxy-container.ts'

/** How a mesh lets others read the Envoys of its pods. */
export interface EnvoyProxies {
  /** Name of the proxy's container. */
  readonly container: string
  /** The command that prints an answer of Envoy's admin interface. */
  readonly ask: (path: string) => string[]
  /** Part of a request counter's labels that only the requests of clients have. Empty if all requests count. */
  readonly countedLabel: string
  /** True for a line of the log that tells of a request. */
  readonly isRequest: (line: string) => boolean
  /** Keys of the configuration that change with each start, beside versions and times. */
  readonly volatile: readonly string[]
  /** Hashes of the policies for a namespace, by their names. */
  readonly policies: (lab: Lab, namespace: string) => Promise<Record<string, string>>
}

/** Reads the state of the Envoys of a namespace. If anything cannot be read, `error` says why. */
export async function readEnvoys(lab: Lab, namespace: string, proxies: EnvoyProxies): Promise<MeshState> {
  try {
    const pods = (await lab.kube.pods(namespace)).filter((pod) => runsProxy(pod, proxies.container))
    if (pods.length === 0) throw new Error(`no pod with a proxy in namespace "${namespace}"`)
    const dumps = await Promise.all(pods.map((pod) => readDump(lab, pod, proxies)))
    const names = await addressNames(lab, dumps)
    const read = await Promise.all(pods.map((pod, index) => readProxy(lab, pod, dumps[index] ?? [], names, proxies)))
    return {
      configuration: Object.assign({}, ...read.map((proxy) => proxy.configuration)) as Record<string, string>,
      identities: [...new Set(read.flatMap((proxy) => proxy.identities))].sort(),
      policies: await proxies.policies(lab, namespace),
      requests: read.reduce((sum, proxy) => sum + proxy.requests, 0),
      accessLogLines: read.reduce((sum, proxy) => sum + proxy.accessLogLines, 0),
      proxies: read.map(({ container }) => container).sort(),
      error: null,
    }
  } catch (error) {
    const nothing = { configuration: {}, identities: [], policies: {}, requests: null, accessLogLines: null }
    return { ...nothing, error: messageOf(error) }
  }
}

const requestProxy = (
  lab: Lab,
  { metadata }: V1Pod,
  path: string,
  { container, ask }: EnvoyProxies,
): Promise<string> => {
  const target = { namespace: metadata?.namespace ?? '', pod: metadata?.name ?? '', container }
  return execute(lab.kube, target, ask(path))
}

const readDump = async (lab: Lab, pod: V1Pod, proxies: EnvoyProxies): Promise<Section[]> =>
  parseDump(await requestProxy(lab, pod, '/config_dump', proxies))

async function readProxy(lab: Lab, pod: V1Pod, dump: Section[], names: Map<string, string>, proxies: EnvoyProxies) {
  const [name, namespace] = [pod.metadata?.name ?? '', pod.metadata?.namespace ?? '']
  const stats = await requestProxy(lab, pod, '/stats?usedonly&format=prometheus', proxies)
  const log = await lab.kube.core.readNamespacedPodLog({ namespace, name, container: proxies.container })
  return {
    container: proxyIdOf(pod, proxies.container),
    configuration: normalise(dump, names, proxies.volatile),
    identities: identitiesOf(dump),
    requests: sumOf(stats, 'envoy_http_downstream_rq_total', proxies.countedLabel),
    accessLogLines: log.split('\n').filter(proxies.isRequest).length,
  }
}

/**
 * Names of Services and pods by their addresses, because a restore changes the addresses. Pods are only read for addresses that
 * occur in the configurations.
 */
async function addressNames(lab: Lab, dumps: Section[][]): Promise<Map<string, string>> {
  const names = new Map<string, string>()
  for (const service of (await lab.kube.core.listServiceForAllNamespaces()).items) {
    const name = service.metadata?.name ?? ''
    const namespace = service.metadata?.namespace ?? ''
    if (service.spec?.clusterIP) names.set(service.spec.clusterIP, `service/${namespace}/${name}`)
  }
  const others = listAddresses(dumps).filter((address) => !names.has(address))
  const found = await Promise.all(others.map((address) => podsAt(lab, address)))
  for (const pod of found.flat()) {
    const owner = pod.metadata?.labels?.app ?? pod.metadata?.name ?? ''
    if (pod.status?.podIP && !pod.spec?.hostNetwork)
      names.set(pod.status.podIP, `pod/${pod.metadata?.namespace ?? ''}/${owner}`)
  }
  return names
}

const podsAt = async ({ kube }: Lab, address: string): Promise<V1Pod[]> =>
  (await kube.core.listPodForAllNamespaces({ fieldSelector: `status.podIP=${address}` })).items
