import { expect, test } from '@playwright/test'
import type { Lab } from '../../../../lib/lab/lab.ts'
import { backsUpNothing } from '../../../../lib/controls/backs-up-nothing.ts'
import type { Backup } from '../../../../lib/components/tool.ts'
import { veleroFileSystem, veleroFileSystemWithMeshVolumes } from '../../../../lib/components/velero/velero.ts'
import { labelValue } from '../../../../lib/components/velero/api.ts'
import { completed, ended, moved, movedEmptyDir, veleroLab, type Script } from '../../stand-ins/velero.ts'

const start = (lab: Lab) => veleroFileSystem().attach(lab).backup('drill', { name: 'b1' })
const backUp = async (script: Script): Promise<Backup> => (await start(veleroLab(script).lab)).waitUntilFinished()

test.describe('a backup by Velero', () => {
  test('a Velero backup covers the namespace with its volumes, and reports its start, its end and its bytes', async () => {
    const { lab, applied, selectors } = veleroLab({ volumes: [moved('Completed', 700), moved('Completed', 300)] })
    const { name, result } = await (await start(lab)).waitUntilFinished()
    expect(name).toBe('b1')
    expect(applied).toHaveLength(1)
    expect(applied[0]).toMatchObject({
      kind: 'Backup',
      metadata: { name: 'b1', namespace: 'velero' },
      spec: {
        includedNamespaces: ['drill'],
        defaultVolumesToFsBackup: true,
        resourcePolicy: { kind: 'configmap', name: 'drill-volumes' },
        csiSnapshotTimeout: '2m',
        itemOperationTimeout: '4m',
      },
    })
    expect(selectors).toEqual(['podvolumebackups velero.io/backup-name=b1'])
    expect(result).toMatchObject({
      state: 'Completed',
      succeeded: true,
      startedMs: Date.parse('2026-11-21T02:00:00Z'),
      endedMs: Date.parse('2026-11-21T02:00:09Z'),
      bytes: 1000,
      details: { volumes: 2, volumesFailed: 0, volumeMessages: null, reason: null },
    })
  })

  test('a completed Velero backup without volumes has zero bytes', async () => {
    const { result } = await backUp({ volumes: [] })
    expect(result).toMatchObject({ succeeded: true, bytes: 0, details: { volumes: 0 } })
  })

  test('a volume that reports no bytes counts as zero bytes', async () => {
    const { result } = await backUp({ volumes: [moved('Completed'), moved('Completed', 5)] })
    expect(result.bytes).toBe(5)
  })

  test('a Velero backup still runs in any phase that is not terminal', async () => {
    const phases = ['New', 'InProgress', 'Finalizing', 'FinalizingPartiallyFailed', 'WaitingForPluginOperations']
    const backup = [{}, ...phases.map((phase) => ({ phase })), { phase: 'PartiallyFailed', ...ended, errors: 1 }]
    const { lab, left } = veleroLab({ backup, files: { BackupResults: {} } })
    const { result } = await (await start(lab)).waitUntilFinished()
    expect(result).toMatchObject({ state: 'PartiallyFailed', succeeded: false, details: { errors: 1 } })
    expect(left()).toBe(1)
  })

  test('a failed Velero backup reports its own reason and the messages of its volumes', async () => {
    const failed = { phase: 'Failed', ...ended, failureReason: 'found a backup with status "InProgress"' }
    const volumes = [moved('Completed', 5), moved('Failed', 2, 'node-agent restarted'), moved('Canceled')]
    const { result } = await backUp({ backup: [failed], volumes })
    expect(result).toMatchObject({
      state: 'Failed',
      succeeded: false,
      bytes: 7,
      details: { volumesFailed: 2, volumeMessages: 'node-agent restarted', reason: failed.failureReason },
    })
    const invalid = { phase: 'FailedValidation', validationErrors: ['no location', 'no bucket'] }
    const refused = (await backUp({ backup: [invalid] })).result
    expect(refused).toMatchObject({ succeeded: false, startedMs: null, endedMs: null })
    expect(refused.details.reason).toBe('no location; no bucket')
  })

  test('a Velero backup reports its first five errors and warnings and the number of the others', async () => {
    const results = {
      errors: { cluster: ['no matches for kind "VolumeSnapshot"'], namespaces: { drill: ['one', 'two', 'one'] } },
      warnings: { namespaces: { drill: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] } },
    }
    const status = { phase: 'PartiallyFailed', ...ended, errors: 4, warnings: 7 }
    const { lab, deleted } = veleroLab({ backup: [status], files: { BackupResults: results } })
    const { result } = await (await start(lab)).waitUntilFinished()
    expect(result.details.errorMessages).toBe('no matches for kind "VolumeSnapshot"; one; two')
    expect(result.details.warningMessages).toBe('a; b; c; d; e; and 2 more')
    expect(deleted).toEqual([expect.stringMatching(/^DownloadRequest backupresults-/)])
  })

  test('a Velero backup ends even if its errors cannot be read', async () => {
    const backup = [{ phase: 'PartiallyFailed', ...ended, errors: 1 }]
    const { result } = await backUp({ backup, files: { BackupResults: 'torn' } })
    expect(result.state).toBe('PartiallyFailed')
    expect(result.details.errorMessages).toMatch(/^cannot be read: /)
  })

  test('a Velero Backup that is deleted while it runs is an error', async () => {
    await expect(backUp({ backup: [{ phase: 'InProgress' }, null] })).rejects.toThrow(
      /"b1" was deleted from namespace "velero" before it ended\. Next: kubectl/,
    )
  })

  test('a Velero backup is moving while the data of a claim is InProgress, and not before or after', async () => {
    const moving = async (script: Script) => (await start(veleroLab(script).lab)).waitUntilMoving()
    const running = [{ phase: 'InProgress' }]
    expect(await moving({ backup: running, volumes: [moved('Prepared'), moved('InProgress')] })).toBe(true)
    expect(await moving({ backup: [...running, ...running, completed], volumes: [moved('Prepared')] })).toBe(false)
    expect(await moving({ backup: running, volumes: [moved('Completed', 5)] })).toBe(false)
  })

  test('a Velero backup is not moving while it only copies emptyDirs of the mesh', async () => {
    const volumes = [movedEmptyDir('InProgress'), movedEmptyDir('Completed', 7), moved('Prepared')]
    const backup = [{ phase: 'InProgress' }, { phase: 'InProgress' }, completed]
    expect(await (await start(veleroLab({ backup, volumes }).lab)).waitUntilMoving()).toBe(false)
  })

  test('the objects of a Velero backup are the Backup and its PodVolumeBackups', async () => {
    const { objects } = await backUp({ volumes: [moved('Completed', 5)] })
    const inVelero = (kind: string, name: string) => ({
      apiVersion: 'velero.io/v1',
      kind,
      metadata: { name, namespace: 'velero' },
    })
    expect(objects).toEqual([inVelero('Backup', 'b1'), inVelero('PodVolumeBackup', 'moved-completed')])
  })
})

test.describe('a restore by Velero', () => {
  test('a Velero restore recreates the namespace, or a copy of it in another one', async () => {
    const { lab, applied, selectors } = veleroLab({ volumes: [moved('Completed', 8)] })
    const backup = await (await start(lab)).waitUntilFinished()
    await lab.kube.apply([{ apiVersion: 'velero.io/v1', ...podVolumeBackup }])
    expect(await backup.restore()).toMatchObject({ state: 'Completed', succeeded: true, bytes: 8 })
    await backup.restore({ into: 'copy' })
    const restores = applied.filter(({ kind }) => kind === 'Restore')
    const [first = '', second = ''] = restores.map(({ metadata }) => metadata.name)
    expect(first).toMatch(/^b1-restore-/)
    expect(second).toMatch(/^b1-copy-/)
    expect(restores[0]?.spec).toEqual({ backupName: 'b1', includedNamespaces: ['drill'], itemOperationTimeout: '4m' })
    expect(restores[1]?.spec).toMatchObject({ backupName: 'b1', namespaceMapping: { drill: 'copy' } })
    expect(selectors.slice(1)).toEqual([
      `podvolumerestores velero.io/restore-name=${first}`,
      `podvolumerestores velero.io/restore-name=${second}`,
    ])
  })

  test('a Velero restore that ended as PartiallyFailed did not succeed', async () => {
    const backup = await backUp({ restore: [{ phase: 'InProgress' }, { phase: 'PartiallyFailed', ...ended }] })
    expect(await backup.restore()).toMatchObject({ state: 'PartiallyFailed', succeeded: false })
  })

  test('a second Velero restore of a backup has a new name, so it does not see the end of the first', async () => {
    const { lab, applied } = veleroLab({ restore: [{ phase: 'Failed', ...ended }, completed] })
    const backup = await (await start(lab)).waitUntilFinished()
    expect((await backup.restore()).succeeded).toBe(false)
    await expect.poll(() => Date.now().toString(36)).not.toBe(applied.at(-1)?.metadata.name.split('-').at(-1))
    expect((await backup.restore()).succeeded).toBe(true)
    const names = applied.filter(({ kind }) => kind === 'Restore').map(({ metadata }) => metadata.name)
    expect(new Set(names).size).toBe(2)
  })

  test('a Velero restore waits until the Backup and its PodVolumeBackups exist again', async () => {
    const { lab, applied } = veleroLab({ volumes: [moved('Completed', 8)] })
    const backup = await (await start(lab)).waitUntilFinished()
    const restoring = backup.restore()
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(applied.map(({ kind }) => kind)).not.toContain('Restore')
    await lab.kube.apply([{ apiVersion: 'velero.io/v1', ...podVolumeBackup }])
    expect((await restoring).succeeded).toBe(true)
  })
})

const podVolumeBackup = { kind: 'PodVolumeBackup', metadata: { name: 'moved-completed', namespace: 'velero' } }

test('a Velero backup with the mesh’s volumes reports the bytes of each volume', async () => {
  const { lab, applied } = veleroLab({ volumes: [movedEmptyDir('Completed', 7), moved('Completed', 5)] })
  const tool = veleroFileSystemWithMeshVolumes().attach(lab)
  const { result } = await (await tool.backup('drill', { name: 'b1' })).waitUntilFinished()
  expect(applied[0]?.spec).not.toHaveProperty('resourcePolicy')
  expect(result).toMatchObject({ bytes: 12, details: { volumes: 2, volumeBytes: 'istio-envoy 7, data 5' } })
})

test('a name that is too long for a label is shortened as Velero shortens it', () => {
  expect(labelValue('a'.repeat(63))).toBe('a'.repeat(63))
  // The last six characters come from the SHA-256 of the name.
  expect(labelValue('a'.repeat(64))).toBe(`${'a'.repeat(57)}ffe054`)
})

test('the control that backs up nothing has its own name and makes Velero skip all volumes', async () => {
  const { lab, applied } = veleroLab({})
  const tool = backsUpNothing().attach(lab)
  await tool.backup('drill', { name: 'b1' })
  expect(tool.name).toBe('control-backs-up-nothing')
  expect(applied[0]?.spec).toMatchObject({ defaultVolumesToFsBackup: false, snapshotVolumes: false })
})
