import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import { listObjects } from '../support/list-objects.ts'
import type { RunningBackup } from '../tool.ts'
import { API, hasEnded, isOfClaim, labelValue, listMovements, NAMESPACE, readOperation, TERMINAL } from './api.ts'
import { LIMITS } from './limits.ts'
import { locationServes } from './location.ts'
import type { Method } from './methods.ts'
import { operationEnded } from './operation.ts'
import { restoreFrom } from './restore.ts'

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
