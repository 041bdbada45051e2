import type { Backup, RunningBackup, InstalledTool } from '../components/tool.ts'
import { hostClock } from '../system/wait.ts'
import type { DrillContext } from './context.ts'
import type { Damage } from './damage.ts'
import type { Lab } from '../lab/lab.ts'
import { openBucket } from '../store/s3.ts'

interface Backups {
  start: () => Promise<RunningBackup>
  /** Resolves when it has ended, in whatever state. */
  end: (backup: RunningBackup) => Promise<Backup>
  /** What there is to restore from: of a tool that backs up by the clock, what it had made when the fault struck. */
  newest: (backup: Backup) => Promise<Backup>
}

/** A drill's backups, each recorded as it is requested and as it ends, with what it put into the store. */
export function watchBackups(context: DrillContext, injected: Damage): Backups {
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
 * Bytes of all objects that the tool has in the store, of this namespace where it keeps namespaces apart. Null for a tool whose
 * data stays in the storage: how much of it a snapshot takes, nobody tells. Errors: the store does not answer.
 */
export async function readStored({ store }: Lab, tool: InstalledTool, namespace: string): Promise<number | null> {
  const { mover, prefix } = tool.parts(namespace)
  if (mover === null || prefix === null) return null
  const objects = await openBucket(store).list(prefix)
  return objects.reduce((sum, { bytes }) => sum + bytes, 0)
}

/**
 * By how much the store grows from `begin` to `grown`; null where that is not known. A figure, and no verdict, hangs on it: a
 * store that does not answer, as it may be what the drill took away, is noted and stops nothing.
 */
function watchStored(read: () => Promise<number | null>, note: (text: string) => void) {
  let before: number | null = null
  const tryToRead = async (): Promise<number | null> => {
    try {
      return await read()
    } catch (error) {
      note(`how much the store holds is not known: ${String(error)}`)
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
