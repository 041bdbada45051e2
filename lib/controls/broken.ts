import type { Clock } from '../system/wait.ts'
import type { Lab } from '../lab/lab.ts'
import type { OperationResult } from '../record/facts.ts'
import type { Backup, BackupTool, InstalledTool } from '../components/tool.ts'
import { controlName, type FlawName } from '../verdict/flaws.ts'

/** A false report of success. */
export const claim = (clock: Clock, bytes: number, startedMs = clock.now()): OperationResult => ({
  state: 'Completed',
  succeeded: true,
  startedMs,
  endedMs: clock.now(),
  bytes,
  details: {},
})

/** Wraps a tool with a flaw, under the name of the flaw. */
export const broken = (
  tool: BackupTool,
  flaw: FlawName,
  breakOne: (whole: InstalledTool, lab: Lab) => InstalledTool,
): BackupTool => {
  const name = controlName(flaw)
  const rename = (whole: InstalledTool, lab: Lab) => ({ ...breakOne(whole, lab), name })
  return {
    ...tool,
    name,
    install: async (lab) => rename(await tool.install(lab), lab),
    attach: (lab) => rename(tool.attach(lab), lab),
  }
}

/** Wraps a tool and replaces each of its backups, including those of a schedule. */
export const withBackups = (
  whole: InstalledTool,
  replace: (backup: Backup, namespace: string) => Backup,
): InstalledTool => ({
  ...whole,
  async backup(namespace, options) {
    const running = await whole.backup(namespace, options)
    const replaced = (backup: Backup): Backup => {
      const newestAt = (ms: number) => backup.newestAt?.(ms).then(replaced) ?? Promise.resolve(backup)
      return { ...replace(backup, namespace), ...(backup.newestAt === undefined ? {} : { newestAt }) }
    }
    return {
      name: running.name,
      waitUntilMoving: () => running.waitUntilMoving(),
      waitUntilFinished: async () => replaced(await running.waitUntilFinished()),
    }
  },
})
