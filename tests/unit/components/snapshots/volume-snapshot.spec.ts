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

/** When who wrote last: the storage, that it is ready, and another, of something else. */
const readyAt = '2026-11-21T02:00:07Z'
const managedFields = [
  { subresource: 'status', time: '2026-11-21T02:00:02Z' },
  { subresource: 'status', time: readyAt },
  { time: '2026-11-21T02:00:09Z' },
]

const CLASSES = { local: 'local-path', snapshots: 'btrfs', pods: { namespace: 'storage', prefix: '' } }

/** A lab whose storage takes snapshots, with that status, and fills claims. */
async function snapshotLab(status: Status = ready, lacks: readonly VolumeTrait[] = []) {
  const onApply = async (object: KubeObject, kube: KubeClient) => {
    const told = { ...object, metadata: { creationTimestamp: new Date(cutAt), uid: 'u1', ...object.metadata } }
    if (object.kind === 'VolumeSnapshot')
      await kube.apply([{ ...told, metadata: { ...told.metadata, managedFields } as typeof told.metadata, status }])
    if (object.kind === 'PersistentVolumeClaim') await kube.apply([{ ...told, status: { phase: 'Bound' } }])
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

test('a quantity is read as Kubernetes writes it', () => {
  expect(['1073741824', '1Gi', '128Mi', '1.5Ki', '2M'].map(parseBytes)).toEqual([2 ** 30, 2 ** 30, 2 ** 27, 1536, 2e6])
  for (const text of ['much', '500m', '1..5', ''])
    expect(() => parseBytes(text), text).toThrow(`"${text}" is not a quantity`)
  expect(bytesOf(['1Ki', '1Ki'])).toBe(2048)
  expect(bytesOf(['1Ki', undefined])).toBeNull()
  expect(bytesOf([])).toBe(0)
})

test('a cluster without such volumes cannot be drilled on', async () => {
  const { lab } = backedUpLab({})
  expect(await volumeSnapshot().requires(lab)).toHaveLength(1)
  expect(await volumeSnapshot().requires((await snapshotLab()).lab)).toEqual([])
  expect(volumeSnapshot().volumes).toBe('snapshots')
})

test.describe('a backup by VolumeSnapshots', () => {
  test('snapshots each claim, and is there when the storage says it is ready', async () => {
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

  test('that the storage copies ends when it is ready, not when it was cut', async () => {
    const { result } = await backUp((await snapshotLab(ready, ['snapshots of one moment'])).lab)
    expect(result).toMatchObject({ startedMs: Date.parse(cutAt), endedMs: Date.parse(readyAt) })
  })

  test('that the storage refuses did not succeed', async () => {
    const { lab } = await snapshotLab({ readyToUse: false, error: { message: 'no room' } })
    const { result } = await backUp(lab)
    expect(result).toMatchObject({ state: 'Error', succeeded: false, bytes: null, details: { message: 'no room' } })
  })

  test('that vanishes is an error, not a backup', async () => {
    const { lab } = await snapshotLab({})
    const running = await volumeSnapshot().attach(lab).backup('drill', { name: 'b1' })
    await lab.kube.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'drill' } })
    await expect(running.waitUntilFinished()).rejects.toThrow('VolumeSnapshot "b1-data" is gone from namespace "drill"')
  })
})

test.describe('a restore from VolumeSnapshots', () => {
  test('fills fresh claims from them', async () => {
    const { lab, applied } = await snapshotLab()
    const backup = await backUp(lab)
    applied.length = 0
    expect(await backup.restore()).toMatchObject({ state: 'Bound', succeeded: true, bytes: 2 ** 30 })
    expect(applied.map(({ kind }) => kind)).toEqual(['Namespace', 'PersistentVolumeClaim', 'Deployment'])
    const dataSource = { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 'b1-data' }
    expect(applied[1]?.spec).toMatchObject({ dataSource, resources: { requests: { storage: '1Gi' } } })
  })

  test('of a copy goes by a second content of the same snapshot, which is gone afterwards', async () => {
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

  test('that are gone with their namespace brings nothing back, and says so', async () => {
    const { lab, applied } = await snapshotLab()
    const backup = await backUp(lab)
    await lab.kube.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'drill' } })
    applied.length = 0
    expect(await backup.restore()).toMatchObject({ state: 'NotFound', succeeded: false, bytes: null })
    expect(applied).toEqual([])
  })

  test('does not take another snapshot of the same name for the one it took', async () => {
    const { lab } = await snapshotLab()
    const backup = await backUp(lab)
    const [reference] = backup.objects
    const found = reference && (await lab.kube.get(reference))
    await lab.kube.apply(found ? [{ ...found, metadata: { ...found.metadata, uid: 'another' } }] : [])
    expect(await backup.restore()).toMatchObject({ state: 'NotFound', succeeded: false })
  })
})
