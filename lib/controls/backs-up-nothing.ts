import type { BackupTool } from '../components/tool.ts'
import { veleroFileSystem } from '../components/velero/velero.ts'
import { startBackup } from '../components/velero/backup.ts'
import { noVolumes } from '../components/velero/methods.ts'
import { broken } from './broken.ts'

/**
 * Velero that is told to leave every volume out, and says Completed, as one whose volumes are of a kind that it skips. Whoever
 * looks at the phase alone takes it for a backup.
 */
export const backsUpNothing = (): BackupTool =>
  broken(veleroFileSystem(), 'backs-up-nothing', (velero, lab) => ({
    ...velero,
    backup: (namespace, { name }) => startBackup(lab, noVolumes, namespace, { name }),
  }))
