import { createHash, X509Certificate } from 'node:crypto'

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
/** A section of Envoy's config_dump. */
export type Section = { '@type': string } & Record<string, Json>

/** Parses a config_dump. The program that asked for it may log a line before it. */
export function parseDump(text: string): Section[] {
  const { configs } = JSON.parse(text.slice(text.indexOf('{'))) as { configs?: Section[] }
  if (configs === undefined || configs.length === 0) throw new Error('the proxy gave an empty config_dump')
  return configs
}

/**
 * Hashes of clusters, listeners and routes, one entry for each resource name, so a difference can name its resource. `volatile`
 * lists keys that may change with each start, beside versions and times.
 */
export function normalise(
  dump: Section[],
  names: Map<string, string>,
  volatile: readonly string[] = [],
): Record<string, string> {
  const leftOut = new Set([...ALWAYS_VOLATILE, ...volatile])
  const resources = new Map<string, string[]>()
  for (const section of dump) {
    const kind = /(Clusters|Listeners|Routes)ConfigDump$/.exec(section['@type'])?.[1]
    if (kind === undefined) continue
    for (const [group, list] of Object.entries(section)) {
      // Static routes include those of draining listeners. The active ones are also in the listeners.
      if (!Array.isArray(list) || group === 'static_route_configs') continue
      for (const resource of list.map(withoutOtherStates)) {
        const name = `${kind.toLowerCase()}/${group}/${replaceAddresses(nameOf(resource), names)}`
        resources.set(name, [...(resources.get(name) ?? []), hash(canonical(resource, names, leftOut))])
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

const ALWAYS_VOLATILE = ['version_info', 'last_updated']

/** JSON with sorted keys, without those left out, and with names for addresses. After a restore it must be the same. */
function canonical(value: Json, names: Map<string, string>, leftOut: ReadonlySet<string>): string {
  return JSON.stringify(value, (key, inner: Json) => {
    if (leftOut.has(key)) return undefined
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

/** Lists the addresses in the configurations that can belong to a pod. */
export const listAddresses = (dumps: Section[][]): string[] =>
  [...new Set(JSON.stringify(dumps).match(ADDRESS))].filter((address) => !/^(0|127)\./.test(address))

/** Subject alternative names and issuers of the proxy's certificates. Serials and times are left out: each pod has new ones. */
export function identitiesOf(dump: Section[]): string[] {
  const chains = findAll(dump, 'certificate_chain')
  return chains.flatMap((chain) => {
    const { inline_bytes, inline_string } = chain as { inline_bytes?: string; inline_string?: string }
    const pem = inline_string ?? (inline_bytes === undefined ? null : Buffer.from(inline_bytes, 'base64'))
    if (pem === null) return []
    const certificate = new X509Certificate(pem)
    return [`${certificate.subjectAltName ?? 'no name'}, issued by ${certificate.issuer.replaceAll('\n', ', ')}`]
  })
}

function findAll(value: Json, wanted: string): Json[] {
  if (Array.isArray(value)) return value.flatMap((inner) => findAll(inner, wanted))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => (key === wanted ? [inner] : findAll(inner, wanted)))
}

/** Sum of a metric in Prometheus's text format, over the series whose labels have `label`. Errors: there is none. */
export function sumOf(stats: string, metric: string, label: string): number {
  const lines = stats
    .split('\n')
    .filter((line) => (line.startsWith(`${metric}{`) || line.startsWith(`${metric} `)) && line.includes(label))
  if (lines.length === 0) throw new Error(`the proxy has no metric "${metric}"`)
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}

/** Hash of an object that is the same after a restore. */
export const hashOf = (value: Json): string => hash(canonical(value, new Map(), new Set(ALWAYS_VOLATILE)))

const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
