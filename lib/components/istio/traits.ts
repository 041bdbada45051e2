import type { MeshTraits } from '../../lab/mesh-traits.ts'

export const CONTROL = 'istio-system'
export const INGRESS = 'istio-ingress'
export const PROXY = 'istio-proxy'
/** The ConfigMap with the root certificate. istiod creates it in each namespace. */
export const ROOT_CERTIFICATE = 'istio-ca-root-cert'

export const istioTraits: MeshTraits = {
  name: 'istio',
  controlPlane: {
    namespace: CONTROL,
    part: 'istio',
    parts: [{ labels: { app: 'istiod' }, service: { name: 'istiod', ports: [15012] } }],
  },
  proxy: { container: PROXY, user: { name: 'istio-proxy', id: 1337 }, ports: { admin: 15000, metrics: 15020 } },
  takesIn: { labels: { 'istio-injection': 'enabled' } },
  keepsOut: { labels: { 'sidecar.istio.io/inject': 'false' } },
  ownObjects: [{ kind: 'ConfigMap', name: ROOT_CERTIFICATE, labels: { 'istio.io/config': 'true' } }],
  offers: ['configuration', 'identities', 'policies', 'requests', 'accessLogLines'],
}
