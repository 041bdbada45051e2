import type { HistoryCheck } from './history/check.ts'
import type { History } from './history/history.ts'
import { BEFORE } from './history/match.ts'

/**
 * The same loss, counted in files instead of writes, for workloads whose slots are files: a file is acknowledged if any write of
 * it was, and lost if any acknowledged write of it is missing, so that its newest acknowledged content is not there.
 */
export function countFiles(
  { writes }: History,
  { missed, match }: Pick<HistoryCheck, 'missed' | 'match'>,
): { acknowledged: number; lost: number; certainlyLost: number } {
  const acknowledged = new Set<number>()
  writes.slot.forEach((slot, write) => {
    if ((writes.acknowledgedMs[write] ?? Infinity) < Infinity) acknowledged.add(slot)
  })
  const isLost = (reading: number) => (missed[reading] ?? -1) >= 0
  const readings = [...match.found.keys()].filter(isLost)
  const certain = readings.filter((reading) => (match.found[reading] ?? NaN) >= BEFORE)
  return { acknowledged: acknowledged.size, lost: readings.length, certainlyLost: certain.length }
}
