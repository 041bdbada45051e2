import { expect, test } from '@playwright/test'
import type { KubeClient } from '../../../../lib/kube/client.ts'
import type { KubeObject } from '../../../../lib/kube/object.ts'
import type { Lab } from '../../../../lib/lab/lab.ts'
import { k8up } from '../../../../lib/components/k8up/drivers.ts'
import { newestOfEach } from '../../../../lib/components/k8up/snapshots.ts'
import { readBackupLog, readRestoredBytes } from '../../../../lib/components/k8up/log.ts'
import { readProgress, type K8upSnapshot } from '../../../../lib/components/k8up/objects.ts'
import { backedUpLab, claim, deployment, makeNamespace } from '../../stand-ins/backed-up-lab.ts'

const INFO = '2026-11-21T02:00:05Z\tINFO\tk8up.restic.restic.backup.progress\t'
const backupLog = [
  `${INFO}progress of backup\t{"percentage": "50.00%"}`,
  `${INFO}backup finished\t{"new files": 4, "changed files": 0, "errors": 0}`,
  `${INFO}stats\t{"time": 0.76, "bytes added": 900, "bytes processed": 4096}`,
].join('\n')
const restoreLog = `${INFO}restic.stdout\tSummary: Restored 6 files/dirs (4.000 KiB) in 0:00`

const completed = (reason: string) => ({
  conditions: [
    { type: 'Progressing', status: 'False', reason: 'Finished' },
    { type: 'Completed', status: 'True', reason, message: 'done', lastTransitionTime: '2026-11-21T02:00:09Z' },
  ],
})
const snapshot = (id: string, date: string, path = '/data/data'): K8upSnapshot => ({
  apiVersion: 'k8up.io/v1',
  kind: 'Snapshot',
  metadata: { name: id.slice(0, 8), namespace: 'drill' },
  spec: { id, date, paths: [path] },
})

interface Script {
  backup?: string
  restore?: string
  /** Log of the Jobs' pods; null if K8up creates no Job. */
  log?: string | null
  snapshots?: K8upSnapshot[]
}

/** A lab with a K8up that follows a script. */
async function k8upLab(script: Script = {}) {
  const { backup = 'Succeeded', restore = 'Succeeded', log = backupLog } = script
  const jobs: KubeObject[] = []
  const onApply = async (object: KubeObject, kube: KubeClient) => {
    if (object.kind !== 'Backup' && object.kind !== 'Restore') return
    const made = { ...object.metadata, creationTimestamp: '2026-11-21T02:00:00Z' }
    const isBackup = object.kind === 'Backup'
    await kube.apply([{ ...object, metadata: made, status: completed(isBackup ? backup : restore) }])
    if (log === null) return
    const name = `${isBackup ? 'backup' : 'restore'}-${object.metadata.name}`
    const namespace = object.metadata.namespace ?? ''
    const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace } }
    jobs.splice(0, 1, job)
    const labels = { 'batch.kubernetes.io/job-name': name }
    await kube.apply([
      {
        ...job,
        status: { conditions: [{ type: isBackup && backup === 'Failed' ? 'Failed' : 'Complete', status: 'True' }] },
      },
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: `${name}-pod`, namespace, labels } },
    ])
  }
  const world = backedUpLab({
    objects: [claim('data'), deployment('web', 'data')],
    onApply,
    lists: {
      jobs: () => jobs,
      snapshots: () => script.snapshots ?? [snapshot('aaaa1111bbbb', '2026-11-21T02:00:04Z')],
    },
  })
  world.lab.kube.core.readNamespacedPodLog = ({ name }) =>
    Promise.resolve(name.startsWith('backup') ? (log ?? '') : restoreLog)
  await makeNamespace(world.lab)
  world.applied.length = 0
  return world
}

const backUp = async (lab: Lab) => (await k8up().attach(lab).backup('drill', { name: 'b1' })).waitUntilFinished()
const ofKind = (applied: KubeObject[], kind: string) => applied.filter((object) => object.kind === kind)

test.describe('output of K8up', () => {
  test('K8up’s log has the bytes of all volumes and the number of unread files', () => {
    expect(readBackupLog(backupLog)).toEqual({ bytes: 4096, bytesAdded: 900, errors: 0 })
    const unread = backupLog.replace('"errors": 0', '"errors": 2')
    expect(readBackupLog(`${backupLog}\n${unread}`)).toEqual({ bytes: 8192, bytesAdded: 1800, errors: 2 })
    expect(readBackupLog('')).toEqual({ bytes: null, bytesAdded: null, errors: 0 })
  })

  test('the bytes of a K8up restore are unknown if restic did not end', () => {
    expect(readRestoredBytes(restoreLog)).toBe(4096)
    expect(readRestoredBytes('Summary: Restored 66 files/dirs (1.500 GiB) in 0:07')).toBe(1.5 * 2 ** 30)
    expect(readRestoredBytes('Summary: Restored 1 / 2 files/dirs (12 B / 2.000 KiB) in 0:07')).toBe(12)
    expect(readRestoredBytes(`${INFO}restic.stderr\tFatal: unable to load index`)).toBeNull()
  })

  test('a K8up operation has ended if its condition Completed is true, for any reason', () => {
    const operation = (status?: object) =>
      ({
        apiVersion: 'k8up.io/v1',
        kind: 'Backup',
        metadata: { name: 'b1' },
        ...(status ? { status } : {}),
      }) as KubeObject
    const progressing = { conditions: [{ type: 'Progressing', status: 'True', reason: 'Started', message: 'runs' }] }
    expect(readProgress(operation())).toEqual({ hasEnded: false, progress: 'no status' })
    expect(readProgress(operation(progressing))).toEqual({
      hasEnded: false,
      progress: 'Progressing Started: runs',
    })
    expect(readProgress(operation(completed('Failed')))).toMatchObject({ state: 'Failed', message: 'done' })
  })
})

test('the K8up snapshot of a claim is the newest one since the start of the backup', () => {
  const list = [
    snapshot('old', '2026-11-21T01:59:59Z'),
    snapshot('newer', '2026-11-21T02:00:08Z'),
    snapshot('new', '2026-11-21T02:00:04Z'),
    snapshot('others', '2026-11-21T02:00:09Z', '/data/other'),
  ]
  const since = Date.parse('2026-11-21T02:00:00Z')
  expect(newestOfEach(list, ['data'], since)).toEqual([{ claim: 'data', id: 'newer', object: 'newer' }])
  expect(newestOfEach(list.slice(0, 1), ['data'], since)).toEqual([])
})

test.describe('backups by K8up', () => {
  test('a K8up backup copies every volume of the namespace to the namespace’s own repository', async () => {
    const { lab, applied, deleted } = await k8upLab()
    const { result, objects } = await backUp(lab)
    expect(applied.map(({ kind }) => kind)).toEqual(['Secret', 'Secret', 'PodConfig', 'Backup'])
    expect(ofKind(applied, 'PodConfig')[0]?.metadata).toMatchObject({ ...lab.mesh.keepsOut })
    expect(ofKind(applied, 'Backup')[0]).toMatchObject({
      metadata: { name: 'b1', namespace: 'drill' },
      spec: {
        backend: {
          s3: { endpoint: 'http://store.invalid', bucket: 'none/meshdrill-000000000000/k8up/drill/abcdef01' },
        },
      },
    })
    expect(result).toMatchObject({
      state: 'Succeeded',
      succeeded: true,
      startedMs: Date.parse('2026-11-21T02:00:00Z'),
      endedMs: Date.parse('2026-11-21T02:00:09Z'),
      bytes: 4096,
      details: { jobs: 1, bytesAdded: 900, errors: 0 },
    })
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(['Backup b1', 'Snapshot aaaa1111'])
    expect(deleted.map(({ metadata }) => metadata.name)).toEqual(['backup-b1'])
  })

  test('a K8up backup without volumes has zero bytes, although K8up reports success', async () => {
    const { lab } = await k8upLab({ log: null, snapshots: [] })
    const backup = await backUp(lab)
    expect(backup.result).toMatchObject({ succeeded: true, bytes: 0, details: { jobs: 0 } })
    expect(await backup.restore()).toMatchObject({ state: 'NoSnapshot', succeeded: false })
  })

  test('a failed K8up backup is reported as failed, with unknown bytes', async () => {
    const { lab } = await k8upLab({ backup: 'Failed', log: '', snapshots: [] })
    expect((await backUp(lab)).result).toMatchObject({ state: 'Failed', succeeded: false, bytes: null })
  })

  test('a K8up Backup that is deleted while it runs is an error', async () => {
    const { lab } = await k8upLab()
    const running = await k8up().attach(lab).backup('drill', { name: 'b1' })
    await lab.kube.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'drill' } })
    await expect(running.waitUntilFinished()).rejects.toThrow(
      'K8up Backup "b1" was deleted from namespace "drill" before it ended. Next: kubectl -n k8up logs deploy/k8up',
    )
    expect(await running.waitUntilMoving()).toBe(false)
  })
})

test.describe('restores by K8up', () => {
  test('a K8up restore fills new claims from the snapshots before it creates workloads', async () => {
    const { lab, applied } = await k8upLab()
    const backup = await backUp(lab)
    applied.length = 0
    const result = await backup.restore()
    expect(result).toMatchObject({ state: 'Succeeded', succeeded: true, bytes: 4096 })
    const kinds = applied.map(({ kind }) => kind)
    expect(kinds).toEqual([
      'Namespace',
      'Secret',
      'Secret',
      'PodConfig',
      'PersistentVolumeClaim',
      'Restore',
      'Deployment',
    ])
    expect(ofKind(applied, 'Restore')[0]?.spec).toMatchObject({
      snapshot: 'aaaa1111bbbb',
      restoreMethod: { folder: { claimName: 'data' } },
    })
  })

  test('a K8up restore in a namespace with a long name has a name that fits into the label of its Job', async () => {
    const { lab, applied } = await k8upLab()
    const long = 'b'.repeat(56)
    const backup = await (await k8up().attach(lab).backup('drill', { name: long })).waitUntilFinished()
    expect(await backup.restore()).toMatchObject({ succeeded: true })
    const names = ofKind(applied, 'Restore').map(({ metadata }) => metadata.name)
    expect(names).toHaveLength(1)
    for (const name of names) expect(`restore_${name}`.length).toBeLessThanOrEqual(63)
  })

  test('a K8up restore of a copy reads the repository of the original', async () => {
    const { lab, applied } = await k8upLab()
    const backup = await backUp(lab)
    applied.length = 0
    await backup.restore({ into: 'copy' })
    expect(applied.slice(1).map(({ metadata }) => metadata.namespace)).toEqual(Array(6).fill('copy'))
    const s3 = { bucket: 'none/meshdrill-000000000000/k8up/drill/abcdef01' }
    expect(ofKind(applied, 'Restore')[0]?.spec).toMatchObject({ backend: { s3 } })
  })

  test('a failed K8up restore starts no workload', async () => {
    const { lab, applied } = await k8upLab({ restore: 'Failed' })
    const backup = await backUp(lab)
    applied.length = 0
    expect(await backup.restore()).toMatchObject({ state: 'Failed', succeeded: false, details: { message: 'done' } })
    expect(ofKind(applied, 'Deployment')).toEqual([])
  })
})
