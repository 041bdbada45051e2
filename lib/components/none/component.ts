import { noTraits } from './traits.ts'
import { KEEP, uses, type Component } from '../component.ts'

export const none = {
  name: 'none',
  title: 'no mesh',
  kind: 'mesh',
  mesh: { traits: noTraits, load: async () => (await import('./none.ts')).none() },
  neededBy: 'choice',
  version: { published: null, built: null, differs: null },
  partVersions: {},
  published: null,
  built: null,
  presence: { none: 'its NodePort Services are in namespaces of drills, and are removed with them' },
  rights: uses('discovery.k8s.io', ['endpointslices'], [...KEEP, 'watch']),
} as const satisfies Component
