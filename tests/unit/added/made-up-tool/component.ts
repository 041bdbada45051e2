import { deployment, KEEP, uses, type Component } from '../../../../lib/components/component.ts'
import { imageByTag } from '../../../../lib/lab/published.ts'
import { tool } from './strategies.ts'

/** A tool that a test adds to a copy of lib/components, to see that a folder and a line of the index are enough. */
export const madeUp = {
  name: 'made-up',
  title: 'Made-up tool',
  kind: 'tool',
  tool,
  neededBy: 'choice',
  version: { published: { version: '1.0', source: 'its chart' }, built: null, differs: null },
  partVersions: {},
  published: { images: { 'made-up/agent': imageByTag('made-up.example/agent:1.0') } },
  built: null,
  presence: [
    {
      name: 'made-up',
      title: 'Made-up agent',
      mark: deployment('made-up-system', 'made-up'),
      namespaces: ['made-up-system'],
      podSecurity: 'baseline',
      groups: ['made-up.example'],
      releases: [],
      objects: [{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'made-up' } }],
      images: ['made-up/agent'],
      refuse: null,
      collectTraces: null,
    },
  ],
  rights: [...uses('made-up.example', ['things'], KEEP)],
} as const satisfies Component
