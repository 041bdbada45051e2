import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import { listObjects } from '../support/exported-namespace.ts'
import type { RunningBackup } from '../tool.ts'
import { API, hasEnded, isOfClaim, labelValue, listMovements, NAMESPACE, readOperation, TERMINAL } from './api.ts'
import { waitForSync, LIMITS } from './location.ts'
import type { Method } from './methods.ts'
import { waitForOperation } from './operation.ts'
import type { ObjectReference } from '../../kube/object.ts'
import type { OperationResult } from '../../record/facts.ts'

/** Kinds that a restore needs in the cluster. If they are missing, Velero creates them again from the store. */
const SYNCED = ['Backup', 'PodVolumeBackup']

/** The backup that a restore uses. */
interface RestoreSource {
  /** Namespace that was backed up. */
  namespace: string
  /** Name of the Backup. */
  name: string
  /** The Backup and the objects that moved its data. */
  objects: ObjectReference[]
}

/** Restores the namespace, or a copy of it into another one. Resolves when the Restore has ended, successfully or not. */
async function restoreFrom(
  lab: Lab,
  method: Method,
  source: RestoreSource,
  into: string | null,
): Promise<OperationResult> {
  const { objects } = source
  await waitForSync(
    lab,
    objects.filter(({ kind }) => SYNCED.includes(kind)),
  )
  // Each restore needs a new name. With the same name, the wait would see the end of an earlier restore.
  const name = `${source.name}-${into === null ? 'restore' : 'copy'}-${Date.now().toString(36)}`
  await lab.kube.apply([
    { apiVersion: API, kind: 'Restore', metadata: { name, namespace: NAMESPACE }, spec: restoreSpec(source, into) },
  ])
  return (await waitForOperation(lab, method, 'Restore', name)).result
}

export const restoreSpec = (
  { name, namespace }: Pick<RestoreSource, 'name' | 'namespace'>,
  into: string | null,
): Record<string, unknown> => ({
  backupName: name,
  includedNamespaces: [namespace],
  itemOperationTimeout: LIMITS.itemOperation,
  ...(into === null ? {} : { namespaceMapping: { [namespace]: into } }),
})

/** Spec of a Backup of a whole namespace. The method decides how its volumes are backed up. */
export const backupSpec = (method: Method, namespace: string): Record<string, unknown> => ({
  includedNamespaces: [namespace],
  ...method.spec,
  storageLocation: 'default',
  csiSnapshotTimeout: LIMITS.csiSnapshot,
  itemOperationTimeout: LIMITS.itemOperation,
  ttl: '24h',
})

/** Creates a Backup and does not wait for its end. */
export async function startBackup(
  lab: Lab,
  method: Method,
  namespace: string,
  { name }: { name: string },
): Promise<RunningBackup> {
  await waitForSync(lab, [])
  const metadata = { name, namespace: NAMESPACE }
  await lab.kube.apply([{ apiVersion: API, kind: 'Backup', metadata, spec: backupSpec(method, namespace) }])
  return runningBackup(lab, method, namespace, name)
}

/** A Backup that exists in the cluster. The drill or a Schedule created it. */
export const runningBackup = (lab: Lab, method: Method, namespace: string, name: string): RunningBackup => ({
  name,
  waitUntilMoving: () => waitForMovement(lab, method, namespace, name),
  async waitUntilFinished() {
    const { result, movements } = await waitForOperation(lab, method, 'Backup', name)
    const objects = [{ apiVersion: API, kind: 'Backup', metadata: { name, namespace: NAMESPACE } }, ...movements]
    const source = { namespace, name, objects }
    return { name, result, objects, restore: ({ into } = {}) => restoreFrom(lab, method, source, into ?? null) }
  },
})

/**
 * Resolves to true while the volume of a claim is InProgress, and to false if the backup ended before that was seen. A method
 * that moves no data resolves to true while a snapshot is being taken.
 */
async function waitForMovement(lab: Lab, method: Method, namespace: string, name: string): Promise<boolean> {
  const look =
    method.movements === null
      ? () => lookForSnapshots(lab, namespace, name)
      : lookForMovements(lab, method.movements.backup, name)
  return waitFor(
    `data of backup "${name}" moving`,
    async () => {
      const { moving, over, states } = await look()
      if (moving) return true
      const { phase = 'New' } = (await readOperation(lab, 'Backup', name))?.status ?? {}
      if (over || TERMINAL.includes(phase)) return false
      return pending(`backup ${phase}; volumes ${states.join(', ') || 'none'}`)
    },
    { timeout: '3m', every: '50ms', hint: `velero backup describe ${name} --details` },
  )
}

interface Movements {
  moving: boolean
  over: boolean
  states: string[]
}

const lookForMovements =
  (lab: Lab, kind: Parameters<typeof listMovements>[1], backup: string) => async (): Promise<Movements> => {
    const volumes = (await listMovements(lab, kind, backup)).filter(isOfClaim)
    const states = volumes.map(({ status }) => status?.phase ?? 'New')
    return {
      moving: states.includes('InProgress'),
      over: volumes.length > 0 && volumes.every(hasEnded),
      states,
    }
  }

/** The VolumeSnapshots of a backup exist from the snapshot until the end of the backup. */
async function lookForSnapshots(lab: Lab, namespace: string, backup: string): Promise<Movements> {
  const snapshots = await listObjects(lab.kube, {
    ...{ group: 'snapshot.storage.k8s.io', version: 'v1', plural: 'volumesnapshots' },
    ...{ namespace, labels: { 'velero.io/backup-name': labelValue(backup) } },
  })
  return { moving: snapshots.length > 0, over: false, states: [] }
}
