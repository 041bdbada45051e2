import type { Lab } from '../../lab/lab.ts'
import type { BackupTool, InstalledTool, RunningBackup, ToolParts } from '../tool.ts'
import { folderOf, NAMESPACE } from './api.ts'
import { startBackup } from './backup.ts'
import { installVelero } from './install.ts'
import { MOVER_LABELS } from './manifest.ts'
import { csiSnapshot, dataMover, everyFileSystem, fileSystem, type Method } from './methods.ts'
import { scheduleLabels, startSchedule } from './schedule.ts'

/** Strategies of one Velero, with its node-agent and the S3 store: what differs is what a backup asks for. */

/** File-system backup (kopia) of the volumes, without those that the mesh adds to each pod. */
export const veleroFileSystem = (): BackupTool => velero('file-system', { method: fileSystem })

/**
 * The same with the mesh's volumes, as Velero does by itself: what they cost. Those of a native sidecar it leaves out with a
 * warning each, as it looks for what is mounted in a pod's containers alone.
 */
export const veleroFileSystemWithMeshVolumes = (): BackupTool =>
  velero('file-system-mesh-volumes', { method: everyFileSystem })

/** CSI snapshots that stay where the volumes are; only the objects go to the store. */
export const veleroSnapshot = (): BackupTool => velero('csi-snapshot', { method: csiSnapshot })

/** CSI snapshots whose data is moved to the store. */
export const veleroDataMover = (): BackupTool => velero('data-mover', { method: dataMover })

/** File-system backup by a Schedule of Velero's. */
export const veleroSchedule = (): BackupTool => velero('schedule', { method: fileSystem, start: startSchedule })

interface Strategy {
  method: Method
  /** How a backup comes about; at once where it says nothing. */
  start?: (lab: Lab, method: Method, namespace: string, options: { name: string }) => Promise<RunningBackup>
}

function velero(strategy: string, { method, start = startBackup }: Strategy): BackupTool {
  const { volumes } = method
  const attach = (lab: Lab): InstalledTool => ({
    name: 'velero',
    strategy,
    version: lab.artifacts.component('velero').version,
    parts: (namespace) => ({
      ...partsOf(lab, method),
      schedules:
        strategy === 'schedule' ? [{ kind: 'Schedule', namespace: NAMESPACE, labels: scheduleLabels(namespace) }] : [],
    }),
    backup: (namespace, { name }) => start(lab, method, namespace, { name }),
  })
  return {
    name: 'velero',
    strategy,
    volumes,
    requires: (lab) => {
      const met = volumes === 'any' || lab.cluster.storageClasses.snapshots !== null
      return Promise.resolve(met ? [] : ['the cluster has no class of volumes that can be snapshotted'])
    },
    async install(lab) {
      await installVelero(lab)
      return attach(lab)
    },
    attach,
  }
}

const partsOf = (lab: Lab, method: Method): ToolParts => ({
  pods: [{ namespace: NAMESPACE, prefix: '' }],
  agent: { namespace: NAMESPACE, labels: { name: 'node-agent' } },
  mover: method.movements && { namespace: NAMESPACE, labels: MOVER_LABELS },
  secret: { namespace: NAMESPACE, name: 'cloud-credentials' },
  prefix: `${folderOf(lab)}/`,
})
