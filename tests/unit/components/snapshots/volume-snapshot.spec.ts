import { expect, test } from '@playwright/test'
import type { VolumeTrait } from '../../../../lib/lab/storage.ts'
import type { KubeClient } from '../../../../lib/kube/client.ts'
import type { KubeObject } from '../../../../lib/kube/object.ts'
import type { Lab } from '../../../../lib/lab/lab.ts'
import { bytesOf } from '../../../../lib/components/snapshots/objects.ts'
import { parseBytes } from '../../../../lib/system/quantity.ts'
import { volumeSnapshot } from '../../../../lib/components/snapshots/drivers.ts'
import { backedUpLab, claim, deployment, makeNamespace } from '../../stand-ins/backed-up-lab.ts'

type Status = Record<string, unknown>

const cutAt = '2026-11-21T02:00:01Z'
const ready: Status = {
  readyToUse: true,
  creationTime: cutAt,
  restoreSize: '1Gi',
  boundVolumeSnapshotContentName: 'content-1',
}
const content: KubeObject = {
  apiVersion: 'snapshot.storage.k8s.io/v1',
  kind: 'VolumeSnapshotContent',
  metadata: { name: 'content-1' },
  spec: { driver: 'csi.example', volumeSnapshotClassName: 'btrfs', deletionPolicy: 'Delete' },
  status: { snapshotHandle: 'handle-1' },
}

/** Two status updates of the storage, and a later update that is not of the status. */
const readyAt = '2026-11-21T02:00:07Z'
const managedFields = [
  { subresource: 'status', time: '2026-11-21T02:00:02Z' },
  { subresource: 'status', time: readyAt },
  { time: '2026-11-21T02:00:09Z' },
]

const CLASSES = { local: 'local-path', snapshots: 'btrfs', pods: { namespace: 'storage', prefix: '' } }

/** A lab with a storage that takes snapshots with this status, and fills claims. */
async function snapshotLab(status: Status = ready, lacks: readonly VolumeTrait[] = []) {
  const onApply = async (object: KubeObject, kube: KubeClient) => {
    const created = { ...object, metadata: { creationTimestamp: new Date(cutAt), uid: 'u1', ...object.metadata } }
    if (object.kind === 'VolumeSnapshot')
      await kube.apply([
        { ...created, metadata: { ...created.metadata, managedFields } as typeof created.metadata, status },
      ])
    if (object.kind === 'PersistentVolumeClaim') await kube.apply([{ ...created, status: { phase: 'Bound' } }])
  }
  const world = backedUpLab({ objects: [claim('data'), deployment('web', 'data')], onApply })
  const cluster = { ...world.lab.cluster, storageClasses: { ...CLASSES, lacks } }
  const lab: Lab = { ...world.lab, cluster }
  await makeNamespace(lab)
  await lab.kube.apply([content])
  world.applied.length = 0
  return { ...world, lab }
}

const backUp = async (lab: Lab) =>
  (await volumeSnapshot().attach(lab).backup('drill', { name: 'b1' })).waitUntilFinished()

test('a quantity is parsed as Kubernetes writes it', () => {
  expect(['1073741824', '1Gi', '128Mi', '1.5Ki', '2M'].map(parseBytes)).toEqual([2 ** 30, 2 ** 30, 2 ** 27, 1536, 2e6])
  for (const text of ['much', '500m', '1..5', ''])
    expect(() => parseBytes(text), text).toThrow(`"${text}" is not a quantity`)
  expect(bytesOf(['1Ki', '1Ki'])).toBe(2048)
  expect(bytesOf(['1Ki', undefined])).toBeNull()
  expect(bytesOf([])).toBe(0)
})

test('VolumeSnapshots need a cluster with a StorageClass with snapshots', async () => {
  const { lab } = backedUpLab({})
  expect(await volumeSnapshot().requires(lab)).toHaveLength(1)
  expect(await volumeSnapshot().requires((await snapshotLab()).lab)).toEqual([])
  expect(volumeSnapshot().volumes).toBe('snapshots')
})

test.describe('backups by VolumeSnapshots', () => {
  test('a snapshot backup snapshots each claim and ends when the storage reports it as ready', async () => {
    const { lab, applied } = await snapshotLab()
    const running = await volumeSnapshot().attach(lab).backup('drill', { name: 'b1' })
    const { result, objects } = await running.waitUntilFinished()
    expect(applied).toMatchObject([
      {
        kind: 'VolumeSnapshot',
        metadata: { name: 'b1-data', namespace: 'drill' },
        spec: { volumeSnapshotClassName: 'btrfs', source: { persistentVolumeClaimName: 'data' } },
      },
    ])
    const endedMs = Date.parse(cutAt)
    expect(result).toMatchObject({ state: 'ReadyToUse', succeeded: true, bytes: 2 ** 30, endedMs })
    expect(objects).toMatchObject([{ kind: 'VolumeSnapshot', metadata: { name: 'b1-data', namespace: 'drill' } }])
    expect(await running.waitUntilMoving()).toBe(false)
  })

  test('a snapshot backup on a storage that copies ends when the snapshot is ready, not when it was taken', async () => {
    const { result } = await backUp((await snapshotLab(ready, ['snapshots of one moment'])).lab)
    expect(result).toMatchObject({ startedMs: Date.parse(cutAt), endedMs: Date.parse(readyAt) })
  })

  test('a snapshot backup that the storage refuses has failed with its message', async () => {
    const { lab } = await snapshotLab({ readyToUse: false, error: { message: 'no room' } })
    const { result } = await backUp(lab)
    expect(result).toMatchObject({ state: 'Error', succeeded: false, bytes: null, details: { message: 'no room' } })
  })

  test('a VolumeSnapshot that is deleted before it is ready is an error', async () => {
    const { lab } = await snapshotLab({})
    const running = await volumeSnapshot().attach(lab).backup('drill', { name: 'b1' })
    await lab.kube.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'drill' } })
    await expect(running.waitUntilFinished()).rejects.toThrow(
      'VolumeSnapshot "b1-data" was deleted from namespace "drill" before it was ready. Next: kubectl -n drill get',
    )
  })
})

test.describe('restores from VolumeSnapshots', () => {
  test('a snapshot restore creates claims with the snapshots as their data source', async () => {
    const { lab, applied } = await snapshotLab()
    const backup = await backUp(lab)
    applied.length = 0
    expect(await backup.restore()).toMatchObject({ state: 'Bound', succeeded: true, bytes: 2 ** 30 })
    expect(applied.map(({ kind }) => kind)).toEqual(['Namespace', 'PersistentVolumeClaim', 'Deployment'])
    const dataSource = { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 'b1-data' }
    expect(applied[1]?.spec).toMatchObject({ dataSource, resources: { requests: { storage: '1Gi' } } })
  })

  test('a snapshot restore of a copy imports the snapshot by a second content and removes it afterwards', async () => {
    const { lab, applied, deleted } = await snapshotLab()
    const backup = await backUp(lab)
    applied.length = 0
    await backup.restore({ into: 'copy' })
    expect(applied.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? '-'}`)).toEqual([
      'Namespace -',
      'VolumeSnapshotContent -',
      'VolumeSnapshot copy',
      'PersistentVolumeClaim copy',
      'Deployment copy',
    ])
    expect(applied[1]?.spec).toMatchObject({
      deletionPolicy: 'Retain',
      driver: 'csi.example',
      source: { snapshotHandle: 'handle-1' },
      volumeSnapshotRef: { name: 'b1-data', namespace: 'copy' },
    })
    const names = [applied[2], applied[1]].map((object) => object?.metadata.name)
    expect(deleted.map(({ metadata }) => metadata.name)).toEqual(names)
    expect(await lab.kube.get(content)).not.toBeNull()
  })

  test('a snapshot restore fails and changes nothing if the snapshots were deleted', async () => {
    const { lab, applied } = await snapshotLab()
    const backup = await backUp(lab)
    await lab.kube.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'drill' } })
    applied.length = 0
    expect(await backup.restore()).toMatchObject({ state: 'NotFound', succeeded: false, bytes: null })
    expect(applied).toEqual([])
  })

  test('a snapshot restore does not use another snapshot with the same name', async () => {
    const { lab } = await snapshotLab()
    const backup = await backUp(lab)
    const [reference] = backup.objects
    const found = reference && (await lab.kube.get(reference))
    await lab.kube.apply(found ? [{ ...found, metadata: { ...found.metadata, uid: 'another' } }] : [])
    expect(await backup.restore()).toMatchObject({ state: 'NotFound', succeeded: false })
  })
})
