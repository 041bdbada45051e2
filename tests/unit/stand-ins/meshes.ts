import type { MeshTraits } from '../../../lib/lab/mesh-traits.ts'

/**
 * A mesh unlike those that are there: its control plane is in several Deployments, it keeps pods out by an annotation, its proxy
 * is no init container, and it offers neither a configuration nor an access log.
 */
export const annotatedMesh: MeshTraits = {
  name: 'annotated',
  controlPlane: {
    namespace: 'annotated-system',
    part: 'annotated',
    parts: [
      { labels: { component: 'destination' }, service: { name: 'destination', ports: [8086, 8090] } },
      { labels: { component: 'identity' }, service: { name: 'identity', ports: [8080] } },
      { labels: { component: 'injector' }, service: null },
    ],
  },
  proxy: { container: 'annotated-proxy', user: { name: 'annotated', id: 2102 }, ports: { admin: 4191, metrics: 4191 } },
  takesIn: { annotations: { 'annotated.example/inject': 'enabled' } },
  keepsOut: { labels: { 'annotated.example/proxy': 'none' }, annotations: { 'annotated.example/inject': 'disabled' } },
  ownObjects: [
    { kind: 'ConfigMap', name: 'annotated-roots' },
    { kind: 'Secret', labels: { 'annotated.example/part': 'identity' } },
  ],
  offers: ['identities', 'policies', 'requests'],
}
