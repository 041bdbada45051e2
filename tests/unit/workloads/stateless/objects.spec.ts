import { readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { loadAllYaml } from '@kubernetes/client-node'
import type { KubeObject } from '../../../../lib/kube/object.ts'
import { compareObjects, type FoundObject, OBJECTS, stateObjects } from '../../../../lib/workloads/stateless/objects.ts'
import { PAGE } from '../../../../lib/workloads/stateless/probe.ts'

const seed = 7
const made = (from = seed): FoundObject[] =>
  stateObjects(from).map(({ metadata, data }) => ({ name: metadata.name, data: data as Record<string, string> }))
const kinds = (found: FoundObject[]) => compareObjects(found, seed).findings.map(({ kind, file }) => [kind, file])

test('objects that came back unchanged have no finding, and every byte of them is counted', () => {
  const check = compareObjects(made(), seed)
  expect(check).toMatchObject({ findings: [], objects: OBJECTS, error: null, slots: [] })
  expect(check.bytes).toBe(OBJECTS * Math.ceil(2048 / 3) * 4)
})

test('objects that are missing, changed or were never made are findings that name them', () => {
  const [first, second, third, ...others] = made()
  if (first === undefined || second === undefined || third === undefined) throw new Error('no objects')
  const changed = { ...second, data: { content: `${second.data.content?.slice(1) ?? ''}A` } }
  const more = { ...third, data: { ...third.data, other: '' } }
  expect(kinds([changed, more, ...others, { name: 'new', data: {} }])).toEqual([
    ['lost', 'ConfigMap state-000'],
    ['flipped', 'ConfigMap state-001'],
    ['phantom', 'ConfigMap state-002'],
    ['phantom', 'ConfigMap new'],
  ])
  expect(kinds([{ ...first, data: {} }, second, third, ...others])).toEqual([['flipped', 'ConfigMap state-000']])
})

test('objects of another seed are all wrong', () => {
  expect(kinds(made(8))).toHaveLength(OBJECTS)
  expect(kinds([])).toHaveLength(OBJECTS)
})

test('the page that probes expect is in the manifest, and the manifest has no claim', () => {
  const path = new URL('../../../../lib/workloads/stateless/manifest.yaml', import.meta.url)
  const objects = loadAllYaml(readFileSync(path, 'utf8')) as (KubeObject & { data?: Record<string, string> })[]
  const pages = objects.find(({ metadata }) => metadata.name === 'stateless-pages')
  expect(pages?.data?.[PAGE.path.slice(1)]).toBe(PAGE.text)
  expect(objects.map(({ kind }) => kind)).not.toContain('PersistentVolumeClaim')
})
