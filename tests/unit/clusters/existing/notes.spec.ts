import { setTimeout as sleep } from 'node:timers/promises'
import type { KubeConfig } from '@kubernetes/client-node'
import { expect, test as base } from '@playwright/test'
import { readContext } from '../../../../lib/clusters/existing/access/context.ts'
import { parseNotes } from '../../../../lib/clusters/existing/lease/notes-format.ts'
import { changeNotes, readNotes, type Notes } from '../../../../lib/clusters/existing/lease/notes.ts'
import { makeWorld, namespace, type ExistingWorld } from './world.ts'

const MAP = '/api/v1/namespaces/meshdrill-system/configmaps/meshdrill'

const test = base.extend<{ world: ExistingWorld; config: KubeConfig }>({
  world: async ({}, use, testInfo) => {
    const world = await makeWorld(testInfo.outputPath())
    world.server.put('/api/v1/namespaces/meshdrill-system', namespace('meshdrill-system'))
    await use(world)
    await world.server.close()
  },
  config: async ({ world }, use) => {
    await use(readContext(world.options.kubeconfigs, 'mine').config)
  },
})

const notes: Notes = {
  lab: '0b0e7a3c-0000-4000-8000-000000000001',
  store: { url: 'https://s3.example.org', bucket: 'b', prefix: 'meshdrill-0b0e7a3c0000/' },
  owner: { host: 'desk', pid: 7, runUid: '0b0e7a3c-0000-4000-8000-00000000000a' },
  keep: true,
  parts: {
    istio: { state: 'found' },
    'chaos-mesh': { state: 'intended' },
    velero: { state: 'installed', objects: [{ apiVersion: 'v1', kind: 'Namespace', name: 'velero', uid: 'u-1' }] },
  },
  versions: { istio: { version: '1.30.4', source: 'was there' } },
  installed: ['velero'],
}
const put = ({ server }: ExistingWorld, text: string) =>
  server.put(MAP, { metadata: { name: 'meshdrill' }, data: { 'notes.json': text } })
const adding = (config: KubeConfig, name: string) =>
  changeNotes(config, (now) => ({ ...(now ?? notes), installed: [...(now ?? notes).installed, name] }))

test('another process reads the notes unchanged', async ({ config }) => {
  expect(await readNotes(config)).toBeNull()
  await changeNotes(config, () => notes)
  expect(await readNotes(config)).toEqual(notes)
})

test('if two processes change the notes at the same time, no change is lost', async ({ config }) => {
  await changeNotes(config, () => notes)
  const names = Array.from({ length: 8 }, (_, index) => `part ${index}`)
  await Promise.all(names.map((name) => adding(config, name)))
  expect((await readNotes(config))?.installed.toSorted()).toEqual(['velero', ...names].toSorted())
})

test('after a conflict, a change is repeated on the notes of the other process', async ({ config }) => {
  await changeNotes(config, () => notes)
  let asked = 0
  const slow = changeNotes(config, (now) => {
    if (asked++ === 0) void adding(config, 'faster')
    return { ...(now ?? notes), installed: [...(now ?? notes).installed, 'slower'] }
  })
  await slow
  while (!(await readNotes(config))?.installed.includes('faster')) await sleep(10)
  expect((await readNotes(config))?.installed).toEqual(expect.arrayContaining(['velero', 'faster', 'slower']))
})

for (const [what, text] of [
  ['are no JSON', '{ torn'],
  ['are of a later version', JSON.stringify({ ...notes, version: 3 })],
  ['lack the UUID of their lab', JSON.stringify({ ...notes, version: 2, lab: '../victim' })],
  [
    'name the whole bucket as the prefix',
    JSON.stringify({ ...notes, version: 2, store: { ...notes.store, prefix: '' } }),
  ],
  [
    'note an object without a UID',
    JSON.stringify({
      ...notes,
      version: 2,
      parts: { a: { state: 'installed', objects: [{ apiVersion: 'v1', kind: 'Namespace', name: 'a' }] } },
    }),
  ],
] as const)
  test(`notes that ${what} are an error with the next command, and nothing is changed`, async ({ world, config }) => {
    put(world, text)
    await expect(readNotes(config)).rejects.toThrow(/Nothing was changed\. .* cannot be read: .*Next: use the/)
    await expect(changeNotes(config, () => notes)).rejects.toThrow('cannot be read')
    expect(world.server.changes).toEqual([])
  })

test('notes of version 1 do not prove which parts the lab installed', () => {
  const old = {
    owner: { host: 'a', pid: 1 },
    keep: true,
    parts: { istiod: 'ours', velero: 'found' },
    versions: {},
    installed: [],
  }
  expect(parseNotes(JSON.stringify(old))).toMatchObject({
    lab: '',
    store: undefined,
    parts: { istio: { state: 'unproven' }, velero: { state: 'found' } },
  })
})

test('former names of parts in old notes are still understood for the removal', () => {
  const objects = [{ apiVersion: 'v1', kind: 'Namespace', name: 'chaos-mesh', uid: 'u-2' }]
  const old = {
    ...notes,
    parts: { istiod: { state: 'found' }, 'Chaos Mesh': { state: 'installed', objects } },
    installed: ['Chaos Mesh', 'istio'],
  }
  const read = parseNotes(JSON.stringify({ version: 2, ...old }))
  expect(read.parts).toEqual({ istio: { state: 'found' }, 'chaos-mesh': { state: 'installed', objects } })
  expect(read.installed).toEqual(['chaos-mesh', 'istio'])
})
