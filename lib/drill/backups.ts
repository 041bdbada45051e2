import type { Backup, RunningBackup } from '../components/tool.ts'
import { hostClock } from '../system/clock.ts'
import type { DrillContext } from './context.ts'
import type { Damage } from './damage.ts'
import { watchStored } from './stored.ts'

export interface Backups {
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
      const ended = await backup.finished()
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
