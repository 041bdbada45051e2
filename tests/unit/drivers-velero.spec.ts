import { expect, test } from '@playwright/test'
import type { CustomObjectsApi } from '@kubernetes/client-node'
import type { KubeObject, ObjectReference } from '../../lib/kube/object.ts'
import type { Lab } from '../../lib/lab.ts'
import { backsUpNothing } from '../../lib/tools/controls/backs-up-nothing.ts'
import type { Backup } from '../../lib/tools/tool.ts'
import { veleroFileSystem } from '../../lib/tools/velero.ts'
import { labWith, only } from './stand-ins/lab.ts'

type Status = Record<string, unknown>

const ended = { startTimestamp: '2026-11-21T02:00:00Z', completionTimestamp: '2026-11-21T02:00:09Z' }
const completed: Status = { phase: 'Completed', ...ended }
const moved = (phase: string, bytesDone?: number, message?: string): Status => ({
  phase,
  ...(message === undefined ? {} : { message }),
  ...(bytesDone === undefined ? {} : { progress: { totalBytes: bytesDone, bytesDone } }),
})

interface Script {
  /** What the Backup says of itself, one each time it is asked for; the last one stays. */
  backup?: (Status | null)[]
  restore?: (Status | null)[]
  volumes?: Status[]
}

/** A lab in which a Velero does what its script says. */
function veleroLab(script: Script): { lab: Lab; applied: KubeObject[]; selectors: string[]; left: () => number } {
  const applied: KubeObject[] = []
  const selectors: string[] = []
  const states: Record<string, (Status | null)[]> = {
    Backup: [...(script.backup ?? [completed])],
    Restore: [...(script.restore ?? [completed])],
  }
  const lab = labWith((memory) => ({
    async apply(objects) {
      applied.push(...objects)
      await memory.apply(objects)
    },
    async get<T extends KubeObject>(reference: ObjectReference) {
      const list = states[reference.kind] ?? []
      const status = list.length > 1 ? list.shift() : list[0]
      const object = await memory.get<T>(reference)
      return object === null || status === null ? null : { ...object, status }
    },
    custom: only<CustomObjectsApi>({
      listNamespacedCustomObject: ({ plural, labelSelector = '' }) => {
        selectors.push(`${plural} ${labelSelector}`)
        return Promise.resolve({ items: (script.volumes ?? []).map((status) => ({ status })) })
      },
    }),
  }))
  return { lab, applied, selectors, left: () => states.Backup?.length ?? 0 }
}

const start = (lab: Lab) => veleroFileSystem().attach(lab).backup('drill', { name: 'b1' })
const backUp = async (script: Script): Promise<Backup> => (await start(veleroLab(script).lab)).finished()

test.describe('a backup by Velero', () => {
  test('asks for the namespace with its volumes, and says when it started and ended and what it moved', async () => {
    const { lab, applied, selectors } = veleroLab({ volumes: [moved('Completed', 700), moved('Completed', 300)] })
    const { name, result } = await (await start(lab)).finished()
    expect(name).toBe('b1')
    expect(applied).toHaveLength(1)
    expect(applied[0]).toMatchObject({
      kind: 'Backup',
      metadata: { name: 'b1', namespace: 'velero' },
      spec: { includedNamespaces: ['drill'], defaultVolumesToFsBackup: true },
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

  test('that says Completed and has no volume moved zero bytes', async () => {
    const { result } = await backUp({ volumes: [] })
    expect(result).toMatchObject({ succeeded: true, bytes: 0, details: { volumes: 0 } })
  })

  test('whose volume says nothing of its bytes moved none that were seen', async () => {
    const { result } = await backUp({ volumes: [moved('Completed'), moved('Completed', 5)] })
    expect(result.bytes).toBe(5)
  })

  test('goes on while it finalizes, whatever the name of the phase', async () => {
    const phases = ['New', 'InProgress', 'Finalizing', 'FinalizingPartiallyFailed', 'WaitingForPluginOperations']
    const backup = [{}, ...phases.map((phase) => ({ phase })), { phase: 'PartiallyFailed', ...ended, errors: 1 }]
    const { lab, left } = veleroLab({ backup })
    const { result } = await (await start(lab)).finished()
    expect(result).toMatchObject({ state: 'PartiallyFailed', succeeded: false, details: { errors: 1 } })
    expect(left()).toBe(1)
  })

  test('that failed says why, by itself and by its volumes', async () => {
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

  test('that vanishes is an error, not a backup', async () => {
    await expect(backUp({ backup: [{ phase: 'InProgress' }, null] })).rejects.toThrow(/"b1" is gone from namespace/)
  })

  test('moves its data while one of its volumes does, and not before', async () => {
    const moving = async (script: Script) => (await start(veleroLab(script).lab)).moving()
    const running = [{ phase: 'InProgress' }]
    expect(await moving({ backup: running, volumes: [moved('Prepared'), moved('InProgress')] })).toBe(true)
    expect(await moving({ backup: [...running, ...running, completed], volumes: [moved('Prepared')] })).toBe(false)
    expect(await moving({ backup: running, volumes: [moved('Completed', 5)] })).toBe(false)
  })
})

test.describe('a restore by Velero', () => {
  test('brings the namespace back, or a copy into another one', async () => {
    const { lab, applied, selectors } = veleroLab({ volumes: [moved('Completed', 8)] })
    const backup = await (await start(lab)).finished()
    expect(await backup.restore()).toMatchObject({ state: 'Completed', succeeded: true, bytes: 8 })
    await backup.restore({ into: 'copy' })
    const restores = applied.filter(({ kind }) => kind === 'Restore')
    expect(restores.map(({ metadata }) => metadata.name)).toEqual(['b1-restore', 'b1-into-copy'])
    expect(restores[0]?.spec).toEqual({ backupName: 'b1', includedNamespaces: ['drill'] })
    expect(restores[1]?.spec).toMatchObject({ backupName: 'b1', namespaceMapping: { drill: 'copy' } })
    expect(selectors.slice(1)).toEqual([
      'podvolumerestores velero.io/restore-name=b1-restore',
      'podvolumerestores velero.io/restore-name=b1-into-copy',
    ])
  })

  test('that ended in part did not succeed', async () => {
    const backup = await backUp({ restore: [{ phase: 'InProgress' }, { phase: 'PartiallyFailed', ...ended }] })
    expect(await backup.restore()).toMatchObject({ state: 'PartiallyFailed', succeeded: false })
  })
})

test('the control that backs up nothing asks Velero to leave the volumes out, and bears a name of its own', async () => {
  const { lab, applied } = veleroLab({})
  const tool = backsUpNothing().attach(lab)
  await tool.backup('drill', { name: 'b1' })
  expect(tool.name).toBe('control-backs-up-nothing')
  expect(applied[0]?.spec).toMatchObject({ defaultVolumesToFsBackup: false, snapshotVolumes: false })
})
