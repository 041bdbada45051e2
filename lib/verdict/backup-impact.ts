import type { z } from 'zod'
import type { Write } from '../record/facts.ts'
import { type DrillEvidence, select } from './evidence.ts'
import type { backupImpact } from './schema/evidence.ts'
import { findWindow } from './windows.ts'

/** Fewer writes have no 99 % quantile. */
const LEAST_WRITES = 100

export type BackupImpact = z.infer<typeof backupImpact>
export type Answers = BackupImpact['during']

/**
 * What users noticed of the backup: the writes that were sent while it ran, against those of the seconds before, in which the drill
 * only waits. Null if the fault struck the backup, if the log of the writes is incomplete, or if a window has fewer than 100 writes.
 */
export function measureBackupImpact(evidence: DrillEvidence): BackupImpact | null {
  const { facts, writes, fault, incompleteWriteLog } = evidence
  const window = findWindow(evidence, 'backup')
  // The last reading of the service before the backup.
  const ready = select(facts, 'mesh.state').find(({ phase }) => phase === 'before')
  if (window === null || ready === undefined || incompleteWriteLog !== null) return null
  if (fault !== null && fault.between[0] < window[1]) return null
  const before = readAnswers(writes, [ready.at, window[0]])
  const during = readAnswers(writes, window)
  return before && during && { before, during }
}

/** The answers to the writes that were sent in a window. */
function readAnswers(writes: readonly Write[], [from, to]: [number, number]): Answers | null {
  const sent = writes.filter(({ sentMs }) => sentMs >= from && sentMs < to)
  if (sent.length < LEAST_WRITES) return null
  const latencies = sent.flatMap(({ sentMs, acknowledgedMs }) =>
    acknowledgedMs === null ? [] : [acknowledgedMs - sentMs],
  )
  const sorted = latencies.toSorted((one, other) => one - other)
  const quantile = (share: number): number | null => sorted[Math.ceil(share * sorted.length) - 1] ?? null
  return {
    writes: sent.length,
    failed: sent.length - sorted.length,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
  }
}
