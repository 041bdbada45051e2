import type { Backup, RunningBackup, InstalledTool } from '../components/tool.ts'
import { hostClock } from '../system/wait.ts'
import type { DrillContext, Exposure } from './context.ts'
import type { Damage } from './damage.ts'
import type { Lab } from '../lab/lab.ts'
import { openBucket } from '../store/s3.ts'

interface Backups {
  start: () => Promise<RunningBackup>
  /** Resolves when it has ended, in any state. */
  end: (backup: RunningBackup) => Promise<Backup>
  /** The backup to restore: for a tool with its own schedule, the newest one before the fault. */
  newest: (backup: Backup) => Promise<Backup>
}

/** Records each backup of a drill at its request and its end, with its growth of the store. */
export function watchBackups(context: DrillContext, injected: Damage, exposure: Exposure | null): Backups {
  const { lab, tool, namespace, record, clock = hostClock } = context
  const stored = watchStored(
    async () => (await context.stored?.(lab, tool, namespace)) ?? null,
    (text) => {
      record({ kind: 'note', text })
    },
  )
  return {
    async start() {
      await stored.begin()
      await exposure?.begin()
      const { schedules = [] } = tool.parts(namespace)
      for (const schedule of schedules)
        await injected.undoAtEnd('backup schedule', [{ kind: 'suspend-schedules', schedules: schedule }])
      const name = `${namespace}-${clock.now().toString(36)}`
      record({ kind: 'backup.requested', name })
      return tool.backup(namespace, { name })
    },
    async end(backup) {
      const ended = await backup.waitUntilFinished()
      const storedBytes = await stored.grown()
      record({ kind: 'backup.ended', name: ended.name, operation: ended.result, storedBytes })
      injected.backup = ended
      return ended
    },
    async newest(backup) {
      if (backup.newestAt === undefined || injected.sinceMs === null) return backup
      const found = await backup.newestAt(injected.sinceMs)
      if (found.name !== backup.name) record({ kind: 'backup.found', name: found.name, operation: found.result })
      return found
    },
  }
}

/**
 * Size of the tool's objects in the store, in bytes, for this namespace if the tool separates namespaces. Null if the
 * tool keeps its data in the storage: the size of a snapshot is not known. Throws if the store does not answer.
 */
export async function readStored({ store }: Lab, tool: InstalledTool, namespace: string): Promise<number | null> {
  const { mover, prefix } = tool.parts(namespace)
  if (mover === null || prefix === null) return null
  const objects = await openBucket(store).list(prefix)
  return objects.reduce((sum, { bytes }) => sum + bytes, 0)
}

/**
 * Measures the growth of the store from `begin` to `grown`. Null if it is not known. No verdict depends on it, so a
 * store that does not answer is noted and stops nothing: the fault may have cut it off.
 */
function watchStored(read: () => Promise<number | null>, note: (text: string) => void) {
  let before: number | null = null
  const tryToRead = async (): Promise<number | null> => {
    try {
      return await read()
    } catch (error) {
      note(`the size of the store is not known: ${String(error)}`)
      return null
    }
  }
  return {
    async begin(): Promise<void> {
      before = await tryToRead()
    },
    async grown(): Promise<number | null> {
      const after = await tryToRead()
      return before === null || after === null ? null : after - before
    },
  }
}
