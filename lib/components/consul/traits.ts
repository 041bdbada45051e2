import type { MeshTraits } from '../../lab/mesh-traits.ts'

export const NAMESPACE = 'consul'
export const SERVER = 'consul-server'
export const GATEWAY = 'ingress-gateway'
export const PROXY = 'consul-proxy'
/** Label of namespaces and of pods. */
const INJECT = 'consul-inject'

export const consulTraits: MeshTraits = {
  name: 'consul',
  controlPlane: {
    namespace: NAMESPACE,
    part: 'consul',
    parts: [{ labels: { app: SERVER }, service: { name: SERVER, ports: [8500, 8502] } }],
  },
  proxy: { container: PROXY, user: { name: 'envoy', id: 5995 }, ports: { admin: 19000, metrics: 19000 } },
  takesIn: { labels: { [INJECT]: 'enabled' } },
  keepsOut: { labels: { [INJECT]: 'disabled' } },
  ownObjects: [],
  offers: ['configuration', 'identities', 'policies', 'requests', 'accessLogLines'],
}
