import { startBackup } from '../velero-backup.ts'
import type { BackupTool } from '../tool.ts'
import { veleroFileSystem } from '../velero.ts'

/**
 * A control: Velero that is told to leave every volume out, and says Completed, as one whose volumes are of a kind that it
 * skips. Whoever looks at the phase alone takes it for a backup. It must be failed.
 */
export function backsUpNothing(): BackupTool {
  const velero = veleroFileSystem()
  return {
    ...velero,
    name: 'control-backs-up-nothing',
    async install(lab) {
      const installed = await velero.install(lab)
      return {
        ...installed,
        name: 'control-backs-up-nothing',
        backup: (namespace, { name }) => startBackup(lab, namespace, { name, volumes: false }),
      }
    },
  }
}
