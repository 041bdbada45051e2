import { expect } from '@playwright/test'
import { existing } from '../../../../lib/clusters/existing/existing.ts'
import { parseNotes, type Notes } from '../../../../lib/clusters/existing/lease/notes-format.ts'
import { UID } from './world.ts'
import { make, test, type Begun } from './lab-fixture.ts'

const MAP = '/api/v1/namespaces/meshdrill-system/configmaps/meshdrill'
const BINDING = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/velero'
const PROD = '/api/v1/namespaces/prod'

const put = ({ server }: Begun, path: string, labId: string | null) =>
  server.put(path, {
    metadata: {
      name: path.split('/').at(-1) ?? '',
      ...(labId === null ? {} : { labels: { 'meshdrill.dev/lab': labId } }),
    },
  })

const end = async (world: Begun): Promise<string[]> =>
  (await (await existing({ ...world.options, confirm: UID }).find())?.end()) ?? []

function editNotes({ server }: Begun, edit: (notes: Notes) => void): void {
  const map = server.objects.get(MAP) as unknown as { data: { 'notes.json': string } }
  const notes = JSON.parse(map.data['notes.json']) as Notes
  edit(notes)
  map.data['notes.json'] = JSON.stringify(notes)
}

test('edited notes with the UID of an object of others do not let that object be deleted', async ({ world }) => {
  const cluster = await make(world, { keep: true })
  await cluster.note('velero')
  const [prod, binding] = [put(world, PROD, null), put(world, BINDING, null)]
  const uidOf = ({ metadata }: typeof prod): string => String(metadata.uid)
  editNotes(world, ({ parts }) => {
    const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding' }
    const objects = [
      { apiVersion: 'v1', kind: 'Namespace', name: 'prod', uid: uidOf(prod) },
      { ...rbac, name: 'velero', uid: uidOf(binding) },
    ]
    parts.velero = { state: 'installed', objects }
  })
  await end(world)
  expect([PROD, BINDING].filter((path) => !world.server.objects.has(path))).toEqual([])
})

test('an object without the label of the lab is kept, even if the notes name it', async ({ world }) => {
  const cluster = await make(world, { keep: true })
  const adopted = put(world, '/api/v1/namespaces/velero', cluster.labId)
  put(world, BINDING, cluster.labId)
  await cluster.note('velero')
  adopted.metadata.labels = {}
  await end(world)
  expect(world.server.objects.has('/api/v1/namespaces/velero')).toBe(true)
  expect(world.server.objects.has(BINDING)).toBe(false)
})

test('notes with the bucket prefix of another lab are an error', () => {
  const notes = (prefix: string, url = 'https://s3.example.org'): string =>
    JSON.stringify({
      ...{
        version: 2,
        lab: '0b0e7a3c-0000-4000-8000-000000000001',
        keep: true,
        parts: {},
        versions: {},
        installed: [],
      },
      ...{ owner: { host: 'desk', pid: 7, runUid: 'x' }, store: { url, bucket: 'b', prefix } },
    })
  expect(parseNotes(notes('meshdrill-0b0e7a3c0000/')).store?.bucket).toBe('b')
  expect(() => parseNotes(notes('meshdrill-ffffffffffff/'))).toThrow('store.prefix is not the prefix of the lab')
  expect(() => parseNotes(notes('meshdrill-0b0e7a3c0000/', 'here'))).toThrow('store.url is not a URL')
})
