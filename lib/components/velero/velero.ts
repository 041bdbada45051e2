import type { KubeObject } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import type { Schedules } from '../../lab/undo.ts'
import type { BackupTool, InstalledTool, RunningBackup, ToolParts } from '../tool.ts'
import { folderOf, NAMESPACE } from './api.ts'
import { startBackup } from './backup.ts'
import { installVelero } from './install.ts'
import { MOVER_LABELS } from './manifest.ts'
import { csiSnapshot, dataMover, everyFileSystem, fileSystem, type Method } from './methods.ts'
import { scheduleLabels, startSchedule } from './schedule.ts'

// All strategies use one Velero with its node-agent and the S3 store. Only the spec of the Backup differs.

/** File-system backup (kopia) of the volumes, without the volumes that the mesh adds to each pod. */
export const veleroFileSystem = (): BackupTool => velero('file-system', { method: fileSystem })

/**
 * File-system backup with the mesh's volumes, which is Velero's default. It shows what these volumes cost. Velero only looks
 * at mounts of regular containers, so it skips the volumes of a native sidecar, with a warning for each.
 */
export const veleroFileSystemWithMeshVolumes = (): BackupTool =>
  velero('file-system-mesh-volumes', { method: everyFileSystem })

/** CSI snapshots that stay in the storage of the volumes. Only the objects go to the store. */
export const veleroSnapshot = (): BackupTool => velero('csi-snapshot', { method: csiSnapshot })

/** CSI snapshots. Velero then moves their data to the store. */
export const veleroDataMover = (): BackupTool => velero('data-mover', { method: dataMover })

/** File-system backups that a Velero Schedule starts. */
export const veleroSchedule = (): BackupTool =>
  velero('schedule', {
    method: fileSystem,
    start: startSchedule,
    schedulesOf: (namespace) => [{ kind: 'Schedule', namespace: NAMESPACE, labels: scheduleLabels(namespace) }],
  })

interface Strategy {
  method: Method
  /** Starts a backup. By default it creates a Backup at once. */
  start?: (lab: Lab, method: Method, namespace: string, options: { name: string }) => Promise<RunningBackup>
  /** Objects that start backups of a namespace by a schedule. By default there are none. */
  schedulesOf?: (namespace: string) => Schedules[]
}

function velero(strategy: string, { method, start = startBackup, schedulesOf = () => [] }: Strategy): BackupTool {
  const { volumes } = method
  const attach = (lab: Lab): InstalledTool => ({
    name: 'velero',
    strategy,
    version: lab.artifacts.component('velero').version,
    parts: (namespace) => ({ ...partsOf(lab, method), schedules: schedulesOf(namespace) }),
    ...(method.movements === null ? {} : { keyIsPublished: () => hasDefaultKey(lab) }),
    backup: (namespace, { name }) => start(lab, method, namespace, { name }),
  })
  return {
    name: 'velero',
    strategy,
    volumes,
    requires: (lab) => {
      const met = volumes === 'any' || lab.cluster.storageClasses.snapshots !== null
      return Promise.resolve(met ? [] : ['the cluster has no StorageClass with snapshots'])
    },
    async install(lab) {
      await installVelero(lab)
      return attach(lab)
    },
    attach,
  }
}

/** Password of Velero's repositories, unless the user creates this Secret before the first backup (pkg/repository/keys). */
const DEFAULT_PASSWORD = 'static-passw0rd'

async function hasDefaultKey({ kube }: Lab): Promise<boolean> {
  const metadata = { name: 'velero-repo-credentials', namespace: NAMESPACE }
  const secret = await kube.get<KubeObject & { data?: Record<string, string> }>({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata,
  })
  const password = secret?.data?.['repository-password'] ?? ''
  return Buffer.from(password, 'base64').toString() === DEFAULT_PASSWORD
}

const partsOf = (lab: Lab, method: Method): ToolParts => ({
  pods: [{ namespace: NAMESPACE, prefix: '' }],
  agent: { namespace: NAMESPACE, labels: { name: 'node-agent' } },
  mover: method.movements && { namespace: NAMESPACE, labels: MOVER_LABELS },
  secret: { namespace: NAMESPACE, name: 'cloud-credentials' },
  prefix: `${folderOf(lab)}/`,
})
