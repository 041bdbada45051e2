import { join } from 'node:path'
import type { Component } from '../../../components/component.ts'
import { components, type ComponentName } from '../../../components/index.ts'
import type { GoModule, GoProgram } from '../../../lab/built.ts'
import { workloadOf, workloads, type WorkloadName } from '../../../workloads/index.ts'
import type { Workload } from '../../../workloads/workload.ts'
import { KUBERNETES, PROVISIONER, SNAPSHOTTER } from '../../versions.ts'

const here = import.meta.dirname
const shared = join(here, '../../../components/shared-module')
const coredns = { path: 'github.com/coredns/coredns', version: 'v1.15.0' }
const localPath = { path: 'github.com/rancher/local-path-provisioner', version: 'v0.0.30' }
const helm = { path: 'helm.sh/helm/v3', version: 'v3.22.0' }
const kind = { path: 'sigs.k8s.io/kind', version: 'v0.33.0' }
const etcd = { path: 'go.etcd.io/etcd/server/v3', version: 'v3.6.8' }

const kubernetesStamps = {
  'k8s.io/component-base/version.gitVersion': KUBERNETES.version,
  'k8s.io/component-base/version.gitMajor': '1',
  'k8s.io/component-base/version.gitMinor': '36',
  'k8s.io/component-base/version.gitTreeState': 'clean',
  'k8s.io/client-go/pkg/version.gitVersion': KUBERNETES.version,
}

/** A Go program of this repository. */
const ownProgram = (folder: string) => ({
  ...{ folder: join(here, folder), package: '.', module: null, cgo: false, stamps: {} },
  coldSeconds: 5,
})

/** A program of a Go module. The module in `folder` pins its version. */
const program = (folder: string, module: GoModule, path: string, stamps: Record<string, string> = {}) => ({
  ...{ folder, package: path, module, cgo: false, stamps },
})

/** Programs of the cluster itself. Every run needs them, so they are built first. */
const clusterPrograms = [
  {
    ...program(join(here, 'kubernetes'), KUBERNETES, '.', kubernetesStamps),
    name: 'kubernetes',
    coldSeconds: 273,
  },
  { ...ownProgram('../node'), name: 'node-init' },
  { ...program(shared, coredns, './cmd/coredns'), name: 'coredns', coldSeconds: 41 },
  {
    ...program(shared, localPath, localPath.path, { 'main.VERSION': localPath.version }),
    name: 'local-path-provisioner',
    coldSeconds: 18,
  },
  {
    ...program(shared, helm, `${helm.path}/cmd/helm`, { [`${helm.path}/internal/version.version`]: helm.version }),
    name: 'helm',
    coldSeconds: 15,
  },
  { ...ownProgram('../csi'), name: 'csi-driver' },
  {
    ...program(shared, PROVISIONER, `${PROVISIONER.path}/cmd/csi-provisioner`, { 'main.version': PROVISIONER.version }),
    name: 'csi-provisioner',
    coldSeconds: 25,
  },
  {
    ...program(shared, SNAPSHOTTER, `${SNAPSHOTTER.path}/cmd/csi-snapshotter`, { 'main.version': SNAPSHOTTER.version }),
    name: 'csi-snapshotter',
    coldSeconds: 8,
  },
] as const satisfies readonly GoProgram[]

const kindModule = join(here, '../../kind/toolchain')

/** Additional programs of a kind cluster. */
const kindPrograms = [
  { ...program(kindModule, kind, kind.path), name: 'kind', coldSeconds: 10 },
  {
    ...program(kindModule, KUBERNETES, `${KUBERNETES.path}/cmd/kubeadm`, kubernetesStamps),
    name: 'kubeadm',
    coldSeconds: 60,
  },
  { ...program(kindModule, etcd, etcd.path), name: 'etcd', coldSeconds: 30 },
] as const satisfies readonly GoProgram[]

const programsOf = ({ built }: Pick<Component, 'built'>): readonly GoProgram[] => built?.programs ?? []
const programsOfWorkload = ({ artifacts }: Workload): readonly GoProgram[] => artifacts?.built.programs ?? []
const workloadPrograms = workloads.flatMap(programsOfWorkload)

/** All programs that an embedded cluster can need, in build order. */
export const programs: readonly GoProgram[] = [
  ...clusterPrograms,
  ...workloadPrograms,
  ...(components as readonly Component[]).flatMap(programsOf),
]

/** All programs, including those of a kind cluster. */
export const allPrograms: readonly GoProgram[] = [...programs, ...kindPrograms]

type ProgramOf<Known> = Known extends { built: { programs: readonly (infer Program)[] } } ? Program : never
type ComponentProgram = ProgramOf<(typeof components)[number]>

/** Names of programs that code uses directly. Programs of workloads are used only in images. */
export type BinaryName = (typeof clusterPrograms | typeof kindPrograms)[number]['name'] | ComponentProgram['name']

/** Finds a program by name. Errors: the name is unknown. */
export function programOf(name: string): GoProgram & { name: BinaryName } {
  const found = allPrograms.find((one) => one.name === name)
  if (found === undefined)
    throw new Error(`no program "${name}"; known programs: ${allPrograms.map((one) => one.name).join(', ')}`)
  return found as GoProgram & { name: BinaryName }
}

/** The programs that a run with these components and workloads needs, in build order. */
export function programsFor(needed: readonly ComponentName[], chosen: readonly WorkloadName[]): readonly GoProgram[] {
  const images = chosen.flatMap((name) => workloadOf(name).images)
  const bringsImage = ({ artifacts }: Workload): boolean =>
    Object.keys(artifacts?.built.images ?? {}).some((image) => images.includes(image))
  const unneeded = [
    ...(components as readonly Component[]).filter(({ name }) => !isAmong(needed, name)).flatMap(programsOf),
    ...(workloads as readonly Workload[]).filter((workload) => !bringsImage(workload)).flatMap(programsOfWorkload),
  ]
  return programs.filter((one) => !unneeded.includes(one))
}

const isAmong = (names: readonly string[], name: string): boolean => names.includes(name)
