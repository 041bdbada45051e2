import { join } from 'node:path'
import type { Component } from '../../../components/component.ts'
import { components, type ComponentName } from '../../../components/index.ts'
import type { GoModule, GoProgram } from '../../../lab/built.ts'
import { workloads } from '../../../workloads/index.ts'
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

/** A program of this repository, in Go. */
const ownProgram = (folder: string) => ({
  ...{ folder: join(here, folder), package: '.', module: null, cgo: false, stamps: {} },
  coldSeconds: 5,
})

/** A program of a module that `folder` pins. */
const program = (folder: string, module: GoModule, path: string, stamps: Record<string, string> = {}) => ({
  ...{ folder, package: path, module, cgo: false, stamps },
})

/** What a cluster is made from, before any component: needed by every run, and built first. */
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

/** What a kind cluster needs beside them. */
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
const workloadPrograms = workloads.flatMap(({ artifacts }): readonly GoProgram[] => artifacts?.built.programs ?? [])

/** Every program that an embedded cluster can need, in the order of building: the cluster's own come first. */
export const programs: readonly GoProgram[] = [
  ...clusterPrograms,
  ...workloadPrograms,
  ...(components as readonly Component[]).flatMap(programsOf),
]

/** With those of kind. */
export const allPrograms: readonly GoProgram[] = [...programs, ...kindPrograms]

type ProgramOf<Known> = Known extends { built: { programs: readonly (infer Program)[] } } ? Program : never
type ComponentProgram = ProgramOf<(typeof components)[number]>

/** Names of programs that code asks for. Those of workloads are known by their images alone. */
export type BinaryName = (typeof clusterPrograms | typeof kindPrograms)[number]['name'] | ComponentProgram['name']

/** The program of that name. Errors: there is none. */
export function programOf(name: string): GoProgram & { name: BinaryName } {
  const found = allPrograms.find((one) => one.name === name)
  if (found === undefined)
    throw new Error(`no program "${name}"; there are ${allPrograms.map((one) => one.name).join(', ')}`)
  return found as GoProgram & { name: BinaryName }
}

/** The programs that a run with these components needs, in the order of building. */
export function programsFor(needed: readonly ComponentName[]): readonly GoProgram[] {
  const unneeded = (components as readonly Component[]).filter(({ name }) => !isAmong(needed, name)).flatMap(programsOf)
  return programs.filter((one) => !unneeded.includes(one))
}

const isAmong = (names: readonly string[], name: string): boolean => names.includes(name)
