import { randomBytes, randomUUID } from 'node:crypto'
import { expect, test as base } from '@playwright/test'
import { bucketDeletion, bucketOverwrite } from '../../../lib/faults/malice.ts'
import { strikeOnce } from '../../../lib/faults/support/strike.ts'
import { noopLab } from '../../../lib/simulation/noop-cluster.ts'
import { deleteLabObjects } from '../../../lib/store/emptying.ts'
import { endpointAt, isBelow, isLabPrefix, labPrefix } from '../../../lib/store/endpoint.ts'
import { openBucket } from '../../../lib/store/s3.ts'
import { k8up } from '../../../lib/components/k8up/drivers.ts'
import { resticAutomated } from '../../../lib/components/restic/automated.ts'
import { resticIncremental } from '../../../lib/components/restic/incremental.ts'
import { resticManual } from '../../../lib/components/restic/manual.ts'
import type { Backup } from '../../../lib/components/tool.ts'
import { veleroDataMover, veleroFileSystem, veleroSchedule } from '../../../lib/components/velero/velero.ts'
import { faultTarget } from '../stand-ins/faults.ts'
import { only } from '../stand-ins/lab.ts'
import { PREFIX, startS3, type S3Server } from '../stand-ins/s3-server.ts'

const test = base.extend<{ s3: S3Server }>({
  s3: async ({}, use) => {
    const server = await startS3({
      'lab/invoices/2026.tar': 'of others',
      'lab/meshdrill-0123456789abc/x': 'of another lab with a longer prefix',
      'lab/meshdrill-0123456789ab': 'a key that is the prefix without its slash',
      'lab/velero/backups/a': 'of others, with the name of a tool',
      [`lab/${PREFIX}velero/backups/a`]: 'of this lab',
      [`lab/${PREFIX}velero/kopia/x y&<z>"é\n%2F?#`]: 'of this lab, with an odd name',
      [`prod/${PREFIX}a`]: 'of another bucket',
    })
    await use(server)
    await server.close()
  },
})

const isOwn = (change: string): boolean => change.split(' ').slice(1).join(' ').startsWith(`lab/${PREFIX}`)
const backup = only<Backup>({ name: 'b', result: { startedMs: 0 } as Backup['result'], objects: [] })

test('at the end of a lab only the objects below its own prefix are deleted', async ({ s3 }) => {
  const before = [...s3.objects.keys()]
  expect(await deleteLabObjects(s3.endpoint())).toEqual({ deleted: 2, left: [] })
  expect([...s3.objects.keys()]).toEqual(before.filter((at) => !at.startsWith(`lab/${PREFIX}`)))
  expect(s3.changes.filter((change) => !isOwn(change))).toEqual([])
})

test('a store that ignores the prefix of a listing loses no object of others', async ({ s3 }) => {
  const careless = await startS3(Object.fromEntries(s3.objects), { ignoresPrefix: true })
  expect(await deleteLabObjects(careless.endpoint())).toEqual({ deleted: 2, left: [] })
  expect(careless.changes.filter((change) => !isOwn(change))).toEqual([])
  expect(careless.changes).toHaveLength(2)
  await careless.close()
})

test('in a bucket with versions every version of a lab object is deleted, and no version of other objects', async () => {
  const own = [`lab/${PREFIX}a`, `lab/${PREFIX}b c`].flatMap((at) => [
    { at, versionId: '1' },
    { at, versionId: '2' },
  ])
  const others = [
    { at: 'lab/payroll.db', versionId: '1' },
    { at: 'lab/meshdrill-0123456789abc/x', versionId: '2' },
  ]
  for (const ignoresPrefix of [false, true]) {
    const versions = [...own, ...others]
    const s3 = await startS3({ [`lab/${PREFIX}a`]: 'ours' }, { ignoresPrefix, versions })
    expect(await deleteLabObjects(s3.endpoint())).toEqual({ deleted: 1, left: [] })
    expect(versions).toEqual(others)
    await s3.close()
  }
})

test('objects that others write to the bucket during the deletion of lab objects stay', async () => {
  const s3 = await startS3(
    { [`lab/${PREFIX}a`]: 'ours' },
    {
      onRequest: ({ objects }) => objects.set('lab/payroll.db', 'theirs'),
    },
  )
  await deleteLabObjects(s3.endpoint())
  expect([...s3.objects.keys()]).toEqual(['lab/payroll.db'])
  await s3.close()
})

test('an object is kept and reported if a URL with its key would lead to another object', async ({ s3 }) => {
  for (const key of ['../invoices/2026.tar', 'a/../../invoices/2026.tar', './x', 'a/%2e%2e/../../../prod/x'])
    s3.objects.set(`lab/${PREFIX}${key}`, 'odd')
  const { deleted, left } = await deleteLabObjects(s3.endpoint())
  expect({ deleted, left: left.length }).toEqual({ deleted: 2, left: 4 })
  expect(left.join('\n')).toContain('was not changed: no URL can contain its key')
  expect(s3.changes.filter((change) => !isOwn(change))).toEqual([])
  expect(s3.objects.has('lab/invoices/2026.tar')).toBe(true)
})

for (const [name, fault] of [
  ['bucket-deletion', bucketDeletion],
  ['bucket-overwrite', bucketOverwrite],
] as const) {
  test(`${name} strikes only objects of the tool below the lab's prefix`, async ({ s3 }) => {
    const lab = { ...noopLab(), store: s3.endpoint() }
    // Every object has the same ETag here, so that an overwritten object cannot be recognised by it.
    const target = faultTarget({ prefix: `${PREFIX}velero/` }, backup)
    await strikeOnce(lab, fault({ newest: false }), target).catch(() => null)
    expect(s3.changes).toHaveLength(2)
    expect(s3.changes.filter((change) => !isOwn(change))).toEqual([])
  })

  test(`${name} strikes nothing if the tool's prefix is not a folder of the lab`, async ({ s3 }) => {
    const lab = { ...noopLab(), store: s3.endpoint() }
    for (const prefix of ['', 'velero/', `${PREFIX}velero`, PREFIX.slice(0, -1), 'meshdrill-0123456789abc/'])
      await expect(fault().plan(lab, faultTarget({ prefix }, backup))).rejects.toThrow('Nothing was struck')
    expect(s3.changes).toEqual([])
  })
}

test('a key that is not below the prefix of a lab is never changed', async ({ s3 }) => {
  const wrong = ['', 'meshdrill-0123456789ab', 'meshdrill-/', '/', 'velero/', 'meshdrill-0123456789AB/']
  for (const prefix of wrong) {
    const bucket = openBucket(s3.endpoint({ prefix }))
    await expect(bucket.delete('invoices/2026.tar')).rejects.toThrow('Nothing was changed in bucket "lab"')
    await expect(bucket.put(`${prefix}x`, Buffer.from('x'))).rejects.toThrow('is not the prefix of a lab')
  }
  for (const key of ['invoices/2026.tar', 'meshdrill-0123456789abc/x', PREFIX.slice(0, -1), `/${PREFIX}x`])
    await expect(openBucket(s3.endpoint()).delete(key)).rejects.toThrow('is not below')
  for (const bucket of ['..', 'lab/../prod', '', 'a/b', '?x'])
    await expect(openBucket(s3.endpoint({ bucket })).delete(`${PREFIX}a`)).rejects.toThrow('not the name of a bucket')
  expect(s3.changes).toEqual([])
})

test('each tool keeps its objects in a separate folder below the prefix of the lab', () => {
  const lab = noopLab()
  const tools = [veleroFileSystem(), veleroDataMover(), veleroSchedule(), k8up()]
  for (const tool of [...tools, resticManual(), resticAutomated(), resticIncremental()]) {
    const prefixes = ['drill', 'drill-1'].map((namespace) => tool.attach(lab).parts(namespace).prefix ?? '')
    for (const prefix of prefixes)
      expect([isBelow(lab.store.prefix, prefix), prefix.endsWith('/')]).toEqual([true, true])
    // A fault of one drill must not strike another drill with a longer name.
    if (tool.name !== 'velero') expect(prefixes[1]?.startsWith(prefixes[0] ?? '')).toBe(false)
  }
})

test('among 1,000 random lab prefixes none begins with another', () => {
  const prefixes = Array.from({ length: 1000 }, () => labPrefix(randomUUID()))
  expect(prefixes.every(isLabPrefix)).toBe(true)
  const sorted = [...prefixes].sort()
  expect(sorted.filter((one, index) => index > 0 && one.startsWith(sorted[index - 1] ?? ''))).toEqual([])
  expect(isLabPrefix(endpointAt('127.0.0.1:9000', { accessKey: 'a', secretKey: 'b' }).prefix)).toBe(true)
})

test('in 300 seeded buckets no request changes an object of others', async ({}, testInfo) => {
  testInfo.setTimeout(60_000)
  const s3 = await startS3({}, { ignoresPrefix: true })
  let state = 7
  const draw = (below: number): number => (state = (state * 48271) % 2147483647) % below
  const parts = [
    'a',
    '..',
    '.',
    '%2e%2e',
    ' ',
    'é',
    '&',
    '?',
    '#',
    '+',
    '\\',
    '//',
    PREFIX,
    PREFIX.slice(0, -1),
    'velero',
  ]
  for (let round = 0; round < 300; round++) {
    s3.objects.clear()
    for (let index = 0; index < 6; index++) {
      const start = draw(2) === 0 ? PREFIX : ''
      const key = start + Array.from({ length: 1 + draw(4) }, () => parts[draw(parts.length)] ?? '').join('/')
      s3.objects.set(`lab/${key}`, randomBytes(2).toString('hex'))
    }
    const others = [...s3.objects.keys()].filter((at) => !at.startsWith(`lab/${PREFIX}`))
    await deleteLabObjects(s3.endpoint())
    expect(others.filter((at) => !s3.objects.has(at))).toEqual([])
  }
  expect(s3.changes.length).toBeGreaterThan(200)
  expect(s3.changes.filter((change) => !isOwn(change))).toEqual([])
  await s3.close()
})
