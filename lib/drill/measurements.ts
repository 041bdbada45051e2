import type { Write } from '../record/facts.ts'

/** What runs beside a drill from before the backup until after the restore: load, probes, resources. */
export interface Measurements {
  /**
   * Resolves when the last `durationMs` of probes, due since `sinceMs` (by default now), were all answered rightly; false
   * where that took longer than `timeout`.
   */
  steady(durationMs: number, timeout: string, sinceMs?: number): Promise<boolean>
  /** Resolves when a probe due after `sinceMs` was answered wrongly; false where none was within `timeout`. */
  outageSeen(sinceMs: number, timeout: string): Promise<boolean>
  /** The writes so far. */
  writes: () => Promise<Write[]>
  stopLoad(): Promise<void>
  /** The nodes that pods of the drill are or were on. Fails where some may not have been seen. */
  nodes: () => string[]
  /** Stops everything that still runs; can be called again. */
  stop(): Promise<void>
}
