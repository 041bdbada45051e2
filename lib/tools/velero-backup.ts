import { selector } from '../kube/client.ts'
import type { KubeObject } from '../kube/object.ts'
import { pending, waitFor } from '../kube/wait.ts'
import type { Lab } from '../lab.ts'
import type { OperationResult } from '../record/facts.ts'
import type { Backup, RunningBackup } from './tool.ts'

const NAMESPACE = 'velero'
const API = 'velero.io/v1'
/** By Velero's API; whatever else a phase says, such as FinalizingPartiallyFailed, it is still going on. */
const TERMINAL = ['Completed', 'PartiallyFailed', 'Failed', 'FailedValidation']
/** Longer than Velero's own limit for a volume, so that its verdict comes first. */
const TIMEOUT = '8m'

interface VeleroOperation extends KubeObject {
  status?: {
    phase?: string
    startTimestamp?: string
    completionTimestamp?: string
    warnings?: number
    errors?: number
    failureReason?: string
    validationErrors?: string[]
    progress?: { itemsBackedUp?: number; itemsRestored?: number; totalItems?: number }
  }
}

interface PodVolumeOperation extends KubeObject {
  status?: { phase?: string; message?: string; progress?: { totalBytes?: number; bytesDone?: number } }
}

/** Asks Velero to back up a namespace with everything in it; its volumes only where asked to. */
export async function startBackup(
  lab: Lab,
  namespace: string,
  { name, volumes }: { name: string; volumes: boolean },
): Promise<RunningBackup> {
  await lab.kube.apply([
    {
      apiVersion: API,
      kind: 'Backup',
      metadata: { name, namespace: NAMESPACE },
      spec: {
        includedNamespaces: [namespace],
        ...(volumes
          ? { defaultVolumesToFsBackup: true, resourcePolicy: { kind: 'configmap', name: 'drill-volumes' } }
          : { defaultVolumesToFsBackup: false, snapshotVolumes: false }),
        storageLocation: 'default',
        ttl: '24h',
      },
    },
  ])
  return {
    name,
    moving: () => waitForMovement(lab, name),
    async finished() {
      const { object, endedMs } = await waitForEnd(lab, 'Backup', name)
      const moved = await podVolumes(lab, 'PodVolumeBackup', { 'velero.io/backup-name': name })
      return backupOf(lab, namespace, name, describe(object, moved, endedMs))
    },
  }
}

function backupOf(lab: Lab, namespace: string, backup: string, result: OperationResult): Backup {
  return {
    name: backup,
    result,
    async restore({ into } = {}) {
      const name = into === undefined ? `${backup}-restore` : `${backup}-into-${into}`
      await lab.kube.apply([
        {
          apiVersion: API,
          kind: 'Restore',
          metadata: { name, namespace: NAMESPACE },
          spec: {
            backupName: backup,
            includedNamespaces: [namespace],
            ...(into === undefined ? {} : { namespaceMapping: { [namespace]: into } }),
          },
        },
      ])
      const { object, endedMs } = await waitForEnd(lab, 'Restore', name)
      const volumes = await podVolumes(lab, 'PodVolumeRestore', { 'velero.io/restore-name': name })
      return describe(object, volumes, endedMs)
    },
  }
}

async function waitForEnd(lab: Lab, kind: string, name: string): Promise<{ object: VeleroOperation; endedMs: number }> {
  return waitFor(
    `Velero ${kind} "${name}" ended`,
    async () => {
      const object = await lab.kube.get<VeleroOperation>({
        apiVersion: API,
        kind,
        metadata: { name, namespace: NAMESPACE },
      })
      if (object === null) throw new Error(`Velero ${kind} "${name}" is gone from namespace "${NAMESPACE}"`)
      const { phase = 'New' } = object.status ?? {}
      return TERMINAL.includes(phase) ? { object, endedMs: Date.now() } : pending(phase)
    },
    { timeout: TIMEOUT, hint: `velero ${kind.toLowerCase()} describe ${name} --details` },
  )
}

/** Data is on its way when a volume is InProgress; a volume that ended before we looked counts as missed. */
async function waitForMovement(lab: Lab, name: string): Promise<boolean> {
  return waitFor(
    `data of backup "${name}" moving`,
    async () => {
      const volumes = await podVolumes(lab, 'PodVolumeBackup', { 'velero.io/backup-name': name })
      if (volumes.some((volume) => volume.status?.phase === 'InProgress')) return true
      const backup = await lab.kube.get<VeleroOperation>({
        apiVersion: API,
        kind: 'Backup',
        metadata: { name, namespace: NAMESPACE },
      })
      const phase = backup?.status?.phase ?? 'New'
      if (TERMINAL.includes(phase) || volumes.some((volume) => volume.status?.phase === 'Completed')) return false
      return pending(`backup ${phase}; volumes ${volumes.map((v) => v.status?.phase ?? 'New').join(', ') || 'none'}`)
    },
    { timeout: '3m', every: '50ms' },
  )
}

async function podVolumes(lab: Lab, kind: string, labels: Record<string, string>): Promise<PodVolumeOperation[]> {
  const list = (await lab.kube.custom.listNamespacedCustomObject({
    group: 'velero.io',
    version: 'v1',
    namespace: NAMESPACE,
    plural: `${kind.toLowerCase()}s`,
    labelSelector: selector(labels),
  })) as { items: PodVolumeOperation[] }
  return list.items
}

function describe(object: VeleroOperation, volumes: PodVolumeOperation[], endedMs: number): OperationResult {
  const status = object.status ?? {}
  const phase = status.phase ?? 'unknown'
  const created = object.metadata.creationTimestamp
  const moved = volumes.map((volume) => volume.status?.progress?.bytesDone ?? 0)
  const failed = volumes.filter((volume) => volume.status?.phase !== 'Completed')
  const reason = status.failureReason ?? status.validationErrors?.join('; ') ?? null
  return {
    state: phase,
    succeeded: phase === 'Completed',
    startedMs: time(status.startTimestamp) ?? (created ? new Date(created).getTime() : null),
    endedMs: time(status.completionTimestamp),
    // A phase is no proof: a backup of nothing ends Completed. What counts is what the volumes say they moved.
    bytes: moved.reduce((sum, bytes) => sum + bytes, 0),
    details: {
      volumes: volumes.length,
      volumesFailed: failed.length,
      volumeMessages:
        failed
          .map((volume) => volume.status?.message ?? '')
          .filter(Boolean)
          .join('; ') || null,
      items: status.progress?.itemsBackedUp ?? status.progress?.itemsRestored ?? null,
      warnings: status.warnings ?? 0,
      errors: status.errors ?? 0,
      reason,
      seenEndedMs: endedMs,
    },
  }
}

const time = (text: string | undefined): number | null => (text === undefined ? null : Date.parse(text))
