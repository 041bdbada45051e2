import { imageByTag } from '../../lab/published.ts'
import { deployment, fromModule, KEEP, uses, type Component } from '../component.ts'
import { join } from 'node:path'
import type { Built, GoProgram } from '../../lab/built.ts'

const folder = join(import.meta.dirname, 'module')

export const MODULE = { path: 'github.com/grafana/k6-operator', version: 'v0.0.19' } as const

const programs = [
  {
    name: 'k6-operator',
    ...{ folder, package: MODULE.path, module: MODULE, cgo: false, stamps: {} },
    coldSeconds: 30,
  },
] as const satisfies readonly GoProgram[]

export const built = {
  programs,
  images: {
    'grafana/k6-operator': {
      reference: 'localhost/grafana/k6-operator:v1',
      entrypoint: ['/manager'],
      user: '65532:65532',
      content: [{ built: { '/manager': 'k6-operator' } }],
    },
    'grafana/k6-operator-starter': {
      reference: 'localhost/grafana/k6-operator-starter:v1',
      entrypoint: ['/usr/bin/curl'],
      user: '65532:65532',
      content: [{ set: 'busybox' }, { host: ['/usr/bin/curl'] }],
    },
  },
  charts: {
    'grafana/k6-operator': {
      ...{ folder, path: MODULE.path, chart: 'charts/k6-operator' },
      values: {
        manager: {
          image: { registry: 'localhost', repository: 'grafana/k6-operator', tag: 'v1', pullPolicy: 'Never' },
        },
      },
    },
  },
} as const satisfies Built

export const OPERATOR = 'k6-operator' as const
/** The namespace that the operator's own distribution uses. */
export const OPERATOR_NAMESPACE = 'k6-operator-system'

/** Images of the operator, of the pods that it starts, and of the prober. */
export const CLIENT_IMAGES = ['grafana/k6-operator', 'grafana/k6-operator-starter', 'grafana/k6', 'meshdrill/node']

const RELEASE = 'v0.0.18'

export const k6Operator = {
  name: OPERATOR,
  title: 'k6-operator',
  kind: 'load',
  neededBy: 'load pods',
  version: {
    published: { version: RELEASE, source: 'its Helm chart' },
    built: fromModule(MODULE),
    differs: 'the chart in the project’s v0.0.19 is 3.10.2, and it uses the image of v0.0.18',
  },
  partVersions: {},
  published: {
    charts: {
      'grafana/k6-operator': {
        repository: 'https://grafana.github.io/helm-charts',
        chart: 'k6-operator',
        version: '3.10.2',
      },
    },
    chartImages: ['grafana/k6-operator'],
    images: { 'grafana/k6-operator-starter': imageByTag(`ghcr.io/grafana/k6-operator:starter-${RELEASE}`) },
  },
  built,
  presence: [
    {
      name: OPERATOR,
      title: OPERATOR,
      mark: deployment(OPERATOR_NAMESPACE, 'k6-operator-controller-manager'),
      namespaces: [OPERATOR_NAMESPACE],
      podSecurity: 'baseline',
      groups: ['k6.io'],
      releases: [{ name: OPERATOR, namespace: OPERATOR_NAMESPACE }],
      objects: [],
      images: CLIENT_IMAGES,
      refuse: null,
      collectTraces: null,
    },
  ],
  rights: uses('k6.io', ['testruns'], KEEP),
} as const satisfies Component
