import type { MeshTraits } from '../../../../lib/lab/mesh-traits.ts'

/** Its control plane is in several Deployments, and it shows neither its configuration nor an access log. */
export const madeUpTraits: MeshTraits = {
  name: 'made-up',
  controlPlane: {
    namespace: 'made-up-system',
    part: 'made-up',
    parts: [
      { labels: { part: 'routes' }, service: { name: 'routes', ports: [8086] } },
      { labels: { part: 'injector' }, service: null },
    ],
  },
  proxy: { container: 'made-up-proxy', user: { name: 'made-up', id: 2102 }, ports: { admin: 4191, metrics: 4191 } },
  takesIn: { annotations: { 'made-up.example/inject': 'enabled' } },
  keepsOut: { annotations: { 'made-up.example/inject': 'disabled' } },
  ownObjects: [{ kind: 'ConfigMap', name: 'made-up-roots' }],
  offers: ['identities', 'policies', 'requests'],
}
