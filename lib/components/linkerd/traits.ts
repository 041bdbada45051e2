import type { MeshTraits } from '../../lab/mesh-traits.ts'

export const CONTROL = 'linkerd'
/** Namespace and name of the gateway, of its ServiceAccount and of its Service. */
export const GATEWAY = 'linkerd-gateway'
/** A pod without a proxy, so without an identity, in the same namespace. It sends the calls that must be denied. */
export const OUTSIDER = 'linkerd-outsider'
export const PROXY = 'linkerd-proxy'
/** The proxy's port for its metrics. It also shows its certificate there. */
export const ADMIN_PORT = 4191

/** On the pods of each part of the control plane. */
export const COMPONENT_LABEL = 'linkerd.io/control-plane-component'

export const linkerdTraits: MeshTraits = {
  name: 'linkerd',
  controlPlane: {
    namespace: CONTROL,
    part: 'linkerd',
    parts: [
      { labels: { [COMPONENT_LABEL]: 'destination' }, service: { name: 'linkerd-dst', ports: [8086, 8090] } },
      { labels: { [COMPONENT_LABEL]: 'identity' }, service: { name: 'linkerd-identity', ports: [8080] } },
      { labels: { [COMPONENT_LABEL]: 'proxy-injector' }, service: null },
    ],
  },
  proxy: {
    container: PROXY,
    user: { name: 'linkerd-proxy', id: 2102 },
    ports: { admin: ADMIN_PORT, metrics: ADMIN_PORT },
  },
  takesIn: { annotations: { 'linkerd.io/inject': 'enabled', 'config.linkerd.io/access-log': 'apache' } },
  keepsOut: { annotations: { 'linkerd.io/inject': 'disabled' } },
  // Proxies get the trust anchors from their pod. Linkerd creates nothing in the namespaces of its users.
  ownObjects: [],
  // Its proxies have no dump of their configuration.
  offers: ['identities', 'policies', 'requests', 'accessLogLines'],
}
