import { fromModule, KEEP, uses, type Component } from '../component.ts'
import { parts } from './presence.ts'
import { built, MODULE } from './recipe.ts'

const RELEASE = '2.8.2'

export const chaosMesh = {
  name: 'chaos-mesh',
  title: 'Chaos Mesh',
  kind: 'faults',
  neededBy: 'every run',
  version: {
    published: { version: RELEASE, source: 'its Helm chart' },
    built: fromModule(MODULE),
    differs:
      'a Go module of major version 2 must have the path ".../v2", which this one has not: it is pinned by a commit',
  },
  partVersions: {},
  published: {
    charts: {
      'chaos-mesh/chaos-mesh': { repository: 'https://charts.chaos-mesh.org', chart: 'chaos-mesh', version: RELEASE },
    },
    chartImages: ['chaos-mesh/chaos-mesh', 'chaos-mesh/chaos-daemon'],
  },
  built,
  presence: parts,
  rights: [
    ...uses('chaos-mesh.org', ['podchaos', 'networkchaos', 'stresschaos', 'workflows', 'podnetworkchaos'], KEEP),
    ...uses('chaos-mesh.org', ['*'], ['list']),
  ],
} as const satisfies Component
