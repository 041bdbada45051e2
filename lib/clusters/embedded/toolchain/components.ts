import { join } from 'node:path'

/** A program of the embedded cluster that is built from source. */
export interface Component {
  /** Name of the binary. */
  name: string
  /** Folder of the Go module that pins it. */
  folder: string
  /** Package to build, as `go build` takes it in that folder. */
  package: string
  /** The Go module that the program comes from, and its version in go.mod; null where it is our own. */
  module: { path: string; version: string } | null
  /** Whether it needs a C compiler; such a binary is not static. */
  cgo: boolean
  /** Variables set by the linker, full name → value: without them the programs call themselves v0.0.0 or unknown. */
  stamps: Record<string, string>
  /** Seconds of a build on 2 cores when those before it in the list are built and this one is not. */
  coldSeconds: number
}

const kubernetes = { path: 'k8s.io/kubernetes', version: 'v1.36.3' }
const coredns = { path: 'github.com/coredns/coredns', version: 'v1.15.0' }
const localPath = { path: 'github.com/rancher/local-path-provisioner', version: 'v0.0.30' }
const helm = { path: 'helm.sh/helm/v3', version: 'v3.22.0' }
const versitygw = { path: 'github.com/versity/versitygw', version: 'v1.8.0' }
const k6 = { path: 'go.k6.io/k6', version: 'v1.8.1' }
const istio = { path: 'istio.io/istio', version: 'v0.0.0-20260827124520-eed52ebb66ad' }
const chaosMesh = { path: 'github.com/chaos-mesh/chaos-mesh', version: 'v0.9.1-0.20260902003049-47411975a8cb' }
const velero = { path: 'github.com/vmware-tanzu/velero', version: 'v1.18.3' }
const provisioner = { path: 'github.com/kubernetes-csi/external-provisioner/v6', version: 'v6.3.0' }
const snapshotter = { path: 'github.com/kubernetes-csi/external-snapshotter/v8', version: 'v8.7.0' }
const restic = { path: 'github.com/restic/restic', version: 'v0.18.0' }
const k8up = { path: 'github.com/k8up-io/k8up/v2', version: 'v2.12.0' }
const k6Operator = { path: 'github.com/grafana/k6-operator', version: 'v0.0.19' }
const veleroAws = { path: 'github.com/vmware-tanzu/velero-plugin-for-aws', version: 'v1.14.3' }

const kubernetesStamps = {
  'k8s.io/component-base/version.gitVersion': kubernetes.version,
  'k8s.io/component-base/version.gitMajor': '1',
  'k8s.io/component-base/version.gitMinor': '36',
  'k8s.io/component-base/version.gitTreeState': 'clean',
  'k8s.io/client-go/pkg/version.gitVersion': kubernetes.version,
}

const istioStamps = {
  // A proxy tells istiod this version, which must start with a release for istiod to know what the proxy understands.
  'istio.io/istio/pkg/version.buildVersion': '1.31-eed52ebb66ad',
  'istio.io/istio/pkg/version.buildGitRevision': 'eed52ebb66ad',
  'istio.io/istio/pkg/version.buildStatus': 'Clean',
  'istio.io/istio/pkg/version.buildTag': '1.31-eed52ebb66ad',
}

const chaosMeshStamps = {
  'github.com/chaos-mesh/chaos-mesh/pkg/version.gitVersion': chaosMesh.version,
  'github.com/chaos-mesh/chaos-mesh/pkg/version.gitCommit': '47411975a8cb',
}

const veleroStamps = {
  'github.com/vmware-tanzu/velero/pkg/buildinfo.Version': velero.version,
  'github.com/vmware-tanzu/velero/pkg/buildinfo.GitTreeState': 'clean',
  // Where `velero install` looks for its images when none is named.
  'github.com/vmware-tanzu/velero/pkg/buildinfo.ImageRegistry': 'localhost/velero',
}

const toolchain = import.meta.dirname
const ours = { package: '.', module: null, cgo: false, stamps: {}, coldSeconds: 5 }
const ofComponents = join(toolchain, '../../../components')
const inModule = (folder: string) => ({ folder: join(ofComponents, folder), cgo: false, stamps: {} })

/** In the order of building: what the cluster needs to come up is first, what only a drill needs is last. */
export const components = [
  {
    ...{ folder: join(toolchain, 'kubernetes'), cgo: false },
    name: 'kubernetes',
    package: '.',
    module: kubernetes,
    stamps: kubernetesStamps,
    coldSeconds: 273,
  },
  { ...ours, name: 'node-init', folder: join(toolchain, '../node') },
  { ...inModule('shared-module'), name: 'coredns', package: './cmd/coredns', module: coredns, coldSeconds: 41 },
  {
    ...inModule('shared-module'),
    name: 'local-path-provisioner',
    package: localPath.path,
    module: localPath,
    stamps: { 'main.VERSION': localPath.version },
    coldSeconds: 18,
  },
  {
    ...inModule('shared-module'),
    name: 'helm',
    package: `${helm.path}/cmd/helm`,
    module: helm,
    stamps: { [`${helm.path}/internal/version.version`]: helm.version },
    coldSeconds: 15,
  },
  { ...ours, name: 'csi-driver', folder: join(toolchain, '../csi') },
  {
    ...inModule('shared-module'),
    name: 'csi-provisioner',
    package: `${provisioner.path}/cmd/csi-provisioner`,
    module: provisioner,
    stamps: { 'main.version': provisioner.version },
    coldSeconds: 25,
  },
  {
    ...inModule('shared-module'),
    name: 'csi-snapshotter',
    package: `${snapshotter.path}/cmd/csi-snapshotter`,
    module: snapshotter,
    stamps: { 'main.version': snapshotter.version },
    coldSeconds: 8,
  },
  {
    ...inModule('shared-module'),
    name: 'snapshot-controller',
    package: `${snapshotter.path}/cmd/snapshot-controller`,
    module: snapshotter,
    stamps: { 'main.version': snapshotter.version },
    coldSeconds: 5,
  },
  { ...ours, name: 'ledger', folder: join(toolchain, '../../../workloads/ledger') },
  {
    ...inModule('shared-module'),
    name: 'versitygw',
    package: `${versitygw.path}/cmd/versitygw`,
    module: versitygw,
    stamps: { 'main.Version': versitygw.version },
    coldSeconds: 43,
  },
  { ...inModule('shared-module'), name: 'k6', package: k6.path, module: k6, coldSeconds: 43 },
  {
    ...inModule('istio/module'),
    name: 'pilot-discovery',
    package: `${istio.path}/pilot/cmd/pilot-discovery`,
    module: istio,
    stamps: istioStamps,
    coldSeconds: 139,
  },
  {
    ...inModule('istio/module'),
    name: 'pilot-agent',
    package: `${istio.path}/pilot/cmd/pilot-agent`,
    module: istio,
    stamps: istioStamps,
    coldSeconds: 7,
  },
  {
    ...inModule('velero/module'),
    name: 'velero',
    package: `${velero.path}/cmd/velero`,
    module: velero,
    stamps: veleroStamps,
    coldSeconds: 134,
  },
  {
    ...inModule('velero/module'),
    name: 'velero-restore-helper',
    package: `${velero.path}/cmd/velero-restore-helper`,
    module: velero,
    stamps: veleroStamps,
    coldSeconds: 1,
  },
  {
    ...inModule('velero/module'),
    name: 'velero-plugin-for-aws',
    package: `${veleroAws.path}/velero-plugin-for-aws`,
    module: veleroAws,
    coldSeconds: 44,
  },
  {
    ...inModule('velero/module'),
    name: 'cp-plugin',
    package: `${veleroAws.path}/hack/cp-plugin`,
    module: veleroAws,
    coldSeconds: 1,
  },
  {
    ...inModule('velero/module'),
    name: 'restic',
    package: `${restic.path}/cmd/restic`,
    module: restic,
    coldSeconds: 30,
  },
  {
    ...inModule('k8up/module'),
    name: 'k8up',
    package: `${k8up.path}/cmd/k8up`,
    module: k8up,
    stamps: { 'main.version': k8up.version },
    coldSeconds: 30,
  },
  {
    // K8up reads what restic prints, of the version that it was made for: with a later one it restores nothing, and says
    // that it succeeded.
    ...inModule('k8up/module'),
    name: 'restic-of-k8up',
    package: `${restic.path}/cmd/restic`,
    module: { path: restic.path, version: 'v0.16.4' },
    coldSeconds: 20,
  },
  {
    ...inModule('chaos-mesh/module'),
    name: 'chaos-controller-manager',
    package: `${chaosMesh.path}/cmd/chaos-controller-manager`,
    module: chaosMesh,
    stamps: chaosMeshStamps,
    coldSeconds: 133,
  },
  {
    ...inModule('chaos-mesh/module'),
    name: 'chaos-daemon',
    package: `${chaosMesh.path}/cmd/chaos-daemon`,
    module: chaosMesh,
    cgo: true,
    stamps: chaosMeshStamps,
    coldSeconds: 94,
  },
] as const satisfies readonly Component[]

const nodeImage = { folder: join(toolchain, '../../kind/toolchain'), cgo: false, stamps: {} }
const etcd = { path: 'go.etcd.io/etcd/server/v3', version: 'v3.6.8' }
const kind = { path: 'sigs.k8s.io/kind', version: 'v0.33.0' }

/** What a kind cluster needs beside them: built where it is asked for. */
const kindComponents = [
  { ...nodeImage, name: 'kind', package: kind.path, module: kind, coldSeconds: 10 },
  {
    ...nodeImage,
    name: 'kubeadm',
    package: `${kubernetes.path}/cmd/kubeadm`,
    module: kubernetes,
    stamps: kubernetesStamps,
    coldSeconds: 60,
  },
  { ...nodeImage, name: 'etcd', package: etcd.path, module: etcd, coldSeconds: 30 },
] as const satisfies readonly Component[]

/** Built where it is asked for, as those of kind: what runs the load in the cluster. */
const loadComponents = [
  {
    ...inModule('k6-operator/module'),
    name: 'k6-operator',
    package: k6Operator.path,
    module: k6Operator,
    coldSeconds: 30,
  },
] as const satisfies readonly Component[]

/** With those that most runs do without, and that are built where they are asked for. */
export const allComponents = [...components, ...kindComponents, ...loadComponents]

export type BinaryName = (typeof allComponents)[number]['name']
