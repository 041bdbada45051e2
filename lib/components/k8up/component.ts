import { clusterRbac, deployment, fromModule, KEEP, uses, type Component } from '../component.ts'
import { published, RELEASE } from './published.ts'
import { built, MODULE } from './recipe.ts'
import { tool } from './strategies.ts'

const NAMESPACE = 'k8up'

export const k8up = {
  name: 'k8up',
  title: 'K8up',
  kind: 'tool',
  tool,
  neededBy: 'choice',
  version: {
    published: { version: RELEASE, source: 'its public image' },
    built: fromModule(MODULE),
    differs: null,
  },
  partVersions: {},
  published,
  built,
  presence: [
    {
      name: 'k8up',
      title: 'k8up',
      mark: deployment(NAMESPACE, 'k8up'),
      namespaces: [NAMESPACE],
      podSecurity: 'baseline',
      groups: ['k8up.io'],
      releases: [],
      objects: [
        clusterRbac('ClusterRoleBinding', 'k8up-manager'),
        clusterRbac('ClusterRole', 'k8up-manager'),
        clusterRbac('ClusterRole', 'k8up-executor'),
      ],
      images: ['k8up/k8up'],
      refuse: null,
      collectTraces: null,
    },
  ],
  rights: uses('k8up.io', ['backups', 'restores', 'snapshots'], KEEP),
} as const satisfies Component
