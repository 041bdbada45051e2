import { createHash, X509Certificate } from 'node:crypto'
import type { V1Pod } from '@kubernetes/client-node'
import { execute } from '../../kube/exec.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import { messageOf } from '../../system/file-error.ts'
import type { MeshState } from '../../record/facts.ts'
import { PROXY } from './traits.ts'

const POLICIES: { group: string; version?: string; plural: string }[] = [
  { group: 'networking.istio.io', plural: 'virtualservices' },
  { group: 'networking.istio.io', plural: 'destinationrules' },
  { group: 'networking.istio.io', version: 'v1alpha3', plural: 'envoyfilters' },
  { group: 'networking.istio.io', plural: 'gateways' },
  { group: 'networking.istio.io', plural: 'serviceentries' },
  { group: 'networking.istio.io', plural: 'sidecars' },
  { group: 'security.istio.io', plural: 'authorizationpolicies' },
  { group: 'security.istio.io', plural: 'peerauthentications' },
  { group: 'security.istio.io', plural: 'requestauthentications' },
  { group: 'telemetry.istio.io', plural: 'telemetries' },
]

/** Reads the state of the proxies of a namespace. If anything cannot be read, `error` says why. */
export async function readMeshState(lab: Lab, namespace: string): Promise<MeshState> {
  try {
    const pods = (await lab.kube.pods(namespace)).filter(hasProxy)
    if (pods.length === 0) throw new Error(`no pod with a proxy in namespace "${namespace}"`)
    const dumps = await Promise.all(pods.map((pod) => readDump(lab, pod)))
    const names = await addressNames(lab, dumps)
    const proxies = await Promise.all(pods.map((pod, index) => readProxy(lab, pod, dumps[index] ?? [], names)))
    return {
      configuration: Object.assign({}, ...proxies.map((proxy) => proxy.configuration)) as Record<string, string>,
      identities: [...new Set(proxies.flatMap((proxy) => proxy.identities))].sort(),
      policies: await readPolicies(lab, namespace),
      requests: proxies.reduce((sum, proxy) => sum + proxy.requests, 0),
      accessLogLines: proxies.reduce((sum, proxy) => sum + proxy.accessLogLines, 0),
      proxies: proxies.map(({ container }) => container).sort(),
      error: null,
    }
  } catch (error) {
    const nothing = { configuration: {}, identities: [], policies: {}, requests: null, accessLogLines: null }
    return { ...nothing, error: messageOf(error) }
  }
}

const requestProxy = (lab: Lab, { metadata }: V1Pod, path: string): Promise<string> => {
  const target = { namespace: metadata?.namespace ?? '', pod: metadata?.name ?? '', container: PROXY }
  return execute(lab.kube, target, ['pilot-agent', 'request', 'GET', path])
}

const readDump = async (lab: Lab, pod: V1Pod): Promise<Section[]> =>
  parseDump(await requestProxy(lab, pod, 'config_dump'))

async function readProxy(lab: Lab, pod: V1Pod, dump: Section[], names: Map<string, string>) {
  const [name, namespace] = [pod.metadata?.name ?? '', pod.metadata?.namespace ?? '']
  const stats = await requestProxy(lab, pod, 'stats?usedonly&format=prometheus')
  const log = await lab.kube.core.readNamespacedPodLog({ namespace, name, container: PROXY })
  return {
    container: containerOf(pod),
    configuration: normalise(dump, names),
    identities: identitiesOf(dump),
    requests: sumOf(stats, 'envoy_http_downstream_rq_total'),
    accessLogLines: log.split('\n').filter((line) => /"(GET|PUT|POST|DELETE) /.test(line)).length,
  }
}

const hasProxy = (pod: V1Pod): boolean =>
  [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].some(
    (container) => container.name === PROXY,
  ) &&
  pod.status?.phase === 'Running' &&
  pod.metadata?.deletionTimestamp === undefined

/** ID of the proxy's container. A restarted proxy has a new ID. */
function containerOf({ metadata, status }: V1Pod): string {
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
  return statuses.find(({ name }) => name === PROXY)?.containerID ?? `${metadata?.uid ?? ''}/${PROXY}`
}

type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
type Section = { '@type': string } & Record<string, Json>

function parseDump(text: string): Section[] {
  // pilot-agent may log a line before the proxy's answer.
  const { configs } = JSON.parse(text.slice(text.indexOf('{'))) as { configs?: Section[] }
  if (configs === undefined || configs.length === 0) throw new Error('the proxy gave an empty config_dump')
  return configs
}

/** Hashes of clusters, listeners and routes, one entry for each resource name, so a difference can name its resource. */
export function normalise(dump: Section[], names: Map<string, string>): Record<string, string> {
  const resources = new Map<string, string[]>()
  for (const section of dump) {
    const kind = /(Clusters|Listeners|Routes)ConfigDump$/.exec(section['@type'])?.[1]
    if (kind === undefined) continue
    for (const [group, list] of Object.entries(section)) {
      // Static routes include those of draining listeners. The active ones are also in the listeners.
      if (!Array.isArray(list) || group === 'static_route_configs') continue
      for (const resource of list.map(withoutOtherStates)) {
        const name = `${kind.toLowerCase()}/${group}/${replaceAddresses(nameOf(resource), names)}`
        resources.set(name, [...(resources.get(name) ?? []), hash(canonical(resource, names))])
      }
    }
  }
  // Some resources have no name, and the proxy lists them in any order.
  const entries = [...resources].map(([name, hashes]) => [name, hashes.sort().join(' ')] as const)
  return Object.fromEntries(entries.sort(([a], [b]) => a.localeCompare(b)))
}

/** Removes the former and the future state of a listener. Only its active state counts. */
function withoutOtherStates(resource: Json): Json {
  if (typeof resource !== 'object' || resource === null || Array.isArray(resource)) return resource
  return Object.fromEntries(
    Object.entries(resource).filter(([key]) => !['draining_state', 'warming_state'].includes(key)),
  )
}

function nameOf(resource: Json): string {
  if (typeof resource !== 'object' || resource === null || Array.isArray(resource)) return '?'
  for (const key of ['cluster', 'listener', 'route_config', 'active_state']) {
    const below = resource[key]
    if (below !== undefined) return nameOf(below)
  }
  return typeof resource.name === 'string' ? resource.name : '?'
}

/** JSON with sorted keys, without versions and times, and with names for addresses. After a restore it must be the same. */
function canonical(value: Json, names: Map<string, string>): string {
  return JSON.stringify(value, (key, inner: Json) => {
    if (key === 'version_info' || key === 'last_updated') return undefined
    if (typeof inner === 'string') return replaceAddresses(inner, names)
    if (typeof inner === 'object' && inner !== null && !Array.isArray(inner)) {
      return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a.localeCompare(b)))
    }
    return inner
  })
}

const ADDRESS = /\b\d{1,3}(?:\.\d{1,3}){3}\b/g
const replaceAddresses = (text: string, names: Map<string, string>): string =>
  text.replaceAll(ADDRESS, (address) => names.get(address) ?? address)

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

/** Lists the addresses in the configurations that can belong to a pod. */
export const listAddresses = (dumps: Section[][]): string[] =>
  [...new Set(JSON.stringify(dumps).match(ADDRESS))].filter((address) => !/^(0|127)\./.test(address))

const podsAt = async ({ kube }: Lab, address: string): Promise<V1Pod[]> =>
  (await kube.core.listPodForAllNamespaces({ fieldSelector: `status.podIP=${address}` })).items

/** Subject alternative names and issuers of the proxy's certificates. Serials and times are left out: each pod has new ones. */
function identitiesOf(dump: Section[]): string[] {
  const chains = findAll(dump, 'certificate_chain')
  return chains.flatMap((chain) => {
    const encoded = (chain as { inline_bytes?: string }).inline_bytes
    if (encoded === undefined) return []
    const certificate = new X509Certificate(Buffer.from(encoded, 'base64'))
    return [`${certificate.subjectAltName ?? 'no name'}, issued by ${certificate.issuer.replaceAll('\n', ', ')}`]
  })
}

function findAll(value: Json, wanted: string): Json[] {
  if (Array.isArray(value)) return value.flatMap((inner) => findAll(inner, wanted))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => (key === wanted ? [inner] : findAll(inner, wanted)))
}

function sumOf(stats: string, metric: string): number {
  const lines = stats.split('\n').filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `))
  if (lines.length === 0) throw new Error(`the proxy has no metric "${metric}"`)
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}

async function readPolicies(lab: Lab, namespace: string): Promise<Record<string, string>> {
  const found: [string, string][] = []
  for (const { group, version = 'v1', plural } of POLICIES) {
    const list = (await lab.kube.custom.listNamespacedCustomObject({ group, version, namespace, plural })) as {
      items: (KubeObject & { spec?: Json })[]
    }
    for (const item of list.items) {
      found.push([`${plural}/${item.metadata.name}`, hash(canonical(item.spec ?? null, new Map()))])
    }
  }
  return Object.fromEntries(found)
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
