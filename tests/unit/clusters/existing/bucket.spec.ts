import { expect } from '@playwright/test'
import { existing } from '../../../../lib/clusters/existing/existing.ts'
import { plainUrl } from '../../../../lib/clusters/existing/store.ts'
import type { Store } from '../../../../lib/lab/cluster.ts'
import { isLabPrefix } from '../../../../lib/store/endpoint.ts'
import { UID } from './world.ts'
import { make, test, type Begun } from './lab-fixture.ts'

const bucketOf = ({ s3 }: Begun, bucket: string): Store => {
  const { url, region, accessKey, secretKey } = s3.endpoint()
  return { url, region, bucket, accessKey, secretKey }
}

/** Creates a kept lab in the bucket "lab", and releases its lease. */
async function keptLab(world: Begun): Promise<string> {
  const cluster = await make(world, { keep: true, store: bucketOf(world, 'lab') })
  const { prefix } = await cluster.openStore()
  world.s3.objects.set(`lab/${prefix}velero/a`, 'ours')
  await (await existing({ ...world.options, confirm: UID, store: bucketOf(world, 'lab') }).find())?.leave()
  world.server.changes.length = 0
  return prefix
}

test('a run with another bucket than that of a kept lab is an error and changes nothing', async ({ world }) => {
  await keptLab(world)
  for (const store of [
    bucketOf(world, 'prod-backups'),
    { ...bucketOf(world, 'lab'), url: 'http://127.0.0.1:1' },
    null,
  ]) {
    await expect(make(world, { store })).rejects.toThrow(/Nothing was changed\. The lab .* bucket "lab" of .*Next: set/)
  }
  expect(world.server.changes).toEqual([])
  expect(world.s3.changes).toEqual([])
})

test('the end of a lab with another bucket than in its notes is an error and deletes nothing', async ({ world }) => {
  await keptLab(world)
  for (const store of [bucketOf(world, 'prod-backups'), null]) {
    const found = await existing({ ...world.options, confirm: UID, store }).find()
    await expect(found?.end()).rejects.toThrow('keeps its objects in bucket "lab"')
  }
  expect(world.server.changes).toEqual([])
  expect(world.s3.changes).toEqual([])
  expect(world.s3.objects.size).toBe(3)
})

test('a worker with another bucket in its environment than in the notes of the lab opens no bucket', async ({
  world,
}) => {
  await make(world, { store: bucketOf(world, 'lab') })
  const store = bucketOf(world, 'prod-backups')
  const opened = async () => (await existing({ ...world.options, confirm: UID, store }).attach()).openStore()
  await expect(opened()).rejects.toThrow('MESHDRILL_S3_* name bucket "prod-backups"')
  expect(world.s3.changes).toEqual([])
})

test('a lab with a store on its own machine uses no bucket of a later run', async ({ world }) => {
  await make(world, { keep: true })
  const store = bucketOf(world, 'prod-backups')
  const found = await existing({ ...world.options, confirm: UID, store }).find()
  await expect(found?.end()).rejects.toThrow(
    /keeps its objects in a store on the machine that created the lab.*Next: unset MESHDRILL_S3_URL/,
  )
  expect(world.s3.changes).toEqual([])
})

test('a bucket with objects is refused, even if the cluster has notes of a run without a bucket', async ({ world }) => {
  const before = [...world.s3.objects.keys()]
  await expect(make(world, { store: bucketOf(world, 'prod-backups') })).rejects.toThrow(
    /Nothing was changed\. Bucket "prod-backups" .* has objects that this lab did not write/,
  )
  expect(world.server.changes).toEqual([])
  expect([...world.s3.objects.keys()]).toEqual(before)
})

test('a later run uses the bucket and the prefix of a kept lab, even if the bucket has other objects', async ({
  world,
}) => {
  const prefix = await keptLab(world)
  world.s3.objects.set('lab/payroll.db', 'theirs, since')
  const cluster = await make(world, { store: bucketOf(world, 'lab') })
  expect(await cluster.openStore()).toMatchObject({ bucket: 'lab', prefix })
  await cluster.destroy()
  expect([...world.s3.objects.keys()]).toEqual([
    'prod-backups/invoices/2026.tar',
    'prod-backups/payroll.db',
    'lab/payroll.db',
  ])
  expect(world.s3.changes).toEqual([`DELETE lab/${prefix}velero/a`])
})

test('the plan names the bucket and the prefix of all keys that are written and deleted', async ({ world }) => {
  const cluster = await make(world, { store: bucketOf(world, 'lab') })
  const { prefix } = await cluster.openStore()
  expect(isLabPrefix(prefix)).toBe(true)
  const shown = world.log.join('\n')
  expect(shown).toContain(`store: bucket "lab" of ${world.s3.url}`)
  expect(shown).toContain(`deleted by drills and at the end: only objects with keys that begin with "${prefix}"`)
})

test('the URL of a store is compared and noted without credentials and without a slash at its end', () => {
  expect(plainUrl('https://ann:secret@s3.example.org/')).toBe('https://s3.example.org')
  expect(plainUrl('https://S3.example.org:443/gateway/')).toBe('https://s3.example.org/gateway')
})
