import { imageByTag } from '../../lab/published.ts'
import { deployment, fromModule, KEEP, uses, type Component } from '../component.ts'
import { CLIENT_IMAGES, OPERATOR, OPERATOR_NAMESPACE } from './names.ts'
import { built, MODULE } from './recipe.ts'

const RELEASE = 'v0.0.18'

export const k6Operator = {
  name: OPERATOR,
  title: 'k6-operator',
  kind: 'load',
  neededBy: 'load pods',
  version: {
    published: { version: RELEASE, source: 'its Helm chart' },
    built: fromModule(MODULE),
    differs: 'the chart that the project keeps beside v0.0.19 is 3.10.2, and it names the image of v0.0.18',
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
