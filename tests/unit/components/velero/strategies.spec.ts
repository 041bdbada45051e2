import { expect, test } from '@playwright/test'
import type { KubeObject } from '../../../../lib/kube/object.ts'
import type { Lab } from '../../../../lib/lab/lab.ts'
import {
  veleroDataMover,
  veleroFileSystem,
  veleroFileSystemWithMeshVolumes,
  veleroSchedule,
  veleroSnapshot,
} from '../../../../lib/components/velero/velero.ts'
import { chooseNewest } from '../../../../lib/components/velero/schedule.ts'
import { adapt, nodeAgentSettings } from '../../../../lib/components/velero/manifest.ts'
import { completed, ended, moved, veleroLab, type Script } from '../../stand-ins/velero.ts'

const backUp = async (factory: typeof veleroSnapshot, lab: Lab) =>
  (await factory().attach(lab).backup('drill', { name: 'b1' })).waitUntilFinished()

test('each strategy of Velero has its own name and states which volumes it needs', async () => {
  const all = [veleroFileSystem, veleroFileSystemWithMeshVolumes, veleroSnapshot, veleroDataMover, veleroSchedule]
  const tools = all.map((factory) => factory())
  expect(tools.map(({ name, strategy, volumes }) => `${name}/${strategy} ${volumes}`)).toEqual([
    'velero/file-system any',
    'velero/file-system-mesh-volumes any',
    'velero/csi-snapshot snapshots',
    'velero/data-mover snapshots',
    'velero/schedule any',
  ])
  // The noop cluster has no StorageClass with snapshots.
  const { lab } = veleroLab({})
  const missing = await Promise.all(tools.map((tool) => tool.requires(lab)))
  expect(missing.map(({ length }) => length)).toEqual([0, 0, 1, 1, 0])
})

test('the movers of Velero are the pods with the labels of the node-agent settings, and a snapshot has none', () => {
  const { lab } = veleroLab({})
  const settings = JSON.parse((nodeAgentSettings.data as Record<string, string>)['config.json'] ?? '') as {
    podLabels: object
  }
  const { mover, secret, prefix } = veleroDataMover().attach(lab).parts('drill')
  expect(prefix).toBe(`${lab.store.prefix}velero/`)
  expect(mover).toEqual({ namespace: 'velero', labels: settings.podLabels })
  expect(secret).toEqual({ namespace: 'velero', name: 'cloud-credentials' })
  expect(veleroSnapshot().attach(lab).parts('drill').mover).toBeNull()
})

test.describe('CSI snapshots', () => {
  const snapshot = (size?: number, result = 'succeeded') => ({
    pvcName: 'ledger-data',
    backupMethod: 'CSISnapshot',
    result,
    csiSnapshotInfo: { ...(size === undefined ? {} : { size }) },
  })
  const take = async (infos: unknown, script: Script = {}) => {
    const world = veleroLab({ files: { BackupVolumeInfos: infos, RestoreVolumeInfo: infos }, ...script })
    return { ...world, backup: await backUp(veleroSnapshot, world.lab) }
  }

  test('a CSI snapshot replaces the file copy, and its size comes from Velero’s list of volumes', async () => {
    const { applied, backup, deleted } = await take([snapshot(1 << 30)])
    expect(applied[0]?.spec).toMatchObject({
      defaultVolumesToFsBackup: false,
      snapshotVolumes: true,
      snapshotMoveData: false,
    })
    expect(backup.result).toMatchObject({ bytes: 1 << 30, details: { volumes: 1, volumesFailed: 0 } })
    expect(backup.objects.map(({ kind }) => kind)).toEqual(['Backup'])
    expect(deleted).toEqual([expect.stringMatching(/^DownloadRequest backupvolumeinfos-/)])
  })

  test('a Velero backup without CSI snapshots has zero bytes, and a snapshot without a size makes the bytes unknown', async () => {
    expect((await take(null)).backup.result).toMatchObject({ bytes: 0, details: { volumes: 0 } })
    const byFiles = { pvcName: 'ledger-data', backupMethod: 'PodVolumeBackup' }
    expect((await take([byFiles])).backup.result).toMatchObject({ bytes: 0, details: { volumes: 0 } })
    expect((await take([snapshot(5), snapshot()])).backup.result).toMatchObject({
      bytes: null,
      details: { volumes: 2 },
    })
  })

  test('the bytes are unknown, not zero, if the list of CSI snapshots cannot be read', async () => {
    const torn = (await take('torn')).backup.result
    expect(torn).toMatchObject({ succeeded: true, bytes: null, details: { volumes: null } })
    expect(torn.details.volumesUnknown).toMatch(/JSON/)
    const failed = { phase: 'Failed', ...ended, failureReason: 'restarted' }
    expect((await take('not asked for', { backup: [failed] })).backup.result).toMatchObject({
      state: 'Failed',
      bytes: null,
      details: { volumesUnknown: 'Velero Backup "b1" in phase Failed has no list of volumes' },
    })
  })

  test('a failed CSI snapshot is reported with its message', async () => {
    const { result } = (await take([snapshot(5, 'failed')])).backup
    expect(result.details).toMatchObject({ volumesFailed: 1, volumeMessages: 'failed' })
  })

  test('a CSI snapshot counts as moving while a VolumeSnapshot of the backup exists', async () => {
    const moving = async (script: Script) => {
      const { lab, selectors } = veleroLab(script)
      const running = await veleroSnapshot().attach(lab).backup('drill', { name: 'b1' })
      return { moving: await running.waitUntilMoving(), selectors }
    }
    const running = [{ phase: 'InProgress' }]
    const made = await moving({ backup: running, lists: { volumesnapshots: [{ metadata: { name: 'velero-x' } }] } })
    expect(made).toEqual({ moving: true, selectors: ['volumesnapshots velero.io/backup-name=b1'] })
    expect((await moving({ backup: [...running, completed], lists: { volumesnapshots: [] } })).moving).toBe(false)
  })
})

test('the data mover reports the bytes of its uploads and the bytes that were new', async () => {
  const upload = moved('Completed', 700)
  const volumes = [
    { ...upload, spec: { sourcePVC: 'ledger-data' }, status: { ...upload.status, incrementalBytes: 30 } },
  ]
  const { lab, applied, selectors } = veleroLab({ volumes })
  const backup = await backUp(veleroDataMover, lab)
  expect(applied[0]?.spec).toMatchObject({ snapshotMoveData: true, defaultVolumesToFsBackup: false })
  expect(selectors).toEqual(['datauploads velero.io/backup-name=b1'])
  expect(backup.result).toMatchObject({
    bytes: 700,
    details: { volumeBytes: 'ledger-data 700', incrementalBytes: 30 },
  })
  expect(backup.objects[1]).toMatchObject({ apiVersion: 'velero.io/v2alpha1', kind: 'DataUpload' })
  // Velero does not create DataUploads again from the store, and restores without them.
  await backup.restore()
  expect(selectors[1]).toMatch(/^datadownloads velero.io\/restore-name=b1-restore-/)
})

test.describe('a schedule', () => {
  const made = (name: string, phase: string, completionTimestamp?: string): KubeObject => ({
    apiVersion: 'velero.io/v1',
    kind: 'Backup',
    metadata: { name, namespace: 'velero' },
    status: { phase, ...(completionTimestamp === undefined ? {} : { completionTimestamp }) },
  })
  const first = made('b1-20261121020000', 'Completed', '2026-11-21T02:00:09Z')
  const second = made('b1-20261121020100', 'Completed', '2026-11-21T02:01:09Z')
  const failed = made('b1-20261121020200', 'PartiallyFailed', '2026-11-21T02:02:09Z')
  const running = made('b1-20261121020300', 'InProgress')
  const at = (text: string) => Date.parse(`2026-11-21T${text}Z`)

  const take = async (lists: Script['lists'] = {}) => {
    const world = veleroLab({
      volumes: [moved('Completed', 5)],
      lists: { backups: [running, second, first], schedules: [], ...lists },
    })
    await world.lab.kube.apply([first, second, failed])
    world.applied.length = 0
    return { ...world, backup: await backUp(veleroSchedule, world.lab) }
  }

  test('a Velero Schedule is created, and its first backup is returned under the requested name', async () => {
    const { applied, backup, selectors } = await take()
    expect(applied).toHaveLength(1)
    expect(applied[0]).toMatchObject({
      kind: 'Schedule',
      metadata: { name: 'b1', namespace: 'velero' },
      spec: {
        schedule: '@every 30s',
        useOwnerReferencesInBackup: false,
        template: { includedNamespaces: ['drill'], defaultVolumesToFsBackup: true },
      },
    })
    expect(backup.name).toBe('b1')
    expect(backup.result.details.backup).toBe('b1-20261121020000')
    expect(backup.objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'Schedule b1',
      'Backup b1-20261121020000',
      'PodVolumeBackup moved-completed',
    ])
    expect(selectors).toContain('podvolumebackups velero.io/backup-name=b1-20261121020000')
  })

  test('a Velero Schedule returns its newest completed backup and is then deleted', async () => {
    const { backup, deleted } = await take()
    const newest = await backup.newestAt?.(at('02:01:30'))
    expect(newest?.name).toBe('b1-20261121020100')
    expect(newest?.objects[0]?.metadata.name).toBe('b1-20261121020100')
    expect(deleted).toContain('Schedule b1')
  })

  test('a Velero Schedule returns its first backup if no other had ended, even after its Backup object was deleted', async () => {
    const backups = [first]
    const { backup } = await take({ backups })
    backups.length = 0
    const seenEndedMs = Number(backup.result.details.seenEndedMs)
    expect(await backup.newestAt?.(seenEndedMs)).toBe(backup)
    await expect(backup.newestAt?.(seenEndedMs - 1)).rejects.toThrow(/Backups: none/)
  })

  test('an error lists the backups of a Velero Schedule if none had completed', async () => {
    const { backup } = await take()
    await expect(backup.newestAt?.(at('02:00:00'))).rejects.toThrow(
      /"b1" had completed by .*"b1-20261121020300" InProgress.*"b1-20261121020000" Completed.*velero backup get/s,
    )
  })

  test('the newest Velero backup is the last one that had certainly completed at the given time', () => {
    const all = [second, failed, running, first]
    expect(chooseNewest(all, at('02:05:00'))).toBe('b1-20261121020100')
    expect(chooseNewest(all, at('02:01:09.999'))).toBe('b1-20261121020000')
    expect(chooseNewest(all, at('02:01:10'))).toBe('b1-20261121020100')
    expect(chooseNewest(all, at('02:00:09'))).toBeNull()
    expect(chooseNewest([], at('02:05:00'))).toBeNull()
  })

  test('a new Velero Schedule removes those of earlier drills: of its own namespace and of deleted namespaces', async () => {
    const left = (name: string, of: string) => ({
      metadata: { name },
      spec: { template: { includedNamespaces: [of] } },
    })
    const world = veleroLab({
      lists: { schedules: [left('same', 'drill'), left('gone', 'away'), left('other', 'kept')] },
    })
    await world.lab.kube.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kept' } }])
    await veleroSchedule().attach(world.lab).backup('drill', { name: 'b1' })
    expect(world.deleted).toEqual(['Schedule same', 'Schedule gone'])
  })
})

test('the Velero server runs on the system nodes and the node-agent on every node, both with extra flags', () => {
  const workload = (kind: string): KubeObject => ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: 'velero' },
    spec: { template: { spec: { containers: [{ name: 'velero', args: ['server'] }] } } },
  })
  const systemNodes = { 'node-role.kubernetes.io/control-plane': '' }
  const toleration = { key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' }
  expect(adapt(workload('Deployment'), systemNodes).spec).toMatchObject({
    template: {
      spec: {
        nodeSelector: systemNodes,
        tolerations: [toleration],
        containers: [{ args: expect.arrayContaining(['server', '--default-item-operation-timeout=4m']) as string[] }],
      },
    },
  })
  expect(adapt(workload('DaemonSet'), systemNodes).spec).toMatchObject({
    template: {
      spec: {
        nodeSelector: {},
        tolerations: [toleration],
        containers: [{ args: expect.arrayContaining(['--data-mover-prepare-timeout=2m']) as string[] }],
      },
    },
  })
  const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'velero' } }
  expect(adapt(namespace, systemNodes).metadata.annotations).toEqual({ 'chaos-mesh.org/inject': 'enabled' })
})
