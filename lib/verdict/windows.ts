import type { OperationResult } from '../record/facts.ts'
import { type DrillEvidence, select } from './evidence.ts'

/** Start and end of the drill's backup or restore, in milliseconds since the epoch. Null if it did not take place. */
export function findWindow(
  evidence: Pick<DrillEvidence, 'facts' | 'backup' | 'restore'>,
  operation: 'backup' | 'restore',
): [number, number] | null {
  const ended = evidence[operation]
  if (ended === null) return null
  if (ended.kind === 'backup.found') return findReportedWindow(ended.operation)
  // From the request of the drill to the end of the operation.
  const requested = select(evidence.facts, `${operation}.requested`).findLast(
    ({ name, at }) => name === ended.name && at <= ended.at,
  )
  return requested ? [requested.at, ended.at] : null
}

/** The window of a scheduled backup, as the tool reports it. */
const findReportedWindow = ({ startedMs, endedMs }: OperationResult): [number, number] | null =>
  startedMs === null || endedMs === null ? null : [startedMs, endedMs]
