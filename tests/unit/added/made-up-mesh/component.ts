import { deployment, KEEP, uses, type Component } from '../../../../lib/components/component.ts'
import { imageByTag } from '../../../../lib/lab/published.ts'
import { madeUpTraits } from './traits.ts'

/** A mesh that a test adds to a copy of lib/components, to see that a folder and a line of the index are enough. */
export const madeUp = {
  name: 'made-up',
  title: 'Made-up mesh',
  kind: 'mesh',
  mesh: { traits: madeUpTraits, load: async () => (await import('./made-up.ts')).madeUpMesh() },
  neededBy: 'choice',
  version: { published: { version: '1.0', source: 'its chart' }, built: null, differs: null },
  partVersions: {},
  published: { images: { 'made-up/proxy': imageByTag('made-up.example/proxy:1.0') } },
  built: null,
  presence: [
    {
      name: 'made-up',
      title: 'Made-up control plane',
      mark: deployment('made-up-system', 'made-up'),
      namespaces: ['made-up-system'],
      podSecurity: 'baseline',
      groups: ['made-up.example'],
      releases: [],
      objects: [{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'made-up' } }],
      images: ['made-up/proxy'],
      refuse: null,
      collectTraces: null,
    },
  ],
  rights: [...uses('made-up.example', ['things'], KEEP)],
} as const satisfies Component
