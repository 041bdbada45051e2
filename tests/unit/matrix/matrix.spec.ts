import { readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { replaceMatrix } from '../../../lib/matrix/table.ts'
import { FAULTS } from '../../../lib/faults/index.ts'
import { matrix, momentsOf, rowsOf, slice, USUAL } from '../../../lib/matrix/matrix.ts'
import { isUsual, MESHES, WORKLOADS } from '../../../lib/matrix/axes.ts'
import { usableTools } from '../../../lib/components/needed.ts'
import type { StrategyTraits } from '../../../lib/components/strategy.ts'
import { strategies } from '../../../lib/components/tools.ts'
import { workloadOf } from '../../../lib/workloads/index.ts'
import { NO_TERMS } from '../../../lib/lab/terms.ts'

test('every strategy has the name and the kind of volumes of its driver', async () => {
  for (const { name, traits, load } of Object.values(strategies)) {
    const tool = (await load()).create()
    expect(`${tool.name}/${tool.strategy}`).toBe(name)
    expect(tool.volumes).toBe(traits.volumes)
  }
})

test('every fault can be drilled with some strategy, and a row that cannot says why', () => {
  const pairs = FAULTS.flatMap((fault) => momentsOf(fault).map((moment) => ({ fault, moment })))
  for (const { fault, moment } of pairs) expect(rowsOf(fault, moment), `${fault} ${moment}`).not.toHaveLength(0)
  expect(matrix.filter(({ illegal }) => illegal === '')).toEqual([])
  expect(matrix).toHaveLength(pairs.length * Object.keys(strategies).length * MESHES.length * WORKLOADS.length)
})

test('a fault in which no backup has a part is drilled with one strategy', () => {
  expect(
    rowsOf('container-kill', 'at-rest')
      .filter(isUsual)
      .map(({ strategy }) => strategy),
  ).toEqual([USUAL])
})

test('a strategy that keeps nothing in the store is not drilled with faults of the store', () => {
  const row = matrix.find(
    ({ strategy, fault }) => strategy === 'kubernetes/volume-snapshot' && fault === 'bucket-deletion',
  )
  expect(row?.illegal).toBe('it does not use the store')
})

test('a service without a volume is drilled only with faults of the service and with tools that back up objects', () => {
  const rows = matrix.filter(({ workload }) => workloadOf(workload).withoutVolume)
  const legal = rows.filter(({ illegal }) => illegal === null)
  expect(new Set(legal.map(({ moment }) => moment))).toEqual(new Set(['at-rest']))
  for (const fault of ['claim-deletion', 'node-loss', 'ransomware', 'full-volume', 'volume-corruption'])
    expect(legal.filter((row) => row.fault === fault)).toEqual([])
  const restored = legal
    .filter(({ fault }) => fault === 'namespace-deletion')
    .map(({ strategy }) => strategies[strategy])
  expect(restored.map(({ name }) => name)).toContain('velero/file-system')
  expect(restored.filter(({ traits }: { traits: StrategyTraits }) => traits.backsUpObjects !== true)).toEqual([])
  const claim = rows.filter(({ fault }) => fault === 'claim-deletion').map(({ illegal }) => illegal)
  expect(new Set(claim)).toEqual(new Set(['the service has no volume']))
})

test('a fault that strikes a part of a mesh is not drilled on a mesh without that part, and the row says so', () => {
  const onNone = (fault: string) => matrix.filter((row) => row.fault === fault && row.mesh === 'none')
  expect(new Set(onNone('proxy-kill').map(({ illegal }) => illegal))).toEqual(new Set(['the mesh "none" has no proxy']))
  const control = onNone('mesh-control-kill').map(({ illegal }) => illegal)
  expect(new Set(control)).toEqual(new Set(['the mesh "none" has no control plane']))
  expect(onNone('container-kill').filter(({ illegal }) => illegal === null)).not.toEqual([])
})

test('the default run shows each tool that needs no licence of the user, and only rows that can be drilled', () => {
  const rows = matrix.filter(({ inSlice }) => inSlice)
  expect(rows.filter(({ illegal }) => illegal !== null)).toEqual([])
  const usual = rows.filter(isUsual).map(({ strategy, fault, moment }) => `${strategy} ${fault} ${moment}`)
  expect(usual.sort()).toEqual([...slice].sort())
  const drilled = new Set(rows.map(({ strategy }) => strategies[strategy].tool))
  expect([...drilled].sort()).toEqual(usableTools(NO_TERMS).sort())
})

test('rows of snapshots are drilled on volumes that have them, and a node takes only its own volumes along', () => {
  const legal = matrix.filter(({ illegal }) => illegal === null)
  expect(legal.filter((row) => row.strategy === 'velero/csi-snapshot' && row.volumes === 'local')).toEqual([])
  expect(rowsOf('node-loss', 'at-rest').filter(({ volumes }) => volumes !== 'local')).toEqual([])
  expect(rowsOf('node-loss', 'at-rest').map(({ strategy }) => strategy)).not.toContain('velero/csi-snapshot')
  expect(
    rowsOf('full-volume', 'at-rest')
      .filter(isUsual)
      .map(({ volumes }) => volumes),
  ).toEqual(['snapshots'])
})

test('the page of the matrix is up to date: npm run docs writes it', async () => {
  const page = readFileSync(new URL('../../../docs/matrix.md', import.meta.url), 'utf8')
  expect(await replaceMatrix(page)).toBe(page)
})
