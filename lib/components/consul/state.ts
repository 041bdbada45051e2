import type { Lab } from '../../lab/lab.ts'
import { hashOf, type Json } from '../support/envoy-config.ts'
import type { EnvoyProxies } from '../support/envoy.ts'
import { listEntries, type Intention, type Source } from './api.ts'
import { PROXY } from './traits.ts'

/** Intentions for the services of a namespace, and for all services. Consul's server has them, not the namespace. */
async function readPolicies(lab: Lab, namespace: string): Promise<Record<string, string>> {
  const intentions = await listEntries<Intention>(lab, 'service-intentions')
  const own = intentions.filter(({ Name }) => Name === '*' || Name.endsWith(`-${namespace}`))
  return Object.fromEntries(
    own.map(({ Name, Sources }) => [`service-intentions/${Name}`, hashOf(Sources.map(policyOf))]),
  )
}

/** What was decided of a source, without what Consul adds. */
const policyOf = ({ Name: source, Action, Permissions }: Source): Json => ({
  source,
  Action: Action ?? null,
  Permissions: Permissions ?? null,
})

export const proxies: EnvoyProxies = {
  container: PROXY,
  ask: (path) => ['consul-pod', 'admin', path],
  // Requests of kubelet and of the admin interface are counted by others.
  countedLabel: '"public_listener"',
  // Requests of kubelet go to another cluster of the proxy.
  isRequest: (line) => line.includes('"upstream_cluster":"local_app"'),
  // Certificates and keys stand in the listeners and clusters themselves, and are renewed while the mesh runs.
  volatile: ['private_key', 'certificate_chain', 'trusted_ca', 'client_status'],
  policies: readPolicies,
}
