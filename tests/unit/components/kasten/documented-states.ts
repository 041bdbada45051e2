import { expect } from '@playwright/test'
import { kasten } from '../../../../lib/components/kasten/drivers.ts'
import type { Mode } from '../../../../lib/components/kasten/backup.ts'
import type { Backup } from '../../../../lib/components/tool.ts'
import type { KubeObject } from '../../../../lib/kube/object.ts'
import type { Lab } from '../../../../lib/lab/lab.ts'
import { createEmptyNamespace, ensureNamespace, removeNamespace } from '../../../../lib/lab/namespaces.ts'
import { startController, type Role, type Step } from '../../stand-ins/licensed/controller.ts'

const ACTIONS = 'actions.kio.kasten.io/v1alpha1'
const APPS = 'apps.kio.kasten.io/v1alpha1'
const TIMING = { action: '1500ms', ready: '1500ms', every: '20ms' }

const times = { startTime: '2026-11-21T02:00:00Z', endTime: '2026-11-21T02:00:09Z' }
const state = (name: string, more: Record<string, unknown> = {}): Step => ({
  status: { state: name, ...times, ...more },
})
const running = [state('Pending'), state('Running', { progress: 40 })]

/** Sequences of states as K10's documentation names them. */
interface Script {
  backup?: Step[]
  export?: Step[]
  restore?: Step[]
}

/** A K10 that does what its script says. */
function startKasten(lab: Lab, script: Script) {
  const appOf = ({ metadata }: KubeObject): string => metadata.labels?.['k10.kasten.io/appNamespace'] ?? ''
  const keep =
    (action: KubeObject): Step =>
    async () => {
      const labels = { 'k10.kasten.io/exportProfile': 'meshdrill', 'k10.kasten.io/appNamespace': appOf(action) }
      const name = `content-of-${action.metadata.name}`
      await lab.kube.create({
        ...{ apiVersion: APPS, kind: 'RestorePointContent', metadata: { name, labels } },
        status: { physicalSizeBytes: 4096 },
      })
    }
  const roles: Role[] = [
    {
      ...{ apiVersion: ACTIONS, plural: 'backupactions' },
      play: () => script.backup ?? [...running, state('Complete', { restorePoint: { name: 'point' } })],
    },
    {
      ...{ apiVersion: ACTIONS, plural: 'exportactions' },
      play: (action) =>
        script.export ?? [...running, keep(action), state('Complete', { endTime: '2026-11-21T02:00:21Z' })],
    },
    { apiVersion: ACTIONS, plural: 'restoreactions', play: () => script.restore ?? [...running, state('Complete')] },
  ]
  return startController(lab.kube, roles)
}

interface Played {
  namespace: string
  backUp: (mode?: Mode) => Promise<Backup>
}

async function play(lab: Lab, script: Script, use: (played: Played) => Promise<void>): Promise<void> {
  const namespace = `drill-${Math.random().toString(36).slice(2, 8)}`
  await ensureNamespace(lab, 'kasten-io', { podSecurity: 'baseline' })
  await createEmptyNamespace(lab, namespace, { podSecurity: 'baseline', labels: { mesh: 'on' } })
  const controller = startKasten(lab, script)
  const backUp = async (mode: Mode = 'export') =>
    (await kasten(mode, TIMING).attach(lab).backup(namespace, { name: 'b1' })).waitUntilFinished()
  try {
    await use({ namespace, backUp })
  } finally {
    await controller.stop()
    await removeNamespace(lab, namespace)
  }
}

interface Case {
  title: string
  run: (lab: Lab) => Promise<void>
}

/** Every documented sequence of states, and what the driver must say of it. */
export const cases: Case[] = [
  {
    title: 'a BackupAction and an ExportAction that are Complete are a backup, which comes back with its namespace',
    run: (lab) =>
      play(lab, {}, async ({ namespace, backUp }) => {
        const backup = await backUp()
        expect(backup.result).toMatchObject({
          ...{ state: 'Complete', succeeded: true, bytes: 4096, details: { message: null, exceptions: null } },
          ...{ startedMs: Date.parse(times.startTime), endedMs: Date.parse('2026-11-21T02:00:21Z') },
        })
        expect(backup.objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
          'BackupAction b1',
          `ExportAction ${namespace}-b1`,
          `RestorePointContent content-of-${namespace}-b1`,
        ])
        await removeNamespace(lab, namespace)
        const restored = await backup.restore()
        expect(restored).toMatchObject({ state: 'Complete', succeeded: true, endedMs: Date.parse(times.endTime) })
        const found = await lab.kube.get({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
        expect(found?.metadata.labels).toMatchObject({ mesh: 'on' })
      }),
  },
  {
    title: 'an incremental export comes after a first one, and is what is restored from',
    run: (lab) =>
      play(lab, {}, async ({ namespace, backUp }) => {
        const { objects } = await backUp('export-incremental')
        expect(objects.map(({ metadata }) => metadata.name)).toContain(`content-of-${namespace}-b1`)
        const full = {
          apiVersion: APPS,
          kind: 'RestorePointContent',
          metadata: { name: `content-of-${namespace}-b1-full` },
        }
        expect(await lab.kube.get(full)).not.toBeNull()
      }),
  },
  {
    title: 'a BackupAction that Failed after its attempts says why in the words of K10, and nothing is exported',
    run: (lab) => {
      const error = { message: 'Job failed to be executed', cause: 'exceeded quota: requests.storage' }
      const backup = [...running, state('AttemptFailed', { error }), state('Failed', { error })]
      return play(lab, { backup }, async ({ backUp }) => {
        const done = await backUp()
        expect(done.result).toMatchObject({
          ...{ state: 'Failed', succeeded: false, bytes: null },
          details: { action: 'BackupAction', message: `${error.message}; ${error.cause}` },
        })
        expect(done.objects.map(({ kind }) => kind)).toEqual(['BackupAction'])
        expect(await done.restore()).toMatchObject({ state: 'NoRestorePointContent', succeeded: false })
      })
    },
  },
  ...['Skipped', 'Cancelled'].map((end): Case => ({
    title: `a BackupAction that is ${end} is no backup`,
    run: (lab) =>
      play(lab, { backup: [...running, state(end)] }, async ({ backUp }) => {
        expect((await backUp()).result).toMatchObject({ state: end, succeeded: false })
      }),
  })),
  {
    title: 'an ExportAction that is denied by the store fails the backup, and says so',
    run: (lab) => {
      const error = { message: 'Failed to export snapshot data', cause: 'AccessDenied' }
      return play(lab, { export: [...running, state('Failed', { error })] }, async ({ backUp }) => {
        expect((await backUp()).result).toMatchObject({
          ...{
            state: 'Failed',
            details: { action: 'ExportAction', message: expect.stringContaining('AccessDenied') as unknown },
          },
        })
      })
    },
  },
  {
    title: 'a BackupAction that is Complete without a RestorePoint is an error, not a backup',
    run: (lab) =>
      play(lab, { backup: [...running, state('Complete')] }, async ({ backUp }) => {
        await expect(backUp()).rejects.toThrow(
          /BackupAction "b1" .* is Complete, but names no RestorePoint\. Next: kubectl/,
        )
      }),
  },
  {
    title: 'an export of which K10 lists no RestorePointContent is an error',
    run: (lab) =>
      play(lab, { export: [...running, state('Complete')] }, async ({ backUp }) => {
        await expect(backUp()).rejects.toThrow(
          /RestorePointContent .* not after .*Last state: 0 listed, 0 of them from before\nNext/,
        )
      }),
  },
  {
    title: 'exceptions of an action that is Complete all the same are in its details',
    run: (lab) => {
      const exceptions = [{ message: 'PVC logs was left out' }]
      const backup = [...running, state('Complete', { restorePoint: { name: 'point' }, exceptions })]
      return play(lab, { backup }, async ({ backUp }) => {
        expect((await backUp()).result).toMatchObject({
          ...{ succeeded: true, details: { exceptions: 'PVC logs was left out' } },
        })
      })
    },
  },
  {
    title: 'a BackupAction that never ends is an error with its last state and progress',
    run: (lab) =>
      play(lab, { backup: running }, async ({ backUp }) => {
        await expect(backUp()).rejects.toThrow(
          /Kasten BackupAction "b1" in namespace "drill-\w+" ended: not after .*Last state: Running \(40 %\)\nNext: kubectl/,
        )
      }),
  },
  {
    title: 'a BackupAction that somebody deletes is an error, and Deleting is no end',
    run: (lab) =>
      play(lab, { backup: [...running, state('Deleting'), 'deleted'] }, async ({ backUp }) => {
        await expect(backUp()).rejects.toThrow(/BackupAction "b1" is gone from namespace "drill-\w+"\. Next: kubectl/)
      }),
  },
  {
    title: 'a RestoreAction that Failed says why',
    run: (lab) => {
      const restore = [
        ...running,
        state('AttemptFailed'),
        state('Failed', { error: { message: 'timed out waiting for PVC' } }),
      ]
      return play(lab, { restore }, async ({ namespace, backUp }) => {
        const backup = await backUp()
        await removeNamespace(lab, namespace)
        expect(await backup.restore()).toMatchObject({
          ...{ state: 'Failed', succeeded: false, details: { message: 'timed out waiting for PVC' } },
        })
      })
    },
  },
  {
    title: 'a RestoreAction that never ends is an error with its last state',
    run: (lab) =>
      play(lab, { restore: running }, async ({ namespace, backUp }) => {
        const backup = await backUp()
        await removeNamespace(lab, namespace)
        await expect(backup.restore()).rejects.toThrow(/RestoreAction .* ended: not after .*Last state: Running/)
      }),
  },
]
