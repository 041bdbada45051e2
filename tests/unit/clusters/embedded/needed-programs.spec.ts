import { expect, test } from '@playwright/test'
import { componentsOfRun } from '../../../../lib/drill/providers.ts'
import { readConfig } from '../../../../lib/config/config.ts'
import { filesOf } from '../../../../lib/clusters/embedded/images/content.ts'
import { allImages } from '../../../../lib/clusters/embedded/images/recipes.ts'
import { programs, programsFor } from '../../../../lib/clusters/embedded/toolchain/programs.ts'

const builtFor = (environment: Record<string, string>): string[] =>
  programsFor(componentsOfRun(readConfig(environment, () => 'embedded'))).map(({ name }) => name)

const CLUSTER = ['kubernetes', 'node-init', 'coredns', 'helm', 'csi-driver', 'snapshot-controller', 'versitygw', 'k6']

test('a run of restic only builds neither Velero nor K8up, and everything that the cluster and the mesh need', () => {
  const names = builtFor({ MESHDRILL_TOOL: 'restic' })
  expect(names).toEqual(
    expect.arrayContaining([...CLUSTER, 'restic', 'pilot-discovery', 'pilot-agent', 'chaos-daemon', 'ledger']),
  )
  for (const other of ['velero', 'velero-plugin-for-aws', 'k8up', 'restic-of-k8up', 'k6-operator'])
    expect(names).not.toContain(other)
})

test('a run of VolumeSnapshots builds no backup tool', () => {
  const names = builtFor({ MESHDRILL_TOOL: 'kubernetes' })
  expect(names).toEqual(expect.arrayContaining(CLUSTER))
  for (const tool of ['velero', 'restic', 'k8up']) expect(names).not.toContain(tool)
})

test('a run of every tool builds every program but that of the load pods', () => {
  const all = programs.map(({ name }) => name)
  expect(builtFor({})).toEqual(all.filter((name) => name !== 'k6-operator'))
  expect(builtFor({ MESHDRILL_LOAD_PARALLELISM: '2' })).toEqual(all)
})

test('every program that an image holds is one that the toolchain can make', async () => {
  const known = programs.map(({ name }) => name)
  const asked: string[] = []
  const note = (name: string): Promise<string> => {
    asked.push(name)
    return Promise.resolve(`/made/${name}`)
  }
  // What this machine lacks is told only when an image is packed.
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
