import type { Lab } from '../../lab.ts'
import type { BackupTool, InstalledTool } from '../tool.ts'
import { veleroFileSystem } from '../velero.ts'
import { startBackup } from '../velero/backup.ts'
import { noVolumes } from '../velero/methods.ts'

const NAME = 'control-backs-up-nothing'

/**
 * A control: Velero that is told to leave every volume out, and says Completed, as one whose volumes are of a kind that it
 * skips. Whoever looks at the phase alone takes it for a backup. It must be failed.
 */
export function backsUpNothing(): BackupTool {
  const velero = veleroFileSystem()
  return {
    ...velero,
    name: NAME,
    install: async (lab) => breakTool(lab, await velero.install(lab)),
    attach: (lab) => breakTool(lab, velero.attach(lab)),
  }
}

const breakTool = (lab: Lab, velero: InstalledTool): InstalledTool => ({
  ...velero,
  name: NAME,
  backup: (namespace, { name }) => startBackup(lab, noVolumes, namespace, { name }),
})
