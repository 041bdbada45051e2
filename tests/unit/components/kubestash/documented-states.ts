import { expect } from '@playwright/test'
import type { KubeObject } from '../../../../lib/kube/object.ts'
import { createEmptyNamespace, removeNamespace } from '../../../../lib/lab/namespaces.ts'
import type { Lab } from '../../../../lib/lab/lab.ts'
import type { Mode } from '../../../../lib/components/kubestash/backup.ts'
import { kubestash } from '../../../../lib/components/kubestash/drivers.ts'
import type { Backup } from '../../../../lib/components/tool.ts'
import {
  makeWithStatus,
  startController,
  type Role,
  type ScriptedController,
  type Step,
} from '../../stand-ins/licensed/controller.ts'

const CORE = 'core.kubestash.com/v1alpha1'
const STORAGE = 'storage.kubestash.com/v1alpha1'
const SNAPSHOTS = { apiVersion: STORAGE, plural: 'snapshots' }

/** A second and a half: what does not end is seen to, and what ends has ended long before. */
const TIMING = { session: '1500ms', ready: '1500ms', every: '20ms' }

export const pending: Step = { status: { phase: 'Pending' } }
export const running: Step = { status: { phase: 'Running' } }
const ready: Step = { status: { phase: 'Ready' } }

type PlayBackup = (claim: string, session: KubeObject) => Step[] | null

/** Sequences of states as KubeStash's documentation names them. */
export interface Script {
  configuration?: Step[]
  /** Of the BackupSession of a claim. */
  backup?: PlayBackup
  restore?: Step[]
}

const restic = (uploaded: string) => ({
  components: {
    dump: {
      phase: 'Succeeded',
      resticStats: [{ id: 'f28441a3', hostPath: '/kubestash-data', size: '2.262 KiB', uploaded }],
    },
  },
})

const claimOf = ({ spec }: KubeObject): string =>
  (spec as { invoker: { name: string } }).invoker.name.replace('kubestash-', '')

const isFull = ({ metadata }: KubeObject): boolean => metadata.name.includes('-full-')

/** A KubeStash that does what its script says. It lists the Snapshots of its store again in a new namespace. */
function startKubestash(lab: Lab, script: Script): ScriptedController {
  const { kube } = lab
  const stored: { name: string; claim: string; status: Record<string, unknown> }[] = []
  const snapshotIn = (namespace: string, name: string): KubeObject => ({
    apiVersion: STORAGE,
    kind: 'Snapshot',
    metadata: { name, namespace },
  })
  const list: Step = async ({ metadata }) => {
    for (const { name, status } of stored.filter((one) => metadata.name === `kubestash-${one.claim}`))
      await makeWithStatus(kube, SNAPSHOTS, snapshotIn(metadata.namespace ?? '', name), status)
  }
  const succeed = (session: KubeObject): Step[] => {
    const { name, namespace = '' } = session.metadata
    const status = { phase: 'Succeeded', ...restic(isFull(session) ? '2.1 KiB' : '12 B') }
    const store: Step = async () => {
      stored.push({ name: `of-${name}`, claim: claimOf(session), status })
      await makeWithStatus(kube, SNAPSHOTS, snapshotIn(namespace, `of-${name}`), status)
    }
    const snapshots = [{ name: `of-${name}`, phase: 'Succeeded' }]
    return [pending, running, store, { status: { phase: 'Succeeded', duration: '9s', snapshots } }]
  }
  const roles: Role[] = [
    {
      ...{ apiVersion: CORE, plural: 'backupconfigurations' },
      play: () => script.configuration ?? [{ status: { phase: 'NotReady' } }, list, ready],
    },
    {
      ...{ apiVersion: CORE, plural: 'backupsessions' },
      play: (session) => script.backup?.(claimOf(session), session) ?? succeed(session),
    },
    {
      ...{ apiVersion: CORE, plural: 'restoresessions' },
      play: () => script.restore ?? [pending, running, { status: { phase: 'Succeeded', duration: '1m2.5s' } }],
    },
  ]
  return startController(kube, roles)
}

const claim = (namespace: string, name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
})

const settings = (namespace: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace },
  data: { colour: 'blue' },
})

interface Played {
  lab: Lab
  namespace: string
  /** Asks for a backup, and waits for its end. */
  backUp: (mode?: Mode) => Promise<Backup>
}

/** Plays a script in a namespace of its own with these claims. */
async function play(
  lab: Lab,
  script: Script,
  { claims = ['data'] }: { claims?: string[] },
  use: (played: Played) => Promise<void>,
): Promise<void> {
  const namespace = `drill-${Math.random().toString(36).slice(2, 8)}`
  await createEmptyNamespace(lab, namespace, { podSecurity: 'baseline' })
  await lab.kube.apply([...claims.map((name) => claim(namespace, name)), settings(namespace)])
  const controller = startKubestash(lab, script)
  const backUp = async (mode: Mode = 'logical-backup') => {
    const running = await kubestash(mode, TIMING).attach(lab).backup(namespace, { name: 'b1' })
    return running.waitUntilFinished()
  }
  try {
    await use({ lab, namespace, backUp })
  } finally {
    await controller.stop()
    await removeNamespace(lab, namespace)
  }
}

const failing =
  (status: Record<string, unknown>): PlayBackup =>
  () => [pending, running, { status: { duration: '3s', ...status } }]

const condition = (type: string, reason: string, message: string, status = 'False') => ({
  ...{ type, status, reason, message },
  lastTransitionTime: '2026-11-21T02:00:03Z',
})

interface Case {
  title: string
  run: (lab: Lab) => Promise<void>
}

/** Every documented sequence of states, and what the driver must say of it. */
export const cases: Case[] = [
  {
    title:
      'a BackupSession that Succeeded is a backup with the sizes of its Snapshot, and comes back with its namespace',
    run: (lab) =>
      play(lab, {}, {}, async ({ namespace, backUp }) => {
        const backup = await backUp()
        const { startedMs, endedMs, ...result } = backup.result
        expect(result).toMatchObject({
          ...{ state: 'Succeeded', succeeded: true, bytes: 2316 },
          details: { volumes: 1, bytesAdded: 12, message: null },
        })
        expect((endedMs ?? 0) - (startedMs ?? 0)).toBe(9000)
        expect(backup.objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
          'BackupSession kubestash-b1-data',
          'Snapshot of-kubestash-b1-data',
        ])
        await removeNamespace(lab, namespace)
        const restored = await backup.restore()
        expect(restored).toMatchObject({ state: 'Succeeded', succeeded: true, bytes: null, details: { volumes: 1 } })
        expect(await lab.kube.get(claim(namespace, 'data'))).not.toBeNull()
        expect(await lab.kube.get(settings(namespace))).toMatchObject({ data: { colour: 'blue' } })
      }),
  },
  {
    title: 'an incremental backup comes after a full one, and says how much each of them moved',
    run: (lab) =>
      play(lab, {}, {}, async ({ backUp }) => {
        const { result, objects } = await backUp('logical-incremental')
        expect(result).toMatchObject({ succeeded: true, details: { bytesAdded: 12, fullBytesAdded: 2150 } })
        expect(objects.map(({ metadata }) => metadata.name)).not.toContain('kubestash-b1-full-data')
      }),
  },
  {
    title: 'a full backup that failed is the result of the incremental one',
    run: (lab) =>
      play(lab, { backup: failing({ phase: 'Failed' }) }, {}, async ({ backUp }) => {
        const { result, objects } = await backUp('logical-incremental')
        expect(result).toMatchObject({ state: 'Failed', succeeded: false })
        expect(objects.map(({ metadata }) => metadata.name)).toEqual(['kubestash-b1-full-data'])
      }),
  },
  {
    title: 'a BackupSession that Failed says why in the words of KubeStash',
    run: (lab) => {
      const conditions = [
        condition('ValidationPassed', 'Passed', 'fine', 'True'),
        condition('BackupExecutorEnsured', 'FailedToEnsureBackupExecutor', 'pods "x" is forbidden: exceeded quota'),
      ]
      return play(lab, { backup: failing({ phase: 'Failed', conditions }) }, {}, async ({ backUp }) => {
        const { result, objects } = await backUp()
        expect(result).toMatchObject({
          ...{ state: 'Failed', succeeded: false, bytes: 0 },
          details: { message: 'pods "x" is forbidden: exceeded quota', claim: 'data' },
        })
        expect(objects.map(({ kind }) => kind)).toEqual(['BackupSession'])
      })
    },
  },
  {
    title: 'a BackupSession that was Skipped is no backup, and restores nothing',
    run: (lab) => {
      const why = 'Skipped taking new backup. Reason: invoker is not ready'
      const conditions = [condition('BackupSkipped', 'PreRequisitesNotSatisfied', why, 'True')]
      return play(lab, { backup: failing({ phase: 'Skipped', conditions }) }, {}, async ({ backUp }) => {
        const backup = await backUp()
        expect(backup.result).toMatchObject({ state: 'Skipped', succeeded: false, details: { message: why } })
        expect(await backup.restore()).toMatchObject({ state: 'NoSnapshot', succeeded: false })
      })
    },
  },
  {
    title: 'a backup of two claims of which one failed is failed, and names the claim',
    run: (lab) => {
      const backup: PlayBackup = (name) =>
        name === 'logs' ? [pending, running, { status: { phase: 'Failed', duration: '2s' } }] : null
      return play(lab, { backup }, { claims: ['data', 'logs'] }, async ({ backUp }) => {
        const done = await backUp()
        expect(done.result).toMatchObject({ state: 'Failed', details: { volumes: 2, claim: 'logs' } })
        expect(await done.restore()).toMatchObject({ details: { message: expect.stringContaining('logs') as unknown } })
      })
    },
  },
  {
    title: 'a BackupSession that never ends is an error with its last state',
    run: (lab) =>
      play(lab, { backup: () => [pending, running] }, {}, async ({ backUp }) => {
        await expect(backUp()).rejects.toThrow(
          /KubeStash BackupSession "kubestash-b1-data" in namespace "drill-\w+" ended: not after .* Last state: Running\nNext: kubectl/,
        )
      }),
  },
  {
    title: 'a BackupSession that somebody deletes is an error, not a backup',
    run: (lab) =>
      play(lab, { backup: () => [pending, 'deleted'] }, {}, async ({ backUp }) => {
        await expect(backUp()).rejects.toThrow(
          /BackupSession "kubestash-b1-data" is gone from namespace "drill-\w+"\. Next/,
        )
      }),
  },
  {
    title: 'a store that refuses its keys keeps the BackupConfiguration from being Ready, and the error says so',
    run: (lab) => {
      const conditions = [
        condition('BackendInitialized', 'BackendInitializationFailed', 'AccessDenied: status code 403'),
      ]
      const configuration: Step[] = [{ status: { phase: 'NotReady', conditions } }]
      return play(lab, { configuration }, {}, async ({ backUp }) => {
        await expect(backUp()).rejects.toThrow(/Ready: not after .*Last state: NotReady: AccessDenied: status code 403/)
      })
    },
  },
  {
    title: 'a BackupConfiguration that is Invalid is refused at once',
    run: (lab) => {
      const conditions = [condition('ValidationPassed', 'ResourceValidationFailed', 'addon "pvc-addon" is not there')]
      const configuration: Step[] = [{ status: { phase: 'Invalid', conditions } }]
      return play(lab, { configuration }, {}, async ({ backUp }) => {
        await expect(backUp()).rejects.toThrow(/is refused: Invalid: addon "pvc-addon" is not there\. Next: kubectl/)
      })
    },
  },
  ...(['Failed', 'Invalid'] as const).map((phase): Case => ({
    title: `a RestoreSession that is ${phase} says why, and no workload is started`,
    run: (lab) => {
      const components = { dump: { phase: 'Failed', error: 'unable to load index' } }
      const restore: Step[] = [pending, running, { status: { phase, duration: '4s', components } }]
      return play(lab, { restore }, {}, async ({ namespace, backUp }) => {
        const backup = await backUp()
        await removeNamespace(lab, namespace)
        expect(await backup.restore()).toMatchObject({
          ...{ state: phase, succeeded: false },
          details: { message: 'unable to load index' },
        })
      })
    },
  })),
  {
    title: 'a RestoreSession that never ends is an error with its last state',
    run: (lab) =>
      play(lab, { restore: [pending, running] }, {}, async ({ namespace, backUp }) => {
        const backup = await backUp()
        await removeNamespace(lab, namespace)
        await expect(backup.restore()).rejects.toThrow(/RestoreSession .* ended: not after .*Last state: Running/)
      }),
  },
  {
    title: 'a RestoreSession that somebody deletes is an error',
    run: (lab) =>
      play(lab, { restore: [pending, 'deleted'] }, {}, async ({ namespace, backUp }) => {
        const backup = await backUp()
        await removeNamespace(lab, namespace)
        await expect(backup.restore()).rejects.toThrow(/RestoreSession .* is gone from namespace/)
      }),
  },
  {
    title: 'Snapshots that KubeStash does not list again in the new namespace are an error',
    run: (lab) =>
      play(lab, { configuration: [ready] }, {}, async ({ namespace, backUp }) => {
        const backup = await backUp()
        await removeNamespace(lab, namespace)
        await expect(backup.restore()).rejects.toThrow(
          /Snapshot "of-kubestash-b1-data" .* listed from the store: not after/,
        )
      }),
  },
]
