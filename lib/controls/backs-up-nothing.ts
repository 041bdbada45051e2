import type { BackupTool } from '../components/tool.ts'
import { veleroFileSystem } from '../components/velero/velero.ts'
import { startBackup } from '../components/velero/backup.ts'
import { noVolumes } from '../components/velero/methods.ts'
import { broken } from './broken.ts'

/**
 * Velero with settings that skip every volume. It still reports Completed, as it does for volume types that it skips. A check of
 * the phase alone would accept this backup.
 */
export const backsUpNothing = (): BackupTool =>
  broken(veleroFileSystem(), 'backs-up-nothing', (velero, lab) => ({
    ...velero,
    backup: (namespace, { name }) => startBackup(lab, noVolumes, namespace, { name }),
  }))
