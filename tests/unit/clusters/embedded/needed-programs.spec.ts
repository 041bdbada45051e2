import { expect, test } from '@playwright/test'
import { componentsOfRun } from '../../../../lib/drill/providers.ts'
import { readConfig } from '../../../../lib/config/config.ts'
import { filesOf } from '../../../../lib/clusters/embedded/images/content.ts'
import { allImages } from '../../../../lib/clusters/embedded/images/recipes.ts'
import { programs, programsFor } from '../../../../lib/clusters/embedded/toolchain/programs.ts'

function builtFor(environment: Record<string, string>): string[] {
  const config = readConfig(environment, () => 'embedded')
  return programsFor(componentsOfRun(config), config.workloads).map(({ name }) => name)
}

const CLUSTER = ['kubernetes', 'node-init', 'coredns', 'helm', 'csi-driver', 'snapshot-controller', 'versitygw', 'k6']

test('a run with only restic builds all programs of the cluster and the mesh, but neither Velero nor K8up', () => {
  const names = builtFor({ MESHDRILL_TOOL: 'restic' })
  expect(names).toEqual(
    expect.arrayContaining([...CLUSTER, 'restic', 'pilot-discovery', 'pilot-agent', 'chaos-daemon', 'ledger']),
  )
  for (const other of ['velero', 'velero-plugin-for-aws', 'k8up', 'restic-of-k8up', 'k6-operator'])
    expect(names).not.toContain(other)
})

test('a run with only VolumeSnapshots builds no backup tool', () => {
  const names = builtFor({ MESHDRILL_TOOL: 'kubernetes' })
  expect(names).toEqual(expect.arrayContaining(CLUSTER))
  for (const tool of ['velero', 'restic', 'k8up']) expect(names).not.toContain(tool)
})

test('a run with all tools builds all programs except those of the load pods, of other workloads and of other meshes', () => {
  const all = programs.map(({ name }) => name)
  const others = ['volume', 'bank', 'sessions', 'orders', 'consul', 'consul-pod']
  expect(builtFor({})).toEqual(all.filter((name) => ![...others, 'k6-operator'].includes(name)))
  const everything = {
    MESHDRILL_LOAD_PARALLELISM: '2',
    MESHDRILL_WORKLOAD: 'ledger,files,postgres,redis-always,two-volumes',
  }
  // Each mesh has a lab of its own.
  const inLabs = ['istio', 'consul'].flatMap((mesh) => builtFor({ ...everything, MESHDRILL_MESH: mesh }))
  expect(all.filter((name) => !inLabs.includes(name))).toEqual([])
})

test('the toolchain can build every program that an image contains', async () => {
  const known = programs.map(({ name }) => name)
  const asked: string[] = []
  const note = (name: string): Promise<string> => {
    asked.push(name)
    return Promise.resolve(`/made/${name}`)
  }
  // Missing programs of this machine are reported only when an image is packed.
  const made = allImages.flatMap(({ content }) => content.filter((part) => !('host' in part) && !('set' in part)))
  await filesOf(made, {
    binary: note,
    wheel: () => Promise.resolve(''),
    moduleDir: () => Promise.resolve(''),
    install: () => Promise.resolve(),
  })
  expect(asked.length).toBeGreaterThan(15)
  expect(asked.filter((name) => !known.includes(name))).toEqual([])
})
