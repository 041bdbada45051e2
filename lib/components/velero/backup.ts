import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import { listObjects } from '../support/exported-namespace.ts'
import type { RunningBackup } from '../tool.ts'
import { API, hasEnded, isOfClaim, labelValue, listMovements, NAMESPACE, readOperation, TERMINAL } from './api.ts'
import { locationServes, LIMITS } from './location.ts'
import type { Method } from './methods.ts'
import { operationEnded } from './operation.ts'
import type { ObjectReference } from '../../kube/object.ts'
import type { OperationResult } from '../../record/facts.ts'

/** What Velero reads from the cluster when it restores, and makes anew from the store when it is gone. */
const SYNCED = ['Backup', 'PodVolumeBackup']

/** What a restore is made from. */
interface RestoreSource {
  /** Namespace that was backed up. */
  namespace: string
  /** Name of the Backup. */
  name: string
  /** The Backup with what belongs to it. */
  objects: ObjectReference[]
}

/** Restores the namespace, or a copy of it into another; resolves at the terminal state, whatever it is. */
async function restoreFrom(
  lab: Lab,
  method: Method,
  source: RestoreSource,
  into: string | null,
): Promise<OperationResult> {
  const { objects } = source
  await locationServes(
    lab,
    objects.filter(({ kind }) => SYNCED.includes(kind)),
  )
  // A second restore of the same backup is another Restore: the first one's end would be taken for it.
  const name = `${source.name}-${into === null ? 'restore' : 'copy'}-${Date.now().toString(36)}`
  await lab.kube.apply([
    { apiVersion: API, kind: 'Restore', metadata: { name, namespace: NAMESPACE }, spec: restoreSpec(source, into) },
  ])
  return (await operationEnded(lab, method, 'Restore', name)).result
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

/** Spec of a Backup of a namespace with everything in it, its volumes by the method. */
export const backupSpec = (method: Method, namespace: string): Record<string, unknown> => ({
  includedNamespaces: [namespace],
  ...method.spec,
  storageLocation: 'default',
  csiSnapshotTimeout: LIMITS.csiSnapshot,
  itemOperationTimeout: LIMITS.itemOperation,
  ttl: '24h',
})

/** Asks Velero for a backup and returns at once. */
export async function startBackup(
  lab: Lab,
  method: Method,
  namespace: string,
  { name }: { name: string },
): Promise<RunningBackup> {
  await locationServes(lab, [])
  const metadata = { name, namespace: NAMESPACE }
  await lab.kube.apply([{ apiVersion: API, kind: 'Backup', metadata, spec: backupSpec(method, namespace) }])
  return runningBackup(lab, method, namespace, name)
}

/** A Backup that is in the cluster, whoever asked for it. */
export const runningBackup = (lab: Lab, method: Method, namespace: string, name: string): RunningBackup => ({
  name,
  moving: () => waitForMovement(lab, method, namespace, name),
  async finished() {
    const { result, moved } = await operationEnded(lab, method, 'Backup', name)
    const objects = [{ apiVersion: API, kind: 'Backup', metadata: { name, namespace: NAMESPACE } }, ...moved]
    const source = { namespace, name, objects }
    return { name, result, objects, restore: ({ into } = {}) => restoreFrom(lab, method, source, into ?? null) }
  },
})

/**
 * Data is on its way when the volume of a claim is InProgress; one that ended before we looked counts as missed. Where
 * nothing moves, the making of a snapshot is what there is to strike.
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

/** VolumeSnapshots are there from when Velero asks for them until the backup's end. */
async function lookForSnapshots(lab: Lab, namespace: string, backup: string): Promise<Movements> {
  const snapshots = await listObjects(lab.kube, {
    ...{ group: 'snapshot.storage.k8s.io', version: 'v1', plural: 'volumesnapshots' },
    ...{ namespace, labels: { 'velero.io/backup-name': labelValue(backup) } },
  })
  return { moving: snapshots.length > 0, over: false, states: [] }
}
